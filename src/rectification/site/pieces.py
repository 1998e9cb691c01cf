"""What each record adds to the files of many records, from one build to the next: a calendar's events, its
block in a file of JSON. Of a ledger in which one item was edited, all but that item's are taken as they were.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rectification.site.kept import open_cache

if TYPE_CHECKING:
    from pathlib import Path

    from rectification.ledger import Ledger, Record
    from rectification.ledger.sealed import Sealed
    from rectification.publish import Piece
    from rectification.site.keys import Keys


class Pieces:
    """The pieces of one build of the project at `root`; `keys` tells what a record's are made from."""

    def __init__(self, root: Path, ledger: Ledger, keys: Callable[[], Keys]) -> None:
        self._root = root
        self._ledger = ledger
        self._keys = keys
        self._formats: dict[str, _Format] = {}

    def of(self, kind: str, make: Callable[[Record], Piece]) -> Mapping[Record, Piece]:
        """Return the pieces of a format: taken as they were, or made, when they are first asked for.

        What `make` returns is of plain values, and hangs on nothing but the record and the edition.
        """
        known = self._formats.get(kind)
        if known is None:
            sealed = open_cache(self._root, f"pieces-{kind}")
            known = self._formats[kind] = _Format(sealed, self._ledger, self._keys(), make)
        return known

    def save(self) -> None:
        """Keep what was made anew, by the process that made it."""
        for known in self._formats.values():
            known.save()


class _Format(dict["Record", Any]):
    """The pieces of a format, by their records."""

    def __init__(
        self, sealed: Sealed | None, ledger: Ledger, keys: Keys, make: Callable[[Record], Any]
    ) -> None:
        self._sealed, self._ledger, self._keys, self._make = sealed, ledger, keys, make
        self._kept: dict[str, dict[bytes, Any]] = {}  # slug of a checklist -> key of a record -> its piece
        self._new: set[str] = set()  # slugs

    def __missing__(self, record: Record) -> Any:
        slug = record.checklist.slug
        kept = self._kept.get(slug)
        if kept is None:
            kept = self._kept[slug] = self._read(slug)
        piece = kept.get(self._keys.record(record))
        if piece is None:
            piece = self._make(record)
            self._new.add(slug)
        self[record] = piece
        return piece

    def _read(self, slug: str) -> dict[bytes, Any]:
        content = self._sealed.read(slug) if self._sealed is not None else None
        if content is None:
            return {}
        site, pieces = marshal.loads(content)
        return pieces if site == self._keys.site else {}

    def save(self) -> None:
        """Keep the pieces of checklists of which all were asked for, and forget those of checklists gone."""
        if self._sealed is None or not self._new:
            return
        for slug in self._new:
            records = self._ledger.by_checklist[slug]
            if all(record in self for record in records):
                pieces = {self._keys.record(record): self[record] for record in records}
                self._sealed.write(slug, marshal.dumps((self._keys.site, pieces)))
        self._new = set()
        self._sealed.keep(self._ledger.by_checklist)
