"""One ledger of ours and our sources': every item once, with its home."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from rectification.diagnostic import Diagnostic, nearest
from rectification.federation.delivery import diagnose
from rectification.federation.grafting import Slugs, graft_categories, graft_units
from rectification.ledger import Checklist, Ledger, Origin, Place, Record, SourceState, derive
from rectification.model import Header
from rectification.source import Document

if TYPE_CHECKING:
    from rectification.federation.delivery import Delivery
    from rectification.federation.documents import FederatedItem, PublishedOrigin
    from rectification.settings import Settings, SourceSite

_NAMED = 5  # ids named in one message


@dataclass(frozen=True)
class Joined:
    """The combined ledger, and what was wrong with putting it together."""

    ledger: Ledger
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """An item as one source gives it."""

    item: FederatedItem
    origin: Origin
    delivery: Delivery


def join(ledger: Ledger, deliveries: Iterable[Delivery], settings: Settings) -> Joined:
    """Join what sources gave to our own ledger: units are grafted, checklists and items follow ours.

    An item that comes more than one way, or back to us, is one: it has the same home. One id with two homes
    is an error (F007). An item marked internal never enters a public site's ledger (F008).
    """
    deliveries = tuple(deliveries)
    if not deliveries:
        return Joined(ledger, ())
    diagnostics = list(_misplaced(ledger, deliveries, settings))
    diagnostics += [d for delivery in deliveries for d in delivery.diagnostics]
    found, refused = _admitted(deliveries, settings)
    diagnostics += refused
    chosen, clashes = _chosen(ledger, found, settings)
    diagnostics += clashes
    units, partings = graft_units(ledger.units, deliveries, (one.item.unit for one in chosen))
    for parting in partings:
        facts = {"found": parting.name, "parent": parting.parent, "first": parting.first}
        diagnostics += diagnose(settings, parting.source, "F010", "warning", **facts)
    categories = graft_categories(ledger.categories, (one.item.category for one in chosen))
    heads = _checklists(ledger, deliveries, chosen)
    records = []
    for one in chosen:
        item, checklist = one.item, heads[one.delivery.source.name, one.item.checklist]
        state = derive(
            item, ledger.today, due_soon_days=settings.due_soon_days, stalled_days=settings.stalled_days
        )
        unit = units.canonical(item.unit)
        records.append(Record(item, checklist, checklist.place, state, unit, one.origin))
    counts: dict[str, int] = {}
    for one in chosen:
        counts[one.delivery.source.name] = counts.get(one.delivery.source.name, 0) + 1
    combined = replace(
        ledger,
        checklists=(*ledger.checklists, *heads.values()),
        records=(*ledger.records, *records),
        units=units,
        categories=categories,
        grafted_categories=frozenset(c.name for c in categories[len(ledger.categories) :]),
        sources=tuple(_state(delivery, counts.get(delivery.source.name, 0)) for delivery in deliveries),
    )
    return Joined(combined, tuple(diagnostics))


def home_of(delivery: Delivery) -> str:
    """Return the address of a source's root: as mkdocs.yml gives it, where we read it, or as it says itself.

    A site read over the network is not believed to live elsewhere: it could take another one's place.
    """
    source = delivery.source
    if source.address or source.remote:
        return source.address or source.location
    said = delivery.documents.site.address if delivery.documents is not None else ""
    return f"{said.rstrip('/')}/" if said else ""


def _misplaced(ledger: Ledger, deliveries: Iterable[Delivery], settings: Settings) -> Iterator[Diagnostic]:
    """Report sources put under a unit that `_units.yml` does not know."""
    for source in (delivery.source for delivery in deliveries):
        if source.under and ledger.units.known and source.under not in ledger.units.names:
            facts = {"found": source.under, "nearest": nearest(source.under, ledger.units.names)}
            yield from diagnose(settings, source, "F009", "error", **facts)


def _admitted(deliveries: Iterable[Delivery], settings: Settings) -> tuple[list[_Found], list[Diagnostic]]:
    """Return every item that may be shown here, under its full names, with its home."""
    found: list[_Found] = []
    diagnostics: list[Diagnostic] = []
    for delivery in deliveries:
        if delivery.documents is None:
            continue
        refused: list[str] = []
        origin_of = _Origins(delivery)
        full = dict(_aliases(delivery))
        for item in delivery.documents.items.items:
            if item.visibility == "internal" and settings.audience == "public":
                refused.append(item.id)
                continue
            found.append(_Found(_under_full_names(item, full) if full else item, origin_of(item), delivery))
        if refused:
            facts = {"found": _some(refused), "count": len(refused)}
            diagnostics += diagnose(settings, delivery.source, "F008", "warning", **facts)
    return found, diagnostics


class _Origins:
    """Tells where the items of one source are at home."""

    def __init__(self, delivery: Delivery) -> None:
        assert delivery.documents is not None
        self.name = delivery.source.name
        self.site = home_of(delivery)
        self.page = self.site + delivery.documents.site.item_page if self.site else ""
        self.as_of = delivery.documents.as_of

    def __call__(self, item: FederatedItem) -> Origin:
        if item.origin is not None:
            return self.through(item.origin)
        address = self.page.replace("{name}", quote(item.id)) if self.page else ""
        return Origin((self.name,), self.site, address, self.as_of)

    def through(self, origin: PublishedOrigin) -> Origin:
        """Return where a record is at home that the source has from another site."""
        return Origin((self.name, *origin.sources), origin.site, origin.address, origin.as_of)


def _aliases(delivery: Delivery) -> Iterator[tuple[str, str]]:
    """Yield (alias, full name) of a source's units: its short names mean something there only."""
    assert delivery.documents is not None
    waiting = list(delivery.documents.units.units)
    while waiting:
        unit = waiting.pop()
        yield from ((alias, unit.name) for alias in unit.aliases)
        waiting += unit.units


