"""`/ledger/rows.json`: what the table of the ledger page shows of every item, as compact columns.

A column is a list with one value an item, in ledger order. Days are whole numbers from `first_day` on (itself
counted from 1970-01-01), names are numbers into the lists `units`, `owners` and so on; -1 stands for nothing.
What depends on the reader's day is left to the browser.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rectification.ledger import references
from rectification.model import MODES, SEVERITIES, STATUSES

if TYPE_CHECKING:
    from rectification.ledger import Ledger, Record
    from rectification.publish import Edition

NAME = "ledger/rows.json"


def write(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """Yield the one file of this format."""
    yield (
        NAME,
        json.dumps(
            document(edition.ledger, internal=bool(edition.notice)), ensure_ascii=False, separators=(",", ":")
        ).encode(),
    )


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

    def numbered(known: Iterable[Hashable], value: Callable[[Record], Hashable]) -> list[int]:
        numbers = {name: n for n, name in enumerate(known)}
        return [numbers.get(value(record), -1) for record in records]

    def days(value: Callable[[Record], Any]) -> list[int]:
        return [value(record).toordinal() - first for record in records]

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
            "id": [r.item.id for r in records],
            "title": [r.item.title for r in records],
            "unit": numbered(units, lambda r: r.unit),
            "owner": numbered(owners, lambda r: r.item.owner),
            "category": numbered(categories, lambda r: r.item.category),
            "checklist": numbered(slugs, lambda r: r.checklist.slug),
            "site": numbered(sites, lambda r: r.origin.sources if r.origin is not None else None),
            "status": numbered(STATUSES, lambda r: r.state.status),
            "severity": numbered(SEVERITIES, lambda r: r.item.severity),
            "mode": numbered(MODES, lambda r: r.item.mode),
            "found": days(lambda r: r.item.found),
            "due": days(lambda r: r.item.due),
            "slip": [r.state.slip_days for r in records],
            "since": days(lambda r: r.state.since),
            "stirred": days(lambda r: r.state.stirred),
            "came_back": [int(r.state.reopened) for r in records],
            "actions": [len(r.item.actions) for r in records],
            "done": [r.state.actions_done for r in records],
            "evidence": [len(set(references(r.item))) for r in records],
            **({"internal": [int(r.item.visibility == "internal") for r in records]} if internal else {}),
        },
    }


_EPOCH = 719163  # 1970-01-01 as an ordinal: the day the browser counts from
