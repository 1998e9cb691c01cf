"""The live views that hand-written pages show of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from heapq import nlargest
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rectification.ledger import FIELDS, Record, Where, select
from rectification.model import STATUSES
from rectification.site.charts import CHARTS
from rectification.site.rendering import root_of

if TYPE_CHECKING:
    from rectification.model import LogEntry
    from rectification.site.embed import Embed
    from rectification.site.rendering import Rendering

_AHEAD = timedelta(days=60)  # how far a live table looks ahead of the build day


@dataclass(frozen=True, slots=True)
class GroupOfRecords:
    """Records shown below one heading; `count` is how many there are, shown or not."""

    name: str
    address: str
    records: Sequence[Record]
    count: int


# What a block of records can be divided by -> the value of a record.
_GROUPS: Mapping[str, Callable[[Record], str]] = {
    "unit": lambda r: r.unit,
    "category": lambda r: r.item.category or "",
    "checklist": lambda r: r.checklist.slug,
    "status": lambda r: r.state.status,
}


class Blocks:
    """Renders the blocks of an edition."""

    def __init__(self, rendering: Rendering) -> None:
        self._of = rendering

    def view(self, block: Embed, address: str) -> str:
        """Return a live view for a hand-written page at `address`."""
        records = select(self._of.ledger, {k: v for k, v in block.where.items() if k != "flag"})
        live = [flag for flag in block.where.get("flag", ()) if flag in ("overdue", "due_soon")]
        live = live if block.view in ("table", "cards") else []
        if "flag" in block.where and not live:
            wanted = set(block.where["flag"])
            records = tuple(r for r in records if not wanted.isdisjoint(FIELDS["flag"](self._of.ledger, r)))
        context: dict[str, Any] = {"block": block, "records": records, "live": live}
        context["where"] = _query(block.where)
        if block.chart is not None:
            scope = self._of.scope(records, block.where, root_of(address), block.limit)
            context["chart"] = CHARTS[block.chart](scope)
        context["groups"] = self._groups(block, records, root_of(address)) if block.chart is None else []
        context["entries"] = _latest(records, block.limit)
        return self._of.render(f"partials/embed-{block.view}.html", context, address)[0]

    def _groups(self, block: Embed, records: Sequence[Record], root: str) -> list[GroupOfRecords]:
        """Return the records of a block, divided as it asks, each group with what it shows of them.

        Without a division that is one group without a name.
        """
        flags = block.where.get("flag", ())
        live = block.view != "counts" and not {"overdue", "due_soon"}.isdisjoint(flags)

        def group(name: str, address: str, records: Sequence[Record]) -> GroupOfRecords:
            count = sum(not live or not set(flags).isdisjoint(r.state.flags) for r in records)
            if live:
                records = tuple(self._candidates(records, flags, block.limit))
            elif block.view != "counts":
                records = records[: block.limit]
            return GroupOfRecords(name, address, records, count)

        if block.group is None:
            return [group("", "", records)]
        named = self._named(block.group)
        parts: dict[str, list[Record]] = {name: [] for name in named}
        for record in records:
            parts.setdefault(_GROUPS[block.group](record), []).append(record)
        groups = []
        for value, part in parts.items():
            name, address = named.get(value, (value or self._of.catalogue.text("group.none"), ""))
            made = group(name, root + address if address else "", part)
            if made.records:
                groups.append(made)
        return groups or ([] if block.view == "counts" else [group("", "", [])])

    def _named(self, by: str) -> dict[str, tuple[str, str]]:
        """Return the values a division can have, in order of showing -> (name, address below the root)."""
        addresses = self._of.addresses
        if by == "unit":
            return {u.name: (u.name, addresses.unit(u)) for _, u in self._of.ledger.units.tree()}
        if by == "category":
            return {c.name: (c.name, addresses.category(c)) for c in self._of.ledger.categories}
        if by == "checklist":
            lists = self._of.ledger.checklists
            return {c.slug: (c.header.title, addresses.checklist(c)) for c in lists}
        page = addresses.listing("ledger")
        return {s: (self._of.catalogue.text(f"status.{s}"), f"{page}?status={s}") for s in STATUSES}

    def _candidates(self, records: Sequence[Record], flags: Sequence[str], limit: int) -> Iterator[Record]:
        """Yield, by due date, what has a flag today or may get it in the reader's next weeks.

        The browser shows those rows of it that have the flag on the reader's day.
        """
        horizon = self._of.ledger.today + _AHEAD
        known = [r for r in records if set(r.state.flags) & set(flags)]
        yield from sorted(known, key=lambda r: r.item.due)[:limit]
        shown = set(known)
        ahead = [
            r
            for r in records
            if r not in shown and not r.state.finished and self._of.ledger.today <= r.item.due <= horizon
        ]
        yield from sorted(ahead, key=lambda r: r.item.due)[:limit]


def _query(where: Where) -> str:
    """Return a query as the ledger page reads it from its address."""
    return "&".join(f"{k}={','.join(quote(v, safe='') for v in values)}" for k, values in where.items())


def _latest(records: Iterable[Record], limit: int) -> list[tuple[Record, LogEntry]]:
    written = [record for record in records if record.item.log]
    # So many records have an entry of this day or later; what nothing has stirred since has none.
    since = min(nlargest(limit, (record.item.log[-1].date for record in written)), default=date.min)
    # What another site derived is not known to be what its log says.
    recent = (r for r in written if r.origin is not None or r.state.stirred >= since)
    entries = ((record, entry) for record in recent for entry in record.item.log)
    return nlargest(limit, entries, key=lambda pair: (pair[1].date, pair[0].item.id))
