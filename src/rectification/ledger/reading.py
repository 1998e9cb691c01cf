"""What one file of a ledger says: its records typed, each with its place, and every mistake in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from pydantic import ValidationError

from rectification.diagnostic import Diagnostic, nearest
from rectification.ledger.place import Place
from rectification.model import (
    CategoriesFile,
    ChecklistFile,
    Header,
    HeaderFile,
    Item,
    RequestsFile,
    UnitsFile,
    build,
)
from rectification.model import Record as Model
from rectification.profile import ReportsFile

if TYPE_CHECKING:
    from rectification.source import Document

Kind = Literal["checklist", "header", "item", "_units", "_categories", "_requests", "_reports"]
Items = tuple[tuple[Item, Place], ...]
Built = TypeVar("Built", bound=Model)

# Kind of a file -> what all of it is typed as, where nothing is wrong with it.
WHOLE: Mapping[Kind, type[Model]] = {
    "checklist": ChecklistFile,
    "header": HeaderFile,
    "item": Item,
    "_units": UnitsFile,
    "_categories": CategoriesFile,
    "_requests": RequestsFile,
    "_reports": ReportsFile,
}
_MAX_UNKNOWN = 50  # keys told of at the top of one file: past that it is no checklist


@dataclass(frozen=True, eq=False)
class Reading:
    """One file as read.

    `head` is the header of a checklist, or all of a vocabulary: None where there is none, or none that could
    be typed. `items` are those that could be.
    """

    file: str
    text: str
    document: Document | None = None
    head: Model | None = None
    items: Items = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def type_values(kind: Kind, document: Document, text: str, told: tuple[Diagnostic, ...]) -> Reading:
    """Type what a file says. `told` is what there was to say of its text."""
    mistakes = list(told)
    place = Place(document)
    head: Model | None = None
    items: list[tuple[Item, Place]] = []
    if kind == "item":
        item = _build(Item, document.value, place, mistakes)
        items += [(item, place)] if item is not None else []
    elif kind in ("checklist", "header"):
        known = ("checklist", "items") if kind == "checklist" else ("checklist",)
        _refuse_other_keys(document, known, mistakes)
        head = _header(document, mistakes)
        if kind == "checklist":
            items += _listed(document, mistakes)
    else:
        head = _build(WHOLE[kind], document.value, place, mistakes)
    return Reading(document.file, text, document, head, tuple(items), tuple(mistakes))


def type_json(kind: Kind, document: Document, said: bytes | memoryview) -> Reading | None:
    """Type what a file says that nothing was wrong with, from its values as JSON; None for other values."""
    try:
        # At once and from JSON: half the time of typing values one by one.
        whole = WHOLE[kind].model_validate_json(bytes(said))
    except ValidationError:
        return None
    head: Model | None = whole
    items: Items = ()
    if isinstance(whole, Item):
        head, items = None, ((whole, Place(document)),)
    elif isinstance(whole, HeaderFile):
        head = whole.checklist
    elif isinstance(whole, ChecklistFile):
        head = whole.checklist
        items = tuple((item, Place(document, ("items", n))) for n, item in enumerate(whole.items))
    return Reading(document.file, document.text, document, head, items)


def _listed(document: Document, mistakes: list[Diagnostic]) -> list[tuple[Item, Place]]:
    """Type the items of a checklist kept in one file."""
    listed = document.value.get("items")
    items = []
    if isinstance(listed, list):
        for index, value in enumerate(listed):
            where = Place(document, ("items", index))
            item = _build(Item, value, where, mistakes)
            if item is not None:
                items.append((item, where))
    elif listed is not None:
        kind = "mapping" if isinstance(listed, dict) else "text"
        facts = {"field": "items", "kind": kind, "expected_kind": "list"}
        mistakes.append(Diagnostic("M012", "error", document.file, *document.mark(("items",)), facts))
    return items


def _header(document: Document, mistakes: list[Diagnostic]) -> Header | None:
    if "checklist" not in document.value:
        facts = {"field": "checklist"}
        mistakes.append(Diagnostic("M001", "error", document.file, *document.mark(()), facts))
        return None
    return _build(Header, document.value["checklist"], Place(document, ("checklist",)), mistakes)


def _refuse_other_keys(document: Document, known: tuple[str, ...], mistakes: list[Diagnostic]) -> None:
    unknown = [key for key in document.value if key not in known]
    for key in unknown[:_MAX_UNKNOWN]:
        mark = document.mark((key,), "key")
        facts = {"found": key, "nearest": nearest(key, known), "known": ", ".join(known)}
        mistakes.append(Diagnostic("M002", "error", document.file, *mark, facts))


def _build(kind: type[Built], value: object, place: Place, mistakes: list[Diagnostic]) -> Built | None:
    record, found = build(kind, value)
    identifier = value.get("id") if isinstance(value, dict) else None
    for mistake in found:
        mark = place.mark(*mistake.path, of=mistake.of)
        item = identifier if isinstance(identifier, str) else ""
        mistakes.append(Diagnostic(mistake.code, "error", place.file, *mark, mistake.facts, item))
    return record
