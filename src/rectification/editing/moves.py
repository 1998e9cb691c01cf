"""The moves of an item's life as entries of its log, and why a move is not to be had now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from rectification.editing.append import Refusal
from rectification.editing.flow import Entry, Value
from rectification.model import TRANSITIONS, Status, Visibility

if TYPE_CHECKING:
    from datetime import date

    from rectification.ledger import Record


def refuse_move(record: Record, status: Status) -> Refusal | None:
    """Return why the item cannot come to `status` from where it stands; None where it can."""
    now = record.state.status
    if status in TRANSITIONS[now]:
        return None
    facts = {"id": record.item.id, "now": now, "wanted": status, "legal": TRANSITIONS[now]}
    if status == "closed" and "submitted" in TRANSITIONS[now]:
        return Refusal("editing.submit_first", facts)
    return Refusal("editing.illegal" if TRANSITIONS[now] else "editing.final", facts)


def log_entry(
    day: date,
    *,
    status: Status | None = None,
    by: str | None = None,
    note: str | None = None,
    evidence: Sequence[str] = (),
    reason: str | None = None,
    merged_into: str | None = None,
    sustained: bool = False,
    review: date | None = None,
    accepted: str | None = None,
    accepted_files: Mapping[str, str] = MappingProxyType({}),
    visibility: Visibility = "public",
) -> Entry:
    """Return an entry of a log as an editor types it: the keys in the model's order, none without a value."""
    facts: dict[str, Value | None] = {
        "date": day.isoformat(),
        "status": status,
        "by": by,
        "note": note,
        "evidence": tuple(evidence),
        "reason": reason,
        "merged_into": merged_into,
        "sustained": "true" if sustained else None,
        "review": review.isoformat() if review else None,
        "accepted": accepted,
        "accepted_files": dict(accepted_files),
        "visibility": visibility if visibility != "public" else None,
    }
    return {key: value for key, value in facts.items() if value}


def due_change(before: date, after: date, on: date, reason: str, by: str | None = None) -> Entry:
    """Return one move of a due date as an editor types it."""
    entry = {"from": str(before), "to": str(after), "on": str(on), "reason": reason}
    return entry | ({"by": by} if by else {})
