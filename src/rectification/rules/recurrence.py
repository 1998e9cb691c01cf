"""Recurrence: problems that come back, under their own name or under a new one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rectification.ledger import rounds
from rectification.rules.rule import Breach, Rule
from rectification.rules.similarity import resemblance, shingles

if TYPE_CHECKING:
    from datetime import date

    from rectification.ledger import Ledger, Record

_MOST = 200  # closed items of one unit that a new one is compared with, the latest first


def back_under_another_name(ledger: Ledger, *, similarity: float, days: float) -> Iterator[Breach]:
    """A new item is not a closed one of the same unit again: that one would be reopened.

    Asked of unfinished items only: what has been closed too is too late to merge.
    Compared with what was closed no more than `days` before the new one was found.
    """
    for records in ledger.by_unit.values():
        closed = sorted(((day, r) for r in records if (day := _closed_on(r))), key=lambda pair: pair[0])
        said = {record: _said(record) for record in records} if closed else {}
        for record, ours in said.items():
            if record.state.finished:
                continue
            found = record.item.found
            before = [one for day, one in closed if 0 <= (found - day).days <= days and one is not record]
            near = ((resemblance(ours, said[one]), one) for one in reversed(before[-_MOST:]))
            best, twin = max(near, key=lambda pair: pair[0], default=(0.0, None))
            if twin is not None and best >= similarity and twin.item.id not in record.item.related:
                facts = {"twin": twin.item.id, "percent": int(100 * best), "closed": str(_closed_on(twin))}
                yield Breach(record.place, ("problem",), facts, record.item.id, day=found)


def _closed_on(record: Record) -> date | None:
    return record.state.since if record.state.status == "closed" else None


def _said(record: Record) -> frozenset[str]:
    return shingles(record.item.title) | shingles(record.item.problem)


def back_soon(ledger: Ledger, *, days: float) -> Iterator[Breach]:
    """A closing holds for more than `days`."""
    for record in ledger.records:
        for round_ in rounds(record.item):
            if round_.held is not None and round_.held <= days:
                log = record.item.log
                n = next(n for n, e in enumerate(log) if e.status == "reopened" and e.date == round_.start)
                yield Breach(
                    record.place, ("log", n), {"days": round_.held}, record.item.id, day=round_.start
                )


RULES = (
    Rule("S601", "warning", back_under_another_name, thresholds={"similarity": 0.6, "days": 730}, whole=True),
    Rule("S602", "warning", back_soon, thresholds={"days": 90}),
)
