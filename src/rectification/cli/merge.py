"""`rectify merge`: an item goes on as part of another one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rectification.cli._desk import Day, item_command, open_desk, option


@item_command("merge")
@option("--into", required=True, metavar="ID")
@option("--reason", required=True)
@option("--by")
@option("--date", "day", type=Day())
def command(
    config_file: Path, identifier: str, into: str, reason: str, by: str | None, day: date | None
) -> None:
    """Withdraw an item because another one goes on with its problem."""
    from rectification.editing import log_entry

    desk = open_desk(config_file)
    record, other = desk.record(identifier), desk.record(into)
    day = day or desk.examination.ledger.today
    entry = log_entry(day, status="withdrawn", by=by, reason=reason, merged_into=other.item.id)
    desk.move(record, "withdrawn", entry)
