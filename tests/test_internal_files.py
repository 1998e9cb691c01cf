"""What an office hands on of an internal ledger says so, and comes back as internal as it went."""

from __future__ import annotations

import io
import json
import zipfile
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from docx import Document
from openpyxl import load_workbook

from rectification.catalogue import LANGUAGES, read_catalogue
from rectification.cli import rectify
from rectification.exchange import formats
from rectification.exchange.cells import actions_text, log_text, read_actions, read_log
from rectification.ledger import Ledger
from rectification.model import Action, LogEntry, build
from rectification.rules import examine
from rectification.settings import Settings

from .conftest import TODAY

CONFIG = "site_name: 示例台账\ntheme: {{name: material, language: {language}}}\nplugins: [{{rectification: {{audience: {audience}}}}}]\n"
LEDGER = """\
checklist: {id: A, title: 甲清单}
items:
  - id: A-1
    title: 公开的问题
    problem: 重复填表
    unit: 示例镇
    found: 2026-03-01
    due: 2026-12-31
    actions:
      - {text: 公开的措施, done: 2026-03-04, evidence: [evidence/a.txt], internal_evidence: [evidence/b.txt]}
      - {text: 内部的措施, due: 2026-11-30, visibility: internal, evidence: [evidence/c.txt]}
    log:
      - {date: 2026-03-02, status: in_progress, by: 示例镇, note: 公开的话}
      - {date: 2026-03-03, note: 内部的话, visibility: internal, internal_evidence: [evidence/d.txt]}
      - {date: 2026-03-05, status: submitted, by: 内部的人, visibility: internal}
  - {id: A-2, title: 内部的问题, problem: 事, unit: 示例县, found: 2026-03-01, due: 2026-12-31, visibility: internal}
"""
REPORTS = """\
reports:
  - name: inside
    title: 内部表
    audience: internal
    columns: [{field: id}, {field: problem}, {field: unit}, {field: found}, {field: due}, {field: measures}, {field: visibility}]
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "checklists/evidence").mkdir(parents=True)
    (tmp_path / "docs/index.md").write_text("# x\n")
    (tmp_path / "checklists/a.yml").write_text(LEDGER, "utf-8")
    (tmp_path / "checklists/_reports.yml").write_text(REPORTS, "utf-8")
    for name in "abcd":
        (tmp_path / f"checklists/evidence/{name}.txt").write_text(name)
    configure(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795478400")
    return tmp_path


def configure(site: Path, language: str = "zh", audience: str = "internal") -> None:
    (site / "mkdocs.yml").write_text(CONFIG.format(language=language, audience=audience), "utf-8")


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(rectify, arguments)
    assert done.exit_code == 0, done.output
    return done


def exported(form: str) -> bytes:
    run("export", "--to", form, "-o", "out")
    return Path("out").read_bytes()


def ledger(site: Path) -> Ledger:
    found = examine(Settings(site, site / "checklists"), TODAY)
    assert found.errors == ()
    return found.ledger


def read_whole(content: bytes) -> str:
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        # The parts of a workbook write Chinese as character references.
        return "\n".join(
            unescape(archive.read(name).decode("utf-8", "replace")) for name in archive.namelist()
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_internal_is_read_as_written(language: str) -> None:
    words = read_catalogue(language)
    actions = [
        build(Action, {"text": "x", "visibility": "internal", "internal_evidence": ["evidence/a.pdf"]})[0],
        build(
            Action, {"text": "y", "evidence": ["evidence/b.pdf"], "internal_evidence": ["https://x.example/"]}
        )[0],
    ]
    log = [
        build(LogEntry, {"date": "2026-03-01", "status": "closed", "visibility": "internal"})[0],
        build(
            LogEntry,
            {
                "date": "2026-03-02",
                "note": f"{words.mark('evidence/x')}",
                "internal_evidence": ["evidence/a"],
            },
        )[0],
    ]
    for listed, write, read, kind in (
        (actions, actions_text, read_actions, Action),
        (log, log_text, read_log, LogEntry),
    ):
        facts = read(write(listed, words))  # type: ignore[operator]
        assert facts is not None
        assert [build(kind, each)[0] for each in facts] == listed  # type: ignore[type-var]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_an_export_brings_back_what_is_internal(site: Path, form: str) -> None:
    before = ledger(site)
    run("export", "--to", form, "-o", f"out.{form}")
    (site / "checklists/a.yml").unlink()
    run("import", f"out.{form}", "--checklist", "A", "--title", "甲清单", "--yes", "-o", "checklists/a.yml")
    after = ledger(site)
    for identifier in ("A-1", "A-2"):
        was, now = before.by_id[identifier].item, after.by_id[identifier].item
        assert (now.actions, now.log, now.visibility) == (was.actions, was.log, was.visibility)


def test_a_form_brings_back_what_is_internal(site: Path) -> None:
    run("report", "inside", "-o", "form.xlsx")
    (site / "checklists/a.yml").unlink()
    run("import", "form.xlsx", "--profile", "inside", "--checklist", "A", "--yes", "-o", "checklists/a.yml")
    after = ledger(site)
    assert [(a.text, a.visibility) for a in after.by_id["A-1"].item.actions] == [
        ("公开的措施", "public"),
        ("内部的措施", "internal"),
    ]
    assert after.by_id["A-2"].item.visibility == "internal"


# Where each format says that it is for inside; CSV has no place for it but a column.
SAYS: dict[str, str] = {
    "csv": "公开范围",
    "docx": "请勿外传",
    "github-csv": "内部",
    "gitlab-csv": "/confidential",
    "html": "请勿外传",
    "json": '"audience": "internal"',
    "oscal": '"name": "marking"',
    "xlsx": "请勿外传",
}


@pytest.mark.parametrize("form", sorted(formats()))
def test_every_format_says_that_it_is_for_inside(site: Path, form: str) -> None:
    assert SAYS[form] in read_whole(exported(form))
    configure(site, audience="public")
    public = read_whole(exported(form))
    assert SAYS[form] not in public and "内部的" not in public and "公开的问题" in public


def test_an_internal_workbook_says_so_where_it_is_looked_at(site: Path) -> None:
    book = load_workbook(io.BytesIO(exported("xlsx")))
    notice = read_catalogue("zh").text("ui.internal_notice")
    assert book.properties.description == notice
    assert book.worksheets[0].oddHeader.center.text == notice
    assert ("公开范围", notice) in [tuple(row) for row in book.worksheets[1].iter_rows(values_only=True)]
    paper = Document(io.BytesIO(exported("docx")))
    assert paper.sections[0].header.paragraphs[0].text == notice


def test_a_form_is_marked_by_what_it_holds_whatever_the_site(site: Path) -> None:
    """An internal form asked for on a public site's own desk is internal all the same."""
    notice = read_catalogue("zh").text("ui.internal_notice")
    for audience in ("internal", "public"):
        configure(site, audience=audience)
        run("report", "inside", "-o", "form.xlsx")
        assert load_workbook("form.xlsx").properties.description == notice
    text = (
        (site / "checklists/_reports.yml")
        .read_text("utf-8")
        .replace("audience: internal", "audience: public")
    )
    (site / "checklists/_reports.yml").write_text(text, "utf-8")
    configure(site, audience="internal")
    run("report", "inside", "-o", "form.xlsx")
    assert load_workbook("form.xlsx").properties.description is None


