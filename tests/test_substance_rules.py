"""Every rule on the substance: what breaks it, where it says so, what it leaves alone, and how it is waived."""

from __future__ import annotations

import pytest

from rectification.rules import all_rules

from .conftest import Examine

HEADER = "checklist: {id: A, title: 甲}\nitems:\n"


def item(*lines: str, id: str = "A-1", unit: str = "示例镇", found: str = "2026-03-01") -> str:
    """One item: six lines of required facts, then `lines`, each a key of the item."""
    facts = (f"id: {id}", f"title: 重复填表 {id}", f"problem: 走访 6 小时，填表 2 小时，见 {id}。", f"unit: {unit}",
             f"found: {found}", "due: 2026-12-31")  # fmt: skip
    return "  - " + "\n    ".join([*facts, *lines]) + "\n"


def one(*lines: str, **facts: str) -> dict[str, str]:
    return {"a.yml": HEADER + item(*lines, **facts)}


def moved(*changes: tuple[str, str, str]) -> str:
    entries = (f"{{from: {before}, to: {to}, on: {on}, reason: x}}" for before, to, on in changes)
    return f"due_changes: [{', '.join(entries)}]"


# rule -> (files that break it, line of the finding, facts it names)
BROKEN: dict[str, list[tuple[dict[str, str], int, dict[str, object]]]] = {
    "S402": [
        (one("actions: [{text: x, evidence: [evidence/2026-02-28-a.jpg]}]") | {"evidence/2026-02-28-a.jpg": "x"}, 9,
         {"found": "evidence/2026-02-28-a.jpg", "dated": "2026-02-28", "since": "2026-03-01"}),
        (one("log:", "  - {date: 2026-03-05, evidence: [evidence/20260105.jpg]}") | {"evidence/20260105.jpg": "x"}, 10,
         {"dated": "2026-01-05"}),
        (one("actions: [{text: x, evidence: [evidence/窗口2025年11月2日.jpg]}]") | {"evidence/窗口2025年11月2日.jpg": "x"}, 9,
         {"dated": "2025-11-02"}),
    ],
    "S501": [
        (one(moved(("2026-05-01", "2026-05-02", "2026-04-01"), ("2026-05-02", "2026-05-03", "2026-04-02"),
                   ("2026-05-03", "2026-12-31", "2026-04-03"))), 9, {"n": 3, "days": 244, "original": "2026-05-01"}),
        (one(moved(("2026-10-01", "2026-12-31", "2026-04-01"))), 9, {"n": 1, "days": 91}),
    ],
    "S502": [(one(moved(("2026-11-01", "2026-12-31", "2026-11-02"))), 9, {"before": "2026-11-01", "days": 1})],
    "S503": [(one("log: [{date: 2026-10-24, status: in_progress}]"), 9, {"days": 31, "last": "2026-10-24"}),
             (one(), 3, {"last": "2026-03-01"})],
}  # fmt: skip

# rule -> files that come near it and are right
RIGHT: dict[str, list[dict[str, str]]] = {
    "S402": [
        one("actions: [{text: x, evidence: [evidence/2026-03-01-a.jpg]}]") | {"evidence/2026-03-01-a.jpg": "x"},
        one("actions: [{text: x, evidence: [evidence/120260105.jpg, evidence/2026-13-01.jpg, evidence/2025-11.jpg]}]")
        | {f"evidence/{name}.jpg": "x" for name in ("120260105", "2026-13-01", "2025-11")},
        one("actions: [{text: x, evidence: ['https://example.org/2020-01-01.html']}]"),
    ],
    "S501": [
        one(),
        one(moved(("2026-10-02", "2026-12-31", "2026-04-01"))),
        one(moved(("2026-12-01", "2026-12-02", "2026-04-01"), ("2026-12-02", "2026-12-31", "2026-04-02"))),
    ],
    "S502": [one(moved(("2026-11-01", "2026-12-31", "2026-11-01")))],
    "S503": [
        one("log: [{date: 2026-10-25, status: in_progress}]"),
        one("actions: [{text: x, done: 2026-11-01}]"),
        one("log: [{date: 2026-03-02, status: in_progress}, {date: 2026-03-03, status: submitted}]"),
    ],
}  # fmt: skip


def cases(table: dict[str, list]) -> list[object]:  # type: ignore[type-arg]
    return [
        pytest.param(code, each, id=f"{code}-{n}")
        for code, all_ in table.items()
        for n, each in enumerate(all_)
    ]


def test_every_rule_has_examples() -> None:
    codes = {rule.code for rule in all_rules() if rule.substance and not rule.witness}
    assert set(BROKEN) == set(RIGHT) == codes


@pytest.mark.parametrize(("code", "example"), cases(BROKEN))
def test_broken(examined: Examine, code: str, example: tuple[dict[str, str], int, dict[str, object]]) -> None:
    texts, line, facts = example
    found = [d for d in examined(texts, substance=True).diagnostics if d.code == code]
    assert found, "nothing was found"
    assert {d.severity for d in found} == {"warning"}
    assert (line, facts) in [(d.line, {k: v for k, v in d.facts.items() if k in facts}) for d in found]


@pytest.mark.parametrize(("code", "texts"), cases(RIGHT))
def test_right(examined: Examine, code: str, texts: dict[str, str]) -> None:
    examination = examined(texts, substance=True)
    assert examination.errors == ()
    assert code not in {d.code for d in examination.diagnostics}
