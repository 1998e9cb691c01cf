"""What a checklist is made of: strict, immutable records. The JSON Schema of an editor comes from here.

Every scalar arrives as text (see `source`), and is typed by the field it stands in: a date is a date only
where a date belongs, so that `NO`, `012` and `1:30` stay what was typed.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from rectification.diagnostic import nearest

Status = Literal["open", "in_progress", "submitted", "closed", "reopened", "withdrawn"]
Severity = Literal["high", "medium", "low"]
Mode = Literal["immediate", "deadline", "phased", "sustained"]
Visibility = Literal["public", "internal"]
Level = Literal["nation", "province", "city", "county", "town", "village"]
Flag = Literal["overdue", "due_soon", "stalled", "closed_late", "reopened"]
Rhythm = Literal["daily", "weekly", "monthly", "quarterly", "yearly", "once"]

STATUSES: tuple[Status, ...] = get_args(Status)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
MODES: tuple[Mode, ...] = get_args(Mode)
VISIBILITIES: tuple[Visibility, ...] = get_args(Visibility)
FLAGS: tuple[Flag, ...] = get_args(Flag)
RHYTHMS: tuple[Rhythm, ...] = get_args(Rhythm)  # from the most frequent to the rarest

# The life of an item: from each status, the ones a log entry may move it to.
# Source: the usual acceptance-and-closing routine of Chinese rectification ledgers (验收销号, 回头看).
TRANSITIONS: Mapping[Status, tuple[Status, ...]] = {
    "open": ("in_progress", "withdrawn"),
    "in_progress": ("submitted", "withdrawn"),
    "submitted": ("closed", "in_progress"),
    "closed": ("reopened",),
    "reopened": ("in_progress",),
    "withdrawn": (),
}
FINISHED: frozenset[Status] = frozenset({"closed", "withdrawn"})

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_LOOSE_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_RESERVED = re.compile(rf"{_DEVICE.pattern}|(?i:index(\..*)?)")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_SCHEMES = ("http", "https", "mailto")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def _day(value: object) -> object:
    return _day_of(value) if isinstance(value, str) else value


@lru_cache(maxsize=1 << 14)
def _day_of(text: str) -> date:
    """Return the day of a text: one record for all that name it, and read once."""
    match = _DAY.fullmatch(text.strip())
    if match is None:
        loose = _LOOSE_DAY.fullmatch(text.strip())
        padded = "{:04}-{:02}-{:02}".format(*map(int, loose.groups())) if loose else ""
        raise PydanticCustomError("day_form", "not a date", {"nearest": padded})
    year, month, day = map(int, match.groups())
    if not 1 <= month <= 12 or year == 0:
        raise PydanticCustomError("month_range", "no such month", {"month": match[2]})
    if not 1 <= day <= monthrange(year, month)[1]:
        facts = {"year": year, "month": month, "days": monthrange(year, month)[1]}
        raise PydanticCustomError("day_range", "no such day", facts)
    return date(year, month, day)


def _count(value: object) -> object:
    if isinstance(value, str):
        if not re.fullmatch(r"[0-9]{1,9}", value.strip()):
            raise PydanticCustomError("count_form", "not a whole number")
        return int(value)
    return value


def _yes_no(value: object) -> object:
    if isinstance(value, str):
        if value.strip() not in ("true", "false"):
            raise PydanticCustomError("flag_form", "not true or false")
        return value.strip() == "true"
    return value


def _identifier(value: str) -> str:
    if not _ID.fullmatch(value) or _RESERVED.fullmatch(value) or ".." in value:
        raise PydanticCustomError("id_form", "not an id")
    return value


def _evidence(value: str) -> str:
    """Accept a link or a path below the checklists folder; the rules say whether it is there."""
    if _DRIVE.match(value) or "\\" in value or value.startswith("/"):
        raise PydanticCustomError("evidence_path", "not a relative path")
    return _link(value) if _SCHEME.match(value) else _evidence_path(value)


def _evidence_path(value: str) -> str:
    parts = value.split("/")
    if parts[0] != "evidence" or len(parts) < 2:
        raise PydanticCustomError("evidence_place", "not below evidence/")
    # What Windows takes for a device, or cuts off a name's end, is another file there or none.
    if any(
        not part or part.startswith(".") or part.endswith((".", " ")) or _DEVICE.fullmatch(part)
        for part in parts[1:]
    ) or re.search(r'[<>:"|?*]', value):
        raise PydanticCustomError("evidence_path", "not a plain path")
    return value


def _content_hash(value: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{16}", value):
        raise PydanticCustomError("hash_form", "not a fingerprint")
    return value


def _file_hash(value: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", value):
        raise PydanticCustomError("file_hash_form", "not a SHA-256")
    return value


def _link(value: str) -> str:
    scheme = _SCHEME.match(value)
    if scheme is None or scheme[1].lower() not in _SCHEMES or re.search(r"\s", value):
        raise PydanticCustomError("link_scheme", "not an http, https or mailto link")
    return value


def _typed(**schema: object) -> WithJsonSchema:
    """What an editor may type, for the JSON Schema of YAML files (publish/yaml_schema.py).

    An unquoted number is text to us: a schema that saw only a string in it would find fault where none is.
    """
    return WithJsonSchema(schema, mode="validation")


_WRITTEN = ["string", "number", "boolean"]
Day = Annotated[
    date,
    BeforeValidator(_day),
    Field(examples=["2026-02-10"]),
    _typed(type="string", format="date", pattern=f"^{_DAY.pattern}$", examples=["2026-02-10"]),
]
Count = Annotated[
    int,
    BeforeValidator(_count),
    Field(ge=0),
    _typed(type=["integer", "string"], minimum=0, pattern="^[0-9]{1,9}$"),
]
YesNo = Annotated[bool, BeforeValidator(_yes_no), _typed(enum=[True, False, "true", "false"])]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    _typed(type=_WRITTEN, pattern=r"\S", maxLength=300),
]
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000),
    _typed(type=_WRITTEN, pattern=r"\S", maxLength=20_000),
]
Identifier = Annotated[
    Line, AfterValidator(_identifier), _typed(type=["string", "number"], pattern=f"^{_ID.pattern}$")
]
EvidenceReference = Annotated[
    Line,
    AfterValidator(_evidence),
    _typed(type="string", pattern=r"^(evidence/[^\\]+|https?:\S+|mailto:\S+)$"),
]
Link = Annotated[
    Line,
    AfterValidator(_link),
    _typed(type="string", pattern=r"^([Hh][Tt]{2}[Pp][Ss]?|[Mm][Aa][Ii][Ll][Tt][Oo]):\S+$"),
]
ContentHash = Annotated[
    Line, AfterValidator(_content_hash), _typed(type=["string", "number"], pattern="^[0-9a-f]{16}$")
]
FileHash = Annotated[
    Line, AfterValidator(_file_hash), _typed(type=["string", "number"], pattern="^[0-9a-f]{64}$")
]
# A key with nothing behind it says nothing: `actions:` left empty in a template is no actions.
_left_empty = BeforeValidator(lambda value: () if value is None else value)
_no_keys = BeforeValidator(lambda value: {} if value is None else value)


class Record(BaseModel):
    """A mapping an editor writes: only known keys, never changed once read."""

    # Not pydantic's strict mode: it would refuse a list for a tuple. The field types above do the typing.
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def day_of(text: str) -> date | None:
    """Return the day `text` means, in the model's form or a looser one (`2026年2月3日`); None for no day."""
    loose = _LOOSE_DAY.fullmatch(text.strip())
    try:
        return date(*map(int, loose.groups())) if loose else None
    except ValueError:
        return None


