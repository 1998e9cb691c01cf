"""Rules that need a witness: what git knows of the ledger, or the ledger it is compared with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from rectification.history import Commit, History, Recording, log_of, said_in
from rectification.ledger import Place, acceptance, last_move, named_evidence
from rectification.model import day_of
from rectification.rules.rule import Breach, Rule
from rectification.rules.similarity import containment
from rectification.settings import HEADER_FILE
from rectification.source import Document

if TYPE_CHECKING:
    from rectification.ledger import Ledger, Record
    from rectification.model import Item
    from rectification.source import Node

_WHO_MAY_READ = ("visibility", "evidence", "internal_evidence")
_MOST_GONE = 0.05  # share of a ledger's items
_NAMED_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:(\d\d)(\d\d)|([-_.年])(\d\d?)[-_.月](\d\d?)日?)(?!\d)")


# -- evidence ----------------------------------------------------------------------------------------------


def altered_evidence(ledger: Ledger, *, history: History) -> Iterator[Breach]:
    """A file of evidence stays as it was when the item was closed, or accepted again since."""
    for record in ledger.records:
        item = record.item
        closed = last_move(item)
        if closed is None or closed.status != "closed":
            continue
        accepted = acceptance(item) or closed
        seen = history.recorded(item.id, str(accepted.date), accepted.status)
        if seen is None:
            continue
        for path, name in named_evidence(item):
            versions = sorted(history.evidence.get(name, ()), key=lambda version: _when(version.commit))
            then = [v for v in versions if _stood(v.commit, seen.commit)]
            later = [v for v in versions[len(then) :] if then and v.blob != then[-1].blob]
            if later and versions[-1].blob not in ("", then[-1].blob):
                day = later[0].commit.day
                facts = {"found": name, "closed": str(closed.date), "changed": str(day)}
                yield Breach(record.place, path, facts, item.id, day=day)


def changed_since_recorded(ledger: Ledger, *, history: History) -> Iterator[Breach]:
    """What was accepted still reads as it did, by git, where nobody recorded a fingerprint of it."""
    for record in ledger.records:
        item = record.item
        closed = last_move(item)
        if closed is None or closed.status != "closed" or acceptance(item) is not None:
            continue
        seen = history.closing(item.id, closed.date)
        if seen is None or _accepted_text(seen.after) == _accepted_text(record.written):
            continue
        n = next(n for n, entry in enumerate(item.log) if entry is closed)
        later = (r for r in history.recordings(item.id) if _when(r.commit) > _when(seen.commit))
        day = next(
            (r.commit.day for r in later if _accepted_text(r.after) != _accepted_text(seen.after)), None
        )
        yield Breach(
            record.place, ("log", n), {"accepted": str(closed.date)}, item.id, day=day or closed.date
        )


def _accepted_text(values: Any) -> tuple[object, ...]:
    """Return what a verifier accepts of an item's plain values: what `content_hash` is made of."""

    def seen(value: Any) -> Any:
        if isinstance(value, dict):
            evidence = [*(value.get("evidence") or ()), *(value.get("internal_evidence") or ())]
            plain = {key: seen(part) for key, part in value.items() if part and key not in _WHO_MAY_READ}
            return plain | {"evidence": sorted(map(str, evidence))}
        return (
            [seen(part) for part in value] if isinstance(value, list) else " ".join(str(value or "").split())
        )

    return tuple(seen((values or {}).get(key)) for key in ("title", "problem", "cause", "goal", "actions"))


def _when(commit: Commit) -> tuple[int, int]:
    """Return the order in which commits came onto the main line."""
    return commit.landing, commit.order


def _stood(earlier: Commit, later: Commit) -> bool:
    """Tell whether a commit's word stood when `later` was made, or was part of the same author's draft."""
    return _when(earlier) <= _when(later) or later.drafted(earlier)


def evidence_dated_before(ledger: Ledger) -> Iterator[Breach]:
    """Evidence of a rectification is no older than the problem, by the day in its name."""
    for record, path, name in ledger.cited:
        dated = day_in_name(name) if name in ledger.evidence else None
        if dated is not None and dated < record.item.found:
            yield _too_old(record, path, name, dated)


def evidence_known_before(ledger: Ledger, *, history: History) -> Iterator[Breach]:
    """Evidence of a rectification is no older than the problem, by the day git first had the file."""
    for record, path, name in ledger.cited:
        versions = history.evidence.get(name, ())
        if versions and day_in_name(name) is None:
            dated = min(version.commit.day for version in versions)
            if dated < record.item.found:
                yield _too_old(record, path, name, dated)


def _too_old(record: Record, path: tuple[str | int, ...], name: str, dated: date) -> Breach:
    facts = {"found": name, "dated": str(dated), "since": str(record.item.found)}
    return Breach(record.place, path, facts, record.item.id, day=dated)


