"""The ledger as its logs tell it on a day gone by: what was found by then, and how far it had come.

Only dated facts can be told for the past. What bears no date (a title, an owner, a category) is as it is now;
what was typed afterwards for an earlier day counts for that day.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rectification.ledger.ledger import Ledger, without
from rectification.ledger.state import derive

if TYPE_CHECKING:
    from datetime import date

    from rectification.model import Item


def ledger_on(ledger: Ledger, day: date, *, due_soon_days: int, stalled_days: int) -> Ledger:
    """Return the ledger as it stood at the end of `day`, its states derived for that day.

    Both thresholds are in days, as in `derive`. Items found later are left out, and so are references to
    them, names that only they use, and evidence that only they or later entries name.
    """
    later = {record.item.id for record in ledger.records if record.item.found > day}
    records = []
    for record in ledger.records:
        if record.item.id in later:
            continue
        item = without(item_on(record.item, day), later)
        state = derive(item, day, due_soon_days=due_soon_days, stalled_days=stalled_days)
        records.append(replace(record, item=item, state=state))
    return replace(ledger, today=day).only(tuple(records))


def item_on(item: Item, day: date) -> Item:
    """Return an item without what is dated after `day`.

    An action done later is not yet done, and what proves it is not yet there; a due date moved later is
    still the one it was moved from.
    """
    moved = next((n for n, change in enumerate(item.due_changes) if change.on > day), None)
    actions = tuple(
        action.model_copy(update={"done": None, "evidence": ()})
        if action.done and action.done > day
        else action
        for action in item.actions
    )
    feedback = item.feedback if item.feedback and item.feedback.date <= day else None
    notice = item.notice if item.notice and item.notice.from_ <= day else None
    return item.model_copy(
        update={
            "log": tuple(entry for entry in item.log if entry.date <= day),
            "due_changes": item.due_changes[:moved],
            "due": item.due if moved is None else item.due_changes[moved].from_,
            "actions": actions,
            "feedback": feedback,
            "notice": notice,
        }
    )
