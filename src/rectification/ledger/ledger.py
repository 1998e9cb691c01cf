"""The ledger (台账): all checklists of a site together, indexed."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from rectification.history import public_values
from rectification.ledger.state import State, last_move
from rectification.ledger.texts import Written, suspects
from rectification.ledger.units import Units
from rectification.ledger.visibility import has_internal_parts, named_evidence, references, shown
from rectification.model import Category, Flag, Header, Item, Request, Source, Status, Unit

if TYPE_CHECKING:
    from datetime import date

    from rectification.ledger.evidence import EvidenceFile
    from rectification.ledger.origin import Origin, SourceState
    from rectification.ledger.place import Place
    from rectification.model import Record as Model
    from rectification.profile import Profile
    from rectification.source import Document, Path_


def slug_of(name: str) -> str:
    """Return `name` as the last part of an address: NFC, without what a path or a browser would trip over."""
    kept = "".join(
        c if c.isalnum() or c in "._-" else "-" for c in unicodedata.normalize("NFC", name.strip())
    )
    return "-".join(part for part in kept.split("-") if part).strip(".") or "-"


def slug_of_unit(unit: Unit) -> str:
    """Return the last part of a unit's address."""
    return unit.slug or slug_of(unit.name)


@dataclass(frozen=True, eq=False)
class Checklist:
    """One campaign or inspection. `slug` is its file's (or folder's) name without the ending.

    `origin` is None but for a checklist of another site.
    """

    slug: str
    header: Header
    place: Place
    origin: Origin | None = None


@dataclass(frozen=True, eq=False)
class Record:
    """An item in its ledger: the item, its checklist, where it stands in the files, its state on the day.

    `unit` is the item's unit under its full name; `origin` is None but for an item of another site. A record
    is equal to itself only: comparing two items fact by fact is never what is meant, and dear. `withheld`
    tells that internal parts were taken out of the item; its state is still that of the whole, and `unseen`
    are the units that took part by what was taken out.
    """

    item: Item
    checklist: Checklist
    place: Place
    state: State
    unit: str
    origin: Origin | None = None
    withheld: bool = False
    unseen: frozenset[str] = frozenset()

    @property
    def merged_into(self) -> str:
        """Id of the item that goes on with a merged item's problem; empty for any other item."""
        move = last_move(self.item)
        return (move.merged_into or "") if move is not None else ""

    @property
    def written(self) -> Any:
        """The item's plain values, as its file has them: what was typed of it, and nothing else."""
        value: Any = self.place.document.value
        for part in self.place.path:
            value = value[part]
        return public_values(value) if self.withheld else value

    @property
    def home(self) -> str | None:
        """Address of the page on another site that is its own; None for an item of this site."""
        return self.origin.address if self.origin is not None else None

    @property
    def source(self) -> Source:
        """Where the problem comes from: the item's own words, completed by its checklist's."""
        general = self.checklist.header.source or Source()
        own = self.item.source
        if own is None:
            return general
        return general.model_copy(update={k: v for k, v in own if v is not None})