class Source(Record):
    """Where a checklist or an item comes from; an item inherits what it does not say from its checklist."""

    kind: Line | None = Field(None, description="Kind of source: inspection, audit, petition, article …")
    document: Line | None = Field(None, description="Title or number of the document")
    date: Day | None = Field(None, description="Date of the document")
    place: Line | None = Field(None, description="Where in the document: chapter, paragraph")
    link: Link | None = Field(None, description="Address of the document")


class Action(Record):
    """One corrective action (整改措施)."""

    text: Text = Field(description="What is to be done: concrete enough to be checked")
    due: Day | None = Field(None, description="Planned date")
    done: Day | None = Field(None, description="Actual date; absent while not done")
    unit: Line | None = Field(None, description="Unit that acts, if other than the item's")
    evidence: Annotated[tuple[EvidenceReference, ...], _left_empty] = Field(
        (), description="Files below evidence/, or links"
    )
    internal_evidence: Annotated[tuple[EvidenceReference, ...], _left_empty] = Field(
        (), description="Evidence that no public build has"
    )
    visibility: Visibility = Field("public", description="Internal: in no public build")


class LogEntry(Record):
    """A dated record of what happened (进展); may move the item to a new status."""

    date: Day = Field(description="Day it happened")
    status: Status | None = Field(None, description="Status the item has from this entry on")
    by: Line | None = Field(None, description="Unit or post that acted; for a closing, the verifier")
    note: Text | None = Field(None, description="What was done or found")
    evidence: Annotated[tuple[EvidenceReference, ...], _left_empty] = Field(
        (), description="Files below evidence/, or links"
    )
    internal_evidence: Annotated[tuple[EvidenceReference, ...], _left_empty] = Field(
        (), description="Evidence that no public build has"
    )
    reason: Text | None = Field(None, description="Why the item is withdrawn")
    merged_into: Identifier | None = Field(None, description="Item that goes on with this one's problem")
    sustained: YesNo = Field(False, description="Closed, and kept up for the long term (长期坚持)")
    review: Day | None = Field(None, description="Day a sustained item is looked at again (回头看)")
    accepted: ContentHash | None = Field(
        None, description="Fingerprint of the text that was accepted; `rectify close` and `accept` write it"
    )
    accepted_files: Annotated[Mapping[Line, FileHash], _no_keys] = Field(
        default_factory=dict, description="SHA-256 of each file that was accepted; written beside `accepted`"
    )
    visibility: Visibility = Field("public", description="Internal: of a public build, day and status only")


