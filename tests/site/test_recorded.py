"""What an item's page shows of its history in git, and what it keeps to itself."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from ..repository import HEADER, Repository, item, new_repository
from .conftest import Project

MKDOCS = """\
site_name: Probe
site_url: https://probe.example.org/
{repository}
theme: {{name: material, language: {language}, font: false}}
plugins:
  - rectification: {{search: false, timezone: Asia/Shanghai, {options}}}
"""
GITLAB = "repo_url: https://gitlab.example.org/a/b/"
FIRST = "  - {date: 2026-03-05, status: in_progress, note: %s}"
SECRET = "举报人住在三号楼"


def log(note: str, *more: str) -> tuple[str, ...]:
    return ("log:", FIRST % note, *more)


def configure(site: Repository, options: str, *, language: str = "en", repository: str = GITLAB) -> Project:
    made = Project(site.root)
    text = MKDOCS.format(repository=repository, options=options, language=language)
    made.write("mkdocs.yml", text)
    made.write("docs/index.md", "# x\n")
    made.write(".gitignore", "site\n")
    return made


@pytest.fixture
def site(tmp_path: Path) -> Repository:
    """A ledger with a log rewritten and one written late, an item long internal, and one that still is."""
    made = new_repository(tmp_path / "repository")
    hidden = item(2, "visibility: internal", problem=SECRET)
    kept = item(37, "visibility: internal", problem=SECRET, unit="示例秘密科")
    dropped = item(39, "visibility: internal", problem=SECRET)
    made.items(item(1), hidden, kept, dropped, day="2026-03-01", author="示例编辑甲")
    made.items(item(1, *log("六张")), hidden, kept, day="2026-03-06", author="示例编辑甲")
    late = "  - {date: 2026-04-01, status: submitted, by: 示例镇}"
    moved = item(1, *log("两张", late), due="2027-01-31", goal="每月两张表")
    made.items(moved, item(2, unit="示例村", due="2027-05-31"), kept, day="2026-11-20", author="示例编辑乙")
    return made


def timeline(project: Project, identifier: str) -> str:
    page = project.page(f"items/{identifier}")
    found = re.search(r'<details class="rx-recorded.*?</details>', page, re.DOTALL)
    return found[0] if found else ""


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_a_page_shows_what_was_recorded_when(site: Repository) -> None:
    project = configure(site, "audience: internal").build()
    assert project.code == 0, project.output
    said = words(timeline(project, "A-1"))
    last, second, first = site.git("log", "--format=%h", "--abbrev=7", "--", "checklists").split()
    assert said == (
        "Recorded in git (3 commits) What was put on record when, newest first. The log above says when things happened. "
        f"2026-11-20 {last} 示例编辑乙 Status : In progress → Submitted Due : 2026-12-31 → 2027-01-31 "
        "1 log entry added 1 log entry changed or removed Also changed : Goal "
        f"2026-03-06 {second} 示例编辑甲 Status : Open → In progress 1 log entry added "
        f"2026-03-01 {first} 示例编辑甲 Put into the ledger"
    ).replace(" : ", ": ")
    oid = site.git("rev-parse", "HEAD")
    assert f'href="https://gitlab.example.org/a/b/-/commit/{oid}"' in timeline(project, "A-1")


def test_contradictions_stand_at_their_entry(site: Repository) -> None:
    project = configure(site, "audience: internal").build()
    page = project.page("items/A-1")
    events = re.findall(r'<li class="rx-event.*?</li>', page, re.DOTALL)
    told = [re.findall(r'class="rx-contradiction.*?#(S\d{3})"', event, re.DOTALL) for event in events]
    # Found; the entry that took the place of another; the entry written down half a year late.
    assert told == [[], ["S902"], ["S901"]]
    assert "is dated 2026-04-01, but was first recorded on 2026-11-20" in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_in_public_nothing_internal_is_told_of(site: Repository, language: str) -> None:
    project = configure(site, "substance: true", language=language).build()
    assert project.code == 0, project.output
    assert timeline(project, "A-1")
    everything = b"\n".join(project.files().values()).decode("utf-8", "replace")
    for secret in ("示例编辑", SECRET, "A-37", "A-39", "示例秘密科"):
        assert secret not in everything
    # Of the time when it was internal an item that is public now tells nothing.
    said = words(timeline(project, "A-2"))
    assert "2026-11-20" in said and "2026-03" not in said
    assert "2026-12-31" not in said and "示例镇" not in said


@pytest.mark.parametrize("options", ["", "substance: false", "audience: internal, substance: false"])
def test_a_site_that_does_not_show_the_substance_shows_no_history(site: Repository, options: str) -> None:
    project = configure(site, options).build()
    assert project.code == 0, project.output
    assert timeline(project, "A-1") == ""
    assert "rx-contradiction" not in project.page("items/A-1")


def test_a_rule_that_asks_git_can_be_an_error(site: Repository) -> None:
    project = configure(site, "rules: {S902: error}").build()
    assert project.code != 0
    assert "S902 [A-1]" in project.output


def test_a_shallow_clone_says_what_it_does_not_know(site: Repository, tmp_path: Path) -> None:
    clone = Repository(tmp_path / "clone")
    site.git("clone", "-q", "--depth", "1", f"file://{site.root}", str(clone.root))
    project = configure(clone, "audience: internal", repository="").build("--strict")
    assert project.code == 0, project.output
    said = timeline(project, "A-1")
    assert "built from a shallow clone: of what was before 2026-11-20 nothing is known" in said
    assert "href" not in said
    assert "This clone is shallow" in project.output


def test_without_git_the_site_is_built_all_the_same(site: Repository) -> None:
    project = configure(site, "audience: internal")
    subprocess.run(["rm", "-rf", str(site.root / ".git")], check=True)
    project.build("--strict")
    assert project.code == 0, project.output
    assert timeline(project, "A-1") == ""


def test_the_same_history_makes_the_same_site(site: Repository) -> None:
    project = configure(site, "audience: internal")
    first = project.build(TZ="UTC", PYTHONHASHSEED="1").files()
    second = project.build(TZ="America/New_York", PYTHONHASHSEED="2", LC_ALL="C").files()
    assert first == second


def test_an_item_moved_and_gone_and_back(site: Repository) -> None:
    made = Project(site.root)
    site.commit({"a.yml": None, "b.yml": HEADER + item(1, *log("两张"), unit="<b>x</b>")}, "2026-11-21")
    configure(site, "audience: internal")
    made.build()
    assert made.code == 0, made.output
    said = timeline(made, "A-1")
    assert "Moved here from checklists/a.yml" in said
    assert "&lt;b&gt;x&lt;/b&gt;" in said and "<b>x</b>" not in said
