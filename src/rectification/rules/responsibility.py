"""Responsibility: with a unit that can do something about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rectification.rules.rule import Breach, Rule

if TYPE_CHECKING:
    from rectification.ledger import Ledger


def no_authority(ledger: Ledger) -> Iterator[Breach]:
    """The responsible unit has authority: it, or a unit above it, is listed as competent for the category."""
    competent = {c.name: {ledger.units.canonical(name) for name in c.competent} for c in ledger.categories}
    for record in ledger.records:
        able = competent.get(record.item.category or "")
        if not able:
            continue
        unit = ledger.units.names.get(record.unit)
        line = {record.unit, *(above.name for above in ledger.units.above(unit))} if unit else {record.unit}
        if able.isdisjoint(line):
            facts = {
                "unit": record.unit,
                "category": record.item.category,
                "competent": ", ".join(sorted(able)),
            }
            yield Breach(record.place, ("unit",), facts, record.item.id, day=record.item.found)


RULES = (Rule("S802", "warning", no_authority, each=True),)
