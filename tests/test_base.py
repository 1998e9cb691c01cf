"""`rectify check --base REV`: what a change introduced, in a real git repository."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from rectification.rules import is_substance

from .test_check_formats import run

CONFIG = "site_name: x\ntheme: {name: material, language: en}\nplugins: [rectification]\n"
HEADER = "checklist: {id: A, title: 甲}\nitems:\n"


def item(number: int, **changes: str) -> str:
    fields = {
        "id": f"A-{number}",
        "title": f"t{number}",
        "problem": "x",
        "unit": "x",
        "found": "2026-03-01",
        "due": "2026-12-31",
    }
    fields |= changes
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}\n"


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture(params=["", "sites/one"], ids=["at the top", "below the top"])
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    top = tmp_path / "repository"
    root = top / request.param
    (root / "checklists").mkdir(parents=True)
    (root / "docs").mkdir()
    (root / "mkdocs.yml").write_text(CONFIG)
    (root / "checklists/a.yml").write_text(HEADER + item(1, due="2026-2-3") + item(2), "utf-8")
    # Neither of these may change what is compared.
    (top / ".gitattributes").write_text("*.yml export-ignore\n")
    git(top, "init", "-q", "-b", "main")
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "one")
    return root


def found(site: Path, *arguments: str) -> list[tuple[str, str, str]]:
    status, said = run(site, "--format", "json", *arguments)
    listed = [(one["code"], one["file"].removeprefix("checklists/"), one["item"]) for one in json.loads(said)]
    listed = [one for one in listed if not is_substance(one[0])]
    assert status == (1 if listed else 0)
    return listed


def test_what_was_there_is_not_told(site: Path) -> None:
    assert found(site) == [("M005", "a.yml", "A-1")]
    assert found(site, "--base", "HEAD") == []


def test_lines_above_make_nothing_new(site: Path) -> None:
    path = site / "checklists/a.yml"
    path.write_text(
        "# x\n" + path.read_text("utf-8").replace("items:", "items:\n" + item(3).rstrip()), "utf-8"
    )
    assert found(site, "--base", "HEAD") == []


def test_a_finding_that_names_a_line_stays_the_same(site: Path) -> None:
    other = site / "checklists/b.yml"
    (site / "checklists/a.yml").write_text(HEADER + item(1) + item(1), "utf-8")
    other.write_text("checklist: {id: B, title: x}\nitems: []\nitems: []\n", "utf-8")
    git(site, "add", "-A")
    git(site, "commit", "-q", "-m", "two")
    assert {code for code, *_ in found(site)} == {"L102", "Y015"}
    for path in (site / "checklists/a.yml", other):
        path.write_text("# x\n" + path.read_text("utf-8"), "utf-8")
    assert found(site, "--base", "HEAD") == []


def test_what_a_change_introduced_is_told(site: Path) -> None:
    path = site / "checklists/a.yml"
    path.write_text(
        HEADER + item(1, due="2026-2-3") + item(2, found="2026-13-01") + item(3, due="x"), "utf-8"
    )
    (site / "checklists/b.yml").write_text("checklist: {id: B}\n", "utf-8")
    new = [("M007", "a.yml", "A-2"), ("M005", "a.yml", "A-3"), ("M001", "b.yml", "B")]
    assert found(site, "--base", "HEAD") == new
    git(site, "add", "-A")
    git(site, "commit", "-q", "-m", "two")
    assert found(site, "--base", "HEAD") == []
    assert found(site, "--base", "HEAD~1") == found(site, "--base", "main^") == new


def test_a_second_of_the_same_is_new(site: Path) -> None:
    path = site / "checklists/a.yml"
    path.write_text(path.read_text("utf-8") + item(1, due="2026-2-3"), "utf-8")
    assert found(site, "--base", "HEAD") == [("M005", "a.yml", "A-1")]


def test_rules_of_the_whole_ledger_are_always_told(site: Path) -> None:
    (site / "checklists/a.yml").write_text(HEADER + item(1, related="[A-9]", due="2026-02-03"), "utf-8")
    git(site, "commit", "-q", "-a", "-m", "two")
    assert found(site) == [("L303", "a.yml", "A-1"), ("L401", "a.yml", "A-1")]
    assert found(site, "--base", "HEAD") == [("L401", "a.yml", "A-1")]


def test_evidence_is_looked_for_in_its_own_time(site: Path) -> None:
    (site / "checklists/evidence").mkdir()
    (site / "checklists/evidence/a.csv").write_text("x")
    named = item(1, actions="[{text: x, evidence: [evidence/a.csv]}]")
    (site / "checklists/a.yml").write_text(HEADER + named, "utf-8")
    git(site, "add", "-A")
    git(site, "commit", "-q", "-m", "two")
    (site / "checklists/evidence/a.csv").unlink()
    assert found(site, "--base", "HEAD") == [("L501", "a.yml", "A-1")]


def test_before_there_were_checklists(site: Path) -> None:
    nothing = subprocess.run(["git", "mktree"], cwd=site, input=b"", capture_output=True, check=True)
    old = git(site, "commit-tree", "-m", "empty", nothing.stdout.decode().strip()).strip()
    assert found(site, "--base", old) == [("M005", "a.yml", "A-1")]


def test_the_repository_is_left_as_it_was(site: Path) -> None:
    (site / "checklists/b.yml").write_text("checklist: {id: B, title: b}\n", "utf-8")
    git(site, "add", "-A")
    before = git(site, "status", "--porcelain=v2"), git(site, "stash", "list")
    found(site, "--base", "HEAD")
    assert (git(site, "status", "--porcelain=v2"), git(site, "stash", "list")) == before


@pytest.mark.parametrize("revision", ["nowhere", "", "--help", "HEAD:mkdocs.yml", "HEAD~99"])
def test_an_unknown_revision_is_wrong_usage(site: Path, revision: str) -> None:
    status, said = run(site, f"--base={revision}")
    assert status == 2
    assert "git knows no such revision" in said


def test_without_a_repository_it_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "checklists").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text(CONFIG)
    status, said = run(tmp_path, "--base", "HEAD")
    assert status == 2
    assert "do not lie in a git repository" in said


def test_without_git_it_is_wrong_usage(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(site))
    status, said = run(site, "--base", "HEAD")
    assert status == 2
    assert "git was not found" in said