def test_a_public_export_says_that_something_is_withheld(site: Path) -> None:
    configure(site, audience="public")
    (item,) = json.loads(exported("json"))["items"]
    assert item["log"][-1] == {"date": "2026-03-05", "status": "submitted", "visibility": "internal"}
    assert [action["text"] for action in item["actions"]] == ["公开的措施"]
    assert item["derived"]["status"] == "submitted"


def test_a_command_shows_what_is_internal_and_keeps_it(site: Path) -> None:
    said = run("show", "A-1").output
    assert "〔内部〕内部的措施" in said and "〔内部〕内部的话" in said
    before = ledger(site).by_id["A-1"].item
    run("log", "A-1", "--note", "再核", "--internal", "--date", "2026-03-06")
    after = ledger(site).by_id["A-1"].item
    assert (after.actions, after.log[:-1]) == (before.actions, before.log)
    assert (after.log[-1].note, after.log[-1].visibility) == ("再核", "internal")
    run("close", "A-1", "--by", "示例县", "--note", "属实", "--date", "2026-03-07")
    assert ledger(site).by_id["A-1"].item.log[:-1] == after.log


def test_pages_for_other_programs_say_that_they_are_for_inside(site: Path) -> None:
    notice = read_catalogue("zh").text("ui.internal_notice")
    run("render", "--to", "pages")
    pages = {path.name: path.read_text("utf-8") for path in Path("pages").rglob("*.md")}
    assert all(notice in text for text in pages.values())
    assert "内部的措施" in pages["A-1.md"] and "d.txt" in pages["A-1.md"]
    configure(site, audience="public")
    run("render", "--to", "open")
    open_ = "\n".join(
        path.read_text("utf-8", "replace") for path in Path("open").rglob("*") if path.is_file()
    )
    assert "内部的" not in open_ and "b.txt" not in open_ and notice not in open_
    assert "详情不公开" in open_ and not Path("open/evidence/b.txt").exists()
