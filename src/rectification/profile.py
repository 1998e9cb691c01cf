"""Report profiles (报表样式): the form in which one office wants the ledger. `_reports.yml` keeps them.

A profile names fields, it holds no facts: the same items fill the form of every level.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from rectification.diagnostic import nearest
from rectification.model import (
    FLAGS,
    MODES,
    SEVERITIES,
    STATUSES,
    VISIBILITIES,
    Count,
    Identifier,
    Level,
    Line,
    Record,
    Visibility,
    YesNo,
)

Kind = Literal["text", "day", "number", "code", "list", "codes"]
GroupBy = Literal[
    "unit",
    "province",
    "city",
    "county",
    "town",
    "category",
    "checklist",
    "status",
    "severity",
    "mode",
    "year",
]
Paper = Literal["A4", "A3"]
Orientation = Literal["landscape", "portrait"]

LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass(frozen=True, slots=True)
class FieldOfItem:
    """What a column can show: its kind, its heading (a key of the catalogue), its width in characters.

    `codes` are the values of a closed vocabulary. `intake` tells what an import makes of a column of it: the
    name of a field of `intake.headings`, `derived` for what follows from other facts, empty for `extra`.
    """

    kind: Kind
    heading: str
    width: int
    intake: str = "derived"
    codes: tuple[str, ...] = ()
    section: str = ""  # of the catalogue, where the words for the codes are


FIELDS: Mapping[str, FieldOfItem] = {
    "number": FieldOfItem("number", "exchange.column.number", 6, "sequence"),
    "id": FieldOfItem("text", "field.id", 14, "id"),
    "title": FieldOfItem("text", "field.title", 30, "title"),
    "problem": FieldOfItem("text", "ledger.description", 40, "problem"),
    "status": FieldOfItem("code", "field.status", 10, "status", STATUSES, "status"),
    "flags": FieldOfItem("codes", "ledger.column.flag", 12, "derived", FLAGS, "flag"),
    "unit": FieldOfItem("text", "field.unit", 20, "unit"),
    "unit_above": FieldOfItem("text", "field.parent", 18),
    "unit_level": FieldOfItem("code", "field.level", 8, "derived", LEVELS, "level"),
    "owner": FieldOfItem("text", "field.owner", 16, "owner"),
    "partners": FieldOfItem("list", "field.partners", 18, "partners"),
    "checklist": FieldOfItem("text", "field.checklist", 22, "checklist"),
    "category": FieldOfItem("text", "field.category", 12, "category"),
    "severity": FieldOfItem("code", "field.severity", 8, "severity", SEVERITIES, "severity"),
    "mode": FieldOfItem("code", "field.mode", 10, "mode", MODES, "mode"),
    "found": FieldOfItem("day", "field.found", 12, "found"),
    "due": FieldOfItem("day", "field.due", 12, "due"),
    "original_due": FieldOfItem("day", "report.field.original_due", 12),
    "slip_days": FieldOfItem("number", "ledger.column.slip", 8),
    "since": FieldOfItem("day", "ledger.column.since", 12),
    "days_left": FieldOfItem("number", "ledger.column.left", 8),
    "days_open": FieldOfItem("number", "ledger.column.open", 8),
    "closed_on": FieldOfItem("day", "ledger.column.closed", 12, "done"),
    "verifier": FieldOfItem("text", "report.field.verifier", 16, "verifier"),
    "review": FieldOfItem("day", "field.review", 12, ""),
    "cause": FieldOfItem("text", "section.cause", 30, "cause"),
    "goal": FieldOfItem("text", "section.goal", 30, "goal"),
    "measures": FieldOfItem("list", "report.field.measures", 40, "actions"),
    "actions": FieldOfItem("text", "section.actions", 40, "actions"),
    "actions_done": FieldOfItem("number", "report.field.actions_done", 8),
    "actions_total": FieldOfItem("number", "report.field.actions_total", 8),
    "last_note": FieldOfItem("text", "report.field.last_note", 30, "progress"),
    "last_date": FieldOfItem("day", "report.field.last_date", 12),
    "log": FieldOfItem("text", "section.timeline", 40, "progress"),
    "due_changes": FieldOfItem("text", "section.due_changes", 24, "due_changes"),
    "evidence": FieldOfItem("list", "section.evidence", 24, "evidence"),
    "evidence_sha256": FieldOfItem("text", "section.evidence", 24, "evidence"),
    "evidence_count": FieldOfItem("number", "report.field.evidence_count", 8),
    "feedback": FieldOfItem("text", "section.feedback", 20, "feedback"),
    "satisfied": FieldOfItem("number", "report.field.satisfied", 8, ""),
    "asked": FieldOfItem("number", "report.field.asked", 8, ""),
    "notice": FieldOfItem("text", "section.notice", 20, "notice"),
    "notice_from": FieldOfItem("day", "report.field.notice_from", 12, ""),
    "notice_to": FieldOfItem("day", "report.field.notice_to", 12, ""),
    "notice_contact": FieldOfItem("text", "report.field.notice_contact", 18, ""),
    "source": FieldOfItem("text", "field.source", 24, "source"),
    "source_document": FieldOfItem("text", "report.field.source_document", 24, ""),
    "source_date": FieldOfItem("day", "report.field.source_date", 12, ""),
    "related": FieldOfItem("list", "section.related", 14, "related"),
    "waive": FieldOfItem("text", "section.waive", 20, "waive"),
    "extra": FieldOfItem("text", "section.extra", 20, "extra"),
    "visibility": FieldOfItem("code", "field.visibility", 8, "visibility", VISIBILITIES, "visibility"),
    "address": FieldOfItem("text", "ledger.address", 24),
    "as_of": FieldOfItem("day", "ledger.as_of", 12),
}
EXTRA = "extra."  # a column of one free fact: `extra.NAME`
# What a line of text may name in braces: numbers of the rows it speaks of, and what the report is of.
# `reopened` is a status and a flag, and named once.
COUNTS = tuple(dict.fromkeys(("total", "unfinished", *STATUSES, *FLAGS)))
PLACES = ("unit", "site", "as_of", "year", "month", "day", "group", *COUNTS)
DAY_TOKEN = re.compile("YYYY|YY|MM|M|DD|D")


def field_of(name: str) -> FieldOfItem:
    """Return the field of a column by its name in a profile. Raises KeyError for an unknown one."""
    return FieldOfItem("text", "", 16, "") if name.startswith(EXTRA) else FIELDS[name]


def _field_name(value: str) -> str:
    descending = value.removeprefix("-")
    if descending in FIELDS or (descending.startswith(EXTRA) and len(descending) > len(EXTRA)):
        return value
    facts = {"found": value, "nearest": nearest(descending, FIELDS), "expected": ", ".join(FIELDS)}
    raise PydanticCustomError("field_name", "no field of an item", facts)


def _column_field(value: str) -> str:
    # A minus means descending, and a column has no direction.
    return _field_name("" if value.startswith("-") else value)


def _day_form(value: str) -> str:
    literal = DAY_TOKEN.sub("", value)
    if not DAY_TOKEN.search(value) or re.search('[A-Za-z"\\\\]', literal):
        raise PydanticCustomError("day_pattern", "no form of a date")
    return value


def _line_of_places(value: str) -> str:
    try:
        parts = list(Formatter().parse(value))
    except ValueError:
        raise PydanticCustomError("line_place", "unbalanced braces", _no_place("{")) from None
    for _, name, form, conversion in parts:
        if name is not None and (name not in PLACES or form or conversion):
            raise PydanticCustomError("line_place", "nothing of that name", _no_place(name))
    return value


def _no_place(found: str) -> dict[str, str]:
    return {"place": found, "nearest": nearest(found, PLACES), "known": ", ".join(PLACES)}


def _schema(**schema: object) -> WithJsonSchema:
    return WithJsonSchema(schema, mode="validation")


_TEXT = ["string", "number", "boolean"]
_names = {"enum": [*FIELDS]}
_extra = {"type": "string", "pattern": rf"^-?{re.escape(EXTRA)}.+"}
ColumnField = Annotated[
    Line, AfterValidator(_column_field), _schema(anyOf=[_names, {**_extra, "pattern": r"^extra\..+"}])
]
OrderField = Annotated[
    Line,
    AfterValidator(_field_name),
    _schema(anyOf=[{"enum": [*FIELDS, *(f"-{name}" for name in FIELDS)]}, _extra]),
]
DayForm = Annotated[
    Line,
    AfterValidator(_day_form),
    _schema(type="string", pattern="YYYY|YY|MM|M|DD|D", examples=["YYYY年M月D日"]),
]
PlacedLine = Annotated[
    Line, AfterValidator(_line_of_places), _schema(type=_TEXT, pattern=r"\S", maxLength=300)
]
# Blanks count where a text only parts others or fills an empty cell.
Mark = Annotated[str, StringConstraints(min_length=1, max_length=20), _schema(type=_TEXT, maxLength=20)]
_listed = BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
_one_or_more = {"anyOf": [{"type": _TEXT}, {"type": "array", "items": {"type": _TEXT}}]}
# A query as YAML says it: field -> value or list of values (see ledger/query.py).
Condition = Mapping[Line, Annotated[tuple[Line, ...], _listed, _schema(**_one_or_more)]]
_left_empty = BeforeValidator(lambda value: () if value is None else value)


class ReportColumn(Record):
    """A column of a form."""

    field: ColumnField = Field(
        description="What it shows: a field of an item, a derived value, or extra.NAME"
    )
    heading: Line | None = Field(None, description="What this form calls it")
    width: Count | None = Field(None, description="Width in characters")
    values: Mapping[Line, Line] = Field(
        default_factory=dict, description="Words of this form for values: `closed: 已完成整改`"
    )
    date: DayForm | None = Field(None, description="Form of a date: YYYY年M月D日")
    join: Mark | None = Field(None, description="What parts the values of a list")
    numbered: YesNo = Field(False, description="Number the values of a list")
    empty: Mark | None = Field(None, description="What stands where the item says nothing")
    sum: YesNo = Field(False, description="Add the column up in subtotals and the total")


class Grouping(Record):
    """How the rows of a form are divided."""

    by: GroupBy = Field(description="What rows have in common; a level stands for the unit of that level")
    heading: PlacedLine = Field("{group}", description="Line above each group")
    subtotal: PlacedLine | None = Field(None, description="Line below each group")


class Profile(Record):
    """The form in which one office wants the ledger (报表样式)."""

    name: Identifier = Field(description="Name in addresses and on the command line")
    title: PlacedLine = Field(description="Title above the table")
    audience: Visibility = Field(description="public: without internal items; internal: never published")
    for_: Line | None = Field(None, alias="for", description="Who asks for it")
    columns: tuple[ReportColumn, ...] = Field(description="The columns")
    where: Condition = Field(default_factory=dict, description="Which items: field -> value or values")
    order: Annotated[tuple[OrderField, ...], _left_empty] = Field(
        (), description="Fields the rows are sorted by; `-` before one: descending"
    )
    group: Grouping | None = Field(None, description="How the rows are divided")
    total: PlacedLine | None = Field(None, description="Line below all rows")
    lines: Annotated[tuple[PlacedLine, ...], _left_empty] = Field(
        (), description="Lines between title and table"
    )
    signatures: Annotated[tuple[Line, ...], _left_empty] = Field((), description="Who signs below the table")
    date: DayForm = Field("YYYY-MM-DD", description="Form of dates where a column names none")
    empty: Mark | None = Field(None, description="What stands in empty cells where a column names nothing")
    levels: Annotated[tuple[Literal[Level, "all"], ...], _left_empty] = Field(
        (), description="Levels whose units get a copy of their own on the site; all: every unit"
    )
    paper: Paper = Field("A4", description="Size of the paper")
    orientation: Orientation = Field("landscape", description="Direction of the paper")

    def heading_of(self, column: ReportColumn, words: Mapping[str, str]) -> str:
        """Return what the form calls a column; `words` are the texts of a catalogue."""
        if column.heading:
            return column.heading
        key = field_of(column.field).heading
        return words[key] if key else column.field.removeprefix(EXTRA)


class ReportsFile(Record):
    """`_reports.yml`: the forms this site's items are reported in."""

    reports: tuple[Profile, ...]
