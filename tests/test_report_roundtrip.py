"""A report handed back says what it was told: each column of a workbook, read by its profile, is the same fact."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from rectification.cli import rectify
from rectification.intake.profile import _parts
from rectification.ledger import Ledger, Record
from rectification.profile import ReportColumn, field_of
from rectification.rules import examine
from rectification.settings import Settings

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 11, 24)
CONFIG = "site_name: 示例台账\ntheme: {name: material, language: zh}\nplugins: [rectification]\n"
SAMPLE = examine(Settings(ROOT, ROOT / "checklists", timezone="Asia/Shanghai"), TODAY).ledger
PROFILES = {profile.name: profile for profile in SAMPLE.profiles}

# Field -> the fact of an item that a column of it must bring back.
FACTS: Mapping[str, Callable[[Record], Any]] = {
    **{
        name: lambda r, n=name: getattr(r.item, n)
        for name in [
            "id",
            "title",
            "problem",
            "owner",
            "category",
            "severity",
            "mode",
            "found",
            "due",
            "cause",
            "goal",
            "log",
            "actions",
            "due_changes",
            "feedback",
            "notice",
            "related",
        ]
    },
    "unit": lambda r: r.unit,
    "status": lambda r: r.state.status,
    "checklist": lambda r: r.checklist.header.title,
    "measures": lambda r: [action.text for action in r.item.actions],
    "last_note": lambda r: next(
        (e.note or e.reason for e in reversed(r.item.log) if e.note or e.reason), None
    ),
    "verifier": lambda r: r.item.log[-1].by if r.state.status == "closed" else None,
    "closed_on": lambda r: r.state.since if r.state.status == "closed" else None,
}


def partners(ledger: Ledger, record: Record) -> list[str]:
    return [ledger.units.canonical(name) for name in record.item.partners]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("# x\n")
    (tmp_path / "mkdocs.yml").write_text(CONFIG, "utf-8")
    shutil.copytree(ROOT / "checklists", tmp_path / "checklists")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795478400")
    return tmp_path


def run(*arguments: str) -> str:
    done = CliRunner().invoke(rectify, arguments)
    assert done.exit_code == 0, done.output
    return done.output


def handed_back(site: Path, profile: str, checklist: str, *wishes: str) -> tuple[Ledger, str]:
    """Make the report of one checklist, take that checklist away, and import the report in its place."""
    file = site / "checklists/_reports.yml"
    reports = yaml.safe_load(file.read_text("utf-8"))
    for report in reports["reports"]:
        report["where"] = {**report.get("where", {}), "checklist": checklist}
    file.write_text(yaml.safe_dump(reports, allow_unicode=True), "utf-8")
    run("report", profile, "-o", "report.xlsx")
    folder = site / "checklists" / checklist
    shutil.rmtree(folder) if folder.is_dir() else folder.with_suffix(".yml").unlink()
    identifier = next(c.header.id for c in SAMPLE.checklists if c.slug == checklist)
    arguments = ["report.xlsx", "--profile", profile, "--checklist", identifier, "--yes", "--with-findings"]
    said = run("import", *arguments, "-o", f"checklists/{checklist}.yml", *wishes)
    return examine(Settings(site, site / "checklists", timezone="Asia/Shanghai"), TODAY).ledger, said


def assert_every_cell_is_accounted_for(said: str) -> None:
    assert "没有归处" not in said
    counts = re.search(r"单元格 (\d+) = 归入字段 (\d+) \+ 归入 extra (\d+) \+ 略去 (\d+)", said)
    assert counts is not None
    total, *parts = map(int, counts.groups())
    assert total == sum(parts)


def ambiguous(column: ReportColumn, value: str) -> bool:
    """Tell whether the form says the same word for several values: that no reader can tell apart."""
    return list(column.values.values()).count(column.values.get(value, "")) > 1


@pytest.mark.parametrize("checklist", [checklist.slug for checklist in SAMPLE.checklists])
@pytest.mark.parametrize("name", PROFILES)
def test_every_column_brings_back_its_fact(site: Path, name: str, checklist: str) -> None:
    profile = PROFILES[name]
    shown = {column.field: column for column in profile.columns}
    wishes = ["--found", "2026-01-01", "--due", "2026-12-31", "--as-of", "2026-11-24"]
    back, said = handed_back(site, name, checklist, *wishes)
    public = SAMPLE.public()
    told = [
        r
        for r in public.by_checklist[checklist]
        if r.state.status in profile.where.get("status", (r.state.status,))
    ]
    by_title = {record.item.title: record for record in back.by_checklist[checklist]}
    assert by_title.keys() == {record.item.title for record in told} and told
    compared = set()
    for record in told:
        read = by_title[record.item.title]
        for field, column in shown.items():
            if field == "partners":
                assert partners(back, read) == partners(public, record)
                compared.add(field)
                continue
            fact = FACTS.get(field)
            if fact is None or (field == "status" and ambiguous(column, record.state.status)):
                continue
            # A problem that only the title tells is the title; a status no log leads to is not taken over.
            assert fact(read) == fact(record), (record.item.id, field)
            compared.add(field)
    # Whatever is not compared here follows from what is, or is kept word for word.
    left = {f for f in shown if f not in compared}
    assert {field_of(f).intake for f in left} <= {"derived", "sequence", ""}, left
    assert_every_cell_is_accounted_for(said)


OWN = """\
reports:
  - name: own
    title: 甲表
    audience: public
    where: {status: [open, in_progress], severity: [low], mode: [immediate]}
    group: {by: category}
    total: 共 {total} 项
    signatures: [填表人]
    empty: 空
    date: YYYY年MM月DD日
    columns:
      - {field: number, heading: 号}
      - {field: title, heading: 乙名}
      - {field: unit, heading: 丙名, values: {示例市政务数据局: 数据局}}
      - {field: found, heading: 丁日}
      - {field: due, heading: 戊日}
      - {field: extra.批示, heading: 己言}
      - {field: owner, heading: 庚人}
      - {field: measures, heading: 辛事, numbered: true, join: "；"}
