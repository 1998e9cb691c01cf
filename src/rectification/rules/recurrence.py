"""Recurrence: problems that come back, under their own name or under a new one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rectification.ledger import rounds
from rectification.rules.rule import Breach, Rule
from rectification.rules.similarity import Comparison

if TYPE_CHECKING:
    from rectification.ledger import Ledger, Record

_MOST = 200  # closed items of one unit that a new one is compared with, the latest first


def back_under_another_name(ledger: Ledger, *, similarity: float, days: float) -> Iterator[Breach]:
    """A new item is not a closed one of the same unit again: that one would be reopened.

    Asked of unfinished items only: what has been closed too is too late to merge.
    Compared with what was closed no more than `days` before the new one was found.
    """
    for records in ledger.by_unit.values():
        closed = sorted((r for r in records if r.state.status == "closed"), key=lambda r: r.state.since)
        if not closed:
            continue
        compared = Comparison()
        closings = [record.state.since.toordinal() for record in closed]
        known = [compared.add(record.item.title, record.item.problem) for record in closed]
        for record in records:
            if record.state.finished:
                continue
            ours, found = compared.add(record.item.title, record.item.problem), record.item.found.toordinal()
            last = bisect_right(closings, found)
            first = max(last - _MOST, bisect_left(closings, found - days), 0)
            near = ((compared.resemblance(ours, known[n]), n) for n in range(first, last))
            best, n = max(near, default=(0.0, 0))
            if best >= similarity and closed[n].item.id not in record.item.related:
                facts = {"twin": closed[n].item.id, "percent": int(100 * best)}
                facts["closed"] = str(closed[n].state.since)
                yield Breach(record.place, ("problem",), facts, record.item.id, day=record.item.found)


def _problem(record: Record) -> tuple[object, ...]:
    item, state = record.item, record.state
    stands = (state.status, state.finished, str(state.since))
    return item.id, record.unit, str(item.found), item.title, item.problem, item.related, stands


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
    Rule(
        *("S601", "warning", back_under_another_name),
        thresholds={"similarity": 0.6, "days": 730},
        whole=True,
        grounds=_problem,
    ),
    Rule("S602", "warning", back_soon, thresholds={"days": 90}, each=True),
)
