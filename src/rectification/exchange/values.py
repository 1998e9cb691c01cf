"""What a column shows of an item: one value a field of `profile.FIELDS`, typed, in no office's words yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from rectification.exchange import cells
from rectification.exchange.cells import evidence_names
from rectification.ledger import references
from rectification.profile import EXTRA

if TYPE_CHECKING:
    from rectification.exchange import Extract
    from rectification.ledger import Record
    from rectification.model import LogEntry

Raw = str | int | date | tuple[str, ...] | None


def value_of(name: str) -> Callable[[Extract, Record], Raw]:
    """Return what gives a field's value for a record. Raises KeyError for an unknown field."""
    if name.startswith(EXTRA):
        key = name.removeprefix(EXTRA)
        return lambda _, record: record.item.extra.get(key)
    return VALUES[name]


def _closing(record: Record) -> LogEntry | None:
    """Return the entry that closed an item, where it is closed now."""
    if record.state.status != "closed":
        return None
    return next(entry for entry in reversed(record.item.log) if entry.status == "closed")


def _above(extract: Extract, record: Record) -> str | None:
    units = extract.ledger.units
    unit = units.names.get(record.unit)
    above = units.above(unit) if unit else ()
    return above[-1].name if above else None


def _level(extract: Extract, record: Record) -> str | None:
    unit = extract.ledger.units.names.get(record.unit)
    return extract.ledger.units.level(unit) if unit else None


def _last_note(extract: Extract, record: Record) -> str | None:
    told = ((e.note or e.reason, e.visibility) for e in reversed(record.item.log))
    return next((extract.catalogue.mark(text, who) for text, who in told if text), None)


def _hashed(extract: Extract, record: Record) -> str:
    names = zip(
        dict.fromkeys(references(record.item)), evidence_names(record.item, extract.catalogue), strict=True
    )
    files = ((marked, extract.ledger.evidence.get(name)) for name, marked in names)
    return "\n".join(f"{marked} SHA-256 {file.sha256}" for marked, file in files if file is not None)


def _source(_: Extract, record: Record) -> str:
    source = record.source
    parts = (source.kind, source.document, source.place, source.date, source.link)
    return " ".join(str(part) for part in parts if part)


VALUES: Mapping[str, Callable[[Extract, Record], Raw]] = {
    "number": lambda _, r: None,  # the row's place, which only the layout knows
    "id": lambda _, r: r.item.id,
    "title": lambda _, r: r.item.title,
    "problem": lambda _, r: r.item.problem,
    "status": lambda _, r: r.state.status,
    "flags": lambda _, r: r.state.flags,
    "unit": lambda _, r: r.unit,
    "unit_above": _above,
    "unit_level": _level,
    "owner": lambda _, r: r.item.owner,
    "partners": lambda _, r: r.item.partners,
    "checklist": lambda _, r: r.checklist.header.title,
    "category": lambda _, r: r.item.category,
    "severity": lambda _, r: r.item.severity,
    "mode": lambda _, r: r.item.mode,
    "found": lambda _, r: r.item.found,
    "due": lambda _, r: r.item.due,
    "original_due": lambda _, r: r.state.original_due,
    "slip_days": lambda _, r: r.state.slip_days,
    "since": lambda _, r: r.state.since,
    "days_left": lambda _, r: r.state.days_left,
    "days_open": lambda _, r: r.state.days_open,
    "closed_on": lambda _, r: r.state.since if r.state.status == "closed" else None,
    "verifier": lambda _, r: entry.by if (entry := _closing(r)) else None,
    "review": lambda _, r: entry.review if (entry := _closing(r)) else None,
    "cause": lambda _, r: r.item.cause,
    "goal": lambda _, r: r.item.goal,
    "measures": lambda x, r: tuple(x.catalogue.mark(a.text, a.visibility) for a in r.item.actions),
    "actions": lambda x, r: cells.actions_text(r.item.actions, x.catalogue),
    "actions_done": lambda _, r: r.state.actions_done,
    "actions_total": lambda _, r: len(r.item.actions),
    "last_note": _last_note,
    "last_date": lambda _, r: r.item.log[-1].date if r.item.log else None,
    "log": lambda x, r: cells.log_text(r.item.log, x.catalogue),
    "due_changes": lambda x, r: cells.due_changes_text(r.item.due_changes, x.catalogue),
    "evidence": lambda x, r: evidence_names(r.item, x.catalogue),
    "evidence_sha256": _hashed,
    "evidence_count": lambda _, r: len(set(references(r.item))),
    "feedback": lambda x, r: cells.feedback_text(r.item.feedback, x.catalogue),
    "satisfied": lambda _, r: r.item.feedback.satisfied if r.item.feedback else None,
    "asked": lambda _, r: r.item.feedback.total if r.item.feedback else None,
    "notice": lambda x, r: cells.notice_text(r.item.notice, x.catalogue),
    "notice_from": lambda _, r: r.item.notice.from_ if r.item.notice else None,
    "notice_to": lambda _, r: r.item.notice.to if r.item.notice else None,
    "notice_contact": lambda _, r: r.item.notice.contact if r.item.notice else None,
    "source": _source,
    "source_document": lambda _, r: r.source.document,
    "source_date": lambda _, r: r.source.date,
    "related": lambda _, r: r.item.related,
    "waive": lambda _, r: cells.extra_text(r.item.waive),
    "extra": lambda _, r: cells.extra_text(r.item.extra),
    "visibility": lambda _, r: r.item.visibility,
    "address": lambda x, r: x.address(r),
    "as_of": lambda x, _: x.ledger.today,
}
