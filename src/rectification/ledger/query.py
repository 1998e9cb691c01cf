"""Which records are meant: one language for embedded views, and later for addresses and the terminal.

A query maps a field to the values it may have: `{status: [open, in_progress], unit: 示例市}`. The fields
of a query must all hold; of several values for one field, any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rectification.model import FLAGS, MODES, SEVERITIES, STATUSES

if TYPE_CHECKING:
    from rectification.ledger.ledger import Ledger, Record

Where = Mapping[str, Sequence[str]]


def _units(ledger: Ledger, record: Record) -> Iterable[str]:
    """A record belongs to its unit and to every unit above it, under each of their names."""
    unit = ledger.units.names.get(record.unit)
    if unit is None:
        return (record.unit,)
    return (name for u in (unit, *ledger.units.above(unit)) for name in (u.name, *u.aliases))


FIELDS: Mapping[str, Callable[[Ledger, Record], Iterable[str]]] = {
    "status": lambda _, r: (r.state.status,),
    "flag": lambda _, r: r.state.flags,
    "unit": _units,
    "category": lambda _, r: (r.item.category or "",),
    "severity": lambda _, r: (r.item.severity or "",),
    "mode": lambda _, r: (r.item.mode or "",),
    "checklist": lambda _, r: (r.checklist.slug, r.checklist.header.id),
}


def choices(ledger: Ledger, field: str) -> tuple[str, ...]:
    """Return the values a field of a query can have in this ledger. Raises KeyError for an unknown field."""
    if field == "unit":
        return tuple(ledger.units.names)
    if field == "category":
        return tuple(c.name for c in ledger.categories) or tuple(ledger.by_category)
    if field == "checklist":
        return tuple(name for c in ledger.checklists for name in (c.slug, c.header.id))
    fixed: dict[str, tuple[str, ...]] = {
        "status": STATUSES,
        "flag": FLAGS,
        "severity": SEVERITIES,
        "mode": MODES,
    }
    return fixed[field]


def select(ledger: Ledger, where: Where) -> tuple[Record, ...]:
    """Return the records a query means, in ledger order. Raises KeyError for a field not in FIELDS."""
    tests = [(FIELDS[field], frozenset(values)) for field, values in where.items()]
    return tuple(
        record
        for record in ledger.records
        if all(not wanted.isdisjoint(values(ledger, record)) for values, wanted in tests)
    )
