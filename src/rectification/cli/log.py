"""`rectify log`: one line more in an item's log."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from rectification.cli._desk import Day, evidence_names, item_command, open_desk, option
from rectification.cli._words import words
from rectification.model import STATUSES, Status, Visibility


@item_command("log")
@option("--status", type=click.Choice(STATUSES))
@option("--note")
@option("--by")
@option("--date", "day", type=Day())
@option("--evidence", multiple=True)
@option("--internal", is_flag=True)
def command(
    config_file: Path,
    identifier: str,
    status: Status | None,
    note: str | None,
    by: str | None,
    day: date | None,
    evidence: tuple[str, ...],
    internal: bool,
) -> None:
    """Add one entry to the log of an item."""
    from rectification.editing import log_entry

    if not (status or note or evidence):
        raise click.UsageError(words().text("cli.log.nothing"))
    desk = open_desk(config_file)
    record = desk.record(identifier)
    names = evidence_names(desk, evidence)
    day = day or desk.examination.ledger.today
    visibility: Visibility = "internal" if internal else "public"
    entry = log_entry(day, status=status, by=by, note=note, evidence=names, visibility=visibility)
    desk.move(record, status, entry)
