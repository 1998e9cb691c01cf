"""Which records are meant: one language for embedded views, the ledger page's address, and the terminal.

A query maps a field to the values it may have: `{status: [open, in_progress], unit: 示例市}`. The fields
of a query must all hold; of several values for one field, any. The fields of RANGES take one day each:
`{found_from: 2026-01-01, due_to: 2026-03-31}`, both days included. js/query.js says the same in the browser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from rectification.diagnostic import nearest
from rectification.model import FLAGS, MODES, SEVERITIES, STATUSES, Day, Mistake, build
from rectification.model import Record as Model

if TYPE_CHECKING:
    from rectification.ledger.ledger import Ledger, Record

Where = Mapping[str, Sequence[str]]

NOTHING = "-"  # the value that means: the item says nothing there
_NAMED = 12  # values named where one is unknown
ATTENTION = "attention"  # the flag of an unfinished item with any flag that asks for somebody to act


def _flags(_: Ledger, record: Record) -> Iterable[str]:
    return (*record.state.flags, ATTENTION) if record.state.attention else record.state.flags


def _units(ledger: Ledger, record: Record) -> Iterable[str]:
    """A record belongs to its unit and to every unit above it, under each of their names."""
    unit = ledger.units.names.get(record.unit)
    if unit is None:
        return (record.unit,)
    return (name for u in (unit, *ledger.units.above(unit)) for name in (u.name, *u.aliases))


FIELDS: Mapping[str, Callable[[Ledger, Record], Iterable[str]]] = {
    "status": lambda _, r: (r.state.status,),
    "flag": _flags,
    "unit": _units,
    "category": lambda _, r: (r.item.category or NOTHING,),
    "severity": lambda _, r: (r.item.severity or NOTHING,),
    "mode": lambda _, r: (r.item.mode or NOTHING,),
    "checklist": lambda _, r: (r.checklist.slug, r.checklist.header.id),
    "year": lambda _, r: (str(r.item.found.year),),
    "site": lambda _, r: r.origin.sources if r.origin is not None else (NOTHING,),
}
_DAYS: Mapping[str, Callable[[Record], date | None]] = {
    "found": lambda r: r.item.found,
    "due": lambda r: r.item.due,
    "closed": lambda r: r.state.since if r.state.status == "closed" else None,
}
RANGES = tuple(f"{name}_{end}" for name in _DAYS for end in ("from", "to"))


def choices(ledger: Ledger, field: str) -> tuple[str, ...]:
    """Return the values a field of a query can have in this ledger. Raises KeyError for an unknown field."""
    if field == "unit":
        return tuple(ledger.units.names)
    if field == "category":
        named = (*(c.name for c in ledger.categories), *filter(None, ledger.by_category), NOTHING)
        return tuple(dict.fromkeys(named))
    if field == "checklist":
        return tuple(name for c in ledger.checklists for name in (c.slug, c.header.id))
    if field == "year":
        return tuple(sorted({str(record.item.found.year) for record in ledger.records}))
    if field == "site":
        through = (record.origin.sources for record in ledger.records if record.origin is not None)
        return tuple(dict.fromkeys((NOTHING, *(s.name for s in ledger.sources), *chain(*through))))
    fixed: dict[str, tuple[str, ...]] = {
        "status": STATUSES,
        "flag": (*FLAGS, ATTENTION),
        "severity": (*SEVERITIES, NOTHING),
        "mode": (*MODES, NOTHING),
    }
    return fixed[field]


class _Limit(Model):
    """The value of a range's field."""

    day: Day


def faults(ledger: Ledger, where: Where) -> list[Mistake]:
    """Return what a query names that means nothing in this ledger: paths begin at its fields."""
    found: list[Mistake] = []
    for field, values in where.items():
        if field in RANGES:
            _, mistakes = build(_Limit, {"day": values[0] if len(values) == 1 else " ".join(values)})
            found += (Mistake(m.code, (field,), {**m.facts, "field": field}) for m in mistakes)
        elif field not in FIELDS:
            fields = (*FIELDS, *RANGES)
            facts = {"found": field, "nearest": nearest(field, fields), "known": ", ".join(fields)}
            found.append(Mistake("M002", (field,), facts, "key"))
        else:
            known = choices(ledger, field)
            expected = ", ".join(known[:_NAMED])
            for value in values:
                if value not in known:
                    facts = {"field": field, "found": value, "nearest": nearest(value, known)}
                    found.append(Mistake("M008", (field,), facts | {"expected": expected}))
    return found


def select(ledger: Ledger, where: Where) -> tuple[Record, ...]:
    """Return the records a query means, in ledger order.

    Raises KeyError for a field neither in FIELDS nor in RANGES, ValueError for the value of a range that is
    no day.
    """
    tests = [_test(ledger, field, values) for field, values in where.items()]
    if not tests:
        return ledger.records
    return tuple(record for record in ledger.records if all(test(record) for test in tests))


def _test(ledger: Ledger, field: str, values: Sequence[str]) -> Callable[[Record], bool]:
    if field in RANGES:
        name, _, end = field.partition("_")
        day_of, limit = _DAYS[name], date.fromisoformat(values[0])

        def within(record: Record) -> bool:
            day = day_of(record)
            return day is not None and (day >= limit if end == "from" else day <= limit)

        return within
    values_of, wanted = FIELDS[field], frozenset(values)
    return lambda record: not wanted.isdisjoint(values_of(ledger, record))
