"""Sources' trees of units and kinds of problem, grafted onto ours: same names meet, ours come first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rectification.ledger import Units, slug_of
from rectification.model import Category, Identifier, Unit

if TYPE_CHECKING:
    from rectification.federation.delivery import Delivery
    from rectification.federation.documents import PublishedUnit
    from rectification.settings import SourceSite

_LONGEST = 120  # bytes of a slug: file systems take 255 a name, and endings are added


@dataclass(frozen=True, slots=True)
class Parting:
    """A unit that two trees put under different units: `parent` there, `first` in the combined tree."""

    source: SourceSite
    name: str
    parent: str
    first: str


class Slugs:
    """Gives each name an address of its own, the same whatever other names there are, if it can be.

    A name whose plain slug is taken already, or would not do as a file's name, gets one made of its hash.
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = {slug.casefold() for slug in taken}

    def slug(self, name: str) -> str:
        """Return the slug of a name; it is taken from now on."""
        plain = slug_of(name)
        if plain.casefold() in self._taken | {"index"} or len(plain.encode()) > _LONGEST:
            plain = f"x{hashlib.sha256(name.encode()).hexdigest()[:16]}"
        self._taken.add(plain.casefold())
        return plain


def graft_units(
    own: Units, deliveries: Iterable[Delivery], used: Iterable[str]
) -> tuple[Units, list[Parting]]:
    """Return our units with those of all sources after them; `used` are the names that items use.

    A unit keeps the parent it was first given. The topmost units of a source hang below the unit that
    mkdocs.yml names for it, unless some tree says where they belong.
    """
    grafting = _Grafting(own)
    for delivery in deliveries:
        if delivery.documents is not None:
            grafting.graft(delivery.source, delivery.documents.units.units)
    grafting.hang()
    for name in used:
        grafting.add(name)
    return grafting.units(), grafting.partings


class _Grafting:
    def __init__(self, own: Units) -> None:
        self.own = own
        self.partings: list[Parting] = []
        self._named = {name: unit.name for name, unit in own.names.items()}  # any name -> the full one
        self._parents: dict[str, str] = {
            unit.name: self._named.get(unit.parent or "", "") for unit in own.listed
        }
        self._grafted: dict[str, Unit] = {}
        self._tops: list[tuple[str, str]] = []
        self._slugs = Slugs(unit.slug or slug_of(unit.name) for unit in own.listed)

    def graft(self, source: SourceSite, tops: Iterable[PublishedUnit]) -> None:
        if source.under:
            self.add(source.under)
        for top in tops:
            name = self._meet(source, top, "")
            if source.under:
                self._tops.append((name, self._named[source.under]))

    def _meet(self, source: SourceSite, unit: PublishedUnit, parent: str) -> str:
        """Add a unit and those below it. Returns its full name in the combined tree."""
        waiting = [(unit, parent)]
        first = ""
        while waiting:
            current, above = waiting.pop()
            name = self.add(current.name, current)
            first = first or name
            known = self._parents[name]
            if above and not known and name in self._grafted and not self._is_below(above, name):
                self._parents[name] = above
            elif above and known and known != above:
                self.partings.append(Parting(source, name, above, known))
            waiting += [(below, name) for below in reversed(current.units)]
        return first

    def add(self, name: str, published: PublishedUnit | None = None) -> str:
        """Return the full name of a unit; one that is not there yet becomes a topmost one."""
        if name in self._named:
            return self._named[name]
        self._named[name], self._parents[name] = name, ""
        facts: dict[str, object] = {}
        if published is not None:
            aliases = tuple(alias for alias in published.aliases if alias not in self._named)
            self._named |= dict.fromkeys(aliases, name)
            facts = {"level": published.level, "contact": published.contact, "aliases": aliases}
        slug = self._slugs.slug(name)
        facts |= {"slug": slug} if slug != slug_of(name) else {}
        self._grafted[name] = Unit(name=name, **facts)
        return name

    def hang(self) -> None:
        """Hang sources' topmost units where mkdocs.yml says, if no tree has said so itself."""
        for name, under in self._tops:
            if name in self._grafted and not self._parents[name] and not self._is_below(under, name):
                self._parents[name] = under

    def _is_below(self, name: str, above: str) -> bool:
        """Tell whether a unit is another one or stands below it."""
        seen: set[str] = set()
        while name and name != above and name not in seen:
            seen.add(name)
            name = self._parents.get(name, "")
        return name == above

    def units(self) -> Units:
        grafted = tuple(
            unit.model_copy(update={"parent": self._parents[name] or None})
            for name, unit in self._grafted.items()
        )
        return replace(self.own, listed=(*self.own.listed, *grafted), grafted=frozenset(self._grafted))


def graft_categories(own: tuple[Category, ...], used: Iterable[str | None]) -> tuple[Category, ...]:
    """Return our categories and, after them, those that sources' items use besides, by name."""
    known = {category.name for category in own}
    slugs = Slugs(category.slug or slug_of(category.name) for category in own)
    found = sorted({name for name in used if name} - known)
    return (*own, *_categories(found, slugs))


def _categories(names: Iterable[str], slugs: Slugs) -> Iterator[Category]:
    for name in names:
        slug: Identifier | None = slugs.slug(name)
        yield Category(name=name, slug=slug if slug != slug_of(name) else None)
