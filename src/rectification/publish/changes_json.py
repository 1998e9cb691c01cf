"""`/api/v1/changes.json`: every event of the ledger, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from json.encoder import encode_basestring as quoted
from operator import itemgetter
from typing import TYPE_CHECKING, Literal, NotRequired

from typing_extensions import TypedDict

from rectification import ledger
from rectification.ledger.changes import Event
from rectification.model import Day, Status, Visibility
from rectification.publish import Output

if TYPE_CHECKING:
    from rectification.publish import Edition

    Told = list[tuple[str, str]]  # of each change what it is sorted by, and how it stands in the file


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


def write(edition: Edition) -> Iterator[Output]:
    """Yield the one file of this format."""
    told = edition.pieces("changes", _told)
    yield Output("api/v1/changes.json", partial(_content, edition.ledger, told))


def _content(of: ledger.Ledger, told: Mapping[ledger.Record, Told]) -> bytes:
    found = [one for record in of.records for one in told[record]]
    # An item's own come newest first, and stay in that order where they are of one day.
    found.sort(key=itemgetter(0), reverse=True)
    listed = ",".join([text for _, text in found])
    return f'{{"version":1,"as_of":"{of.today}","changes":[{listed}]}}'.encode()


def _told(record: ledger.Record) -> Told:
    item = record.item.id
    return [(f"{one.day} {item}", _encoded(one)) for one in ledger.changes((record,))]


def _encoded(found: ledger.Change) -> str:
    """Return a change as it stands in the file: by hand, since there are several an item."""
    parts = [f'"date":"{found.day}","item":{quoted(found.record.item.id)},"event":"{found.event}"']
    by = None
    if found.entry is not None:
        by = found.entry.by
        if found.entry.status:
            parts.append(f'"status":"{found.entry.status}"')
        if by:
            parts.append(f'"by":{quoted(by)}')
        if found.entry.visibility != "public":
            parts.append(f'"visibility":"{found.entry.visibility}"')
    if found.moved is not None:
        by = found.moved.by
        parts.append(f'"due_from":"{found.moved.from_}","due_to":"{found.moved.to}"')
        if by:
            parts.append(f'"by":{quoted(by)}')
    return f"{{{','.join(parts)}}}"
