"""`/api/v1/changes.json`: every event of the ledger, newest first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NotRequired

from typing_extensions import TypedDict

from rectification import ledger
from rectification.ledger.changes import Event
from rectification.model import Day, Status, Visibility

if TYPE_CHECKING:
    from rectification.publish import Edition


class Change(TypedDict):
    date: Day
    item: str
    event: Event
    status: NotRequired[Status]
    by: NotRequired[str]
    visibility: NotRequired[Visibility]
    due_from: NotRequired[Day]
    due_to: NotRequired[Day]


class Changes(TypedDict):
    version: Literal[1]
    as_of: Day
    changes: list[Change]


DOCUMENTS = {"changes.json": Changes}


def write(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """Yield the one file of this format."""
    document: Changes = {
        "version": 1,
        "as_of": edition.ledger.today,
        "changes": [_change(found) for found in ledger.changes(edition.ledger.records)],
    }
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=str)
    yield "api/v1/changes.json", content.encode()


def _change(found: ledger.Change) -> Change:
    change: Change = {"date": found.day, "item": found.record.item.id, "event": found.event}
    if found.entry is not None:
        if found.entry.status:
            change["status"] = found.entry.status
        if found.entry.by:
            change["by"] = found.entry.by
        if found.entry.visibility != "public":
            change["visibility"] = found.entry.visibility
    if found.moved is not None:
        change |= {"due_from": found.moved.from_, "due_to": found.moved.to}
        if found.moved.by:
            change["by"] = found.moved.by
    return change
