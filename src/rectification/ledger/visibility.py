"""What of an item the public may see: not its internal measures, entries of the log and evidence.

An internal entry that moves the item stays with its day and status alone, as the item's own status would lie
without it; its `visibility` tells that the rest is withheld.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING, TypeVar

from rectification.model import Action, Item, LogEntry

if TYPE_CHECKING:
    from rectification.source import Path_

Kept = Mapping[str, tuple[int, ...]]
Part = TypeVar("Part", Action, LogEntry)


def has_internal_parts(item: Item) -> bool:
    """Tell whether something of an item, though not the item, is internal."""
    # Not of `parts`, and without a generator: ten thousand items are asked in every build.
    for action in item.actions:
        if action.internal_evidence or action.visibility == "internal":
            return True
    for entry in item.log:  # noqa: SIM110
        if entry.internal_evidence or entry.visibility == "internal":
            return True
    return False


def internal_references(item: Item) -> frozenset[str]:
    """Return the evidence that only internal parts of an item name."""
    inside = {name for part in parts(item) for name in part.internal_evidence}
    inside |= {name for part in parts(item) if part.visibility == "internal" for name in part.evidence}
    return frozenset(inside).difference(*(p.evidence for p in parts(item) if p.visibility == "public"))


def references(item: Item) -> Iterable[str]:
    """Yield every piece of evidence an item names, files and links, in the order of the item."""
    for part in parts(item):
        if part.evidence or part.internal_evidence:  # few have any
            yield from part.evidence
            yield from part.internal_evidence


def named_evidence(item: Item) -> Iterator[tuple[Path_, str]]:
    """Yield every piece of evidence an item names with the path to it, files and links."""
    listed: tuple[tuple[str, Sequence[Action | LogEntry]], ...] = (
        ("actions", item.actions),
        ("log", item.log),
    )
    for key, each in listed:
        for n, part in enumerate(each):
            if not (part.evidence or part.internal_evidence):
                continue
            for names, kind in ((part.evidence, "evidence"), (part.internal_evidence, "internal_evidence")):
                for k, name in enumerate(names):
                    yield (key, n, kind, k), name


def parts(item: Item) -> tuple[Action | LogEntry, ...]:
    """Return what an item has evidence in: its measures, then the entries of its log."""
    return (*item.actions, *item.log)


def shown(item: Item) -> tuple[Item, Kept]:
    """Return an item without its internal parts, and the places of what is left of its lists.

    A fingerprint made of text that is withheld goes too: it would let a reader try out what that says.
    """
    kept = {
        "actions": tuple(n for n, action in enumerate(item.actions) if action.visibility == "public"),
        "log": tuple(n for n, entry in enumerate(item.log) if entry.visibility == "public" or entry.status),
    }
    actions = tuple(_without_evidence(item.actions[n]) for n in kept["actions"])
    log = tuple(_entry(item.log[n], whole=actions == item.actions) for n in kept["log"])
    named = {name for action in actions for name in action.evidence}
    named |= {name for entry in log for name in entry.evidence}
    log = tuple(_without_files(entry, named) for entry in log)
    return item.model_copy(update={"actions": actions, "log": log}), kept


def _entry(entry: LogEntry, *, whole: bool) -> LogEntry:
    if entry.visibility == "internal":
        return LogEntry(date=entry.date, status=entry.status, visibility="internal")
    entry = entry if whole or not entry.accepted else entry.model_copy(update={"accepted": None})
    return _without_evidence(entry)


def _without_evidence(part: Part) -> Part:
    return part.model_copy(update={"internal_evidence": ()}) if part.internal_evidence else part


def _without_files(entry: LogEntry, named: Set[str]) -> LogEntry:
    if not entry.accepted_files or named >= entry.accepted_files.keys():
        return entry
    files = {name: value for name, value in entry.accepted_files.items() if name in named}
    return entry.model_copy(update={"accepted_files": files})
