"""`rectify reopen`: a problem that was closed came back (反弹重开)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rectification.cli._desk import Day, evidence_names, item_command, open_desk, option


@item_command("reopen")
@option("--note", required=True)
@option("--by")
@option("--date", "day", type=Day())
@option("--evidence", multiple=True)
def command(
    config_file: Path,
    identifier: str,
    note: str,
    by: str | None,
    day: date | None,
    evidence: tuple[str, ...],
) -> None:
    """Open an item again."""
    from rectification.editing import log_entry

    desk = open_desk(config_file)
    record = desk.record(identifier)
    names = evidence_names(desk, evidence)
    day = day or desk.examination.ledger.today
    desk.move(record, "reopened", log_entry(day, status="reopened", by=by, note=note, evidence=names))
