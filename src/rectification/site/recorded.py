"""What an item's page shows of what git recorded of it: who cares what changed, not how the text read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rectification.history import log_of
from rectification.source import Mark

if TYPE_CHECKING:
    from datetime import date

    from rectification.diagnostic import Diagnostic
    from rectification.history import History, Recording
    from rectification.history.history import Values
    from rectification.ledger import Record

# Keys whose values say at a glance what changed; of the others the name says enough.
_TOLD = ("due", "unit")
_CONTRADICTIONS = ("S901", "S902")


@dataclass(frozen=True, slots=True)
class Move:
    """A value that changed: a key of the item, or `status`."""

    key: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """One commit's word on an item as its page shows it; `address` and `author` are empty where not shown."""

    day: date
    commit: str
    address: str
    author: str
    kind: str
    moved_from: str
    moves: tuple[Move, ...]
    entries_added: int
    entries_lost: int
    keys: tuple[str, ...]


def recorded(
    history: History, identifier: str, address_of: Callable[[str], str], *, authors: bool
) -> tuple[Recorded, ...]:
    """Return the timeline of an item, newest first. `address_of` gives a commit's page on the forge."""
    return tuple(
        _recorded(recording, address_of, authors=authors)
        for recording in reversed(history.recordings(identifier))
    )


def _recorded(recording: Recording, address_of: Callable[[str], str], *, authors: bool) -> Recorded:
    commit = recording.commit
    moves: list[Move] = []
    keys: tuple[str, ...] = ()
    if recording.before is not None and recording.after is not None:
        status = Move("status", _status(recording.before), _status(recording.after))
        told = (
            Move(key, str(recording.before.get(key) or ""), str(recording.after.get(key) or ""))
            for key in _TOLD
        )
        moves = [move for move in (status, *told) if move.before != move.after]
        keys = tuple(key for key in recording.changed if key not in (*_TOLD, "log"))
    return Recorded(
        commit.day,
        commit.short,
        address_of(commit.oid),
        commit.author if authors else "",
        recording.kind,
        recording.moved_from,
        tuple(moves),
        *_entries(recording),
        keys,
    )


def _entries(recording: Recording) -> tuple[int, int]:
    """Return how many log entries are new, how many changed or gone: of one day, a new one replaces one."""
    if recording.after is None:
        return 0, 0
    added, lost = (
        [entry.get("date") for entry in entries.values()]
        for entries in (recording.log_added, recording.log_lost)
    )
    replaced = sum(min(added.count(day), lost.count(day)) for day in {str(day) for day in lost})
    return len(added) - replaced, len(lost)


def _status(values: Values) -> str:
    """Return the status that an item's plain values give it; not always one that is known today."""
    given = (entry.get("status") for entry in reversed(log_of(values)))
    return next((status for status in given if isinstance(status, str)), "open")


def contradictions(record: Record, findings: Iterable[Diagnostic]) -> Mapping[int, tuple[Diagnostic, ...]]:
    """Return the places in a log that git contradicts -> what was found; -1: of an entry that is gone."""
    told = [one for one in findings if one.code in _CONTRADICTIONS]
    if not told:
        return {}  # the usual case, for which no file is parsed again
    places = {record.place.mark("log", n): n for n in range(len(record.item.log))}
    found: dict[int, tuple[Diagnostic, ...]] = {}
    for one in told:
        at = places.get(Mark(one.line, one.column), -1)
        found[at] = (*found.get(at, ()), one)
    return found


def commit_address(repository: str) -> Callable[[str], str]:
    """Return what makes the address of a commit's page, in the way of the forge; empty without a forge."""
    base = repository.rstrip("/")
    host = base.partition("://")[2].partition("/")[0]
    way = "-/commit" if "gitlab" in host else "commits" if "bitbucket" in host else "commit"
    return lambda oid: f"{base}/{way}/{oid}" if base else ""
