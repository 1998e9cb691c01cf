"""`/ledger/rows.json`: what the table of the ledger page shows of every item, as compact columns.

A column is a list with one value an item, in ledger order. Days are whole numbers from `first_day` on (itself
counted from 1970-01-01), names are numbers into the lists `units`, `owners` and so on; -1 stands for nothing.
What depends on the reader's day is left to the browser.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from rectification.ledger import references
from rectification.model import MODES, SEVERITIES, STATUSES
from rectification.publish import Output

if TYPE_CHECKING:
    from rectification.ledger import Ledger
    from rectification.publish import Edition

NAME = "ledger/rows.json"


def write(edition: Edition) -> Iterator[Output]:
    """Yield the one file of this format."""
    yield Output(NAME, partial(_content, edition))


def _content(edition: Edition) -> bytes:
    made = document(edition.ledger, internal=bool(edition.notice))
    return json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()


def document(ledger: Ledger, *, internal: bool = False) -> dict[str, Any]:
    """Return the columns and the lists their numbers point into; which items are internal, on such a site."""
    records = ledger.records
    first = min((r.item.found for r in records), default=ledger.today).toordinal()
    units = [unit.name for _, unit in ledger.units.tree()]
    unit_number = {name: n for n, name in enumerate(units)}
    parents = [ledger.units.names[name].parent for name in units]
    owners = sorted({r.item.owner for r in records if r.item.owner})
    categories = [c.name for c in ledger.categories] or sorted(filter(None, ledger.by_category))
    slugs = [c.slug for c in ledger.checklists]
    sites = list(dict.fromkeys(r.origin.sources for r in records if r.origin is not None))

    # Facts are named, not asked for by functions of ours: a large ledger has many rows.
    def each(fact: str) -> Iterator[Any]:
        return map(attrgetter(fact), records)

    def numbered(known: Iterable[Hashable], values: Iterable[Hashable]) -> list[int]:
        numbers = {name: n for n, name in enumerate(known)}
        return [numbers.get(value, -1) for value in values]

    def days(fact: str) -> list[int]:
        return [day.toordinal() - first for day in each(fact)]

    return {
        "first_day": first - _EPOCH,
        "units": [
            [name, unit_number.get(ledger.units.canonical(parent), -1) if parent else -1]
            for name, parent in zip(units, parents, strict=True)
        ],
        "owners": owners,
        "categories": categories,
        "checklists": [[c.slug, c.header.title] for c in ledger.checklists],
        "sites": sites,
        "columns": {
            "id": list(each("item.id")),
            "title": list(each("item.title")),
            "unit": numbered(units, each("unit")),
            "owner": numbered(owners, each("item.owner")),
            "category": numbered(categories, each("item.category")),
            "checklist": numbered(slugs, each("checklist.slug")),
            "site": numbered(sites, (one.sources if one is not None else None for one in each("origin"))),
            "status": numbered(STATUSES, each("state.status")),
            "severity": numbered(SEVERITIES, each("item.severity")),
            "mode": numbered(MODES, each("item.mode")),
            "found": days("item.found"),
            "due": days("item.due"),
            "slip": list(each("state.slip_days")),
            "since": days("state.since"),
            "stirred": days("state.stirred"),
            "came_back": [int(r.state.reopened) for r in records],
            "actions": [len(r.item.actions) for r in records],
            "done": list(each("state.actions_done")),
            "evidence": [len(set(references(r.item))) for r in records],
            **({"internal": [int(r.item.visibility == "internal") for r in records]} if internal else {}),
        },
    }


_EPOCH = 719163  # 1970-01-01 as an ordinal: the day the browser counts from