class DueChange(Record):
    """One move of the due date, with its reason; the original date is the first `from`."""

    from_: Day = Field(alias="from", description="Due date before")
    to: Day = Field(description="Due date after")
    on: Day = Field(description="Day it was decided")
    reason: Text = Field(description="Why")
    by: Line | None = Field(None, description="Unit or post that decided")


class Feedback(Record):
    """Public judgement (群众评价): how many of those asked were satisfied."""

    satisfied: Count = Field(description="Persons satisfied")
    total: Count = Field(description="Persons asked")
    date: Day = Field(description="Day of the survey")


class Notice(Record):
    """Public-notice window (公示)."""

    from_: Day = Field(alias="from", description="First day")
    to: Day = Field(description="Last day")
    contact: Line | None = Field(None, description="Where objections go: a post or an office telephone")


Waivers = Annotated[Mapping[Line, Text], _no_keys]


class Item(Record):
    """One problem found, with its cause, actions, log and verification (问题条目). Six facts are required."""

    id: Identifier = Field(description="Never changed, never used again")
    title: Line = Field(description="The problem in one line")
    problem: Text = Field(description="What was found (Markdown)")
    unit: Line = Field(description="Responsible unit")
    found: Day = Field(description="Day it was found")
    due: Day = Field(description="Day it is to be rectified by, as it stands now")
    category: Line | None = Field(None, description="A category of _categories.yml")
    severity: Severity | None = Field(None, description="How grave it is")
    mode: Mode | None = Field(None, description="Kind of rectification")
    owner: Line | None = Field(None, description="Answerable post, rather than a private person")
    partners: Annotated[tuple[Line, ...], _left_empty] = Field((), description="Units that take part")
    cause: Text | None = Field(None, description="Root cause (Markdown)")
    goal: Text | None = Field(None, description="Measurable target (Markdown)")
    source: Source | None = Field(None, description="Where the problem comes from")
    actions: Annotated[tuple[Action, ...], _left_empty] = Field((), description="Corrective actions")
    log: Annotated[tuple[LogEntry, ...], _left_empty] = Field(
        (), description="What happened, in order of date; only ever added to"
    )
    due_changes: Annotated[tuple[DueChange, ...], _left_empty] = Field(
        (), description="Every move of the due date"
    )
    feedback: Feedback | None = Field(None, description="Public judgement")
    notice: Notice | None = Field(None, description="Public-notice window")
    related: Annotated[tuple[Identifier, ...], _left_empty] = Field((), description="Ids of related items")
    visibility: Visibility = Field("public", description="Internal items appear nowhere in a public build")
    waive: Waivers = Field(default_factory=dict, description="Code of a substance rule -> why it is waived")
    extra: Mapping[Line, Text] = Field(default_factory=dict, description="Free facts a site wants to keep")


