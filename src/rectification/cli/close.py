"""`rectify close`: an item that was submitted is accepted and closed (验收销号)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from rectification.cli._desk import Day, acceptance_of, evidence_names, item_command, open_desk, option
from rectification.cli._words import words


@item_command("close")
@option("--by", required=True)
@option("--note", required=True)
@option("--date", "day", type=Day())
@option("--evidence", multiple=True)
@option("--sustained", is_flag=True)
@option("--review", type=Day())
def command(
    config_file: Path,
    identifier: str,
    by: str,
    note: str,
    day: date | None,
    evidence: tuple[str, ...],
    sustained: bool,
    review: date | None,
) -> None:
    """Close an item."""
    from rectification.editing import log_entry

    if review is not None and not sustained:
        raise click.UsageError(words().text("cli.close.review_alone"))
    desk = open_desk(config_file)
    record, ledger = desk.record(identifier), desk.examination.ledger
    names = evidence_names(desk, evidence)
    entry = log_entry(
        day or ledger.today,
        status="closed",
        by=by,
        note=note,
        evidence=names,
        sustained=sustained,
        review=review,
        **acceptance_of(desk, record, names),
    )
    desk.move(record, "closed", entry)
    if ledger.units.canonical(by) == record.unit:
        click.echo(desk.catalogue.text("editing.own_verifier", unit=record.unit), err=True)
