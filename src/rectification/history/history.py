"""What git knows of a ledger: every recording of every item, every version of every file of evidence."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    from rectification.source import Node

Kind = Literal["added", "changed", "moved", "removed"]
Reason = Literal["", "no_repository", "no_git", "no_commits", "unreadable"]
Values = Mapping[str, "Node"]

# Of a log entry, what is no part of what it says.
_BESIDE = ("accepted", "accepted_files", "visibility", "internal_evidence")
_SHORT = 7  # hexadecimal digits by which people name a commit


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit, its days in the site's time zone.

    `day` is the committer's: the author's is whatever the author says. `order` is its place in the walk,
    parents before children; `landing` that of the commit by which it came onto the main line (the chain of
    first parents), its own where it stands on it.
    """

    oid: str
    day: date
    authored: date
    author: str
    subject: str
    order: int
    landing: int

    @property
    def short(self) -> str:
        """The commit's name as people write it."""
        return self.oid[:_SHORT]

    def drafted(self, later: Commit) -> bool:
        """Tell whether what this commit recorded was still its author's draft when `later` changed it.

        That is so where both came onto the main line together, by one merge, and are of one author.
        """
        return (
            self.landing == later.landing
            and self.order != self.landing
            and later.order != later.landing
            and self.author == later.author
        )


@dataclass(frozen=True, slots=True)
class Recording:
    """One commit's word on one item: its plain values before and after, None where there were none.

    `file` is named as in `Settings.name_of`; of a removed item it is the file it was removed from. A moved
    item stands in another file than before, `moved_from`; its values may have changed as well.
    """

    commit: Commit
    kind: Kind
    file: str
    before: Values | None = None
    after: Values | None = None
    moved_from: str = ""

    @property
    def changed(self) -> tuple[str, ...]:
        """The top-level keys that this commit added, changed or took away, in the order of the item."""
        before, after = self.before or {}, self.after or {}
        keys = dict.fromkeys((*after, *before))
        return tuple(
            key for key in keys if before.get(key) != after.get(key) or (key in before) != (key in after)
        )

    @property
    def log_added(self) -> Mapping[str, Values]:
        """The log entries that were not there before, by what they say (see `said_in`)."""
        before, after = _entries(self.before), _entries(self.after)
        return {said: entry for said, entry in after.items() if said not in before}

    @property
    def log_lost(self) -> Mapping[str, Values]:
        """The log entries that are not there any more, by what they said."""
        before, after = _entries(self.before), _entries(self.after)
        return {said: entry for said, entry in before.items() if said not in after}


@dataclass(frozen=True, slots=True)
class Version:
    """A content that a file of evidence had from a commit on; `blob` is empty where it was removed."""

    commit: Commit
    blob: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A version of a YAML file that could not be read: nothing is known of its items as of that commit."""

    commit: Commit
    file: str


@dataclass(frozen=True)
class History:
    """What git knows, oldest first.

    `items` maps every id there ever was to its recordings, `evidence` every reference (`evidence/…`) to its
    versions. Not `complete` means that there was more: in a shallow clone, or where there is no history at
    all, of which `reason` says why. `since` is the first day it knows of, `head` the commit it
    was read from.
    """

    items: Mapping[str, tuple[Recording, ...]] = field(default_factory=dict)
    evidence: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()
    complete: bool = False
    since: date | None = None
    reason: Reason = ""
    head: str = ""

    def public(self, hidden: Collection[str]) -> History:
        """Return what may be told in public: nothing of `hidden` items, of those that ended as internal ones,
        nor of the time when others were internal; of items with internal parts, what is public of them."""
        items = {}
        for identifier, recordings in self.items.items():
            ended = recordings[-1].before if recordings[-1].kind == "removed" else recordings[-1].after
            if identifier not in hidden and not _internal(ended):
                told = (_shown(r, ended) for r in recordings if not _internal(r.after))
                items[identifier] = tuple(r for r in told if r.kind != "changed" or r.before != r.after)
        return replace(self, items=items)

    def recordings(self, identifier: str) -> tuple[Recording, ...]:
        """Return the recordings of an item, oldest first; none where git knows nothing of it."""
        return self.items.get(identifier, ())

    def landings(self, identifier: str) -> tuple[Recording, ...]:
        """Return what each commit of the main line brought of an item, what landed with it as one recording.

        What was typed and corrected in a branch before it was merged is not told of.
        """
        parts: dict[int, list[Recording]] = {}
        for recording in self.recordings(identifier):
            parts.setdefault(recording.commit.landing, []).append(recording)
        return tuple(replace(part[-1], before=part[0].before) for part in parts.values())

    def recorded(self, identifier: str, day: str, status: str | None) -> Recording | None:
        """Return the recording by which the last log entry of that day and status first stood in the item.

        `day` is as the YAML has it. Later changes to the entry's other words do not matter.
        """
        found: Recording | None = None
        most = 0
        for recording in self.recordings(identifier):
            held = count_entries(recording.after, day, status)
            if held > most:
                found, most = recording, held
        return found

    def closing(self, identifier: str, closed: date) -> Recording | None:
        """Return the recording of an item's closing on that day; its `after` is what was accepted."""
        return self.recorded(identifier, closed.isoformat(), "closed")


