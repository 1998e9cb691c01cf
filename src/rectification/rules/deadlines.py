"""Deadlines: how often and how late they move, and what stands still."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rectification.rules.rule import Breach, Rule

if TYPE_CHECKING:
    from rectification.ledger import Ledger


def moved_often(ledger: Ledger, *, moves: float, days: float) -> Iterator[Breach]:
    """A due date that moves more than `moves` times, or more than `days` in all, is no deadline any more."""
    for record in ledger.records:
        item, state = record.item, record.state
        changes = item.due_changes
        if changes and (len(changes) > moves or state.slip_days > days):
            facts = {"n": len(changes), "days": state.slip_days, "original": str(state.original_due)}
            yield Breach(record.place, ("due_changes",), facts, item.id, "key", changes[-1].on)


def moved_late(ledger: Ledger) -> Iterator[Breach]:
    """A due date is moved before it passes: afterwards a delay is only renamed."""
    for record in ledger.records:
        for n, change in enumerate(record.item.due_changes):
            if change.on > change.from_:
                late = (change.on - change.from_).days
                facts = {"before": str(change.from_), "on": str(change.on), "days": late}
                yield Breach(record.place, ("due_changes", n, "on"), facts, record.item.id, day=change.on)


def stalled(ledger: Ledger) -> Iterator[Breach]:
    """Something happens to an unfinished item, or its log says why not (the site's `stalled_days`)."""
    for record in ledger.records:
        if record.state.stalled:
            last = record.state.stirred
            facts = {"days": (ledger.today - last).days, "last": str(last)}
            path = ("log", len(record.item.log) - 1) if record.item.log else ()
            yield Breach(record.place, path, facts, record.item.id, day=last)


RULES = (
    Rule("S501", "warning", moved_often, thresholds={"moves": 2, "days": 90}, each=True),
    Rule("S502", "warning", moved_late, each=True),
    Rule("S503", "warning", stalled, each=True),
)