def day_in_name(name: str) -> date | None:
    """Return the last whole date in a file's name (`2025-11-02`, `20251102`, `2025年11月2日`), or None."""
    found = None
    for year, month, day, _, written_month, written_day in _NAMED_DAY.findall(name.rpartition("/")[2]):
        found = day_of(f"{year}-{month or written_month}-{day or written_day}") or found
    return found


# -- dates and responsibility ------------------------------------------------------------------------------


def moved_silently(ledger: Ledger, *, history: History) -> Iterator[Breach]:
    """Each move of the due date that git saw stands in `due_changes`."""
    for record in ledger.records:
        item = record.item
        told = {(str(change.from_), str(change.to)) for change in item.due_changes}
        for landing in history.landings(item.id):
            before, after = _day(landing.before, "due"), _day(landing.after, "due")
            if not before or not after or before == after or _leads(told, before, after):
                continue
            commit = _last_to_change(history.recordings(item.id), landing, "due")
            facts = {"before": before, "after": after, "on": str(commit.day), "commit": commit.short}
            yield Breach(record.place, ("due",), facts, item.id, day=commit.day)


def _day(values: Mapping[str, Node] | None, key: str) -> str:
    written = (values or {}).get(key)
    day = day_of(written) if isinstance(written, str) else None
    return str(day) if day is not None else ""


def _leads(moves: Iterable[tuple[str, str]], before: str, after: str) -> bool:
    """Tell whether the recorded moves lead from one day to the other: what lands together may be several."""
    reached, moves = {before}, set(moves)
    while new := {to for start, to in moves if start in reached} - reached:
        reached |= new
    return after in reached


def _last_to_change(recordings: Iterable[Recording], landing: Recording, key: str) -> Commit:
    """Return the commit, of those that landed together, that was the last to change a key of the item."""
    together = [
        r.commit for r in recordings if r.commit.landing == landing.commit.landing and key in r.changed
    ]
    return together[-1]


def passed_on(ledger: Ledger, *, history: History, changes: float) -> Iterator[Breach]:
    """An item stays with the unit that answers for it; another name of a unit is the same unit."""
    for record in ledger.records:
        units: list[str] = []
        days: list[date] = []
        for landing in history.landings(record.item.id):
            for values in (landing.before, landing.after):
                written = (values or {}).get("unit")
                unit = ledger.units.canonical(written.strip()) if isinstance(written, str) else ""
                if unit and units[-1:] != [unit]:
                    units.append(unit)
                    days.append(landing.commit.day)
        n = len(units) - 1
        if n >= max(changes, 1):
            facts = {"n": n, "units": " → ".join(units)}
            yield Breach(record.place, ("unit",), facts, record.item.id, day=days[-1])


# -- the log -----------------------------------------------------------------------------------------------


def back_dated(ledger: Ledger, *, history: History, days: float) -> Iterator[Breach]:
    """A log entry is recorded when it happens.

    Entries that came with the item's very first recording are not judged: git cannot know when they were
    written down elsewhere.
    """
    for record in ledger.records:
        recordings = history.recordings(record.item.id)
        for n, entry in enumerate(record.item.log):
            first = _first_recorded(recordings, record.item, n)
            if first is None or first is recordings[0]:
                continue
            late = (first.commit.day - entry.date).days
            if late > days:
                facts = {"dated": str(entry.date), "committed": str(first.commit.day), "days": late}
                yield Breach(record.place, ("log", n), facts, record.item.id, day=first.commit.day)


def _first_recorded(recordings: Iterable[Recording], item: Item, n: int) -> Recording | None:
    """Return the recording that first held the log's entry `n`: as many of its day and status as up to it."""
    entry = item.log[n]
    wanted = sum(e.date == entry.date and e.status == entry.status for e in item.log[: n + 1])

    def held(recording: Recording) -> int:
        entries = log_of(recording.after)
        return sum(_day(e, "date") == str(entry.date) and e.get("status") == entry.status for e in entries)

    return next((recording for recording in recordings if held(recording) >= wanted), None)


