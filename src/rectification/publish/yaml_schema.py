"""`/schema/….json`: the JSON Schema of the YAML files, from which editors complete keys, units, categories.

Made from the model, with the words of both languages and this ledger's own vocabularies. A YAML file names
its schema in its first line: `# yaml-language-server: $schema=…`. What a schema cannot say (the order of a
log, say) is left to `rectify check`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from rectification.catalogue import Catalogue, read_catalogue
from rectification.model import (
    CategoriesFile,
    ChecklistFile,
    HeaderFile,
    Item,
    Record,
    RequestsFile,
    UnitsFile,
)
from rectification.profile import ReportsFile
from rectification.publish import Output

if TYPE_CHECKING:
    from rectification.ledger import Ledger
    from rectification.publish import Edition

DIALECT = "http://json-schema.org/draft-07/schema#"  # the newest that editors' YAML servers understand whole
FOLDER = "schema"
# The files an editor writes: a checklist; of one kept as a folder an item and the header; vocabularies.
KINDS: dict[str, type[Record]] = {
    "checklist": ChecklistFile,
    "item": Item,
    "header": HeaderFile,
    "units": UnitsFile,
    "categories": CategoriesFile,
    "reports": ReportsFile,
    "requests": RequestsFile,
}
# Definitions whose fields the machine interface describes already.
_DESCRIBED = {"Item": "PublishedItem", "Header": "PublishedHeader"}
_UNITS = {
    *(("Item", "unit"), ("Item", "partners"), ("Action", "unit")),
    *(("Category", "competent"), ("Request", "by"), ("Request", "of")),
}
_LISTED = ("partners", "competent", "of")  # fields that list names
# Where a name of a unit may stand, or another one: a post, a unit that is only now being added.
_OFFERED = {("LogEntry", "by"), ("DueChange", "by"), ("Unit", "parent")}


def write(edition: Edition) -> Iterator[Output]:
    """Yield the schema of each kind of file."""
    made = cache(partial(schemas, edition.ledger))

    def make(name: str, address: str) -> bytes:
        return encode({"$id": edition.root + address, **made()[name]})

    for name in KINDS:
        address = f"{FOLDER}/{name}.json"
        yield Output(address, partial(make, name, address), ())


def encode(schema: dict[str, Any]) -> bytes:
    """Return a schema as the content of its file."""
    return json.dumps({"$schema": DIALECT, **schema}, ensure_ascii=False, indent=1).encode() + b"\n"


def schemas(ledger: Ledger) -> dict[str, dict[str, Any]]:
    """Return the schema of each kind of file by its name in KINDS."""
    ledger = ledger.own()  # an editor types the names of this site
    catalogues = (read_catalogue("zh"), read_catalogue("en"))
    found = {}
    for name, kind in KINDS.items():
        schema = TypeAdapter(kind).json_schema(by_alias=True, mode="validation")
        definitions = {**schema.pop("$defs", {}), kind.__name__: schema}
        made = {
            key: _definition(key, value, ledger, catalogues) for key, value in sorted(definitions.items())
        }
        found[name] = {"$ref": f"#/definitions/{kind.__name__}", "definitions": made}
    return found


def _definition(
    name: str, schema: dict[str, Any], ledger: Ledger, catalogues: tuple[Catalogue, Catalogue]
) -> dict[str, Any]:
    properties = {}
    for field, value in schema["properties"].items():
        plain = _plain(value)
        _complete(plain, name, field, ledger)
        plain["description"] = _words(name, field, catalogues)
        properties[field] = plain
    closed = {"additionalProperties": False} if schema.get("additionalProperties") is False else {}
    required = {"required": schema["required"]} if schema.get("required") else {}
    return {"type": "object", "properties": properties, **required, **closed}


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a field's schema without what Python adds: titles, defaults, null for what is left out."""
    kept = {key: value for key, value in schema.items() if key not in ("title", "default", "description")}
    if "anyOf" in kept:
        options = [option for option in kept.pop("anyOf") if option != {"type": "null"}]
        kept |= _plain(options[0]) if len(options) == 1 else {"anyOf": [_plain(option) for option in options]}
    if isinstance(kept.get("$ref"), str):
        kept["allOf"] = [{"$ref": kept.pop("$ref").replace("#/$defs/", "#/definitions/")}]
    if isinstance(kept.get("items"), dict):
        kept["items"] = _plain(kept["items"])
        kept["type"] = ["array", "null"]  # a list left empty in a template is no list
    if isinstance(kept.get("additionalProperties"), dict):
        kept["additionalProperties"] = _plain(kept["additionalProperties"])
        kept.pop("propertyNames", None)
    return kept


def _complete(schema: dict[str, Any], name: str, field: str, ledger: Ledger) -> None:
    """Put the vocabularies in: the only names there are, or names to choose from."""
    target = schema["items"] if field in _LISTED else schema
    if (name, field) in _UNITS and ledger.units.known:
        _only(target, list(ledger.units.names))
    elif (name, field) == ("Item", "category") and ledger.categories_known:
        _only(target, [category.name for category in ledger.categories])
    elif (name, field) in _OFFERED and ledger.units.known:
        schema |= {"anyOf": [{"enum": list(ledger.units.names)}, dict(schema)]}
        for key in ("type", "pattern", "maxLength"):
            schema.pop(key, None)


def _only(schema: dict[str, Any], values: list[str]) -> None:
    schema.clear()
    schema["enum"] = values


def _words(name: str, field: str, catalogues: tuple[Catalogue, Catalogue]) -> str:
    """Return what a field means, in both languages: the same file may be open before either reader."""
    key = f"yaml.{name}.{field}"
    if not catalogues[0].has(key):
        key = f"api.{_DESCRIBED.get(name, name)}.{field}"
    return "\n".join(catalogue.text(key) for catalogue in catalogues)