class Header(Record):
    """The head of a checklist (清单): one campaign or inspection."""

    id: Identifier = Field(description="Prefix of every item id of the checklist")
    title: Line = Field(description="Name of the campaign or inspection")
    note: Text | None = Field(None, description="Introduction (Markdown)")
    source: Source | None = Field(None, description="What its items come from, unless they say otherwise")
    ends: Day | None = Field(None, description="Last day of the campaign; the latest due date where absent")
    waive: Waivers = Field(default_factory=dict, description="Code of a substance rule -> why it is waived")


class Unit(Record):
    """An organisation unit (责任单位)."""

    name: Line = Field(description="Full name, the same wherever the unit is named")
    level: Level | None = Field(None, description="Administrative level; a unit without one has its parent's")
    parent: Line | None = Field(None, description="Name of the unit above")
    aliases: Annotated[tuple[Line, ...], _left_empty] = Field((), description="Other names editors may use")
    contact: Line | None = Field(None, description="Contact post")
    slug: Identifier | None = Field(
        None, description="Last part of the unit's address; its name where absent"
    )


class Category(Record):
    """A kind of problem (问题类别)."""

    name: Line = Field(description="Name as items use it")
    description: Text | None = Field(None, description="What belongs in it")
    slug: Identifier | None = Field(None, description="Last part of the category's address")
    competent: Annotated[tuple[Line, ...], _left_empty] = Field(
        (), description="Units with authority over such problems, each with all units below it"
    )


class RequestedField(Record):
    """One piece of information that a request asks for (报表指标)."""

    name: Line = Field(description="What is asked, under its common name")
    definition: Text | None = Field(None, description="How it is counted: scope, point in time")


class Request(Record):
    """A standing request for information (报表、台账、报送事项): who asks whom for what, how often."""

    id: Identifier = Field(description="Never changed, never used again")
    title: Line = Field(description="Name of the form or report")
    by: Line = Field(description="Unit that asks")
    of: Annotated[tuple[Line, ...], _left_empty] = Field((), description="Units asked, each by itself")
    fields: Annotated[tuple[RequestedField, ...], _left_empty] = Field((), description="What is asked")
    every: Rhythm = Field("once", description="How often")
    due: Day | None = Field(None, description="(Next) day it is due")
    follows: Identifier | None = Field(None, description="Request from above that this one passes on")
    ended: Day | None = Field(None, description="Day it was stopped")
    replaced_by: Line | None = Field(None, description="Derived report that made it needless")


class ChecklistFile(Record):
    """A file of `checklists/`: a header and its items."""

    checklist: Header
    items: tuple[Item, ...] = ()


class HeaderFile(Record):
    """`checklist.yml` of a checklist kept as a folder: the header alone."""

    checklist: Header


class UnitsFile(Record):
    """`_units.yml`: the tree of units, each naming the one above it."""

    units: tuple[Unit, ...]


class RequestsFile(Record):
    """`_requests.yml`: who asks whom for which information."""

    requests: tuple[Request, ...]


class CategoriesFile(Record):
    """`_categories.yml`: the kinds of problem of this site."""

    categories: tuple[Category, ...]


