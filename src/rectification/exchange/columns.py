"""Columns of a table that is passed on: what a form calls a field, in which words and which form it shows it.

The columns of the export are every field of an item in the words of the site, the same as those of the site's
own export: assets/js/export.js lists them for the browser; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rectification.exchange.dayform import write_day
from rectification.exchange.prose import without_marks
from rectification.exchange.values import Raw, value_of
from rectification.profile import FIELDS, FieldOfItem, Profile, ReportColumn, field_of

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.exchange import Extract
    from rectification.ledger import Record
    from rectification.settings import Audience

Value = str | int | date | None

ISO = "YYYY-MM-DD"
_NARROWEST, _WIDEST = 3, 120  # characters
_MARKDOWN = ("problem", "cause", "goal")

# What the export tells of an item; the last one only in files, where the page says it above the table.
EXPORTED = (
    "id", "title", "status", "flags", "unit", "owner", "partners", "checklist", "category", "severity",
    "mode", "found", "due", "slip_days", "since", "days_left", "days_open", "problem", "cause", "goal",
    "actions", "log", "due_changes", "evidence_sha256", "feedback", "notice", "source", "related", "waive",
    "extra", "address", "as_of",
)  # fmt: skip
COLUMNS: tuple[FieldOfItem, ...] = tuple(FIELDS[name] for name in EXPORTED)
INTERNAL = "visibility"  # stands before the address where an export holds what is internal


@dataclass(frozen=True)
class Column:
    """A column: its heading, its width in characters, its value for a record in the row of that number.

    `day_form` is the form of its days, `empty` stands for no value, `summed` columns are added up; `prose` is
    Markdown, which paper shows without its marks.
    """

    heading: str
    width: int
    value: Callable[[Extract, Record, int], Value]
    field: str = ""
    day_form: str = ISO
    empty: str = ""
    summed: bool = False
    prose: bool = False

    def text(self, value: Value) -> str:
        """Return a value as it is read."""
        if value is None or value == "":
            return self.empty
        return write_day(value, self.day_form) if isinstance(value, date) else str(value)

    def printed(self, value: Value) -> str:
        """Return a value as it is read on paper."""
        text = self.text(value)
        return without_marks(text) if self.prose else text


def columns_of(profile: Profile, words: Catalogue) -> tuple[Column, ...]:
    """Return the columns of a form."""
    return tuple(_column(profile, column, words) for column in profile.columns)


def exported(words: Catalogue, audience: Audience = "public") -> tuple[Column, ...]:
    """Return the columns of the export; an internal one tells who may see each item."""
    names = [*EXPORTED]
    if audience == "internal":
        names.insert(names.index("address"), INTERNAL)
    return tuple(_plain(name, words) for name in names)


def headings(words: Catalogue) -> list[str]:
    """Return the heading of every column of the export."""
    return [words.text(column.heading) for column in COLUMNS]


def _plain(name: str, words: Catalogue) -> Column:
    column = ReportColumn(field=name)
    heading = words.text(FIELDS[name].heading)
    return Column(heading, FIELDS[name].width, _shown(column, words), name)


def _column(profile: Profile, column: ReportColumn, words: Catalogue) -> Column:
    width = column.width or field_of(column.field).width
    return Column(
        profile.heading_of(column, words.texts),
        min(max(width, _NARROWEST), _WIDEST),
        _shown(column, words),
        column.field,
        column.date or profile.date,
        column.empty or profile.empty or "",
        column.sum,
        column.field in _MARKDOWN,
    )


def _shown(column: ReportColumn, words: Catalogue) -> Callable[[Extract, Record, int], Value]:
    """Return what gives a column's value, its codes in words and its lists as text."""
    if column.field == "number":
        return lambda _, __, number: number
    field, raw = field_of(column.field), value_of(column.field)
    word = word_of(column, words)
    join = column.join or (words.text("ui.comma") if field.kind == "codes" else "\n")

    def value(extract: Extract, record: Record, _: int) -> Value:
        found: Raw = raw(extract, record)
        if isinstance(found, tuple):
            listed = [word(each) for each in found]
            if column.numbered:
                listed = [f"{n}. {each}" for n, each in enumerate(listed, 1)]
            return join.join(listed)
        return word(found) if isinstance(found, str) and found else found

    return value


def word_of(column: ReportColumn, words: Catalogue) -> Callable[[str], str]:
    """Return what puts a value into the words of a column: its own, else those of the interface."""
    field = field_of(column.field)
    known = {code: words.text(f"{field.section}.{code}") for code in field.codes} | dict(column.values)
    return lambda value: known.get(value, value)