"""
ITEMS = """\
checklist: {id: A, title: 甲}
items:
  - {id: A-1, title: 一, problem: 一, unit: 市数据局, found: 2026-03-01, due: 2026-12-31, category: 报表数据, severity: low, mode: immediate, extra: {批示: 请抓紧}, actions: [{text: 一；二}, {text: 三}]}
  - {id: A-2, title: 二, problem: 二, unit: 河口示例镇, found: 2026-03-01, due: 2026-12-31, category: 文山会海, severity: low, mode: immediate, owner: 镇长岗位}
"""


def test_headings_nobody_else_uses(site: Path) -> None:
    """Words, dates, groups, free facts and empty cells of a form; and what its query says of every row."""
    (site / "checklists/_reports.yml").write_text(OWN, "utf-8")
    (site / "checklists/own.yml").write_text(ITEMS, "utf-8")
    run("report", "own", "--to", "csv", "-o", "own.csv")
    assert "2026年03月01日" in Path("own.csv").read_text("utf-8-sig")
    run("report", "own", "-o", "own.xlsx")
    (site / "checklists/own.yml").unlink()
    # The CSV has no groups, and so no category; nothing else is different.
    for file, categories in (("own.xlsx", ["文山会海", "报表数据"]), ("own.csv", [None, None])):
        said = run("import", file, "--profile", "own", "--checklist", "A", "--title", "甲", "--yes")
        read = examine(Settings(site, site / "checklists"), TODAY)
        assert read.errors == ()
        two, one = (
            record.item
            for record in sorted(read.ledger.by_checklist["a"], key=lambda r: r.item.title != "二")
        )
        assert [two.category, one.category] == categories
        assert (one.unit, one.severity, one.mode) == ("示例市政务数据局", "low", "immediate")
        assert dict(one.extra) == {"批示": "请抓紧"}
        assert [action.text for action in one.actions] == ["一；二", "三"]
        assert (two.owner, one.owner, one.found) == ("镇长岗位", None, date(2026, 3, 1))
        assert_every_cell_is_accounted_for(said)
        (site / "checklists/a.yml").unlink()


def test_without_the_profile_they_mean_nothing(site: Path) -> None:
    (site / "checklists/_reports.yml").write_text(OWN, "utf-8")
    (site / "checklists/own.yml").write_text(ITEMS, "utf-8")
    run("report", "own", "-o", "own.xlsx")
    done = CliRunner().invoke(rectify, ["import", "own.xlsx", "--checklist", "A"])
    assert done.exit_code != 0
    done = CliRunner().invoke(rectify, ["import", "own.xlsx", "--profile", "owm", "--checklist", "A"])
    assert done.exit_code == 2 and "own" in done.output


def test_a_word_for_several_values_is_told(site: Path) -> None:
    said = handed_back(site, "province", "forms-and-data", "--as-of", "2026-11-24")[1]
    assert "“未完成”在这张表里可以指 open, in_progress, reopened，按 open 处理" in said


@given(st.lists(st.text("甲乙；12. ", min_size=1).map(str.strip).filter(bool), min_size=1, max_size=5))
def test_a_numbered_list_is_parted_as_it_was_joined(texts: list[str]) -> None:
    column = ReportColumn(field="measures", numbered=True)
    joined = "\n".join(f"{n}. {text}" for n, text in enumerate(texts, 1))
    assert list(_parts(joined, column)) == texts
