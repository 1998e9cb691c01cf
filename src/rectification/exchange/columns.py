"""Every field of an item as a column: the same columns, in the same words, as the site's own export.

assets/js/export.js lists them for the browser; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rectification.exchange import cells
from rectification.ledger import references

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.exchange import Extract
    from rectification.ledger import Record

Value = str | int | None


@dataclass(frozen=True)
class Column:
    """A column: the catalogue's key of its heading, its value for a record, its width in characters."""

    heading: str
    value: Callable[[Extract, Record], Value]
    width: int


def _named(section: str, code: str | None, words: Catalogue) -> str:
    return words.text(f"{section}.{code}") if code else ""


def _flags(extract: Extract, record: Record) -> str:
    words = extract.catalogue
    return words.text("ui.comma").join(words.text(f"flag.{flag}") for flag in record.state.flags)


def _files(extract: Extract, record: Record) -> str:
    names = dict.fromkeys(references(record.item))
    files = (extract.ledger.evidence[name] for name in names if name in extract.ledger.evidence)
    return "\n".join(f"{file.reference} SHA-256 {file.sha256}" for file in files)


def _source(_: Extract, record: Record) -> str:
    source = record.source
    parts = (source.kind, source.document, source.place, source.date, source.link)
    return " ".join(str(part) for part in parts if part)


COLUMNS: tuple[Column, ...] = (
    Column("field.id", lambda _, r: r.item.id, 14),
    Column("field.title", lambda _, r: r.item.title, 30),
    Column("field.status", lambda x, r: _named("status", r.state.status, x.catalogue), 10),
    Column("ledger.column.flag", _flags, 12),
    Column("field.unit", lambda _, r: r.unit, 20),
    Column("field.owner", lambda _, r: r.item.owner, 16),
    Column("field.partners", lambda _, r: "\n".join(r.item.partners), 18),
    Column("field.checklist", lambda _, r: r.checklist.header.title, 22),
    Column("field.category", lambda _, r: r.item.category, 12),
    Column("field.severity", lambda x, r: _named("severity", r.item.severity, x.catalogue), 8),
    Column("field.mode", lambda x, r: _named("mode", r.item.mode, x.catalogue), 10),
    Column("field.found", lambda _, r: str(r.item.found), 12),
    Column("field.due", lambda _, r: str(r.item.due), 12),
    Column("ledger.column.slip", lambda _, r: r.state.slip_days, 8),
    Column("ledger.column.since", lambda _, r: str(r.state.since), 12),
    Column("ledger.column.left", lambda _, r: r.state.days_left, 8),
    Column("ledger.column.open", lambda _, r: r.state.days_open, 8),
    Column("ledger.description", lambda _, r: r.item.problem, 40),
    Column("section.cause", lambda _, r: r.item.cause, 30),
    Column("section.goal", lambda _, r: r.item.goal, 30),
    Column("section.actions", lambda x, r: cells.actions_text(r.item.actions, x.catalogue), 40),
    Column("section.timeline", lambda x, r: cells.log_text(r.item.log, x.catalogue), 40),
    Column("section.due_changes", lambda x, r: cells.due_changes_text(r.item.due_changes, x.catalogue), 24),
    Column("section.evidence", _files, 24),
    Column("section.feedback", lambda x, r: cells.feedback_text(r.item.feedback, x.catalogue), 20),
    Column("section.notice", lambda x, r: cells.notice_text(r.item.notice, x.catalogue), 20),
    Column("field.source", _source, 24),
    Column("section.related", lambda _, r: "\n".join(r.item.related), 14),
    Column("section.waive", lambda _, r: cells.extra_text(r.item.waive), 20),
    Column("section.extra", lambda _, r: cells.extra_text(r.item.extra), 20),
    Column("ledger.address", lambda x, r: x.address(r), 24),
    Column("ledger.as_of", lambda x, _: str(x.ledger.today), 12),
)


def headings(words: Catalogue) -> list[str]:
    """Return the heading of every column."""
    return [words.text(column.heading) for column in COLUMNS]


def row(extract: Extract, record: Record) -> list[Value]:
    """Return a record's value for every column."""
    return [column.value(extract, record) for column in COLUMNS]
