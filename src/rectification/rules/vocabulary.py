"""Names of units and categories: where a vocabulary is kept, every name is in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rectification.diagnostic import Suggestions
from rectification.rules.rule import Breach, Rule

if TYPE_CHECKING:
    from rectification.ledger import Ledger, Place
    from rectification.model import Unit
    from rectification.source import Path_

_TOLD = 20  # units of one circle that are pointed at


def unknown_unit(ledger: Ledger) -> Iterator[Breach]:
    """A unit that answers for something is one the site knows."""
    names = ledger.units.names
    if not ledger.units.known:
        return
    known = Suggestions(names)
    for place, path, name, identifier in _named(ledger):
        if name not in names:
            yield Breach(place, path, {"found": name, "nearest": known.nearest(name)}, identifier)


def _named(ledger: Ledger) -> Iterator[tuple[Place, Path_, str, str]]:
    """Yield every place that names a unit: where it is, the path to it, the name, the id of its item."""
    for record in ledger.records:
        item, place = record.item, record.place
        yield place, ("unit",), item.unit, item.id
        for n, name in enumerate(item.partners):
            yield place, ("partners", n), name, item.id
        for n, action in enumerate(item.actions):
            if action.unit:
                yield place, ("actions", n, "unit"), action.unit, item.id
    for category, place in zip(ledger.categories, ledger.category_places, strict=False):
        for n, name in enumerate(category.competent):
            yield place, ("competent", n), name, ""
    for request, place in zip(ledger.requests, ledger.request_places, strict=True):
        yield place, ("by",), request.by, ""
        for n, name in enumerate(request.of):
            yield place, ("of", n), name, ""


def unknown_category(ledger: Ledger) -> Iterator[Breach]:
    """A category is one the site knows."""
    if not ledger.categories_known:
        return
    names = {category.name for category in ledger.categories}
    known = Suggestions(sorted(names))
    for record in ledger.records:
        name = record.item.category
        if name and name not in names:
            facts = {"found": name, "nearest": known.nearest(name)}
            yield Breach(record.place, ("category",), facts, record.item.id)


def unknown_parent(ledger: Ledger) -> Iterator[Breach]:
    """The unit above is a unit."""
    names = ledger.units.names
    known = Suggestions(names)
    for unit, place in zip(ledger.units.listed, ledger.units.places, strict=False):
        if unit.parent and unit.parent not in names:
            yield Breach(place, ("parent",), {"found": unit.parent, "nearest": known.nearest(unit.parent)})


def circular_units(ledger: Ledger) -> Iterator[Breach]:
    """No unit stands above itself."""
    names = ledger.units.names
    settled: set[str] = set()  # units whose line upwards has been walked: no line is walked twice
    circles: dict[str, str] = {}
    for unit in ledger.units.listed:
        line: dict[str, None] = {}
        above: Unit | None = unit
        while above is not None and above.name not in line and above.name not in settled:
            line[above.name] = None
            above = names.get(above.parent) if above.parent else None
        if above is not None and above.name in line:
            circle = [*line][[*line].index(above.name) :]
            for n, name in enumerate(circle[:_TOLD]):
                circles[name] = " → ".join([*circle[n:], *circle[:n], name])
        settled.update(line)
    for unit, place in zip(ledger.units.listed, ledger.units.places, strict=False):
        if unit.name in circles:
            yield Breach(place, ("parent",), {"found": circles[unit.name]})


def name_twice(ledger: Ledger) -> Iterator[Breach]:
    """A name or alias means one unit; a category is listed once, and so is a report."""
    seen: dict[str, str] = {}
    for unit, place in zip(ledger.units.listed, ledger.units.places, strict=False):
        paths: list[tuple[str | int, ...]] = [("name",), *(("aliases", n) for n in range(len(unit.aliases)))]
        for path, name in zip(paths, (unit.name, *unit.aliases), strict=True):
            first = seen.setdefault(name, f"{place.file}:{place.mark(*path).line}")
            if first != f"{place.file}:{place.mark(*path).line}":
                yield Breach(place, path, {"found": name, "first": first})
    lists = (
        ([category.name for category in ledger.categories], ledger.category_places),
        ([profile.name for profile in ledger.profiles], ledger.profile_places),
    )
    for names, places in lists:
        listed: dict[str, str] = {}
        for name, place in zip(names, places, strict=False):
            first = listed.setdefault(name, f"{place.file}:{place.line}")
            if first != f"{place.file}:{place.line}":
                yield Breach(place, ("name",), {"found": name, "first": first})


RULES = (
    Rule("L201", "error", unknown_unit),
    Rule("L202", "error", unknown_category),
    Rule("L203", "error", unknown_parent),
    Rule("L204", "error", circular_units),
    Rule("L205", "error", name_twice),
)
