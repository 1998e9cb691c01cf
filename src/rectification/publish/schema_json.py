"""`/api/v1/schema.json`: what an item and every other document of the interface holds (JSON Schema 2020-12).

Types and bounds come from the model, the words from the catalogue. Within a version only additions are made,
so that the schema never forbids a key it does not know.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from rectification.publish import Output, formats
from rectification.publish.items_json import PublishedItem

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.publish import Edition

Schema = Mapping[str, Any]

DOCUMENTS = {"schema.json": None}  # the schema of schemas stands elsewhere
_NAME = "api/v1/schema.json"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ITEM = PublishedItem.__name__
_SHARED = {"Document": {"version", "as_of"}, "Numbers": {"total", "unfinished", "by_status", "by_flag"}}


@dataclass(frozen=True, slots=True)
class Field:
    """A line of a table of fields: `kind` is a type of JSON or a format of text, `of` names a definition.

    `many` is `list`, `map` or empty; a field that is not `always` there says by its absence that it is empty.
    """

    name: str
    kind: str
    many: str
    of: str
    choices: tuple[str, ...]
    always: bool
    meaning: str


def write(edition: Edition) -> Iterator[Output]:
    """Yield the one file of this format: an item's schema; those of the documents are among its `$defs`."""
    yield Output(_NAME, partial(_content, edition), ())


def _content(edition: Edition) -> bytes:
    document = {
        "$schema": DIALECT,
        "$id": edition.root + _NAME,
        "$ref": f"#/$defs/{_ITEM}",
        "$defs": definitions(edition.catalogue),
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def documents() -> dict[str, str]:
    """Return what every file of the interface holds: path below its folder -> name of a definition or ``."""
    found = {}
    for module in formats():
        for name, kind in getattr(module, "DOCUMENTS", {}).items():
            found[name] = kind.__name__ if kind else ""
    return found


def definitions(catalogue: Catalogue) -> dict[str, Any]:
    """Return the schemas of everything that is published as JSON, by name, with words of the interface."""
    kinds = [kind for m in formats() for kind in getattr(m, "DOCUMENTS", {}).values() if kind is not None]
    wanted = [(kind, "serialization", TypeAdapter(kind)) for kind in kinds]
    found = TypeAdapter.json_schemas(wanted)[1]["$defs"]  # type: ignore[arg-type]
    return {name: _described(name, schema, catalogue) for name, schema in found.items()}


def fields(schema: Schema) -> list[Field]:
    """Return the lines of the table that describes one definition."""
    always = schema.get("required", ())
    return [_field(name, found, name in always) for name, found in schema["properties"].items()]


def _described(name: str, schema: dict[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    properties = {}
    for field, found in schema["properties"].items():
        # What several definitions have in common is said once.
        shared = (part for part, names in _SHARED.items() if field in names <= schema["properties"].keys())
        said = next(shared, name)
        kept = {key: value for key, value in found.items() if key not in ("title", "default", "examples")}
        if "anyOf" in kept and _is_absent(found):
            kept |= next(option for option in kept.pop("anyOf") if option != {"type": "null"})
        properties[field] = {**kept, "description": catalogue.text(f"api.{said}.{field}")}
    required = sorted(schema.get("required", ()), key=list(properties).index)
    return {"type": "object", "properties": properties, "required": required}


def _is_absent(found: Schema) -> bool:
    """Tell whether a field that may be null is left out rather than published as null."""
    return "default" in found and found["default"] is None and {"type": "null"} in found["anyOf"]


def _field(name: str, found: Schema, always: bool) -> Field:
    inner, many = found, ""
    if found.get("type") == "array":
        inner, many = found["items"], "list"
    elif isinstance(found.get("additionalProperties"), dict):
        inner, many = found["additionalProperties"], "map"
    if "anyOf" in inner:
        inner = next(option for option in inner["anyOf"] if option != {"type": "null"})
    kind = inner.get("format") or inner.get("type", "string")
    of = inner.get("$ref", "").rpartition("/")[2]
    return Field(name, kind, many, of, tuple(inner.get("enum", ())), always, found["description"])
