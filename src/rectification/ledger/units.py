"""The tree of units: who stands above whom, under which names, at which address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from rectification.model import Level, Unit

if TYPE_CHECKING:
    from rectification.ledger.place import Place


@dataclass(frozen=True)
class Units:
    """All units of a site. Without `_units.yml` (`known` is False) each name an item uses is a unit.

    `grafted` are the names of those that come from other sites; they are listed after the site's own.
    """

    listed: tuple[Unit, ...]
    places: tuple[Place, ...] = ()
    known: bool = True
    grafted: frozenset[str] = frozenset()

    @cached_property
    def names(self) -> Mapping[str, Unit]:
        """Every name and alias -> its unit; its first holder keeps it (a rule reports the second)."""
        named: dict[str, Unit] = {}
        for unit in self.listed:
            for name in (unit.name, *unit.aliases):
                named.setdefault(name, unit)
        return named

    @cached_property
    def children(self) -> Mapping[str, tuple[Unit, ...]]:
        """Name of a unit -> the units right below it, in the order of the file; `` -> the topmost ones."""
        below: dict[str, list[Unit]] = {}
        for unit in self.listed:
            parent = self.names.get(unit.parent) if unit.parent else None
            below.setdefault(parent.name if parent else "", []).append(unit)
        return {name: tuple(units) for name, units in below.items()}

    @cached_property
    def place_of(self) -> Mapping[str, Place]:
        """Full name of a unit -> where it is listed; empty without `_units.yml`."""
        return dict(zip((unit.name for unit in self.listed), self.places, strict=False))

    def own(self) -> Units:
        """Return the units of this site alone."""
        listed = tuple(unit for unit in self.listed if unit.name not in self.grafted)
        return replace(self, listed=listed, grafted=frozenset())

    def canonical(self, name: str) -> str:
        """Return the full name for a name or an alias; an unlisted name is its own."""
        unit = self.names.get(name)
        return unit.name if unit else name

    def above(self, unit: Unit) -> tuple[Unit, ...]:
        """Return the units above `unit`, topmost first. Stops at a cycle (a rule reports it)."""
        path: list[Unit] = []
        seen = {unit.name}
        parent = self.names.get(unit.parent) if unit.parent else None
        while parent is not None and parent.name not in seen:
            seen.add(parent.name)
            path.append(parent)
            parent = self.names.get(parent.parent) if parent.parent else None
        return tuple(reversed(path))

    def below(self, unit: Unit) -> Iterator[Unit]:
        """Yield `unit` and every unit below it, depth first."""
        waiting, seen = [unit], {unit.name}
        while waiting:
            current = waiting.pop()
            yield current
            for child in reversed(self.children.get(current.name, ())):
                if child.name not in seen:
                    seen.add(child.name)
                    waiting.append(child)

    def tree(self) -> Iterator[tuple[int, Unit]]:
        """Yield every unit with its depth (0 for the topmost), depth first."""
        for top in self.children.get("", ()):
            for unit in self.below(top):
                yield len(self.above(unit)), unit

    def level(self, unit: Unit) -> Level | None:
        """Return the unit's administrative level, its nearest superior's where it has none of its own."""
        return next((u.level for u in (unit, *reversed(self.above(unit))) if u.level), None)
