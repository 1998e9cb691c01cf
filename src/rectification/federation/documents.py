"""What a source publishes, as this site takes it: the model's strict types, and nothing beyond them.

Keys we do not know are passed over: within a version the interface only ever grows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from rectification.federation.refusal import Refused
from rectification.model import Count, Day, Header, Item, Level, Line, Link, Record
from rectification.source import first_hidden

INDEX, SITE, UNITS, ITEMS = "index.json", "site.json", "units.json", "items.json"
FILES = (SITE, UNITS, ITEMS)  # what is needed beside the index
VERSION, REVISION = 1, (1, 2)  # the revision that brought site.json and the checksums
_YEARS = (1900, 2199)  # a day outside of them is a slip, and overflows calendars
_DEEP = 8  # sites an item may have come through
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_REVISION = re.compile(r"(\d{1,4})\.(\d{1,4})")


def _web(value: str) -> str:
    if not value.lower().startswith(("http://", "https://")):
        raise PydanticCustomError("link_scheme", "not an http or https address")
    return value


Address = Annotated[Literal[""] | Annotated[Link, AfterValidator(_web)], Field(union_mode="left_to_right")]
Pattern = Annotated[str, StringConstraints(pattern=r"^[a-z0-9/_-]*\{name\}[a-z./]*$", max_length=100)]
Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class FileSum(Record):
    """A file of the interface, as the index lists it."""

    path: Line
    size: Count | None = None
    sha256: Sha256 | None = None


class Index(Record):
    version: Count
    revision: Line
    as_of: Day
    files: tuple[FileSum, ...]


class PublishedOrigin(Record):
    """Where a source has a record from that is not its own."""

    sources: tuple[Line, ...] = Field(min_length=1, max_length=_DEEP)
    site: Address
    address: Address
    as_of: Day


class PublishedHeader(Header):
    slug: Line
    origin: PublishedOrigin | None = None


class Site(Record):
    version: Literal[1]
    as_of: Day
    name: Line
    address: Address
    item_page: Pattern
    checklist_page: Pattern
    checklists: tuple[PublishedHeader, ...]


class PublishedUnit(Record):
    name: Line
    level: Level | None = None
    aliases: tuple[Line, ...] = ()
    contact: Line | None = None
    units: tuple[PublishedUnit, ...] = ()


class UnitTree(Record):
    version: Literal[1]
    as_of: Day
    units: tuple[PublishedUnit, ...]


class FederatedItem(Item):
    """An item of another site. What a ledger knows of it beside its facts is not among them when dumped."""

    checklist: Line = Field(exclude=True)
    origin: PublishedOrigin | None = Field(None, exclude=True)

    @model_validator(mode="after")
    def _plausible(self) -> Self:
        for day in _days(self):
            if not _YEARS[0] <= day.year <= _YEARS[1]:
                raise PydanticCustomError("day_range", "a day between the years 1900 and 2199")
        return self


class Items(Record):
    version: Literal[1]
    as_of: Day
    items: tuple[FederatedItem, ...]


@dataclass(frozen=True, slots=True)
class Documents:
    """What a source publishes, typed."""

    site: Site
    units: UnitTree
    items: Items

    @property
    def as_of(self) -> date:
        return self.items.as_of


_INDEX, _SITE = TypeAdapter(Index), TypeAdapter(Site)
_UNITS, _ITEMS = TypeAdapter(UnitTree), TypeAdapter(Items)

Typed = TypeVar("Typed")


def read_index(content: bytes) -> dict[str, FileSum]:
    """Return the sums of the files we need, by name. Raises Refused (F003, F004, F006, F011)."""
    index = _typed(_INDEX, INDEX, content)
    found = _REVISION.fullmatch(index.revision)
    revision = (int(found[1]), int(found[2])) if found else (0, 0)
    if index.version != VERSION or revision < REVISION:
        expected = f"{VERSION} (>= {'.'.join(map(str, REVISION))})"
        raise Refused("F006", found=f"{index.version} ({index.revision})", expected=expected)
    listed = {file.path: file for file in index.files if file.path in FILES}
    for name in FILES:
        if name not in listed or listed[name].sha256 is None:
            raise Refused("F004", name=INDEX, where="files", found="-", expected=f"{name}: sha256")
    return listed


def read_documents(contents: dict[str, bytes]) -> Documents:
    """Type the files of a source, by name. Raises Refused (F003, F004, F011)."""
    site = _typed(_SITE, SITE, contents[SITE])
    units = _typed(_UNITS, UNITS, contents[UNITS])
    items = _typed(_ITEMS, ITEMS, contents[ITEMS])
    known = {header.slug for header in site.checklists}
    for number, item in enumerate(items.items):
        if item.checklist not in known:
            where = f"items.{number}.checklist"
            raise Refused(
                "F004", name=ITEMS, where=where, found=item.checklist, expected=f"{SITE}: checklists"
            )
    return Documents(site, units, items)


def _typed(adapter: TypeAdapter[Typed], name: str, content: bytes) -> Typed:
    _refuse_hidden(name, content)
    try:
        return adapter.validate_json(content, extra="ignore")
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        if first["type"] == "json_invalid":
            raise Refused("F003", name=name, size=len(content), reason=first["ctx"]["error"]) from error
        raise Refused("F004", name=name, **_facts(first)) from error


def _facts(details: ErrorDetails) -> dict[str, object]:
    where = ".".join(map(str, details["loc"])) or "-"
    found = details["input"]
    return {
        "where": where,
        "found": "-" if details["type"] == "missing" else str(found)[:200],
        "expected": details["msg"],
    }


def _refuse_hidden(name: str, content: bytes) -> None:
    """Refuse what a YAML file may not hold either: characters that hide what a text says."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("F003", name=name, size=len(content), reason=f"UTF-8, byte {error.start}") from error
    hidden = first_hidden(text) or next(_escaped(text), None)
    if hidden is not None:
        index, character = hidden
        raise Refused("F011", name=name, found=f"U+{ord(character):04X}", index=index)


def _escaped(text: str) -> Iterator[tuple[int, str]]:
    """Yield the hidden characters that are written as escapes. A lone surrogate is refused by the parser."""
    for match in _ESCAPE.finditer(text):
        character = chr(int(match[1], 16)) if match[1] else {"b": "\b", "f": "\f"}.get(match[2], "")
        if character and not "\ud800" <= character <= "\udfff" and first_hidden(character):
            yield match.start(), character


def _days(item: Item) -> Iterator[date]:
    yield item.found
    yield item.due
    for action in item.actions:
        if action.due:
            yield action.due
        if action.done:
            yield action.done
    for entry in item.log:
        yield entry.date
        if entry.review:
            yield entry.review
    for change in item.due_changes:
        yield from (change.from_, change.to, change.on)
    if item.notice:
        yield from (item.notice.from_, item.notice.to)
    if item.feedback:
        yield item.feedback.date
