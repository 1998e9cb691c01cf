"""What has changed in a ledger, as its logs tell it: found, moved on, a due date moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rectification.ledger.ledger import Record
    from rectification.model import DueChange, LogEntry

Event = Literal["found", "log", "due"]


@dataclass(frozen=True, slots=True)
class Change:
    """One dated event of an item: it was found, its log was added to, or its due date was moved."""

    day: date
    record: Record
    event: Event
    entry: LogEntry | None = None
    moved: DueChange | None = None


def changes(records: Iterable[Record], since: date = date.min) -> list[Change]:
    """Return every event of `records` on the day `since` or later, newest first.

    Of one day and item, the later in the file comes first.
    """
    found: list[tuple[date, str, int, Change]] = []
    for record in records:
        item = record.item
        # Most items of a large ledger have not been stirred for long; a due date may have been moved since.
        # What another site derived is not known to be what its log says.
        old = item.found < since and record.state.stirred < since and record.origin is None
        if old and not item.due_changes:
            continue
        events = [Change(item.found, record, "found")]
        events += [Change(moved.on, record, "due", moved=moved) for moved in item.due_changes]
        events += [Change(entry.date, record, "log", entry=entry) for entry in item.log]
        found += [(e.day, item.id, place, e) for place, e in enumerate(events) if e.day >= since]
    found.sort(key=lambda one: one[:3], reverse=True)
    return [one[3] for one in found]
