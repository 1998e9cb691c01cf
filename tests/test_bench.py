"""The generator of synthetic ledgers, and the arithmetic of the comparison."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from bench import check, federation
from bench.generate import DAY, entries, write_pages, write_site
from bench.peers.with_hugo import layout
from bench.versus_pages import Run, ratio, row, side_by_side
from bench.versus_peers import OURS, Side, table, written

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


def test_every_stage_of_a_build_is_timed() -> None:
    """Stages are named by the functions they are: a name that is gone would be missed here."""
    command = [sys.executable, "-m", "bench.stages", "--items", "60"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for stage in ("loading: reading YAML", "rules", "pages of items", "listing pages", "hashing and writing"):
        (line, *_) = (line for line in said.splitlines() if line.startswith(stage))
        assert float(line.split()[-2]) >= 0


def test_a_check_is_timed_beside_the_reading_of_its_yaml(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["check", "--items", "60", "--runs", "1", "--times", "2"])
    check.main()
    first, _, *lines = capsys.readouterr().out.splitlines()
    assert first == "60 items, 1 turns"
    names = ["without near duplicates", "all rules"]
    rows = [f"{kind}check, {name}" for name in names for kind in ("", "second ")]
    rows.append("one entry, `rectify log`")
    assert [line[:40].strip() for line in lines[:7]] == [check.YAML, check.READ, *rows]
    assert lines[0].split()[-2:] == ["1.00", "1.00"]
    assert [line.partition(":")[0] for line in lines[7:]] == [f"120 items / 60, {name}" for name in names]


def test_the_ratios_are_those_of_the_turns() -> None:
    turns = [
        {check.YAML: Run(2, 9, 1), "check": Run(1, 50, 1)},
        {check.YAML: Run(1, 9, 2), "check": Run(4, 70, 8)},
        {check.YAML: Run(1, 9, 1), "check": Run(3, 60, 3)},
    ]
    assert check.table(turns)[2].split() == ["check", "3.00", "s", "3.00", "s", "70", "MB", "3.00", "3.00"]


SHELL = """<title>X</title><meta name="description" content="X"><meta property="og:title" content="X">
<meta property="og:description" content="X"><link rel="canonical" href="X"><meta property="og:url" content="X">
<a href="../..">home</a><link href="../../assets/x.css">
<div data-md-component="header-topic"> <span class="md-ellipsis">X</span></div>
<ul class="md-nav__list" data-md-component="toc"><li>X</li></ul>
<article class="a"><h1>X</h1></article>"""


def test_a_page_of_ours_becomes_a_layout_of_hugo_with_nothing_of_the_item() -> None:
    made = layout(SHELL)
    assert "X" not in made and "../" not in made
    assert '<article class="a">{{ block "main" . }}{{ end }}</article>' in made
    assert '<link href="/assets/x.css">' in made and '<a href="/">' in made
    with pytest.raises(AssertionError, match="the shell has nothing like"):
        layout(SHELL.replace("canonical", "other"))


def test_a_peer_is_measured_by_the_run_of_ours_in_the_same_turn(tmp_path: Path) -> None:
    for name in ("ours", "peer"):
        (tmp_path / name / "site/_cache").mkdir(parents=True)
        (tmp_path / name / "site/_cache/x").write_bytes(b"x" * 10**6)
        (tmp_path / name / "site/index.html").write_bytes(b"x" * 2 * 10**6)
    assert written(tmp_path / "ours/site") == (1, 2.0)
    ours = Side(
        OURS, tmp_path / "ours", lambda: Run(1, 1), OURS, [Run(1, 50, 1), Run(2, 60, 2), Run(9, 1, 1)]
    )
    peer = Side("P", tmp_path / "peer", lambda: Run(1, 1), OURS, [Run(3, 5, 2), Run(10, 5, 8), Run(9, 7, 1)])
    assert table([ours, peer])[2:] == [
        "| this project | 2.0 | 1.0–9.0 | 1.0 | 60 | 1 | 2 | 1 | 1 |",
        "| P | 9.0 | 3.0–10.0 | 2.0 | 7 | 1 | 2 | 3.00 | 2.00 |",
    ]
