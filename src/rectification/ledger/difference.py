"""What differs between two ledgers of one site: a pure comparison, whichever of them is the later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rectification.ledger.visibility import references

if TYPE_CHECKING:
    from datetime import date

    from rectification.ledger.evidence import EvidenceFile
    from rectification.ledger.ledger import Ledger, Record
    from rectification.model import LogEntry, Status

# Told of in ways of their own, or the same by definition.
_ELSEWHERE = frozenset({"id", "log", "due", "unit"})


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an item that says something else; empty where it says nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ItemDifference:
    """What differs in one item that both ledgers have. `log_changed` pairs entries of one day and status.

    `evidence_altered` are files of the same name with another content.
    """

    before: Record
    after: Record
    status: tuple[Status, Status] | None = None
    due: tuple[date, date] | None = None
    unit: tuple[str, str] | None = None
    log_added: tuple[LogEntry, ...] = ()
    log_changed: tuple[tuple[LogEntry, LogEntry], ...] = ()
    log_removed: tuple[LogEntry, ...] = ()
    fields: tuple[Field, ...] = ()
    evidence_added: tuple[str, ...] = ()
    evidence_gone: tuple[str, ...] = ()
    evidence_altered: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether anything differs at all."""
        told = (self.status, self.due, self.unit, self.log_added, self.log_changed, self.log_removed)
        return any((*told, self.fields, self.evidence_added, self.evidence_gone, self.evidence_altered))


@dataclass(frozen=True)
class Difference:
    """What differs between two ledgers, in the order of the later one's items."""

    before: Ledger
    after: Ledger
    added: tuple[Record, ...] = ()
    gone: tuple[Record, ...] = ()
    changed: tuple[ItemDifference, ...] = ()

    @property
    def any(self) -> bool:
        return bool(self.added or self.gone or self.changed)


def difference(before: Ledger, after: Ledger) -> Difference:
    """Compare two ledgers item by item. Order in the files, white space and comments do not count."""
    both = ((before.by_id[r.item.id], r) for r in after.by_id.values() if r.item.id in before.by_id)
    changed = (_compare(old, new, before.evidence, after.evidence) for old, new in both)
    return Difference(
        before,
        after,
        tuple(record for identifier, record in after.by_id.items() if identifier not in before.by_id),
        tuple(record for identifier, record in before.by_id.items() if identifier not in after.by_id),
        tuple(one for one in changed if one.any),
    )


def _compare(
    old: Record, new: Record, files: Mapping[str, EvidenceFile], new_files: Mapping[str, EvidenceFile]
) -> ItemDifference:
    was, now = old.state.status, new.state.status
    added, changed, removed = _log(old.item.log, new.item.log)
    named, named_now = dict.fromkeys(references(old.item)), dict.fromkeys(references(new.item))
    return ItemDifference(
        old,
        new,
        (was, now) if was != now else None,
        (old.item.due, new.item.due) if old.item.due != new.item.due else None,
        (old.unit, new.unit) if old.unit != new.unit else None,
        added,
        changed,
        removed,
        tuple(_fields(old, new)),
        tuple(name for name in named_now if name not in named),
        tuple(name for name in named if name not in named_now),
        tuple(
            name for name in named_now if name in named and _content(files, name) != _content(new_files, name)
        ),
    )


def _content(files: Mapping[str, EvidenceFile], name: str) -> str:
    return files[name].sha256 if name in files else ""


Entries = tuple["LogEntry", ...]


def _log(before: Entries, after: Entries) -> tuple[Entries, tuple[tuple[LogEntry, LogEntry], ...], Entries]:
    """Return the entries added, those changed (old, new), those removed."""
    rest, removed = list(after), []
    for entry in before:
        if entry in rest:
            rest.remove(entry)
        else:
            removed.append(entry)
    changed = []
    for entry in tuple(removed):
        match = next((one for one in rest if (one.date, one.status) == (entry.date, entry.status)), None)
        if match is not None:
            changed.append((entry, match))
            rest.remove(match)
            removed.remove(entry)
    return tuple(rest), tuple(changed), tuple(removed)


def _fields(old: Record, new: Record) -> Iterable[Field]:
    for name in type(old.item).model_fields:
        if name not in _ELSEWHERE:
            before, after = _said(getattr(old.item, name)), _said(getattr(new.item, name))
            if before != after:
                yield Field(name, before, after)
    if old.checklist.slug != new.checklist.slug:
        yield Field("checklist", old.checklist.slug, new.checklist.slug)


def _said(value: Any) -> str:
    """Return a field's value as one line of words, whatever its white space."""
    if value is None or value in ((), {}):
        return ""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, tuple):
        return "; ".join(map(_said, value))
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_said(part)}" for key, part in value.items())
    if hasattr(value, "model_dump"):
        fields = type(value).model_fields
        return ", ".join(_said(part) for name, part in value if part != fields[name].default)
    return str(value)
