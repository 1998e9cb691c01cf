"""What an item's facts add up to on a day: status, flags, days. Nothing here is ever typed by an editor."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import compress
from typing import TYPE_CHECKING

from rectification.model import FINISHED, Flag, Item, LogEntry, Status

if TYPE_CHECKING:
    from datetime import date


_FLAGS: tuple[Flag, ...] = ("overdue", "due_soon", "stalled", "closed_late", "reopened")


@dataclass(frozen=True, slots=True)
class State:
    """An item on a day.

    `days_left` counts to the due date (negative: days overdue), and is None once the item is finished;
    `days_open` counts from the day it was found to its end, or to the day itself. `slip_days` is how far
    the due date has moved in all, `stirred` the last day on which anything happened.
    """

    status: Status
    since: date
    stirred: date
    days_left: int | None
    days_open: int
    original_due: date
    slip_days: int
    overdue: bool
    due_soon: bool
    stalled: bool
    closed_late: bool
    reopened: bool
    actions_done: int

    @property
    def finished(self) -> bool:
        return self.status in FINISHED

    @property
    def attention(self) -> bool:
        """Unfinished, and late, nearly late, without progress or back again: somebody has to act."""
        return not self.finished and (self.overdue or self.due_soon or self.stalled or self.reopened)

    @property
    def flags(self) -> tuple[Flag, ...]:
        """The derived flags that hold, in the order they are shown."""
        return _held(self.overdue, self.due_soon, self.stalled, self.closed_late, self.reopened)


@cache  # asked for many times a record, and there are 32 answers
def _held(*holds: bool) -> tuple[Flag, ...]:
    return tuple(compress(_FLAGS, holds))


def last_move(item: Item) -> LogEntry | None:
    """Return the log entry that gave `item` its present status; None where nothing has moved it yet."""
    for entry in reversed(item.log):
        if entry.status is not None:
            return entry
    return None


def derive(item: Item, today: date, *, due_soon_days: int, stalled_days: int) -> State:
    """Derive the state of `item` on `today`; both thresholds are in days.

    The status is that of the last log entry that carries one. Overdue: unfinished after the due date.
    Due soon: unfinished, due today or within `due_soon_days`. Stalled: unfinished, not waiting for
    verification, and no log entry or finished action for more than `stalled_days`. Closed late: closed
    after the due date. Source of the terms: the usual columns of Chinese rectification ledgers.
    """
    # One walk along the log: ten thousand items are derived in every loading.
    status: Status = "open"
    since = stirred = item.found
    reopened = False
    for entry in item.log:
        day = entry.date
        if day > stirred:
            stirred = day
        if entry.status is not None:
            status, since = entry.status, day
            reopened = reopened or status == "reopened"
    done = 0
    for action in item.actions:
        if action.done is not None:
            done += 1
            if action.done > stirred:
                stirred = action.done
    finished = status in FINISHED
    days_left = None if finished else (item.due - today).days
    original_due = item.due_changes[0].from_ if item.due_changes else item.due
    return State(
        status=status,
        since=since,
        stirred=stirred,
        days_left=days_left,
        days_open=max(0, ((since if finished else today) - item.found).days),
        original_due=original_due,
        slip_days=(item.due - original_due).days,
        overdue=days_left is not None and days_left < 0,
        due_soon=days_left is not None and 0 <= days_left <= due_soon_days,
        stalled=not finished and status != "submitted" and (today - stirred).days > stalled_days,
        closed_late=status == "closed" and since > item.due,
        reopened=reopened,
        actions_done=done,
    )
