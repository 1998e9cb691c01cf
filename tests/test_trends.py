"""What a ledger adds up to, checked by hand on small ones."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from rectification.ledger import Ledger, Units, trends

from .conftest import TODAY, Examine

HEAD = "checklist: {id: A, title: a}\nitems:\n"
UNITS = """\
units:
  - {name: 示例省}
  - {name: 示例市, parent: 示例省}
  - {name: 示例县, parent: 示例市}
  - {name: 示例镇, parent: 示例县, aliases: [镇里]}
  - {name: 示例局, parent: 示例市}
"""


def item(number: int, found: str, due: str, *log: str, unit: str = "示例镇", more: str = "") -> str:
    entries = "".join(f"      - {{{entry}, by: 某岗}}\n" for entry in log)
    lines = f"  - id: A-{number}\n    title: t\n    problem: p\n    unit: {unit}\n    found: {found}\n    due: {due}\n"
    return lines + more + (f"    log:\n{entries}" if log else "")


def ledger_of(examined: Examine, *items: str, units: str = UNITS, today: date = TODAY) -> Ledger:
    found = examined({"a.yml": HEAD + "".join(items), "_units.yml": units}, today=today)
    assert [d for d in found.diagnostics if d.severity == "error"] == []
    return found.ledger


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        ("2026-11-05", "2026-11-24", ["2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"]),
        ("2026-06-30", "2026-11-24", ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"]),
        (
            "2023-12-31",
            "2026-06-01",
            [f"{y}-Q{q}" for y in (2023, 2024, 2025, 2026) for q in (1, 2, 3, 4)][3:14],
        ),
        ("2018-05-01", "2026-01-01", [str(y) for y in range(2018, 2027)]),
        ("2026-11-24", "2026-11-24", ["2026-11-23"]),
    ],
)
def test_periods_are_as_long_as_keeps_them_few(first: str, last: str, names: list[str]) -> None:
    found = trends.periods(date.fromisoformat(first), date.fromisoformat(last))
    assert [p.name for p in found] == names
    assert found[0].first <= date.fromisoformat(first)
    assert found[-1].last == date.fromisoformat(last)
    assert all((b.first - a.last).days == 1 for a, b in pairwise(found))


def test_burn_up_follows_closing_reopening_and_withdrawal(examined: Examine) -> None:
    ledger = ledger_of(
        examined,
        item(1, "2026-05-10", "2026-12-31"),
        item(2, "2026-05-20", "2026-08-31", "date: 2026-06-01, status: in_progress", "date: 2026-07-01, status: submitted", "date: 2026-07-31, status: closed"),
        item(3, "2026-06-01", "2026-08-31", "date: 2026-06-02, status: in_progress", "date: 2026-06-10, status: submitted", "date: 2026-06-11, status: closed", "date: 2026-09-02, status: reopened, note: 反弹", "date: 2026-09-05, note: 再改"),
        item(4, "2026-06-01", "2026-08-31", "date: 2026-08-02, status: withdrawn, reason: 重复"),
    )  # fmt: skip
    steps = trends.burn_up(ledger.records, ledger.today)
    assert [(s.period.name, s.found, s.closed) for s in steps] == [
        ("2026-05", 2, 0),
        ("2026-06", 4, 1),
        ("2026-07", 4, 2),
        ("2026-08", 3, 2),
        ("2026-09", 3, 1),
        ("2026-10", 3, 1),
        ("2026-11", 3, 1),
    ]
    assert trends.burn_up((), TODAY) == ()


def test_burn_up_begins_on_the_first_day(examined: Examine) -> None:
    ledger = ledger_of(examined, item(1, "2026-03-31", "2026-12-31"), item(2, "2026-06-01", "2026-12-31"))
    steps = trends.burn_up(ledger.records, date(2026, 6, 30))
    assert steps[0].period.name == "2026-03-30"
    assert [s.found for s in steps] == [1] * 9 + [2] * 5
    alone = trends.burn_up(ledger.records[:1], date(2026, 3, 31))
    assert [(s.found, s.closed) for s in alone] == [(1, 0)]


def test_closures_are_on_time_or_late_and_only_those_that_stand(examined: Examine) -> None:
    def life(closed: str) -> tuple[str, ...]:
        return ("date: 2026-06-01, status: in_progress", "date: 2026-06-02, status: submitted", f"date: {closed}, status: closed")  # fmt: skip

    ledger = ledger_of(
        examined,
        item(1, "2026-05-01", "2026-07-01", *life("2026-07-01")),
        item(2, "2026-05-01", "2026-07-01", *life("2026-07-02")),
        item(3, "2026-05-01", "2026-12-01", *life("2026-11-01")),
        item(
            4,
            "2026-05-01",
            "2026-12-01",
            *life("2026-07-05"),
            "date: 2026-08-01, status: reopened, note: 反弹",
        ),
    )
    found = {c.period.name: (c.on_time, c.late) for c in trends.closures(ledger.records, ledger.today)}
    assert found == {
        "2026-07": (1, 1),
        "2026-08": (0, 0),
        "2026-09": (0, 0),
        "2026-10": (0, 0),
        "2026-11": (1, 0),
    }
    assert trends.closures((), TODAY) == ()


def test_ageing_counts_days_overdue_at_the_edges_of_its_classes(examined: Examine) -> None:
    # On 2026-11-24: 0, 1, 7, 8, 30, 31, 90, 91, 180, 181 days after the due date.
    dues = ["11-24", "11-23", "11-17", "11-16", "10-25", "10-24", "08-26", "08-25", "05-28", "05-27"]
    ledger = ledger_of(examined, *(item(n, "2026-01-01", f"2026-{due}") for n, due in enumerate(dues)))
    assert [(a.least, a.most, a.count) for a in trends.ageing(ledger.records)] == [
        (1, 7, 2),
        (8, 30, 2),
        (31, 90, 2),
        (91, 180, 2),
        (181, None, 1),
    ]


def test_units_roll_up_what_is_below_them(examined: Examine) -> None:
    ledger = ledger_of(
        examined,
        item(1, "2026-05-01", "2026-12-01", unit="镇里"),
        item(2, "2026-05-01", "2026-12-01", "date: 2026-06-01, status: in_progress", unit="示例县"),
        item(3, "2026-05-01", "2026-12-01", unit="示例局"),
    )
    names = ledger.units.names

    def parts(above: str = "") -> dict[str, dict[str, int]]:
        return {p.name: dict(p.statuses) for p in trends.by_unit(ledger, ledger.records, names.get(above))}

    # The only topmost unit, and the only one below it, say nothing: the first division is told.
    assert parts() == {"示例县": {"open": 1, "in_progress": 1}, "示例局": {"open": 1}}
    assert parts("示例省") == {"示例市": {"open": 2, "in_progress": 1}}
    assert parts("示例县") == {"示例镇": {"open": 1}}
    assert parts("示例镇") == {}
    assert trends.by_unit(ledger, ()) == ()


def test_a_unit_with_records_of_its_own_is_not_passed_over(examined: Examine) -> None:
    ledger = ledger_of(
        examined,
        item(1, "2026-05-01", "2026-12-01", unit="示例省"),
        item(2, "2026-05-01", "2026-12-01", unit="示例局"),
    )
    assert [(p.name, p.total) for p in trends.by_unit(ledger, ledger.records)] == [("示例省", 2)]


def test_units_without_a_vocabulary_are_their_names(examined: Examine) -> None:
    items = (item(1, "2026-05-01", "2026-12-01", unit="乙"), item(2, "2026-05-01", "2026-12-01", unit="甲"))
    ledger = examined({"a.yml": HEAD + "".join(items)}).ledger
    assert not ledger.units.known
    assert {p.name for p in trends.by_unit(ledger, ledger.records)} == {"甲", "乙"}
    bare = Ledger(TODAY, ledger.checklists, ledger.records, Units(()))
    assert [p.name for p in trends.by_unit(bare, ledger.records)] == ["乙", "甲"]


def test_categories_leave_out_what_has_none(examined: Examine) -> None:
    ledger = ledger_of(
        examined,
        item(1, "2026-05-01", "2026-12-01", more="    category: 报表\n"),
        item(2, "2026-05-01", "2026-12-01", more="    category: 会议\n"),
        item(3, "2026-05-01", "2026-12-01", more="    category: 报表\n"),
        item(4, "2026-05-01", "2026-12-01"),
    )
    found = trends.by_category(ledger, ledger.records)
    assert {(p.name, p.total) for p in found} == {("报表", 2), ("会议", 1)}


def test_satisfaction_adds_persons_not_shares(examined: Examine) -> None:
    def asked(satisfied: int, total: int) -> str:
        return f"    feedback: {{satisfied: {satisfied}, total: {total}, date: 2026-06-01}}\n"

    ledger = ledger_of(
        examined,
        item(1, "2026-05-01", "2026-12-01", more=asked(1, 10)),
        item(2, "2026-05-01", "2026-12-01", more=asked(90, 90)),
        item(3, "2026-05-01", "2026-12-01", unit="示例局", more=asked(1, 2)),
        item(4, "2026-05-01", "2026-12-01", unit="示例县", more=asked(0, 0)),
    )
    found = trends.satisfaction(ledger.records)
    assert [(s.name, s.satisfied, s.total) for s in found] == [("示例局", 1, 2), ("示例镇", 91, 100)]