def _under_full_names(item: FederatedItem, full: dict[str, str]) -> FederatedItem:
    acting = {action.unit for action in item.actions if action.unit}
    if full.keys().isdisjoint({*item.partners, *acting}):
        return item
    actions = tuple(
        action.model_copy(update={"unit": full.get(action.unit, action.unit)}) if action.unit else action
        for action in item.actions
    )
    partners = tuple(full.get(name, name) for name in item.partners)
    return item.model_copy(update={"actions": actions, "partners": partners})


def _chosen(
    ledger: Ledger, found: Iterable[_Found], settings: Settings
) -> tuple[list[_Found], list[Diagnostic]]:
    """Return each item once, by the shortest way it comes; report ids that mean two things."""
    own = {record.item.id.casefold(): record for record in ledger.records}
    chosen: dict[str, _Found] = {}
    clashes: dict[tuple[str, str], tuple[SourceSite, list[str]]] = {}
    for one in found:
        if _is_ours(one, settings):
            continue
        key = one.item.id.casefold()
        other = chosen.get(key)
        if key in own:
            place = own[key].place
            first = f"{place.file}:{place.line}"
        elif other is None:
            chosen[key] = one
            continue
        elif _same_home(one, other):
            chosen[key] = min(other, one, key=_way)
            continue
        else:
            first = _named(other)
        clashes.setdefault((first, _named(one)), (one.delivery.source, []))[1].append(one.item.id)
    diagnostics: list[Diagnostic] = []
    for (first, second), (source, ids) in clashes.items():
        facts = {"found": _some(ids), "count": len(ids), "first": first, "second": second}
        diagnostics += diagnose(settings, source, "F007", "error", **facts)
    # In the order of the sources and of their ledgers, whichever way each was chosen by.
    return list(chosen.values()), diagnostics


def _is_ours(one: _Found, settings: Settings) -> bool:
    """Tell whether an item is our own, come back to us through a site that reads ours."""
    return bool(settings.address) and one.origin.site == settings.address


def _same_home(one: _Found, other: _Found) -> bool:
    """Tell whether what comes two ways is one item: it has one home or, without an address, one content."""
    if one.origin.address or other.origin.address:
        return one.item.id == other.item.id and one.origin.address == other.origin.address
    return one.item.model_dump() == other.item.model_dump()


def _way(one: _Found) -> tuple[int, int]:
    """Order the ways an item comes: through fewer sites first, then the newer."""
    return len(one.origin.sources), -one.origin.as_of.toordinal()


def _named(one: _Found) -> str:
    return " › ".join(one.origin.sources)


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:_NAMED]) + (" …" if len(ids) > _NAMED else "")


def _checklists(
    ledger: Ledger, deliveries: Iterable[Delivery], chosen: Iterable[_Found]
) -> dict[tuple[str, str], Checklist]:
    """Return sources' checklists by source and slug there; the address of each names the source.

    One whose items all come another way is left out; so is an empty one that is not the source's own.
    """
    used = {(one.delivery.source.name, one.item.checklist) for one in chosen}
    slugs = Slugs(checklist.slug for checklist in ledger.checklists)
    found = {}
    for delivery in deliveries:
        if delivery.documents is None:
            continue
        source, site = delivery.source, delivery.documents.site
        place, origins = Place(Document.absent(source.name)), _Origins(delivery)
        filled = {item.checklist for item in delivery.documents.items.items}
        for head in site.checklists:
            key = (source.name, head.slug)
            if key not in used and (head.slug in filled or head.origin is not None):
                continue
            if head.origin is not None:
                origin = origins.through(head.origin)
            else:
                page = origins.site + site.checklist_page if origins.site else ""
                address = page.replace("{name}", quote(head.slug))
                origin = Origin((source.name,), origins.site, address, origins.as_of)
            header = Header.model_construct(**{name: getattr(head, name) for name in Header.model_fields})
            found[key] = Checklist(slugs.slug(f"{source.name}-{head.slug}"), header, place, origin)
    return found


def _state(delivery: Delivery, items: int) -> SourceState:
    documents = delivery.documents
    as_of = documents.as_of if documents is not None else None
    return SourceState(
        delivery.source.name, home_of(delivery), as_of, delivery.fetched, delivery.fresh, items
    )
