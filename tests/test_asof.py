"""The ledger on a day gone by: only what was known by then, in the state of then."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rectification.ledger import Ledger, ledger_on
from rectification.ledger.asof import item_on
from rectification.ledger.trends import burn_up
from rectification.model import Item, build

from .conftest import GOOD, Examine

DAYS = {"due_soon_days": 7, "stalled_days": 30}
FILE = """\
checklist: {id: A, title: 甲}
items:
  - id: A-1
    title: 一
    problem: 事
    unit: 示例镇
    found: 2026-03-01
    due: 2026-06-30
    category: 报表
    related: [A-2]
    actions:
      - {text: 早, done: 2026-03-10, evidence: ["https://example.org/a"]}
      - {text: 晚, done: 2026-05-10, evidence: ["https://example.org/b"]}
    log:
      - {date: 2026-03-02, status: in_progress}
      - {date: 2026-05-11, status: submitted}
      - {date: 2026-05-20, status: closed, by: 某室}
      - {date: 2026-07-01, status: reopened, note: 反弹}
      - {date: 2026-07-02, status: in_progress}
    due_changes:
      - {from: 2026-03-31, to: 2026-04-30, on: 2026-03-25, reason: 材料未到}
      - {from: 2026-04-30, to: 2026-06-30, on: 2026-04-20, reason: 会商}
    feedback: {satisfied: 1, total: 2, date: 2026-06-01}
    notice: {from: 2026-05-21, to: 2026-05-27}
  - {id: A-2, title: 二, problem: 事, unit: 示例县, found: 2026-04-05, due: 2026-12-31, category: 会议}
"""


@pytest.fixture
def ledger(examined: Examine) -> Ledger:
    found = examined({"a.yml": FILE})
    assert found.errors == ()
    return found.ledger


def test_before_anything_was_found(ledger: Ledger) -> None:
    then = ledger_on(ledger, date(2026, 2, 28), **DAYS)
    assert (then.today, then.records, then.units.listed, then.categories) == (date(2026, 2, 28), (), (), ())
    assert [checklist.slug for checklist in then.checklists] == ["a"]


def test_what_was_not_yet_found_is_nowhere(ledger: Ledger) -> None:
    then = ledger_on(ledger, date(2026, 4, 4), **DAYS)
    assert [record.item.id for record in then.records] == ["A-1"]
    assert then.records[0].item.related == ()
    assert [unit.name for unit in then.units.listed] == ["示例镇"]
    assert [category.name for category in then.categories] == ["报表"]
    assert len(ledger_on(ledger, date(2026, 4, 5), **DAYS).records) == 2


@pytest.mark.parametrize(
    ("day", "status", "due", "overdue", "slip"),
    [
        (date(2026, 3, 1), "open", date(2026, 3, 31), False, 0),
        (date(2026, 3, 24), "in_progress", date(2026, 3, 31), False, 0),
        (date(2026, 3, 25), "in_progress", date(2026, 4, 30), False, 30),
        (date(2026, 4, 20), "in_progress", date(2026, 6, 30), False, 91),
        (date(2026, 5, 19), "submitted", date(2026, 6, 30), False, 91),
        (date(2026, 5, 20), "closed", date(2026, 6, 30), False, 91),
        (date(2026, 7, 1), "reopened", date(2026, 6, 30), True, 91),
    ],
)
def test_an_item_day_by_day(
    ledger: Ledger, day: date, status: str, due: date, overdue: bool, slip: int
) -> None:
    record = ledger_on(ledger, day, **DAYS).by_id["A-1"]
    found = (record.state.status, record.item.due, record.state.overdue, record.state.slip_days)
    assert found == (status, due, overdue, slip)
    assert record.item.due == (record.item.due_changes[-1].to if record.item.due_changes else due)


def test_what_is_dated_later_is_not_yet_there(ledger: Ledger) -> None:
    item = ledger_on(ledger, date(2026, 5, 9), **DAYS).by_id["A-1"].item
    assert [(a.done, a.evidence) for a in item.actions] == [
        (date(2026, 3, 10), ("https://example.org/a",)),
        (None, ()),
    ]
    assert (item.feedback, item.notice) == (None, None)
    later = ledger_on(ledger, date(2026, 6, 1), **DAYS).by_id["A-1"].item
    assert later.feedback is not None and later.notice is not None


def test_today_is_the_ledger_itself(ledger: Ledger) -> None:
    now = ledger_on(ledger, ledger.today, **DAYS)
    assert [(r.item, r.state) for r in now.records] == [(r.item, r.state) for r in ledger.records]


def test_it_agrees_with_the_trend(ledger: Ledger) -> None:
    """The chart counts the same days in its own way."""
    for step in burn_up(ledger.records, ledger.today, most=90):
        then = ledger_on(ledger, step.period.last, **DAYS)
        assert len(then.records) == step.found
        assert sum(record.state.status == "closed" for record in then.records) == step.closed


@given(st.dates(date(2026, 2, 1), date(2026, 12, 31)), st.dates(date(2026, 2, 1), date(2026, 12, 31)))
def test_looking_back_twice_is_looking_back_to_the_earlier_day(one: date, other: date) -> None:
    changes = [
        {"from": "2026-03-31", "to": "2026-04-30", "on": "2026-03-25", "reason": "x"},
        {"from": "2026-04-30", "to": "2026-12-31", "on": "2026-04-20", "reason": "x"},
    ]
    log = [{"date": "2026-03-02", "status": "in_progress"}, {"date": "2026-08-02", "note": "x"}]
    item, _ = build(Item, GOOD | {"due_changes": changes, "log": log})
    assert item is not None
    assert item_on(item_on(item, max(one, other)), min(one, other)) == item_on(item, min(one, other))
