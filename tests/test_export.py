"""`rectify export`: the ledger as files, each read back with a reader of its kind."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from datetime import date, datetime
from html import unescape
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from rectification.catalogue import LANGUAGES, read_catalogue
from rectification.cli import rectify
from rectification.exchange import formats
from rectification.exchange.cells import log_text, read_log
from rectification.exchange.columns import COLUMNS, headings
from rectification.exchange.csv import disarm
from rectification.ledger import Ledger
from rectification.model import Item, LogEntry, build
from rectification.rules import examine
from rectification.settings import Settings

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 11, 24)
FORMATS = ("csv", "docx", "github-csv", "gitlab-csv", "html", "json", "oscal", "xlsx")
CONFIG = "site_name: 示例台账\nsite_url: https://probe.example.org/base/\ntheme: {{name: material, language: {language}}}\nplugins: [{{rectification: {{audience: {audience}}}}}]\n"
LEDGER = """\
checklist: {id: A, title: 甲清单}
items:
  - {id: A-1, title: 公开的问题, problem: "=1+1", unit: 示例镇, found: 2026-03-01, due: 2026-12-31, owner: "＋岗位", cause: "　@SUM(A1)", related: [A-2]}
  - {id: A-2, title: 金丝雀问题, problem: 金丝雀描述, unit: 金丝雀单位, found: 2026-03-01, due: 2026-12-31, category: 金丝雀类别, visibility: internal}
  - id: A-3
    title: "#N/A"
    problem: -第一
    unit: 示例县
    found: 2026-03-01
    due: 2026-12-31
    log: [{date: 2026-03-02, status: in_progress}, {date: 2026-03-03, status: withdrawn, reason: 并入内部条目, merged_into: A-2}]
