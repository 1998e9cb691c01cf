"""`/api/v1/items.json`, `checklists/….json`: items with their facts as typed and their state as derived."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict
from typing_extensions import TypedDict

from rectification.ledger import references, slug_of_unit
from rectification.model import Day, Flag, Header, Item, Level, Source, Status
from rectification.publish import Output

if TYPE_CHECKING:
    from rectification.ledger import Checklist, Ledger, Origin, Record
    from rectification.publish import Edition


class EvidenceFile(TypedDict):
    file: str
    size: int
    sha256: str


class Derived(TypedDict):
    status: Status
    since: Day
    flags: list[Flag]
    days_left: int | None
    days_open: int
    original_due: Day
    slip_days: int
    actions_done: int
    evidence: list[EvidenceFile]


class PublishedOrigin(TypedDict):
    sources: list[str]
    site: str
    address: str
    as_of: Day


class PublishedItem(Item):
    """An item as it is published: what the editor typed, and what follows from it."""

    model_config = ConfigDict(defer_build=True)  # only ever asked for its schema

    checklist: str
    origin: PublishedOrigin | None = None
    derived: Derived


class PublishedHeader(Header):
    """The head of a checklist, with the last part of its address."""

    model_config = ConfigDict(defer_build=True)

    slug: str
    origin: PublishedOrigin | None = None


class PublishedUnit(TypedDict):
    name: str
    slug: str
    level: Level | None


class Items(TypedDict):
    version: Literal[1]
    as_of: Day
    items: list[PublishedItem]


class ChecklistItems(TypedDict):
    version: Literal[1]
    as_of: Day
    checklist: PublishedHeader
    items: list[PublishedItem]


class UnitItems(TypedDict):
    version: Literal[1]
    as_of: Day
    unit: PublishedUnit
    items: list[PublishedItem]


DOCUMENTS = {
    "items.json": Items,
    "checklists/{slug}.json": ChecklistItems,
    "units/{slug}.json": UnitItems,
}


def write(edition: Edition) -> Iterator[Output]:
    """Yield the file of all items, one a checklist, and one a unit with the items of all units below it.

    `as_of` is the day the derived values hold for.
    """
    ledger = edition.ledger
    blocks = edition.pieces("items", lambda record: _encoded(item(ledger, record)).encode())
    head = f'{{"version":1,"as_of":"{ledger.today}",'
    yield Output("api/v1/items.json", partial(_document, head, blocks, ledger.records), ledger.records)
    for checklist in ledger.checklists:
        records = ledger.by_checklist.get(checklist.slug, ())
        told = _encoded(header(checklist))
        make = partial(_document, f'{head}"checklist":{told},', blocks, records)
        yield Output(f"api/v1/checklists/{checklist.slug}.json", make, records, (told,))
    for unit in ledger.units.listed:
        facts: PublishedUnit = {
            "name": unit.name,
            "slug": slug_of_unit(unit),
            "level": ledger.units.level(unit),
        }
        records = ledger.of_unit(unit.name)
        make = partial(_document, f'{head}"unit":{_encoded(facts)},', blocks, records)
        yield Output(f"api/v1/units/{facts['slug']}.json", make, records)


def item(ledger: Ledger, record: Record) -> dict[str, Any]:
    """Return one item: the facts under the keys an editor types, the derived ones under `derived`."""
    state = record.state
    facts = record.item.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    source = _source(record.source)
    # Evidence of another site's item is published there; a file of ours that it may name is not its own.
    names = dict.fromkeys(references(record.item) if record.origin is None else ())
    files = [ledger.evidence[name] for name in names if name in ledger.evidence]
    facts |= {"unit": record.unit, "checklist": record.checklist.slug}
    facts |= {"source": source} if source else {}
    facts |= {"origin": _origin(record.origin)} if record.origin is not None else {}
    facts["derived"] = {
        "status": state.status,
        "since": state.since.isoformat(),
        "flags": list(state.flags),
        "days_left": state.days_left,
        "days_open": state.days_open,
        "original_due": state.original_due.isoformat(),
        "slip_days": state.slip_days,
        "actions_done": state.actions_done,
        "evidence": [{"file": f.reference, "size": f.size, "sha256": f.sha256} for f in files],
    }
    return facts


def header(checklist: Checklist) -> dict[str, Any]:
    """Return the head of a checklist as it is published."""
    facts = checklist.header.model_dump(mode="json", by_alias=True, exclude_none=True)
    facts |= {"origin": _origin(checklist.origin)} if checklist.origin is not None else {}
    return {"slug": checklist.slug, **facts}


def _origin(origin: Origin) -> dict[str, Any]:
    return {
        "sources": list(origin.sources),
        "site": origin.site,
        "address": origin.address,
        "as_of": origin.as_of.isoformat(),
    }


def _source(source: Source) -> dict[str, Any]:
    return source.model_dump(mode="json", exclude_none=True)


def _encoded(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _document(head: str, blocks: Mapping[Record, bytes], records: Sequence[Record]) -> bytes:
    parts = [f'{head}"items":['.encode()]
    for record in records:
        parts += (blocks[record], b",")
    if records:
        parts.pop()
    return b"".join([*parts, b"]}"])  # put together once: of a large ledger it is large