def _internal(values: Values | None) -> bool:
    return (values or {}).get("visibility") == "internal"


def _shown(recording: Recording, ended: Values | None) -> Recording:
    """Return a recording without what was internal before it, or is in what the item `ended` as."""
    after = None if recording.after is None else public_values(recording.after, ended)
    if _internal(recording.before):
        return replace(recording, kind="added", before=None, after=after, moved_from="")
    before = None if recording.before is None else public_values(recording.before, ended)
    if before is recording.before and after is recording.after:
        return recording
    return replace(recording, before=before, after=after)


def public_values(values: Values, ended: Values | None = None) -> Values:
    """Return an item's plain values without its internal parts; the same where it has none.

    An internal entry of the log that moves the item keeps its day and status. An entry that the item `ended`
    with is internal if it is so there: marking it later is no change to what the public was told.
    """
    log, ended_log, measures = log_of(values), log_of(ended), _mappings(values, "actions")
    if not any(_internal(part) or "internal_evidence" in part for part in (*log, *ended_log, *measures)):
        return values  # the usual case, for which no entry is put into words
    last = {said_in(entry): _internal(entry) for entry in ended_log}
    told = ((entry, last.get(said_in(entry), _internal(entry))) for entry in log)
    shown = [_moved(entry) if internal else _public(entry) for entry, internal in told]
    kept: dict[str, list[Node]] = {
        "log": [entry for entry in shown if entry],
        "actions": [_public(measure) for measure in measures if not _internal(measure)],
    }
    return {key: value for key, value in {**values, **kept}.items() if value or key not in kept}


def _moved(entry: Values) -> dict[str, Node]:
    """Return what is told of an internal entry: nothing but its day and the status it gives."""
    told = ("date", "status", "visibility") if entry.get("status") else ()
    return {key: entry[key] for key in told if key in entry}


def _public(part: Values) -> dict[str, Node]:
    """Return a part without what is internal of it, and without a record of files that may be internal."""
    return {k: v for k, v in part.items() if k not in ("internal_evidence", "visibility", "accepted_files")}


def _entries(values: Values | None) -> dict[str, Values]:
    return {said_in(entry): entry for entry in log_of(values)}


def said_in(entry: Values) -> str:
    """Return what a log entry says, whatever its white space, without the fingerprint of an acceptance.

    Nor does it count who may read the entry or its evidence, or the order of that.
    """

    def seen(value: object) -> object:
        if isinstance(value, dict):
            parts = {key: seen(part) for key, part in value.items()}
            return {key: part for key, part in parts.items() if part}
        if isinstance(value, list):
            return [seen(part) for part in value]
        return " ".join(value.split()) if isinstance(value, str) else value

    kept = {key: value for key, value in entry.items() if key not in _BESIDE}
    evidence = [one for key in ("evidence", "internal_evidence") for one in _listed(entry, key)]
    kept |= {"evidence": sorted(evidence, key=str)} if evidence else {}
    return json.dumps(seen(kept), ensure_ascii=False, sort_keys=True)


def log_of(values: Values | None) -> tuple[Values, ...]:
    """Return the log entries of an item's plain values, as far as they are entries at all."""
    return _mappings(values, "log")


def _mappings(values: Values | None, key: str) -> tuple[Values, ...]:
    return tuple(one for one in _listed(values or {}, key) if isinstance(one, dict))


def _listed(values: Values, key: str) -> list[Node]:
    listed = values.get(key)
    return listed if isinstance(listed, list) else []


def count_entries(values: Values | None, day: str, status: str | None) -> int:
    """Return how many entries of a log have that day and status."""
    return sum(entry.get("date") == day and entry.get("status") == status for entry in log_of(values))
