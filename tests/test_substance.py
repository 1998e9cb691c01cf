"""Conduct, trend and paperwork of a ledger, as numbers."""

from __future__ import annotations

from rectification.rules import Findings
from rectification.substance import Asked, Rate, Substance

from .conftest import Examine

UNITS = "units:\n  - {name: 示例市}\n  - {name: 示例县, parent: 示例市}\n  - {name: 示例镇, parent: 示例县}\n"
ITEMS = """\
checklist: {id: A, title: 甲}
items:
  - id: A-1
    title: 一
    problem: 甲
    unit: 示例镇
    found: 2026-01-01
    due: 2026-06-30
    due_changes: [{from: 2026-05-31, to: 2026-06-30, on: 2026-05-01, reason: x}]
    actions: [{text: x, done: 2026-02-01, evidence: ['https://example.org/x']}]
    log:
      - {date: 2026-01-02, status: in_progress}
      - {date: 2026-02-01, status: submitted}
      - {date: 2026-02-10, status: closed, by: 示例县}
      - {date: 2026-03-10, status: reopened, note: x}
      - {date: 2026-03-11, status: in_progress}
      - {date: 2026-04-01, status: submitted}
      - {date: 2026-04-10, status: closed, by: 示例镇}
  - id: A-2
    title: 二
    problem: 乙
    unit: 示例县
    found: 2026-01-01
    due: 2026-06-30
    log:
      - {date: 2026-01-02, status: in_progress}
      - {date: 2026-02-01, status: submitted}
      - {date: 2026-04-20, status: closed}
  - {id: A-3, title: 三, problem: 丙, unit: 示例市, found: 2026-01-01, due: 2026-12-31, owner: }
"""
REQUESTS = """\
requests:
  - {id: Q-1, title: a, by: 示例市, of: [示例镇, 示例县], fields: [{name: x}, {name: y}], every: daily}
  - {id: Q-2, title: b, by: 示例市, of: [示例镇], every: monthly}
  - {id: Q-3, title: c, by: 示例市, of: [示例镇, 示例县], every: weekly, ended: 2026-11-24, replaced_by: 月报}
  - {id: Q-4, title: d, by: 示例市, of: [示例镇], every: weekly, ended: 2026-01-01}
"""


def made(examined: Examine) -> Substance:
    examination = examined({"a.yml": ITEMS, "_units.yml": UNITS, "_requests.yml": REQUESTS}, substance=True)
    assert examination.errors == ()
    return Substance(examination.ledger, Findings(examination.diagnostics, examination.waived))


def test_conduct(examined: Examine) -> None:
    found = made(examined).conduct
    assert found.independent == Rate(1, 3)  # one by the unit itself, one by nobody named
    assert found.evidenced == Rate(1, 2)
    assert (found.moved, found.slip_days) == (Rate(1, 3), 30)
    assert found.recurred == Rate(1, 3)
    assert (Rate(1, 3).percent, Rate(0, 0).percent) == (33, None)


def test_a_unit_stands_for_all_below_it(examined: Examine) -> None:
    parts = {one.unit.name: one for one in made(examined).by_unit}
    assert [one.conduct.items for one in parts.values()] == [3, 2, 1]
    assert [one.depth for one in parts.values()] == [0, 1, 2]
    assert parts["示例县"].conduct.independent == Rate(1, 3)
    assert parts["示例市"].findings == sum(
        len(f.diagnostics) for f in made(examined).by_rule if f.rule.code < "S7"
    )


def test_the_trend_counts_each_thing_on_its_day(examined: Examine) -> None:
    steps = {step.period.name: step for step in made(examined).trend}
    assert steps["2026-02"].independent == Rate(1, 1)
    assert (steps["2026-04"].independent, steps["2026-04"].evidenced) == (Rate(0, 2), Rate(1, 2))
    assert (steps["2026-03"].reopened, steps["2026-05"].moves) == (1, 1)
    assert steps["2026-04"].findings  # of the closings of that month


def test_the_burden_is_what_was_written_and_what_is_asked(examined: Examine) -> None:
    found = made(examined).burden
    # A-3 has six facts and an empty key; A-1 six, four of the move, three of the action, nineteen of the log.
    assert (found.items, found.least, found.required) == (3, 6, 6)
    assert found.most == 6 + 4 + 3 + 7 * 2 + 2 + 1
    assert found.typed == found.most + (6 + 3 * 2) + 6
    assert found.asked == (Asked("示例县", 1, 365, 730), Asked("示例镇", 2, 377, 742))
    assert ([one.id for one in found.replaced], found.saved) == (["Q-3"], 104)
