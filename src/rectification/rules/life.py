"""The life of an item: legal moves, in order of date, with what each move must say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rectification.model import TRANSITIONS, Status
from rectification.rules.rule import Breach, Rule

if TYPE_CHECKING:
    from datetime import date

    from rectification.ledger import Ledger, Record
    from rectification.model import Item, LogEntry
    from rectification.source import Path_


_BELONGING: Mapping[str, Status] = {
    "sustained": "closed",
    "review": "closed",
    "reason": "withdrawn",
    "merged_into": "withdrawn",
}


def _moves(record: Record) -> Iterator[tuple[int, LogEntry, Status, Status]]:
    """Yield each log entry that moves the item: its index, itself, the status before and after."""
    before: Status = "open"
    for index, entry in enumerate(record.item.log):
        if entry.status is not None:
            yield index, entry, before, entry.status
            before = entry.status


def illegal_move(ledger: Ledger) -> Iterator[Breach]:
    """From each status only some others can be reached (model.TRANSITIONS)."""
    for record in ledger.records:
        for index, _, before, after in _moves(record):
            legal = TRANSITIONS[before]
            opening = index == 0 and after == "open"
            if after not in legal and not opening:
                facts = {"before": before, "found": after, "expected": ", ".join(legal) or "-"}
                yield Breach(record.place, ("log", index, "status"), facts, record.item.id)


def out_of_order(ledger: Ledger) -> Iterator[Breach]:
    """A log is added to at its end."""
    for record in ledger.records:
        log = record.item.log
        for index in range(1, len(log)):
            if log[index].date < log[index - 1].date:
                facts = {"found": str(log[index].date), "before": str(log[index - 1].date)}
                yield Breach(record.place, ("log", index, "date"), facts, record.item.id)


def before_found(ledger: Ledger) -> Iterator[Breach]:
    """Nothing happens to a problem before it is found, and it is not due before then either."""
    for record in ledger.records:
        item, found = record.item, record.item.found
        early: list[tuple[Path_, date]] = [(("due",), item.due)] if item.due < found else []
        early += [(("log", n, "date"), entry.date) for n, entry in enumerate(item.log) if entry.date < found]
        for path, day in early:
            facts = {"field": path[0], "found": str(day), "since": str(found)}
            yield Breach(record.place, path, facts, item.id)


def in_the_future(ledger: Ledger) -> Iterator[Breach]:
    """What is recorded as having happened has happened."""
    for record in ledger.records:
        for path, day in _after(record.item, ledger.today):
            facts = {"field": path[-1], "found": str(day), "today": str(ledger.today)}
            yield Breach(record.place, path, facts, record.item.id)


def _after(item: Item, today: date) -> Iterator[tuple[Path_, date]]:
    """Yield the days after today on which something is recorded as having happened, with their paths."""
    if item.found > today:
        yield ("found",), item.found
    for n, entry in enumerate(item.log):
        if entry.date > today:
            yield ("log", n, "date"), entry.date
    for n, action in enumerate(item.actions):
        if action.done is not None and action.done > today:
            yield ("actions", n, "done"), action.done
    for n, change in enumerate(item.due_changes):
        if change.on > today:
            yield ("due_changes", n, "on"), change.on
    if item.feedback is not None and item.feedback.date > today:
        yield ("feedback", "date"), item.feedback.date


def unexplained(ledger: Ledger) -> Iterator[Breach]:
    """Reopening says what came back; withdrawing says why."""
    for record in ledger.records:
        for index, entry, _, after in _moves(record):
            key = "note" if after == "reopened" and not entry.note else ""
            key = "reason" if after == "withdrawn" and not entry.reason else key
            if key:
                facts = {"status": after, "field": key}
                yield Breach(record.place, ("log", index), facts, record.item.id)


def misplaced_fact(ledger: Ledger) -> Iterator[Breach]:
    """`sustained` and `review` belong to a closing, `reason` and `merged_into` to a withdrawal."""
    for record in ledger.records:
        for index, entry in enumerate(record.item.log):
            if not (entry.sustained or entry.review or entry.reason or entry.merged_into):
                continue
            for key, status in _BELONGING.items():
                if getattr(entry, key) and entry.status != status:
                    facts = {"field": key, "expected": status}
                    yield Breach(record.place, ("log", index, key), facts, record.item.id, "key")


def done_after_closing(ledger: Ledger) -> Iterator[Breach]:
    """What was done after the closing cannot have been accepted by it."""
    for record in ledger.records:
        if record.state.status != "closed":
            continue
        for index, action in enumerate(record.item.actions):
            if action.done is not None and action.done > record.state.since:
                facts = {"found": str(action.done), "closed": str(record.state.since)}
                yield Breach(record.place, ("actions", index, "done"), facts, record.item.id)


def broken_due_changes(ledger: Ledger) -> Iterator[Breach]:
    """Each move of the due date starts where the last one ended, and the last ends at `due`."""
    for record in ledger.records:
        changes = record.item.due_changes
        for index, change in enumerate(changes):
            last = index == len(changes) - 1
            expected = record.item.due if last else changes[index + 1].from_
            if change.to != expected:
                facts = {"found": str(change.to), "expected": str(expected)}
                facts["field"] = "due" if last else "due_changes"
                yield Breach(record.place, ("due_changes", index, "to"), facts, record.item.id)


def impossible_numbers(ledger: Ledger) -> Iterator[Breach]:
    """Not more satisfied than asked; a notice window ends after it begins."""
    for record in ledger.records:
        feedback, notice = record.item.feedback, record.item.notice
        if feedback and feedback.satisfied > feedback.total:
            facts = {"found": str(feedback.satisfied), "limit": str(feedback.total)}
            yield Breach(record.place, ("feedback", "satisfied"), facts, record.item.id)
        if notice and notice.to < notice.from_:
            facts = {"found": str(notice.to), "limit": str(notice.from_)}
            yield Breach(record.place, ("notice", "to"), facts, record.item.id)


RULES = (
    Rule("L301", "error", illegal_move, each=True),
    Rule("L302", "error", out_of_order, each=True),
    Rule("L303", "error", before_found, each=True),
    Rule("L304", "error", in_the_future, each=True),
    Rule("L305", "error", unexplained, each=True),
    Rule("L306", "error", misplaced_fact, each=True),
    Rule("L307", "error", done_after_closing, each=True),
    Rule("L308", "error", broken_due_changes, each=True),
    Rule("L309", "error", impossible_numbers, each=True),
)
