"""The keys of what a build makes: digests of all that a page or a file is made from.

A key may hold more than its page shows; it must never hold less. What every page may show (names of units,
the site's own words, the day) is one digest that stands in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from rectification.ledger import Checklist, Ledger, Record, references
from rectification.model import Record as Model
from rectification.site.kept import digest


class Keys:
    """Digests of the parts of one edition; `common` is what else every page and file depends on."""

    def __init__(self, ledger: Ledger, common: Iterable[object]) -> None:
        self._ledger = ledger
        self._headers: dict[Checklist, bytes] = {}
        self._records: dict[Record, bytes] = {}
        self._lines: dict[Record, bytes] = {}
        self._everything = b""
        self.site = digest(
            *common,
            ledger.today,
            ledger.revision,
            ledger.sources,
            ledger.categories_known,
            ledger.units.known,
            sorted(ledger.units.grafted),
            sorted(ledger.grafted_categories),
            *map(typed, (*ledger.units.listed, *ledger.categories, *ledger.profiles, *ledger.requests)),
        )

    def record(self, record: Record) -> bytes:
        """Return the digest of an item with its checklist, its unit, its home and its evidence."""
        known = self._records.get(record)
        if known is None:
            known = self._records[record] = self._of(record)
        return known

    def _of(self, record: Record) -> bytes:
        made = blake2b(typed(record.item), digest_size=16)
        made.update(self.header(record.checklist))
        made.update(record.unit.encode("utf-8", "surrogatepass"))
        if record.withheld:  # its state is that of the whole item
            made.update(repr((record.state, sorted(record.unseen))).encode())
        if record.origin is not None:
            made.update(repr(record.origin).encode())
        if self._ledger.evidence:
            for name in references(record.item):
                if (file := self._ledger.evidence.get(name)) is not None:
                    made.update(repr((name, file.size, file.sha256, file.source_sha256, file.fault)).encode())
        return made.digest()

    def header(self, checklist: Checklist) -> bytes:
        """Return the digest of a checklist's head, with its name and its home."""
        known = self._headers.get(checklist)
        if known is None:
            told = digest(checklist.slug, typed(checklist.header), checklist.origin)
            known = self._headers[checklist] = told.encode()
        return known

    def line(self, record: Record | None) -> bytes:
        """Return the digest of what another item's page says of an item in a line; of none for None."""
        if record is None:
            return b""
        known = self._lines.get(record)
        if known is None:
            item, state = record.item, record.state
            told = (item.id, item.title, state.status, item.due.toordinal(), state.flags)
            known = self._lines[record] = repr(told).encode()
        return known

    def group(self, records: Iterable[Record]) -> bytes:
        """Return the digest of records in their order."""
        made = blake2b(digest_size=16)
        for record in records:
            made.update(self.record(record))
        return made.digest()

    def everything(self) -> bytes:
        """Return the digest of the whole ledger."""
        if not self._everything:
            heads = map(self.header, self._ledger.checklists)
            self._everything = b"".join((self.group(self._ledger.records), *heads))
        return self._everything

    def page(self, *parts: object) -> str:
        """Return the key of what depends on `parts` beside what everything depends on."""
        return digest(self.site, *parts)


def typed(model: Model) -> bytes:
    """Return all that a record of the model holds, as bytes."""
    return model.__pydantic_serializer__.to_json(model)
