"""How an item's log reads as a story: who verified what, and how often the problem came back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    from rectification.ledger.ledger import Ledger, Record
    from rectification.model import Item, LogEntry, Status

Independence = Literal["independent", "own", "partner", "below", "unsaid", "withheld"]


@dataclass(frozen=True, slots=True)
class Verification:
    """An answer to a submission: the log entry that gives it, and whether the item passed.

    `waited` is the number of days since it was submitted. Who gave it may be withheld from the public.
    """

    entry: LogEntry
    passed: bool
    independence: Independence
    waited: int


@dataclass(frozen=True, slots=True)
class Round:
    """From the day a problem was found, or came back, to its closing (`end` is None while it is not closed).

    `held` is the number of days the closing before had held; None for the first round.
    """

    start: date
    end: date | None
    held: int | None


def verifications(ledger: Ledger, record: Record) -> tuple[Verification, ...]:
    """Return every answer to a submission of `record`, oldest first."""
    found = []
    status: Status = "open"
    submitted = record.item.found
    for entry in record.item.log:
        if entry.status is None:
            continue
        if status == "submitted" and entry.status in ("closed", "in_progress"):
            waited = (entry.date - submitted).days
            passed = entry.status == "closed"
            found.append(Verification(entry, passed, _independence(ledger, record, entry), waited))
        if entry.status == "submitted":
            submitted = entry.date
        status = entry.status
    return tuple(found)


def _independence(ledger: Ledger, record: Record, entry: LogEntry) -> Independence:
    # Another site's record comes to us without what is withheld there.
    partial = record.withheld or record.origin is not None
    if partial and entry.visibility == "internal" and not entry.by:
        return "withheld"
    return independence(ledger, record, entry.by)


def independence(ledger: Ledger, record: Record, verifier: str | None) -> Independence:
    """Tell how a verifier stands to the unit that answers for the item.

    Independent is neither that unit (nor its owner), nor one that took part (as a partner, or by a measure
    of its own), nor one below it.
    Source: the separation of rectifying and accepting in Chinese rectification rules (整改与验收分离).
    """
    if not verifier:
        return "unsaid"
    units, name = ledger.units, ledger.units.canonical(verifier)
    if name == record.unit or verifier == record.item.owner:
        return "own"
    acted = (action.unit for action in record.item.actions if action.unit)
    took_part = (*record.item.partners, *acted, *record.unseen)
    if name in map(units.canonical, took_part):
        return "partner"
    unit = units.names.get(name)
    above = units.above(unit) if unit is not None else ()
    return "below" if any(upper.name == record.unit for upper in above) else "independent"


def rounds(item: Item) -> tuple[Round, ...]:
    """Return the rounds of an item: one, and one more for each time it was reopened."""
    found: list[Round] = []
    start, held = item.found, None
    end: date | None = None
    for entry in item.log:
        if entry.status == "closed":
            end = entry.date
        elif entry.status == "reopened" and end is not None:
            found.append(Round(start, end, held))
            start, held, end = entry.date, (entry.date - end).days, None
    return (*found, Round(start, end, held))