@dataclass(frozen=True)
class Ledger:
    """All checklists of a site on `today`, immutable.

    `revision` is the git revision it was read from; empty for the files as they lie there. A combined ledger
    holds those of its `sources` too, after its own. `elsewhere` holds, by their ids, the records that items
    may refer to though they are not of this ledger; `pages` are the site's hand-written pages that may hold
    personal data.
    """

    today: date
    checklists: tuple[Checklist, ...] = ()
    records: tuple[Record, ...] = ()
    units: Units = field(default_factory=lambda: Units(()))
    categories: tuple[Category, ...] = ()
    category_places: tuple[Place, ...] = ()
    categories_known: bool = False
    grafted_categories: frozenset[str] = frozenset()
    requests: tuple[Request, ...] = ()
    request_places: tuple[Place, ...] = ()
    evidence: Mapping[str, EvidenceFile] = field(default_factory=dict)
    profiles: tuple[Profile, ...] = ()
    profile_places: tuple[Place, ...] = ()
    revision: str = ""
    sources: tuple[SourceState, ...] = ()
    elsewhere: Mapping[str, Record] = field(default_factory=dict)
    pages: tuple[Document, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, Record]:
        return {record.item.id: record for record in self.records}

    def find(self, identifier: str) -> Record | None:
        """Return the record an item may refer to by this id, of this ledger or of another site's."""
        return self.by_id.get(identifier) or self.elsewhere.get(identifier)

    @cached_property
    def by_checklist(self) -> Mapping[str, tuple[Record, ...]]:
        """Slug of a checklist -> its records, in the order of the file."""
        return _grouped((record.checklist.slug, record) for record in self.records)

    @cached_property
    def by_unit(self) -> Mapping[str, tuple[Record, ...]]:
        """Full name of a unit -> the records it answers for itself."""
        return _grouped((record.unit, record) for record in self.records)

    @cached_property
    def by_category(self) -> Mapping[str, tuple[Record, ...]]:
        return _grouped((record.item.category or "", record) for record in self.records)

    @cached_property
    def merged_into(self) -> Mapping[str, tuple[Record, ...]]:
        """Id -> the withdrawn records that were merged into it."""
        return _grouped((record.merged_into, record) for record in self.records if record.merged_into)

    @cached_property
    def place_of_category(self) -> Mapping[str, Place]:
        """Name of a category -> where it is listed; empty without `_categories.yml`."""
        return dict(zip((category.name for category in self.categories), self.category_places, strict=False))

    @cached_property
    def by_profile(self) -> Mapping[str, Profile]:
        """Name of a report profile -> the profile."""
        return {profile.name: profile for profile in self.profiles}

    @cached_property
    def place_of_profile(self) -> Mapping[str, Place]:
        """Name of a report profile -> where it is listed."""
        return dict(zip((profile.name for profile in self.profiles), self.profile_places, strict=False))

    @cached_property
    def closed(self) -> tuple[tuple[Record, int], ...]:
        """Each closed record with the place of its closing in its log."""
        return tuple(
            (record, next(n for n in range(len(log) - 1, -1, -1) if log[n].status is not None))
            for record in self.records
            if record.state.status == "closed" and (log := record.item.log)
        )

    @cached_property
    def cited(self) -> tuple[tuple[Record, Path_, str], ...]:
        """Every piece of evidence that an item names, files and links: the record, the path, the name."""
        return tuple(
            (record, path, name) for record in self.records for path, name in named_evidence(record.item)
        )

    @cached_property
    def suspects(self) -> tuple[Written, ...]:
        """The texts that hold long figures, at signs or links: of headers, items and vocabularies."""
        return tuple(suspects(self._typed()))

    def _typed(self) -> Iterator[tuple[Model, Place, Path_, str]]:
        """Yield what editors typed: each with its place, the path to it, the id of its item."""
        for checklist in self.checklists:
            yield checklist.header, checklist.place, ("checklist",), ""
        for record in self.records:
            yield record.item, record.place, (), record.item.id
        for listed, places in (
            (self.units.listed, self.units.places),
            (self.categories, self.category_places),
            (self.requests, self.request_places),
        ):
            for one, place in zip(listed, places, strict=False):
                yield one, place, (), ""

    def of_unit(self, name: str) -> tuple[Record, ...]:
        """Return the records of a unit and of all units below it: its own first, then down the tree."""
        known = self._of_units.get(name)
        if known is None:
            unit = self.units.names.get(name)
            if unit is None:
                return self.by_unit.get(name, ())
            below = (self.by_unit.get(each.name, ()) for each in self.units.below(unit))
            known = self._of_units[name] = tuple(chain.from_iterable(below))
        return known

    @cached_property
    def _of_units(self) -> dict[str, tuple[Record, ...]]:
        return {}  # filled as it is asked for: every format and every page asks for every unit

    def public(self) -> Ledger:
        """Return the ledger without its internal items, parts of items and reports, and any word of them.

        An item's status and the day it was last stirred are those of the whole item: they would be untrue
        otherwise. What is counted of it is what is shown.
        """
        return self._public

    @cached_property
    def _public(self) -> Ledger:
        hidden = {record.item.id for record in self.records if record.item.visibility == "internal"}
        partly = {r.item.id for r in self.records if not r.withheld and has_internal_parts(r.item)} - hidden
        if not hidden and not partly and all(profile.audience == "public" for profile in self.profiles):
            return self
        records = tuple(
            _withheld(record, hidden) if record.item.id in partly else _unlinked(record, hidden)
            for record in self.records
            if record.item.id not in hidden
        )
        listed = [n for n, profile in enumerate(self.profiles) if profile.audience == "public"]
        kept_back = [profile for profile in self.profiles if profile.audience != "public"]
        return replace(
            self.only(records),
            profiles=tuple(self.profiles[n] for n in listed),
            profile_places=tuple(self.profile_places[n] for n in listed),
            requests=tuple(_without_reports(request, kept_back) for request in self.requests),
        )

    def only(self, records: tuple[Record, ...]) -> Ledger:
        """Return the ledger with these of its records, and with no name or file that only others have."""
        # Only our own items have evidence here: another site's may name a file that is none of its business.
        own = (record for record in records if record.origin is None)
        named = {reference for record in own for reference in references(record.item)}
        evidence = {name: file for name, file in self.evidence.items() if name in named}
        part = replace(self, records=records, evidence=evidence)
        # Without a vocabulary the names are those that items use.
        if not self.units.known:
            kept = {*part.by_unit, *self.units.grafted}
            listed = tuple(unit for unit in self.units.listed if unit.name in kept)
            part = replace(part, units=replace(self.units, listed=listed))
        if not self.categories_known:
            categories = tuple(c for c in self.categories if c.name in part.by_category)
            part = replace(part, categories=categories)
        return part

    def own(self) -> Ledger:
        """Return the ledger without what comes from other sites: what this site's editors may write to."""
        if not self.sources:
            return self
        return replace(
            self,
            checklists=tuple(c for c in self.checklists if c.origin is None),
            records=tuple(r for r in self.records if r.origin is None),
            units=self.units.own(),
            categories=tuple(c for c in self.categories if c.name not in self.grafted_categories),
            sources=(),
            elsewhere={r.item.id: r for r in self.records if r.origin is not None},
        )


