"""`rectify accept`: a closed item whose text was changed, and verified again, is accepted as it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from rectification.cli._desk import Day, acceptance_of, evidence_names, item_command, open_desk, option
from rectification.cli._words import words


@item_command("accept")
@option("--by", required=True)
@option("--note", required=True)
@option("--date", "day", type=Day())
@option("--evidence", multiple=True)
def command(
    config_file: Path, identifier: str, by: str, note: str, day: date | None, evidence: tuple[str, ...]
) -> None:
    """Accept a closed item as it now reads."""
    from rectification.editing import log_entry

    desk = open_desk(config_file)
    record, ledger = desk.record(identifier), desk.examination.ledger
    if record.state.status != "closed":
        raise click.UsageError(words().text("cli.accept.not_closed", id=identifier))
    names = evidence_names(desk, evidence)
    entry = log_entry(
        day or ledger.today,
        by=by,
        note=note,
        evidence=names,
        **acceptance_of(desk, record, names),
    )
    desk.move(record, None, entry)
