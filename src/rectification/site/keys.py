"""The keys of what a build makes: digests of all that a page or a file is made from.

A key may hold more than its page shows; it must never hold less. What every page may show (names of units,
the site's own words, the day) is one digest that stands in all of them.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

from rectification.engine import installed
from rectification.ledger import Checklist, Ledger, Record, references
from rectification.model import Record as Model
from rectification.site.kept import digest

if TYPE_CHECKING:
    from rectification.ledger.sealed import Sealed
    from rectification.model import Item

_RECORD = "items"
_SIZE = 16  # bytes of a digest


class Digests:
    """Digests of the items of a ledger, known again by what their files hold: 16 bytes an item."""

    def __init__(self, ledger: Ledger, files: Mapping[str, str], sealed: Sealed | None) -> None:
        """`files` tells what each file held when it was read, by a digest; `sealed` is where builds keep
        this. Without it, only the digests that are asked for are made."""
        self._sealed = sealed
        # The items stay for as long as they are known by their identity.
        self._items: dict[int, tuple[Item, bytes]] = {}
        if sealed is not None:
            self._know(sealed, ledger, files)

    def of(self, item: Item) -> bytes:
        """Return the digest of an item as it is: one that parts were taken out of is another one."""
        known = self._items.get(id(item))
        return known[1] if known is not None else _digest(item)

    def _know(self, sealed: Sealed, ledger: Ledger, files: Mapping[str, str]) -> None:
        kept = sealed.read(_RECORD)
        made_by, before = marshal.loads(kept) if kept is not None else ("", {})
        before = before if made_by == installed() else {}
        now: dict[str, tuple[str, bytes]] = {}
        for file, items in _by_file(ledger).items():
            held, told = before.get(file, ("", b""))
            if held != files.get(file) or len(told) != _SIZE * len(items):
                held, told = files.get(file, ""), b"".join(map(_digest, items))
            now[file] = (held, told)
            for n, item in enumerate(items):
                self._items[id(item)] = (item, told[_SIZE * n : _SIZE * (n + 1)])
        if now != before:
            # What a digest is made from stands beside it: it is as good where this build fails.
            sealed.write(_RECORD, marshal.dumps((installed(), now)))
            sealed.keep({_RECORD})  # what a killed build was writing


def _by_file(ledger: Ledger) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for record in ledger.records:
        if record.origin is None:
            found.setdefault(record.place.document.file, []).append(record.item)
    return found


def _digest(item: Item) -> bytes:
    return blake2b(typed(item), digest_size=_SIZE).digest()


class Keys:
    """Digests of the parts of one edition; `common` is what else every page and file depends on."""

    def __init__(self, ledger: Ledger, common: Iterable[object], digests: Digests) -> None:
        self._ledger = ledger
        self._digests = digests
        self._groups: dict[int, tuple[Sequence[Record], bytes]] = {}
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
        made = blake2b(self._digests.of(record.item), digest_size=16)
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

    def group(self, records: Sequence[Record]) -> bytes:
        """Return the digest of records in their order."""
        known = self._groups.get(id(records))
        if known is None:
            told = blake2b(b"".join(map(self.record, records)), digest_size=16).digest()
            known = self._groups[id(records)] = (records, told)  # they stay as long as their identity counts
        return known[1]

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
