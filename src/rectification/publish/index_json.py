"""`/api/v1/index.json`: what files the interface has, their checksums, what has been added."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal, NotRequired

from typing_extensions import TypedDict

from rectification.ledger import slug_of_unit
from rectification.model import Day
from rectification.publish import manifest_json
from rectification.publish.schema_json import documents

if TYPE_CHECKING:
    from rectification.publish import Edition


class File(TypedDict):
    path: str
    holds: str
    description: str
    size: NotRequired[int]
    sha256: NotRequired[str]


class Addition(TypedDict):
    revision: str
    date: Day
    description: str


class Index(TypedDict):
    version: Literal[1]
    revision: str
    as_of: Day
    files: list[File]
    changelog: list[Addition]


DOCUMENTS = {"index.json": Index}
# Newest first; a revision adds to the interface and takes nothing from it. Its words: `api_change` in the
# catalogues.
REVISIONS = (
    ("1.5", "2026-11-25"),
    ("1.4", "2026-11-25"),
    ("1.3", "2026-11-25"),
    ("1.2", "2026-11-25"),
    ("1.1", "2026-11-24"),
    ("1.0", "2026-11-23"),
)
# The sums of these stand nowhere: one that is made after the index, and the index itself.
PATH = "api/v1/index.json"
_LAST = DOCUMENTS.keys() | manifest_json.DOCUMENTS.keys()


def seal(edition: Edition, sum_of: Callable[[str], tuple[int, str]]) -> Iterator[tuple[str, bytes]]:
    """Yield the one file of this format. Paths are below the folder of the index, not percent-encoded.

    `sum_of` returns the size and the SHA-256 of what has been published at a path below the site's root.
    """
    text = edition.catalogue.text
    document = {
        "version": 1,
        "revision": REVISIONS[0][0],
        "as_of": edition.ledger.today.isoformat(),
        "files": [
            {
                "path": path,
                "holds": holds,
                "description": text(f"api_file.{stem(pattern)}"),
                **({} if pattern in _LAST else _sum(*sum_of(f"api/v1/{path}"))),
            }
            for pattern, holds in documents().items()
            for path in paths(edition, pattern)
        ],
        "changelog": [
            {"revision": revision, "date": day, "description": text(f"api_change.{revision}")}
            for revision, day in REVISIONS
        ],
    }
    yield PATH, json.dumps(document, ensure_ascii=False, indent=1).encode()


def paths(edition: Edition, pattern: str) -> list[str]:
    """Return the files that a path with or without `{slug}` stands for."""
    return [path for _, path in parts(edition, pattern)] if "{slug}" in pattern else [pattern]


def parts(edition: Edition, pattern: str) -> list[tuple[str, str]]:
    """Return what a path with `{slug}` stands for: (title, path) of each checklist or unit."""
    ledger = edition.ledger
    if pattern.startswith("units/"):
        return [(unit.name, pattern.format(slug=slug_of_unit(unit))) for _, unit in ledger.units.tree()]
    return [(c.header.title, pattern.format(slug=c.slug)) for c in ledger.checklists]


def _sum(size: int, sha256: str) -> dict[str, Any]:
    return {"size": size, "sha256": sha256}


def stem(pattern: str) -> str:
    """Return the key of a file's words in the catalogue: `checklists` for `checklists/{slug}.json`."""
    folder, one, _ = pattern.partition("/")
    return f"one_of_{folder}" if one and folder == "units" else folder.removesuffix(".json")
