"""Looking back: `rectify asof`, `rectify diff`, and `rectify check --history`, in real git repositories."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from markdown_it import MarkdownIt

from rectification.cli import rectify
from rectification.cli._difference import quoted

from .repository import HEADER, Repository, item, new_repository

CONFIG = "site_name: x\ntheme: {{name: material, language: {}}}\nplugins:\n  - rectification: {{timezone: Asia/Shanghai, {}}}\n"
LOG = ("log:", "  - {date: 2026-03-05, status: in_progress, by: 示例镇, note: 已减为两张表}")
FILE = "actions: [{text: x, evidence: [evidence/a.csv]}]"


def configure(repository: Repository, language: str = "en", options: str = "") -> None:
    (repository.root / "docs").mkdir(exist_ok=True)
    (repository.root / "mkdocs.yml").write_text(CONFIG.format(language, options), "utf-8")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = new_repository(tmp_path / "site")
    configure(made)
    made.commit({"a.yml": HEADER + item(1) + item(2) + item(3, FILE), "evidence/a.csv": "1"}, "2026-03-01")
    made.commit(
        {
            "a.yml": HEADER
            + item(1, *LOG, due="2027-01-31", goal="5")
            + item(3, FILE, unit="示例县")
            + item(4),
            "evidence/a.csv": "2",
        },
        "2026-03-05",
    )
    return made


def run(repository: Repository, *arguments: str) -> Result:
    command, *rest = arguments
    return CliRunner().invoke(rectify, [command, "-f", str(repository.root / "mkdocs.yml"), *rest])


# -- asof --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", ["2026-03-04", "HEAD~1", "main^"])
def test_as_of_a_day_or_a_revision(repository: Repository, named: str) -> None:
    done = run(repository, "asof", named, "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert [one["id"] for one in told["items"]] == ["A-1", "A-2", "A-3"]
    assert told["as_of"] == ("2026-03-04" if named[0] == "2" else "2026-03-01")
    assert told["commit"] == repository.git("rev-parse", "HEAD~1")
    assert told["all"]["by_status"]["open"] == 3


def test_a_day_ends_where_the_site_is(repository: Repository) -> None:
    def items_then() -> list[str]:
        told = json.loads(run(repository, "asof", "2026-03-05", "--json").stdout)
        return [one["id"] for one in told["items"]]

    assert items_then() == ["A-1", "A-3", "A-4"]
    # One second before the end of the day in Shanghai, and one after it.
    repository.git("commit", "-q", "--amend", "--no-edit", day="2026-03-05T15:59:59+00:00")
    assert items_then() == ["A-1", "A-3", "A-4"]
    repository.git("commit", "-q", "--amend", "--no-edit", day="2026-03-05T16:00:00+00:00")
    assert items_then() == ["A-1", "A-2", "A-3"]


def test_as_of_prints_a_summary_and_a_list(repository: Repository) -> None:
    done = run(repository, "asof", "2026-12-31")
    assert done.exit_code == 0
    assert f"As of commit {repository.git('rev-parse', 'HEAD')[:7]}" in done.stdout
    assert "As of: 2026-12-31" in done.stdout
    assert "3 items, 3 not closed" in done.stdout
    assert "A-4" in done.stdout and "A-2" not in done.stdout


def test_as_of_writes_the_folder(repository: Repository, tmp_path: Path) -> None:
    folder = tmp_path / "old"
    assert run(repository, "asof", "HEAD~1", "--to", str(folder)).exit_code == 0
    assert (folder / "a.yml").read_text("utf-8") == HEADER + item(1) + item(2) + item(3, FILE)
    assert (folder / "evidence/a.csv").read_text() == "1"
    again = run(repository, "asof", "HEAD", "--to", str(folder))
    assert again.exit_code == 2 and "not empty" in again.stderr
    assert repository.git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("named", "said"),
    [("2026-02-28", "begins later"), ("nowhere", "no such revision"), ("2026-02-30", "no such revision")],
)  # fmt: skip
def test_what_is_not_there(repository: Repository, named: str, said: str) -> None:
    done = run(repository, "asof", named)
    assert done.exit_code == 2 and said in done.stderr


def test_a_shallow_clone_says_how_to_fetch_the_rest(repository: Repository, tmp_path: Path) -> None:
    clone = Repository(tmp_path / "clone")
    repository.git("clone", "-q", "--depth", "1", f"file://{repository.root}", str(clone.root))
    configure(clone)
    for arguments in (
        ("asof", "2026-03-01"),
        ("asof", "HEAD~1"),
        ("diff", "HEAD~1"),
        ("check", "--base", "HEAD~1"),
    ):
        done = run(clone, *arguments)
        assert done.exit_code == 2 and "git fetch --unshallow" in done.stderr
    said = run(clone, "check", "--history").stderr
    assert (
        said
        == "This clone is shallow: of what was before 2026-03-05 nothing is known. `git fetch --unshallow` fetches the rest.\n"
    )


def test_without_a_repository(tmp_path: Path) -> None:
    site = Repository(tmp_path)
    (tmp_path / "checklists").mkdir()
    configure(site)
    assert "do not lie in a git repository" in run(site, "asof", "HEAD").stderr


# -- diff --------------------------------------------------------------------------------------------------


def test_diff_for_programs(repository: Repository) -> None:
    done = run(repository, "diff", "HEAD~1", "HEAD", "--format", "json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["before"] == {"revision": "HEAD~1", "as_of": "2026-03-01"}
    assert [one["id"] for one in told["added"]] == ["A-4"]
    assert [one["id"] for one in told["gone"]] == ["A-2"]
    assert told["changed"] == [
        {
            "id": "A-1",
            "status": {"before": "open", "after": "in_progress"},
            "due": {"before": "2026-12-31", "after": "2027-01-31"},
            "log_added": [{"date": "2026-03-05", "status": "in_progress", "by": "示例镇", "note": "已减为两张表"}],
            "fields": [{"name": "goal", "before": "", "after": "5"}],
        },
        {"id": "A-3", "unit": {"before": "示例镇", "after": "示例县"}, "evidence_altered": ["evidence/a.csv"]},
    ]  # fmt: skip


def test_diff_with_the_files_as_they_lie_there(repository: Repository) -> None:
    assert run(repository, "diff", "HEAD", "--exit-code").exit_code == 0
    assert "Nothing changed." in run(repository, "diff", "HEAD").stdout
    changed = item(
        1, "log:", "  - {date: 2026-03-05, status: in_progress, note: y}", due="2027-01-31", goal="5"
    )
    repository.write({"a.yml": HEADER + item(4) + "# x\n" + item(3, "actions: []", unit="示例县") + changed})
    done = run(repository, "diff", "2026-12-31", "--exit-code")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()[1:]
    assert lines == [
        "2 items changed",
        "",
        "~ A-3  重复填表 3",
        "    Corrective actions: x, evidence/a.csv → ",
        "    Evidence: - evidence/a.csv",
        "",
        "~ A-1  重复填表 1",
        "    Progress: ~ 2026-03-05 In progress 示例镇 已减为两张表 → 2026-03-05 In progress y",
    ]
    assert run(repository, "diff", "HEAD").exit_code == 0


def test_diff_in_a_comment(repository: Repository) -> None:
    configure(repository, "zh")
    text = run(repository, "diff", "HEAD~1", "HEAD", "--format", "markdown").stdout
    html = MarkdownIt("commonmark").enable("table").enable("strikethrough").render(text)
    shown = text_of(html)
    assert "A-1 重复填表 1 有变化: 状态 未启动 → 整改中" in shown
    assert "A-4 重复填表 4 新增: 示例镇 未启动 2026-12-31" in shown
    assert "A-2 重复填表 2 不见了:" in shown
    assert html.count("<table>") == 1 and html.count("<details>") == 1


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.said = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        self.said += " "

    def handle_data(self, data: str) -> None:
        self.said += data


def text_of(html: str) -> str:
    reading = _Texts()
    reading.feed(html)
    return " ".join(reading.said.replace("\u200b", "").split())


HOSTILE = [
    "@octocat please", "<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](https://example.org/x.png)", "a | b | c",
    "</details><h1>", "`x`", "``` ", "**b** _i_ ~~s~~", "https://example.org www.example.org", "user@example.org", "#12 !34 GH-5 :smile:",
    "&lt;b&gt; &#64;x", "\\@octocat \\<b>", "- [ ] x", "$x$", "[^1]", "<!-- x", "1. x", "> x", "=== ---", "\u202eabc", "*", "|",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup_or_a_mention(text: str) -> None:
    row = f"| id | x |\n|---|---|\n| {quoted(text)} | b |\n\n- {quoted(text)}\n"
    html = MarkdownIt("commonmark", {"linkify": False}).enable("table").enable("strikethrough").render(row)
    reading = _Texts()
    reading.feed(html)
    assert set(reading.tags) == {"table", "thead", "tr", "th", "tbody", "td", "ul", "li"}
    visible = "".join(c for c in " ".join(text.split()) if c.isprintable())
    assert reading.said.count(" ") and visible in " ".join(reading.said.replace("\u200b", "").split())
    # What the forges themselves look for in the finished text.
    for mark in "@#!~:":
        assert all(part.startswith("\u200b") for part in reading.said.split(mark)[1:])


def test_a_hostile_item_in_a_comment(repository: Repository) -> None:
    title = "'@octocat <img src=x onerror=alert(1)> | [x](y)'"
    repository.commit({"a.yml": HEADER + item(1, title=title, unit="'@octocat | </details>'")}, "2026-03-07")
    text = run(repository, "diff", "HEAD~1", "--format", "markdown").stdout
    html = MarkdownIt("commonmark").enable("table").enable("strikethrough").render(text)
    assert "<img" not in html and "<a " not in html and html.count("</details>") == 1
    assert "@octocat" not in html


# -- check -------------------------------------------------------------------------------------------------


def codes(done: Result) -> set[str]:
    return {one["code"] for one in json.loads(done.stdout)}


def test_check_asks_git_where_it_is_asked_to(repository: Repository) -> None:
    check = ("check", "--format", "json")
    assert {"S504", "S903"}.isdisjoint(codes(run(repository, *check)))
    assert codes(run(repository, *check, "--history")) >= {"S504", "S903"}
    configure(repository, options="substance: true")
    assert codes(run(repository, *check)) >= {"S504", "S903"}
    assert {"S504", "S903"}.isdisjoint(codes(run(repository, *check, "--no-history")))


def test_check_against_a_base_tells_of_what_is_new_to_git_too(repository: Repository) -> None:
    repository.commit({"a.yml": HEADER + item(1, *LOG, due="2027-01-31", goal="5") + item(3, FILE, unit="示例县") + item(4, due="2027-05-31")}, "2026-03-09")  # fmt: skip
    done = run(repository, "check", "--format", "json", "--history", "--base", "HEAD~1")
    new = [
        (one["code"], one["item"])
        for one in json.loads(done.stdout)
        if one["code"] in ("S504", "S903", "L601")
    ]
    assert new == [("S504", "A-4")]


def test_check_against_a_base_misses_an_item(repository: Repository) -> None:
    done = run(repository, "check", "--base", "HEAD~1")
    assert done.exit_code == 1
    assert "error L601" in done.stdout
    assert "Item `A-2` stands in HEAD~1 and is gone here." in done.stdout


def test_check_names_versions_it_could_not_read(repository: Repository) -> None:
    text = (repository.root / "checklists/a.yml").read_text("utf-8")
    repository.commit({"a.yml": "["}, "2026-03-08")
    repository.commit({"a.yml": text}, "2026-03-09")
    said = run(repository, "check", "--history").stderr
    assert said.startswith(
        "1 earlier version of a file could not be read and was passed over (checklists/a.yml, commit "
    )