def _unlinked(record: Record, hidden: set[str]) -> Record:
    item = without(record.item, hidden)
    return record if item is record.item else replace(record, item=item)


def _withheld(record: Record, hidden: set[str]) -> Record:
    item, kept = shown(without(record.item, hidden))
    state = replace(record.state, actions_done=sum(action.done is not None for action in item.actions))
    place = replace(record.place, kept=kept)
    unseen = frozenset(a.unit for a in record.item.actions if a.unit and a.visibility == "internal")
    return replace(record, item=item, place=place, state=state, withheld=True, unseen=unseen | record.unseen)


def _without_reports(request: Request, profiles: Iterable[Profile]) -> Request:
    by = request.replaced_by or ""
    named = any(by == profile.name or profile.title in by for profile in profiles)
    return request.model_copy(update={"replaced_by": None}) if by and named else request


def count_by_status(records: Iterable[Record]) -> dict[Status, int]:
    """Count records by status, in the order in which the statuses first come up."""
    return dict(Counter(map(_STATUS, records)))


_STATUS = attrgetter("state.status")
_FLAGS = attrgetter("state.flags")


def count_flags(records: Iterable[Record]) -> Counter[Flag]:
    """Count how many records have each derived flag."""
    counts: Counter[Flag] = Counter()
    # Most records of a large ledger have one of a few sets of flags.
    for flags, count in Counter(map(_FLAGS, records)).items():
        for flag in flags:
            counts[flag] += count
    return counts


def without(item: Item, hidden: set[str]) -> Item:
    """Return `item` without its references to hidden items."""
    if hidden.isdisjoint(item.related) and not any(entry.merged_into in hidden for entry in item.log):
        return item
    log = tuple(
        entry.model_copy(update={"merged_into": None}) if entry.merged_into in hidden else entry
        for entry in item.log
    )
    related = tuple(other for other in item.related if other not in hidden)
    return item.model_copy(update={"related": related, "log": log})


def _grouped(pairs: Iterable[tuple[str, Record]]) -> dict[str, tuple[Record, ...]]:
    groups: dict[str, list[Record]] = {}
    for key, record in pairs:
        groups.setdefault(key, []).append(record)
    return {key: tuple(records) for key, records in groups.items()}
