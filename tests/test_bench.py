"""The generator of synthetic ledgers, and the arithmetic of the comparison."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from bench import federation
from bench.generate import DAY, entries, write_pages, write_site
from bench.versus_pages import Run, ratio, row, side_by_side

from rectification.rules import examine
from rectification.settings import Settings


def test_the_same_seed_gives_the_same_site(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_site(tmp_path / name, 50, seed, search=False)
    texts = {name: (tmp_path / name / "checklists/g000.yml").read_text("utf-8") for name in "abc"}
    assert texts["a"] == texts["b"] != texts["c"]


def test_what_is_generated_is_legal_and_varied(tmp_path: Path) -> None:
    write_site(tmp_path / "s", 1200, 3, search=False)
    found = examine(Settings(tmp_path / "s", tmp_path / "s/checklists"), DAY)
    assert found.diagnostics == ()
    records = found.ledger.records
    assert len(records) == 1200
    assert len(found.ledger.checklists) == 3
    assert {r.state.status for r in records} == {
        *("open", "in_progress", "submitted", "closed", "reopened", "withdrawn")
    }
    assert {flag for r in records for flag in r.state.flags} == {
        *("overdue", "due_soon", "stalled", "closed_late", "reopened")
    }
    size = sum(path.stat().st_size for path in (tmp_path / "s/checklists").glob("g*.yml")) / 1200
    assert 1300 < size < 2300


def test_both_forms_hold_the_same_items(tmp_path: Path) -> None:
    write_pages(tmp_path / "p", 40, 3, search=False, navigation=False)
    made = list(entries(40, 3))
    assert sorted(p.stem for p in (tmp_path / "p/docs/items").iterdir()) == sorted(e.id for e in made)
    text = (tmp_path / f"p/docs/items/{made[7].id}.md").read_text("utf-8")
    assert made[7].problem in text and made[7].cause in text
    assert all(e.found <= DAY and all(day <= DAY for day, *_ in e.log) for e in made)
    assert isinstance(made[0].due, date)


def test_the_ratio_is_that_of_the_pairs() -> None:
    ours = [Run(1, 50), Run(2, 60), Run(4, 70)]
    theirs = [Run(5, 10), Run(12, 10), Run(16, 10)]
    assert ratio(ours, theirs) == 5
    assert row("x", ours).split() == ["x", "2.00", "s", "1.00", "4.00", "70", "MB"]


def test_the_sides_take_turns_after_a_first_turn_that_is_not_counted() -> None:
    order: list[str] = []

    def side(name: str) -> Run:
        order.append(name)
        return Run(float(len(order)), 1)

    first, second = side_by_side(lambda: side("a"), lambda: side("b"), 2)
    assert "".join(order) == "ababab"
    assert [r.seconds for r in first] == [3, 5]
    assert [r.seconds for r in second] == [4, 6]


def test_sites_combined_are_timed_against_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["federation", "--sites", "2", "--items", "500"])
    federation.main()
    said = capsys.readouterr().out
    assert "1000 in all" in said
    assert 0 < float(said.split("ratio, read the copies")[1].split()[0]) < 1.5
