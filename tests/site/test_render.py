"""`rectify render`: Markdown pages that a site generator without the plugin builds, whatever an item says."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import lxml.html
import pytest
from click.testing import CliRunner
from markdown import markdown as python_markdown

from rectification.cli import rectify
from rectification.render import inline

from .conftest import BUILD_DAY, CHECKLIST, Project, unresolved_links

ROOT = Path(__file__).resolve().parents[2]
PLAIN = """\
site_name: Plain
site_url: https://plain.example.org/
theme: {name: material, language: zh, font: false}
plugins: []
markdown_extensions: [attr_list, md_in_html, tables, abbr, admonition, pymdownx.snippets, pymdownx.emoji]
"""
HOSTILE = (
    "<script>alert(1)</script> [x](javascript:alert(2)) <img src=x onerror=alert(3)> "
    '{: onclick=alert(4) } *强* `c` | --8<-- "mkdocs.yml" {{ x }} :smile: \\\\ &lt; # ]'
)


def rendered(config: Path, folder: Path) -> str:
    done = CliRunner().invoke(rectify, ["render", "-f", str(config), "--to", str(folder)])
    assert done.exit_code == 0, done.output
    return done.output


def built(root: Path) -> Project:
    """Build the pages below `root` with MkDocs alone, in strict mode."""
    (root / "mkdocs.yml").write_text(PLAIN, "utf-8")
    made = Project(root)
    assert made.build("--strict").code == 0, made.output
    return made


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", BUILD_DAY)


@pytest.mark.usefixtures("day")
def test_the_sample_builds_without_the_plugin(tmp_path: Path) -> None:
    said = rendered(ROOT / "mkdocs.yml", tmp_path / "docs")
    site = built(tmp_path)
    assert unresolved_links(site, "https://plain.example.org/") == []
    files = site.files()
    count = sum(p.is_file() for p in (tmp_path / "docs").rglob("*")) - 1  # the list of what was written
    assert f"已写入 {count} 个文件" in said
    assert len([name for name in files if re.fullmatch(r"items/[^/]+/index\.html", name)]) == 30
    html = site.page("items/BS2026-001")
    assert "<title>BS2026-001 省、市、县三级要同一项数据，三张报表三种口径 - Plain</title>" in html
    assert "省表按<strong>户籍地</strong>统计" in html
    assert re.search(
        r'<li><strong>责任单位</strong>：<a href="../../units/[^"]+">示例市政务数据局</a></li>', html
    )
    assert re.search(r'<h2 id="[^"]*">公示', html)
    assert "<h2" not in "".join(re.findall(r"<li>.*?</li>", html.partition("<article")[2], re.DOTALL))
    assert "evidence/bs2026-001-indicators.csv" in files
    rows = re.findall(r"<tr>\n<td[^>]*><a", site.page("items"))
    assert len(rows) == 30


@pytest.mark.usefixtures("day")
def test_whatever_stands_in_an_item_stays_text(project: Project) -> None:
    """The same words in every field of an item, and in the names of what it belongs to."""
    text = CHECKLIST.replace("title: 三级报表 <标准> 不一", f"title: {quoted(HOSTILE)}")
    text = text.replace("title: 报表减负", f"title: {quoted(HOSTILE)}").replace(
        "category: 报表", f"category: {quoted(HOSTILE)}"
    )
    text = text.replace("problem: 省、市、县三级要求的报表**不一样**。", f"problem: {quoted(HOSTILE)}")
    text = text.replace("text: 统一口径", f"text: {quoted(HOSTILE)}").replace(
        "note: 开始", f"note: {quoted(HOSTILE)}"
    )
    text = text.replace(
        "    severity: high\n", f"    owner: {quoted(HOSTILE)}\n    extra: {{k: {quoted(HOSTILE)}}}\n"
    )
    assert text.count("alert(1)") == 8
    config = (project.root / "mkdocs.yml").read_text("utf-8")
    project.write("mkdocs.yml", config.replace("{search:", "{rules: {L403: off}, search:"))
    project.write("checklists/forms.yml", text)
    plain = project.root / "plain"
    rendered(project.root / "mkdocs.yml", plain / "docs")
    (plain / "docs/x.md").write_text("*[强]: an abbreviation would change it\n", "utf-8")
    site = built(plain)
    for name, content in site.files().items():
        if name.endswith(".html"):
            html = content.decode()
            tree = lxml.html.fromstring(html)
            attributes = {str(name) for element in tree.iter() for name in element.attrib}
            assert not [one for one in attributes if one.startswith("on")], name
            assert not [link for _, _, link, _ in tree.iterlinks() if link.startswith("javascript")], name
            assert not [s for s in tree.iter("script") if "alert(1)" in (s.text or "")], name
            assert not [i for i in tree.iter("img") if i.get("src") == "x"], name
    html = site.page("items/A-1")
    title = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)
    assert title
    assert unescape(re.sub("<a class=.*?</a>|<[^>]+>", "", title[1])).strip() == HOSTILE
    assert "<strong>责任人</strong>" in html
    shown = unescape(re.sub("<[^>]+>", "", html))
    assert shown.count(HOSTILE) >= 5


@pytest.mark.usefixtures("day")
def test_what_is_internal_is_not_written(project: Project) -> None:
    folder = project.root / "out"
    rendered(project.root / "mkdocs.yml", folder)
    assert sorted(p.name for p in (folder / "items").iterdir()) == ["A-1.md", "A-2.md", "index.md"]
    assert not [
        p for p in folder.rglob("*.md") if "内部条目" in p.read_text("utf-8") or "A-3" in p.read_text("utf-8")
    ]


@pytest.mark.usefixtures("day")
def test_names_that_mkdocs_gives_a_meaning_to(project: Project) -> None:
    project.write("checklists/index.yml", CHECKLIST.replace("A-", "B-").replace("id: A", "id: B"))
    project.write("checklists/evidence/readme.md", "<script>alert(1)</script>\n")
    text = CHECKLIST.replace("evidence/a.csv,", "evidence/a.csv, evidence/readme.md,")
    project.write("checklists/forms.yml", text)
    plain = project.root / "plain"
    rendered(project.root / "mkdocs.yml", plain / "docs")
    site = built(plain)
    assert unresolved_links(site, "https://plain.example.org/") == []
    assert "三级报表" in site.page("checklists/index-")
    assert site.files()["evidence/readme.md.txt"] == b"<script>alert(1)</script>\n"


@pytest.mark.usefixtures("day")
def test_a_second_run_replaces_what_the_first_wrote_and_nothing_else(project: Project) -> None:
    folder = project.root / "out"
    rendered(project.root / "mkdocs.yml", folder)
    before = {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    rendered(project.root / "mkdocs.yml", folder)
    assert {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before
    own = folder / "items/own.md"
    own.write_text("mine", "utf-8")
    project.write(
        "checklists/forms.yml", CHECKLIST.replace("related: [A-2, A-3]", "related: []").replace("A-2", "A-9")
    )
    rendered(project.root / "mkdocs.yml", folder)
    assert sorted(p.name for p in (folder / "items").iterdir()) == ["A-1.md", "A-9.md", "index.md", "own.md"]
    assert own.read_text("utf-8") == "mine"


@pytest.mark.usefixtures("day")
def test_a_file_of_somebody_else_is_not_overwritten(project: Project) -> None:
    folder = project.root / "docs"
    mine = (folder / "index.md").read_text("utf-8")
    done = CliRunner().invoke(
        rectify, ["render", "-f", str(project.root / "mkdocs.yml"), "--to", str(folder)]
    )
    assert done.exit_code == 2
    assert "index.md" in done.output
    assert (folder / "index.md").read_text("utf-8") == mine
    assert [p.name for p in folder.iterdir()] == ["index.md"]


@pytest.mark.usefixtures("day")
def test_a_list_of_written_files_leads_nowhere_else(project: Project) -> None:
    folder = project.root / "out"
    rendered(project.root / "mkdocs.yml", folder)
    with (folder / ".rectify-render").open("a", encoding="utf-8") as stream:
        stream.write("../mkdocs.yml\n")
    rendered(project.root / "mkdocs.yml", folder)
    assert (project.root / "mkdocs.yml").exists()


def test_errors_are_told_and_nothing_is_written(project: Project) -> None:
    project.write("checklists/forms.yml", CHECKLIST.replace("due: 2026-11-01", "due: 2026-02-30"))
    arguments = ["render", "-f", str(project.root / "mkdocs.yml"), "--to", str(project.root / "out")]
    done = subprocess.run(
        [sys.executable, "-c", "from rectification.cli import main; main()", *arguments],
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert "forms.yml:11:10" in done.stderr
    assert not (project.root / "out").exists()


@pytest.mark.parametrize(
    "text", [HOSTILE, "1. a", "a\n# b", "**a** _b_ <c> [d](e) ![f](g) `h` | i", "&amp; &#42; \\*"]
)
def test_a_line_shows_as_it_is(text: str) -> None:
    html = python_markdown(f"- **x**: {inline(text)}", extensions=["tables", "attr_list"])
    assert unescape(re.sub("<[^>]+>", "", html)).strip() == "x: " + " ".join(text.split())