Built = TypeVar("Built", bound=Record)
_MAX_MISTAKES = 100  # told of one record: past that it is not one


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a value is not what its field takes: a code, the path to it, and the facts of its message."""

    code: str
    path: tuple[str | int, ...]
    facts: Mapping[str, object]
    of: Literal["value", "key"] = "value"


@cache
def _adapter(kind: type[Built]) -> TypeAdapter[Built]:
    return TypeAdapter(kind)


def build(kind: type[Built], value: object) -> tuple[Built | None, list[Mistake]]:
    """Type plain values as a record of `kind`. Returns the record, or None with the mistakes in it."""
    try:
        return _adapter(kind).validate_python(value), []
    except ValidationError as error:
        found = error.errors(include_url=False)[:_MAX_MISTAKES]
        return None, [_mistake(kind, details) for details in found]


_CODES = {
    "day_form": "M005",
    "day_range": "M006",
    "month_range": "M007",
    "count_form": "M009",
    "flag_form": "M010",
    "id_form": "M011",
    "evidence_path": "M014",
    "evidence_place": "M015",
    "link_scheme": "M016",
    "field_name": "M008",
    "day_pattern": "M020",
    "line_place": "M021",
    "hash_form": "M019",
    "file_hash_form": "M022",
}
_SHAPES = {
    "tuple_type": "list",
    "model_type": "mapping",
    "model_attributes_type": "mapping",
    "mapping_type": "mapping",
    "dict_type": "mapping",
    "string_type": "text",
    "date_type": "date",
    "int_type": "number",
    "bool_type": "true/false",
    "literal_error": "text",
}


def _mistake(kind: type[Record], details: ErrorDetails) -> Mistake:
    path = tuple(details["loc"])
    found, fault = details["input"], details["type"]
    facts: dict[str, object] = {"field": _field_of(path), **details.get("ctx", {})}
    if fault == "missing":
        return Mistake("M001", path[:-1], {"field": path[-1]})
    if fault == "extra_forbidden":
        known = _fields_at(kind, path[:-1])
        facts |= {"found": str(path[-1]), "nearest": nearest(str(path[-1]), known), "known": ", ".join(known)}
        return Mistake("M002", path, facts, "key")
    if found is None:
        return Mistake("M003", path, facts, "key" if isinstance(path[-1], str) else "value")
    if isinstance(found, str) and not found.strip():
        return Mistake("M004", path, facts)
    if isinstance(found, str):
        facts["found"] = found
    if fault in _CODES:
        return Mistake(_CODES[fault], path, facts)
    if fault == "literal_error" and isinstance(found, str):
        choices = re.findall(r"'([^']*)'", str(facts["expected"]))
        facts |= {"expected": ", ".join(choices), "nearest": nearest(found, choices)}
        return Mistake("M008", path, facts)
    if fault == "string_too_long":
        return Mistake("M013", path, facts)
    shape = "mapping" if isinstance(found, dict) else "list" if isinstance(found, list | tuple) else "text"
    facts |= {"kind": shape, "expected_kind": _SHAPES.get(fault, "text")}
    return Mistake("M012", path, facts)


def _field_of(path: Iterable[str | int]) -> str:
    return next((part for part in reversed(tuple(path)) if isinstance(part, str)), "")


def _fields_at(kind: type[Record], path: tuple[str | int, ...]) -> list[str]:
    """Return the keys allowed at `path` below a record of `kind`, as an editor types them."""
    current: Any = kind
    for part in path:
        if isinstance(part, str):
            fields = {info.alias or name: info for name, info in current.model_fields.items()}
            current = _record_in(fields[part].annotation) if part in fields else current
    return [info.alias or name for name, info in current.model_fields.items()]


def fields_below(kind: type[Record]) -> frozenset[str]:
    """Return every key that may stand in a record of `kind` or anywhere below it, as an editor types them."""
    below = (_record_in(info.annotation) for info in kind.model_fields.values())
    deeper = (fields_below(record) for record in below if record is not None)
    return frozenset(info.alias or name for name, info in kind.model_fields.items()).union(*deeper)


def _record_in(annotation: Any) -> Any:
    """Return the record type inside `tuple[Action, ...]` or `Source | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return annotation
    return next((found for part in get_args(annotation) if (found := _record_in(part)) is not None), None)
