"""Mutation testing: which mutants are drawn, which tests they get, and how the score counts."""

from __future__ import annotations

import pytest
from scripts.mutation import drawn, score
from scripts.reach import IMPORT, Record, reaching, statement_at, within

TEXT = """\
LIMIT = {
    "a": 1,
}


def judge(one, other):
    if (
        one
        or other
    ):
        return LIMIT[
            "a"
        ]
    return None
"""


def test_the_same_seed_draws_the_same_mutants_and_none_twice() -> None:
    assert drawn(1000, 50, 1) == drawn(1000, 50, 1) != drawn(1000, 50, 2)
    assert len(set(drawn(1000, 50, 1))) == 50
    assert drawn(3, 50, 1) == [0, 1, 2]


def test_what_no_test_reaches_survives_and_what_ends_no_more_is_noticed() -> None:
    assert score({"killed": 6, "timed out": 1, "survived": 1, "not reached": 2}) == 70
    assert score({"not reached": 4}) == score({}) == 0


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        (2, range(1, 4)),
        (6, range(6, 7)),
        (9, range(7, 11)),
        (12, range(11, 14)),
        (14, range(14, 15)),
        (4, range(4, 5)),
    ],
)
def test_the_lines_of_a_statement_without_its_body(line: int, lines: range) -> None:
    assert statement_at(TEXT, line) == lines


RECORD = Record(
    {"a.py::slow": 9.0, "a.py::quick": 0.01, "b.py::quick": 0.011, "b.py::other": 0.012},
    {
        "x.py": {
            1: [IMPORT],
            5: ["a.py::slow", "b.py::other", "a.py::failing", IMPORT],
            6: ["a.py::quick"],
            7: [],
        }
    },
)


def test_a_mutant_gets_the_tests_that_reach_its_line_the_quickest_first() -> None:
    assert reaching(RECORD, "x.py", [5]) == ["b.py::other", "a.py::slow"]
    assert reaching(RECORD, "x.py", [5, 6]) == ["a.py::quick", "b.py::other", "a.py::slow"]
    assert reaching(RECORD, "x.py", [7]) == reaching(RECORD, "y.py", [1]) == []


def test_a_test_of_this_file_comes_before_one_of_everything() -> None:
    seconds = {"a.py::everything": 0.01, "b.py::this": 0.02}
    lines = {n: list(seconds) for n in range(9)}
    order = reaching(
        Record(seconds, {"x.py": lines, "y.py": {n: ["a.py::everything"] for n in range(99)}}), "x.py", [1]
    )
    assert order == ["b.py::this", "a.py::everything"]


def test_the_cases_of_a_test_make_way_for_other_tests() -> None:
    seconds = {f"a.py::many[{n}]": 0.01 for n in range(9)} | {"b.py::one": 0.03}
    order = reaching(Record(seconds, {"x.py": {1: list(seconds)}}), "x.py", [1])
    assert order.index("b.py::one") in range(1, 4)


def test_a_line_that_runs_on_import_alone_is_reached_by_every_test_of_its_module() -> None:
    assert reaching(RECORD, "x.py", [1]) == ["a.py::quick", "b.py::other", "a.py::slow"]


def test_a_line_that_runs_on_import_is_reached_by_the_tests_of_its_name() -> None:
    known = Record(
        {"tests/test_x.py::schema": 1.0, **RECORD.seconds}, {f"src/{n}": r for n, r in RECORD.reach.items()}
    )
    assert "tests/test_x.py::schema" in reaching(known, "src/x.py", [1])
    assert "tests/test_x.py::schema" not in reaching(known, "src/x.py", [5])


def test_a_table_is_reached_by_every_test() -> None:
    table = Record(RECORD.seconds, {"table.py": {1: [IMPORT]}})
    assert set(reaching(table, "table.py", [1])) == set(RECORD.seconds)


def test_tests_past_the_limit_are_left_out_but_never_all() -> None:
    tests = reaching(RECORD, "x.py", [5, 6])
    assert within(tests, RECORD.seconds, 1) == tests[:2]
    assert within(["a.py::slow"], RECORD.seconds, 1) == ["a.py::slow"]
