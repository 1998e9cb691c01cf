"""`/api/v1/manifest.json`: every other file of the site, with its SHA-256, and what it was built from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from typing_extensions import TypedDict

from rectification import __version__
from rectification.model import Day

if TYPE_CHECKING:
    from rectification.publish import Edition
    from rectification.revision import Checkout


class PublishedFile(TypedDict):
    path: str
    size: int
    sha256: str


class BuiltFrom(TypedDict):
    commit: str
    dirty: bool


class Manifest(TypedDict):
    version: Literal[1]
    revision: str
    as_of: Day
    generator: str
    built_from: BuiltFrom | None
    files: list[PublishedFile]


DOCUMENTS = {"manifest.json": Manifest}
PATH = "api/v1/manifest.json"


def manifest(
    edition: Edition, checkout: Checkout | None, sums: Mapping[str, tuple[int, str]], revision: str
) -> bytes:
    """Return the manifest of a site whose other files have these sizes and SHA-256, by their paths.

    Unlike a `write` or a `seal` it tells of what nobody here has made: only the finished site has it all.
    """
    built_from: BuiltFrom | None = None
    if checkout is not None:
        built_from = {"commit": checkout.commit, "dirty": checkout.dirty}
    head = {
        "version": 1,
        "revision": revision,
        "as_of": edition.ledger.today.isoformat(),
        "generator": f"rectification {__version__}",
        "built_from": built_from,
    }
    # A line a file, for comparing two manifests as texts; made by hand, since there are thousands.
    lines = (
        f'{{"path":{json.dumps(path, ensure_ascii=False)},"size":{size},"sha256":"{sha256}"}}'
        for path, (size, sha256) in sorted(sums.items())
    )
    listed = ",\n".join(lines)
    return f'{json.dumps(head, indent=1)[:-2]},\n "files": [\n{listed}\n]}}\n'.encode()
