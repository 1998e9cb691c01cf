"""`/api/v1/changes.json`: every log entry of the ledger, newest first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NotRequired

from typing_extensions import TypedDict

from rectification.model import Day, Status

if TYPE_CHECKING:
    from rectification.model import LogEntry
    from rectification.publish import Edition


class Change(TypedDict):
    date: Day
    item: str
    status: NotRequired[Status]
    by: NotRequired[str]


class Changes(TypedDict):
    version: Literal[1]
    as_of: Day
    changes: list[Change]


DOCUMENTS = {"changes.json": Changes}


def write(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """Yield the one file of this format."""
    ledger = edition.ledger
    entries = [
        (entry.date, record.item.id, position, entry)
        for record in ledger.records
        for position, entry in enumerate(record.item.log)
    ]
    entries.sort(key=lambda found: found[:3], reverse=True)
    changes = [_change(item, entry) for _, item, _, entry in entries]
    document: Changes = {"version": 1, "as_of": ledger.today, "changes": changes}
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=str)
    yield "api/v1/changes.json", content.encode()


def _change(item: str, entry: LogEntry) -> Change:
    change: Change = {"date": entry.date, "item": item}
    if entry.status:
        change["status"] = entry.status
    if entry.by:
        change["by"] = entry.by
    return change
