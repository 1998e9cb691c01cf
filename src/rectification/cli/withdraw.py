"""`rectify withdraw`: an item is withdrawn, with its reason; it is never deleted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rectification.cli._desk import Day, item_command, open_desk, option


@item_command("withdraw")
@option("--reason", required=True)
@option("--by")
@option("--date", "day", type=Day())
def command(config_file: Path, identifier: str, reason: str, by: str | None, day: date | None) -> None:
    """Withdraw an item."""
    from rectification.editing import log_entry

    desk = open_desk(config_file)
    record = desk.record(identifier)
    day = day or desk.examination.ledger.today
    desk.move(record, "withdrawn", log_entry(day, status="withdrawn", by=by, reason=reason))
