"""How a log reads as a story: verifications and rounds."""

from __future__ import annotations

from datetime import date

from rectification.ledger import Ledger, rounds, verifications

from .conftest import Examine

UNITS = """\
units:
  - {name: 示例市}
  - {name: 示例县, parent: 示例市, aliases: [县办]}
  - {name: 示例镇, parent: 示例县}
  - {name: 示例局, parent: 示例市}
"""


def ledger_of(examined: Examine, log: str, extra: str = "") -> Ledger:
    text = (
        "checklist: {id: A, title: 甲}\nitems:\n"
        f"  - {{id: A-1, title: 题, problem: 事, unit: 示例县, owner: 主任, found: 2026-03-01, due: 2026-12-31{extra}, log: [{log}]}}\n"
    )
    examination = examined({"a.yml": text, "_units.yml": UNITS})
    assert examination.errors == ()
    return examination.ledger


def move(day: str, status: str, by: str = "", note: str = "") -> str:
    facts = f", by: {by}" if by else ""
    facts += f", note: {note}" if note else ""
    return f"{{date: 2026-{day}, status: {status}{facts}}}"


def test_every_answer_to_a_submission(examined: Examine) -> None:
    log = ", ".join(
        [
            move("03-02", "in_progress", "县办"),
            move("03-10", "submitted", "县办"),
            move("03-15", "in_progress", "示例局", "退回"),
            move("04-01", "submitted", "县办"),
            move("04-03", "closed", "县办"),
        ]
    )
    ledger = ledger_of(examined, log)
    first, second = verifications(ledger, ledger.records[0])
    assert (first.passed, first.independence, first.waited) == (False, "independent", 5)
    assert (second.passed, second.independence, second.waited) == (True, "own", 2)


def test_how_a_verifier_stands_to_the_unit(examined: Examine) -> None:
    stands = {"示例镇": "below", "示例局": "partner", "示例市": "independent", "主任": "own", "": "unsaid", "县办": "own", "外部机构": "independent"}  # fmt: skip
    for by, expected in stands.items():
        log = ", ".join(
            [move("03-02", "in_progress"), move("03-10", "submitted"), move("03-15", "closed", by)]
        )
        ledger = ledger_of(examined, log, ", partners: [示例局]")
        (found,) = verifications(ledger, ledger.records[0])
        assert found.independence == expected, by


def test_rounds_of_a_problem_that_came_back(examined: Examine) -> None:
    moves = [move("03-02", "in_progress"), move("03-10", "submitted"), move("03-15", "closed", "示例市")]
    ledger = ledger_of(examined, ", ".join(moves))
    (only,) = rounds(ledger.records[0].item)
    assert (only.start, only.end, only.held) == (date(2026, 3, 1), date(2026, 3, 15), None)
    ledger = ledger_of(examined, ", ".join([*moves, move("05-04", "reopened", "示例市", "又来了")]))
    first, second = rounds(ledger.records[0].item)
    assert first.end == date(2026, 3, 15)
    assert (second.start, second.end, second.held) == (date(2026, 5, 4), None, 50)
