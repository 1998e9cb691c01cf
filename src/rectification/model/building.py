"""Plain values typed as records, and why they are not what their fields take where they cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from rectification.diagnostic import nearest
from rectification.model.records import Record

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