"""


def make(site: Path) -> None:
    for folder in ("checklists", "docs"):
        (site / folder).mkdir()
    (site / "docs/index.md").write_text("# x\n")
    (site / "checklists/a.yml").write_text(LEDGER, "utf-8")
    configure(site)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795478400")
    return tmp_path


def configure(site: Path, language: str = "zh", audience: str = "public") -> None:
    (site / "mkdocs.yml").write_text(CONFIG.format(language=language, audience=audience), "utf-8")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(rectify, ["export", *arguments])


def exported(form: str, *arguments: str) -> bytes:
    done = run("--to", form, "-o", f"out.{form}", *arguments)
    assert done.exit_code == 0, done.output
    return Path(f"out.{form}").read_bytes()


@pytest.fixture(scope="module")
def sample() -> Ledger:
    return examine(Settings(ROOT, ROOT / "checklists", timezone="Asia/Shanghai"), TODAY).ledger.public()


def rows_of(content: bytes) -> list[list[object]]:
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [[plain(value) for value in row] for row in sheet.iter_rows(values_only=True)]


def plain(value: object) -> object:
    """A cell as CSV has it: a day without the midnight that a workbook gives it."""
    return str(value.date()) if isinstance(value, datetime) else "" if value is None else value


def test_the_formats_are_found() -> None:
    assert tuple(formats()) == FORMATS


def test_the_columns_are_those_of_the_browser_s_export() -> None:
    script = (ROOT / "src/rectification/assets/js/export.js").read_text("utf-8")
    listed = re.findall(r'^  \["([\w.]+)", .*, (\d+)\],$', script, re.MULTILINE)
    assert listed == [(column.heading, str(column.width)) for column in COLUMNS[:-1]]
    for language in LANGUAGES:
        assert len(set(headings(read_catalogue(language)))) == len(COLUMNS)


def test_the_sample_in_every_format(site: Path, sample: Ledger) -> None:
    config = ("-f", str(ROOT / "mkdocs.yml"))
    ids = [record.item.id for record in sample.records]
    words = read_catalogue("zh")
    table = rows_of(exported("xlsx", *config))
    assert table[0] == headings(words)
    assert [row[0] for row in table[1:]] == ids
    listed = list(csv.reader(io.StringIO(exported("csv", *config).decode("utf-8-sig"), newline="")))
    assert listed == [[str(value) for value in row] for row in table]
    document = json.loads(exported("json", *config))
    assert document["as_of"] == "2026-11-24"
    assert [item["id"] for item in document["items"]] == ids
    # Every fact an editor typed is in the cells of its item.
    for record, row in zip(sample.records, table[1:], strict=True):
        said = "\n".join(map(str, row))
        for fact in (
            record.item.problem,
            record.item.cause,
            record.item.goal,
            record.item.owner,
            record.unit,
        ):
            assert not fact or fact in said
        for part in (*record.item.actions, *record.item.log):
            assert all(reference in said for reference in part.evidence)
        assert all(entry.note in said for entry in record.item.log if entry.note)
    report = docx.Document(io.BytesIO(exported("docx", *config)))
    lines = [row.cells for row in report.tables[0].rows]
    assert [cell.text for cell in lines[0]] == [
        "序号",
        "问题",
        "责任单位",
        "责任人",
        "整改措施",
        "整改时限",
        "完成情况",
        "佐证材料",
    ]
    assert [line[1].text.split()[0] for line in lines[1:]] == ids
    said = "\n".join(paragraph.text for paragraph in report.paragraphs)
    assert "2026-11-24" in said and f"{len(ids)} 个问题" in said
    assert report.sections[0].page_width > report.sections[0].page_height


def test_the_sheet_is_fit_to_read(site: Path) -> None:
    book = load_workbook(io.BytesIO(exported("xlsx")))
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "C2"
    assert sheet["A1"].font.bold and sheet["R2"].alignment.wrap_text
    assert sheet.column_dimensions["R"].width == 40
    about = dict(book.worksheets[1].iter_rows(values_only=True))
    assert about["截至日期"] == "2026-11-24" and about["问题数"] == 2


def test_no_text_is_a_formula(site: Path) -> None:
    sheet = load_workbook(io.BytesIO(exported("xlsx"))).worksheets[0]
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "n", "d"}
    first = {heading.value: cell for heading, cell in zip(sheet[1], sheet[2], strict=True)}
    assert (first["问题描述"].value, first["问题描述"].data_type, first["问题描述"].quotePrefix) == (
        "=1+1",
        "s",
        True,
    )
    text = exported("csv").decode("utf-8")
    assert text.startswith("\ufeff")
    row = list(csv.DictReader(io.StringIO(text[1:], newline="")))
    assert row[0]["问题描述"] == "'=1+1" and row[0]["责任人"] == "'＋岗位"
    assert row[0]["原因"] == "'@SUM(A1)"
    assert row[1]["问题描述"] == "'-第一" and row[1]["问题"] == "#N/A"


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@a", "\tx", "\rx", "  =1", "\u3000=1", "＝1", "＋1", "－1", "＠a"]
)
def test_a_dangerous_cell_is_disarmed(text: str) -> None:
    assert disarm(text) == f"'{text}"


@pytest.mark.parametrize("value", ["a=1", "2026-03-01", "示例", "", None, -3])
def test_a_harmless_cell_is_left_alone(value: str | int | None) -> None:
    assert disarm(value) == value


@pytest.mark.parametrize("form", FORMATS)
def test_an_internal_item_is_nowhere(site: Path, form: str) -> None:
    content = exported(form)
    parts = [content.decode("utf-8", "replace")]
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # The parts of a workbook write Chinese as character references.
            parts = [unescape(archive.read(name).decode("utf-8", "replace")) for name in archive.namelist()]
    assert any("公开的问题" in part for part in parts)
    for hidden in ("金丝雀", "A-2"):
        assert not any(hidden in part for part in parts), hidden
    configure(site, audience="internal")
    assert "金丝雀" in run("--to", "json", "-o", "-").output


def test_a_hidden_name_is_not_even_suggested(site: Path) -> None:
    done = run("--to", "csv", "-o", "-", "--where", "unit=金丝雀单")
    assert done.exit_code == 2
    assert "金丝雀单位" not in done.output


def test_a_query(site: Path) -> None:
    def ids(*where: str) -> list[str]:
        arguments = [argument for each in where for argument in ("--where", each)]
        return [item["id"] for item in json.loads(exported("json", *arguments))["items"]]

    assert ids("status=open,withdrawn") == ["A-1", "A-3"]
    assert ids("status=open", "status=withdrawn", "unit=示例县") == ["A-3"]
    assert ids("due_to=2026-01-01") == []
    assert [item["id"] for item in json.loads(exported("json", "--unit", "示例县"))["items"]] == ["A-3"]
    about = load_workbook(io.BytesIO(exported("xlsx", "--where", "status=open"))).worksheets[1]
    assert "状态：未启动" in [row[1] for row in about.iter_rows(values_only=True)]


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("statu=open", "`status`"),
        ("status=opne", "`open`"),
        ("unit=示例真", "`示例镇`"),
        ("due_to=2026-02-30", "2026-02-30"),
        ("status", "FIELD=VALUE"),
        ("status=", "FIELD=VALUE"),
    ],
)
def test_a_query_that_means_nothing(site: Path, where: str, said: str) -> None:
    done = run("--to", "csv", "--where", where)
    assert done.exit_code == 2 and said in done.output
    assert not list(site.glob("*.csv"))


def test_errors_in_the_checklists_are_told_and_nothing_is_written(site: Path) -> None:
    (site / "checklists/b.yml").write_text("checklist: {id: B}\n", "utf-8")
    done = run("--to", "csv", "-o", "out.csv")
    assert done.exit_code == 1 and "M001" in done.output
    assert not (site / "out.csv").exists()


def test_in_english_and_by_default_named_after_the_day(site: Path) -> None:
    configure(site, "en")
    assert run("--to", "xlsx").exit_code == 0
    (path,) = site.glob("*.xlsx")
    assert "2026-11-24" in path.name
    head = rows_of(path.read_bytes())[0]
    assert "Severity" in head and not re.search("[\u4e00-\u9fff]", "".join(map(str, head)))


@pytest.mark.parametrize(
    ("form", "ending"),
    [("csv", "csv"), ("github-csv", "github.csv"), ("gitlab-csv", "gitlab.csv"), ("oscal", "oscal.json")],
)
def test_a_file_is_named_for_its_format(site: Path, form: str, ending: str) -> None:
    assert run("--to", form).exit_code == 0
    assert [path.name for path in site.glob("*2026-11-24*")] == [f"整改台账-2026-11-24.{ending}"]


@pytest.mark.parametrize("form", FORMATS)
def test_a_query_that_nothing_matches(site: Path, form: str) -> None:
    done = run("--to", form, "-o", "none", "--where", "due_to=2026-01-01")
    assert done.exit_code == (2 if form == "oscal" else 0), done.output
    assert (site / "none").exists() == (form != "oscal")


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, bytes]]:
    """What two processes say in every format, by format."""
    site = tmp_path_factory.mktemp("twice")
    make(site)
    code = (
        "import os, sys; from rectification.cli import rectify\n"
        "for form in sys.argv[1:]:\n"
        "    os.dup2(os.open(f'out.{form}', os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)\n"
        "    rectify.main(['export', '--to', form, '-o', '-'], standalone_mode=False)\n"
        "    sys.stdout.flush()"
    )
    made = []
    for odd in ({"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"}, {"PYTHONHASHSEED": "2", "LC_ALL": "C"}):
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "1795478400", **odd}
        subprocess.run([sys.executable, "-c", code, *TEXTS], cwd=site, env=environment, check=True)
        made.append({form: (site / f"out.{form}").read_bytes() for form in TEXTS})
    return made


TEXTS = [form for form in FORMATS if form not in ("docx", "xlsx")]


@pytest.mark.parametrize("form", TEXTS)
def test_the_same_ledger_gives_the_same_bytes(twice: list[dict[str, bytes]], form: str) -> None:
    first, second = (made[form] for made in twice)
    assert first == second != b""


def test_through_the_real_entry(site: Path) -> None:
    command = [str(Path(sys.executable).parent / "rectify"), "export", "--to", "json", "-o", "-"]
    done = subprocess.run(
        command, cwd=site, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    assert [item["id"] for item in json.loads(done.stdout)["items"]] == ["A-1", "A-3"]


def test_help_does_not_load_the_office_libraries() -> None:
    code = (
        "import sys; from rectification.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "assert not {'openpyxl', 'docx'} & {name.split('.')[0] for name in sys.modules}, 'loaded'"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_awkward_log_is_read_as_written(language: str) -> None:
    words = read_catalogue(language)
    entries = [
        {"date": "2026-03-01", "note": "2026-03-02 in_progress\n\nsecond\n  third"},
        {
            "date": "2026-03-03",
            "status": "in_progress",
            "by": "示例 局",
            "note": f"{words.text('field.reason')}: x",
        },
        {
            "date": "2026-03-04",
            "status": "withdrawn",
            "reason": "a\nb",
            "evidence": ["evidence/a.pdf", "https://example.org/x"],
        },
    ]
    log = [build(LogEntry, entry)[0] for entry in entries]
    assert None not in log
    text = log_text(log, words)  # type: ignore[arg-type]
    facts = read_log(text)
    assert facts is not None
    assert [build(LogEntry, each)[0] for each in facts] == log


def test_every_field_of_an_item_has_its_column() -> None:
    """A field added to the model must not be missing from what is handed on."""
    shown = {c.heading.rpartition(".")[2] for c in COLUMNS}
    called = {"log": "timeline", "problem": "description", "visibility": None}
    missing = {f for f in Item.model_fields if called.get(f, f) not in (shown | {None})}
    assert missing == set()