def rewritten(ledger: Ledger, *, history: History) -> Iterator[Breach]:
    """A log is only added to: what was once recorded stays as it was.

    White space, and the fingerprint that `rectify accept` adds, are no change; nor is what an author
    corrects in a branch of their own before it is merged.
    """
    for record in ledger.records:
        present = [said_in(entry) for entry in log_of(record.written)]
        recordings = history.recordings(record.item.id)
        seen: dict[str, tuple[Recording, str]] = {}
        for recording in recordings:
            for entry in log_of(recording.after):
                seen.setdefault(said_in(entry), (recording, _day(entry, "date") or str(entry.get("date"))))
        for said, (first, dated) in seen.items():
            if said in present or _excused(recordings, said, first, present):
                continue
            # What took its place: an entry of its day that was recorded later, or is not yet.
            at = next(
                (
                    n
                    for n, (entry, one) in enumerate(zip(record.item.log, present, strict=True))
                    if str(entry.date) == dated
                    and (one not in seen or seen[one][0].commit.order > first.commit.order)
                ),
                None,
            )
            facts = {"dated": dated, "committed": str(first.commit.day)}
            path: tuple[str | int, ...] = ("log", at) if at is not None else ("log",)
            of: Literal["value", "key"] = "value" if at is not None else "key"
            yield Breach(record.place, path, facts, record.item.id, of, first.commit.day)


def _excused(recordings: Iterable[Recording], said: str, first: Recording, present: Sequence[str]) -> bool:
    """Tell whether an entry may go: it had itself taken the place of one that is back, or was a draft."""
    if not first.log_lost.keys().isdisjoint(present):
        return True
    last = next((recording for recording in recordings if said in recording.log_lost), None)
    return last is not None and first.commit.drafted(last.commit)


# -- items that are gone -----------------------------------------------------------------------------------


def vanished(ledger: Ledger, *, history: History) -> Iterator[Breach]:
    """An item that an earlier commit had is still there, or was withdrawn or merged before it went."""
    for identifier, recordings in history.items.items():
        last = recordings[-1]
        if identifier in ledger.by_id or last.kind != "removed" or recordings[0].commit.drafted(last.commit):
            continue
        moves = [entry.get("status") for entry in log_of(last.before) if entry.get("status")]
        if moves[-1:] != ["withdrawn"]:
            facts = {"found": identifier, "on": str(last.commit.day), "commit": last.commit.short}
            place, path = _where_it_stood(ledger, last.file)
            yield Breach(place, path, facts, day=last.commit.day)


def gone(ledger: Ledger, *, base: Ledger) -> Iterator[Breach]:
    """Every item of the base is still there, or was withdrawn or merged before it went.

    Where more than a twentieth of them are gone, that is no clearing up any more.
    """
    missing = [record for record in base.records if record.item.id not in ledger.by_id]
    many = len(missing) > _MOST_GONE * len(base.by_id)
    for record in missing:
        if many or record.state.status != "withdrawn":
            place, path = _where_it_stood(ledger, record.place.file)
            yield Breach(place, path, {"found": record.item.id, "base": base.revision})


def _where_it_stood(ledger: Ledger, file: str) -> tuple[Place, tuple[str | int, ...]]:
    """Return the header of the checklist an item stood in, else the place where its file was."""
    for checklist in ledger.checklists:
        head = checklist.place.file
        folder, _, name = head.rpartition("/")
        kept_as_folder = name.startswith(f"{HEADER_FILE}.") and folder.endswith(f"/{checklist.slug}")
        if head == file or (kept_as_folder and file.startswith(f"{folder}/")):
            return checklist.place, ("checklist",)
    return Place(Document.absent(file)), ()


def reused(ledger: Ledger, *, base: Ledger, similarity: float) -> Iterator[Breach]:
    """An id goes on naming the same problem."""
    for record in ledger.records:
        before = base.by_id.get(record.item.id)
        if before is None or (before.item.title, before.item.problem) == (
            record.item.title,
            record.item.problem,
        ):
            continue
        if _in_common(before.item, record.item) < similarity:
            facts = {"found": record.item.id, "base": base.revision}
            yield Breach(record.place, ("id",), facts, record.item.id)


def _in_common(one: Item, other: Item) -> float:
    """Return how much of the shorter of two items' title and problem stands in the other, 0 to 1."""
    shorter, longer = sorted((f"{item.title}\n{item.problem}" for item in (one, other)), key=len)
    return containment(shorter, longer)


RULES = (
    Rule("S306", "warning", changed_since_recorded, witness="history"),
    Rule("S401", "warning", altered_evidence, witness="history"),
    Rule("S402", "warning", evidence_dated_before, each=True),
    Rule("S402", "warning", evidence_known_before, witness="history"),
    Rule("S504", "warning", moved_silently, witness="history"),
    Rule("S801", "warning", passed_on, thresholds={"changes": 2}, witness="history"),
    Rule("S901", "warning", back_dated, thresholds={"days": 30}, witness="history"),
    Rule("S902", "warning", rewritten, witness="history"),
    Rule("S903", "warning", vanished, whole=True, witness="history"),
    Rule("L601", "error", gone, whole=True, witness="base"),
    Rule("L602", "error", reused, whole=True, thresholds={"similarity": 0.3}, witness="base"),
)
