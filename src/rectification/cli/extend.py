"""`rectify extend`: the due date moves, and the move is recorded beside it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rectification.cli._desk import Day, item_command, open_desk, option


@item_command("extend")
@option("--to", required=True, type=Day())
@option("--reason", required=True)
@option("--by")
@option("--date", "day", type=Day())
def command(
    config_file: Path, identifier: str, to: date, reason: str, by: str | None, day: date | None
) -> None:
    """Move the due date of an item."""
    from rectification.editing import Refusal, append, due_change, replace_value

    desk = open_desk(config_file)
    record = desk.record(identifier)
    before, place = record.item.due, record.place
    facts = {"id": identifier, "now": record.state.status, "due": before}
    if record.state.finished:
        desk.refuse(Refusal("editing.finished", facts))
    if to == before:
        desk.refuse(Refusal("editing.same_due", facts))
    moved = desk.done(replace_value(desk.text_of(record), (*place.path, "due"), to.isoformat()))
    change = due_change(before, to, day or desk.examination.ledger.today, reason, by)
    desk.write(place.file, moved, desk.done(append(moved.text, place.path, "due_changes", change)))
