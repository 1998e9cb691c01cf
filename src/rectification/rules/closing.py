"""Closing: verified by somebody else, on evidence, with the work done, and not all in the last week."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from rectification.ledger import acceptance, independence, last_move, recorded_files, references, suspect
from rectification.rules.rule import Breach, Rule

if TYPE_CHECKING:
    from rectification.ledger import Ledger


def no_evidence(ledger: Ledger) -> Iterator[Breach]:
    """A closed item shows something: a file, or a link."""
    for record, n in ledger.closed:
        if next(iter(references(record.item)), None) is None:
            facts = {"closed": str(record.state.since)}
            yield Breach(record.place, ("log", n), facts, record.item.id, day=record.state.since)


def not_independent(ledger: Ledger) -> Iterator[Breach]:
    """Who accepts is not who rectified: not the unit itself, its owner, a partner, or a unit below it."""
    for record, n in ledger.closed:
        again = [k for k, entry in enumerate(record.item.log) if k > n and entry.accepted]
        for k in (n, *again):
            entry = record.item.log[k]
            how = independence(ledger, record, entry.by)
            if how in ("own", "partner", "below"):
                facts = {"verifier": entry.by, "kind": how}
                yield Breach(record.place, ("log", k, "by"), facts, record.item.id, day=entry.date)


def nobody(ledger: Ledger) -> Iterator[Breach]:
    """A closing says who accepted."""
    for record, n in ledger.closed:
        if not record.item.log[n].by:
            facts = {"closed": str(record.state.since)}
            yield Breach(record.place, ("log", n), facts, record.item.id, day=record.state.since)


def left_undone(ledger: Ledger) -> Iterator[Breach]:
    """Every measure of a closed item has been done."""
    for record, _ in ledger.closed:
        actions = record.item.actions
        undone = [n for n, action in enumerate(actions) if action.done is None]
        if undone:
            facts = {"n": len(undone), "total": len(actions)}
            yield Breach(record.place, ("actions", undone[0]), facts, record.item.id, day=record.state.since)


def at_once(ledger: Ledger) -> Iterator[Breach]:
    """A problem closed the day it was found shows what was done about it that day."""
    for record, n in ledger.closed:
        if record.state.since == record.item.found and not record.state.actions_done:
            facts = {"closed": str(record.state.since)}
            yield Breach(record.place, ("log", n), facts, record.item.id, day=record.state.since)


def changed_since(ledger: Ledger) -> Iterator[Breach]:
    """What was accepted still reads as it did: its fingerprint is the one that was recorded.

    A file that is another than the one recorded is told of as such (L506).
    """
    for record, _ in ledger.closed:
        files = recorded_files(record.item)
        known = ledger.evidence
        replaced = files is not None and any(
            name in known and known[name].source_sha256 != recorded
            for name, recorded in files.accepted_files.items()
        )
        if not replaced and suspect(record.item, known):
            accepted = acceptance(record.item)
            assert accepted is not None
            n = next(n for n, entry in enumerate(record.item.log) if entry is accepted)
            facts = {"accepted": str(accepted.date)}
            yield Breach(record.place, ("log", n, "accepted"), facts, record.item.id, day=accepted.date)


def rush(ledger: Ledger, *, days: float, share: float, least: float) -> Iterator[Breach]:
    """Closings are spread over a campaign: fewer than `share` of them lie in its last `days`.

    Judged once the campaign has ended, and of `least` closings or more.
    """
    for checklist in ledger.checklists:
        records = ledger.by_checklist.get(checklist.slug, ())
        ends = checklist.header.ends or max((r.item.due for r in records), default=None)
        if ends is None or ends >= ledger.today:
            continue
        closings = [r.state.since for r in records if r.state.status == "closed"]
        last = [day for day in closings if ends - timedelta(days) < day <= ends]
        if len(closings) >= least and len(last) >= share * len(closings):
            counts = {"percent": 100 * len(last) // len(closings), "n": len(last), "total": len(closings)}
            facts = {**counts, "days": int(days), "ends": str(ends)}
            path = ("checklist", "ends" if checklist.header.ends else "id")
            yield Breach(checklist.place, path, facts, day=ends)


def unverified(ledger: Ledger, *, days: float) -> Iterator[Breach]:
    """What was handed in is verified within `days`."""
    for record in ledger.records:
        waited = (ledger.today - record.state.since).days
        if record.state.status == "submitted" and waited > days:
            move = last_move(record.item)
            n = next(n for n, entry in enumerate(record.item.log) if entry is move)
            facts = {"days": waited, "since": str(record.state.since)}
            yield Breach(record.place, ("log", n), facts, record.item.id, day=record.state.since)


def dissatisfied(ledger: Ledger, *, percent: float, least: float) -> Iterator[Breach]:
    """Most of those asked (`percent` or more, of `least` or more) find that a closed problem is solved."""
    for record, _ in ledger.closed:
        feedback = record.item.feedback
        if feedback is None or feedback.total < max(least, 1):
            continue
        if 100 * feedback.satisfied < percent * feedback.total:
            facts = {"satisfied": feedback.satisfied, "total": feedback.total, "limit": int(percent)}
            facts["percent"] = 100 * feedback.satisfied // feedback.total
            yield Breach(record.place, ("feedback",), facts, record.item.id, "key", feedback.date)


RULES = (
    Rule("S301", "warning", no_evidence, each=True),
    Rule("S302", "warning", not_independent, each=True),
    Rule("S303", "warning", nobody, each=True),
    Rule("S304", "warning", left_undone, each=True),
    Rule("S305", "warning", at_once, each=True),
    Rule("S306", "warning", changed_since, each=True),
    Rule("S307", "warning", rush, thresholds={"days": 7, "share": 0.5, "least": 10}),
    Rule("S308", "warning", unverified, thresholds={"days": 30}, each=True),
    Rule("S309", "warning", dissatisfied, thresholds={"percent": 60, "least": 5}, each=True),
)
