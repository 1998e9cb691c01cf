"""Report profiles: read strictly, filled from the ledger, written so that a reader of each format finds them."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import zipfile
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from rectification.catalogue import LANGUAGES, read_catalogue
from rectification.cli import rectify
from rectification.exchange import Extract, formats
from rectification.exchange.dayform import read_day_as, spreadsheet_form, write_day
from rectification.exchange.form import lay_out
from rectification.exchange.paper import lines_in
from rectification.exchange.prose import without_marks
from rectification.exchange.values import VALUES
from rectification.ledger import Ledger
from rectification.profile import FIELDS, field_of

from .conftest import Examine, places

CONFIG = "site_name: 示例台账\ntheme: {{name: material, language: {language}}}\nplugins: [{{rectification: {{audience: {audience}}}}}]\n"
UNITS = """\
units:
  - {name: 示例市, level: city}
  - {name: 示例局, parent: 示例市}
  - {name: 示例县, level: county, parent: 示例市, aliases: [本县]}
  - {name: 示例镇, level: town, parent: 示例县}
"""
LEDGER = """\
checklist: {id: A, title: 甲清单}
items:
  - {id: A-1, title: 公开的问题, problem: "=1+1", unit: 示例镇, found: 2026-03-01, due: 2026-12-31, severity: low, partners: [示例局, 示例市]}
  - {id: A-2, title: 金丝雀问题, problem: 事, unit: 示例县, found: 2026-03-01, due: 2026-12-31, visibility: internal}
  - id: A-3
    title: "#N/A"
    problem: "**重**点"
    unit: 示例局
    found: 2026-03-05
    due: 2026-03-31
    severity: high
    actions: [{text: 甲, done: 2026-03-06}, {text: 乙}]
    log: [{date: 2026-03-06, status: in_progress}, {date: 2026-03-07, status: submitted}, {date: 2026-04-02, status: closed, by: 某室}]
  - {id: A-4, title: 四, problem: 事, unit: 本县, found: 2026-02-01, due: 2026-11-01, extra: {批示: 已阅}}
"""
REPORTS = """\
reports:
  - name: city
    title: "{unit}月报（{year}年{month}月）"
    audience: public
    for: 示例市督查室
    order: [-severity, id]
    group: {by: county, heading: "{group}共{total}", subtotal: "{closed}项已销号"}
    total: 共 {total} 项，未销号 {unfinished} 项，超期 {overdue} 项
    lines: ["截至 {as_of}", 单位：示例]
    signatures: [填表人, 审核人]
    date: YYYY年M月D日
    empty: /
    columns:
      - {field: number, heading: 序号, width: 6}
      - {field: id}
      - {field: title, heading: "=问题", width: 20}
      - {field: problem, heading: 表现}
      - {field: due, heading: 时限}
      - {field: found, heading: 发现, date: YYYY.MM.DD}
      - {field: status, heading: 是否完成, values: {closed: 已完成整改, open: 未完成}}
      - {field: partners, heading: 配合, join: 、}
      - {field: measures, heading: 措施, numbered: true}
      - {field: actions_done, heading: 已办, sum: true}
      - {field: extra.批示}
  - name: inside
    title: 金丝雀内表
    audience: internal
    where: {status: open}
    columns: [{field: id}, {field: title}]
"""


def make(site: Path) -> None:
    for folder in ("checklists", "docs"):
        (site / folder).mkdir()
    (site / "docs/index.md").write_text("# x\n")
    for name, text in (("a", LEDGER), ("_units", UNITS), ("_reports", REPORTS)):
        (site / f"checklists/{name}.yml").write_text(text, "utf-8")
    (site / "mkdocs.yml").write_text(CONFIG.format(language="zh", audience="public"), "utf-8")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795478400")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(rectify, ["report", *arguments])


def written(form: str, *arguments: str) -> bytes:
    done = run(*arguments, "--to", form, "-o", f"out.{form}")
    assert done.exit_code == 0, done.output
    return Path(f"out.{form}").read_bytes()


def sheet_of(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content)).active


# -- the profiles' file --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "column", "nearest"),
    [
        ("field: due", "field: deu", "M008", 18, 17, "due"),
        ("field: due", "field: -due", "M008", 18, 17, ""),
        ("    order:", "    oder:", "M002", 6, 5, "order"),
        ("width: 20", "widht: 20", "M002", 16, 40, "width"),
        ("[-severity", "[-severety", "M008", 6, 13, "severity"),
        ("YYYY.MM.DD", "yyyy.mm.dd", "M020", 19, 43, ""),
        ("{as_of}", "{asof}", "M021", 9, 13, "as_of"),
        ("{as_of}", "{as_of", "M021", 9, 13, ""),
        ("{as_of}", "{as_of.__class__}", "M021", 9, 13, "as_of"),
        ("by: county", "by: contry", "M008", 7, 17, "county"),
        ("audience: public", "audience: everybody", "M008", 4, 15, ""),
        ("status: open}", "stauts: open}", "M002", 28, 13, "status"),
        ("status: open}", "status: opne}", "M008", 28, 21, "open"),
        ("status: open}", "unit: 示例真}", "M008", 28, 19, "示例镇"),
        ("status: open}", "due_to: 2026-02-30}", "M006", 28, 21, ""),
        ("name: inside", "name: city", "L205", 25, 11, ""),
        ("name: inside", "name: City", "L105", 25, 11, ""),
        ("    date: YYYY", "    levels: [conty]\n    date: YYYY", "M008", 11, 14, "county"),
    ],
)
def test_a_mistake_is_told_at_its_place(
    examined: Examine, old: str, new: str, code: str, line: int, column: int, nearest: str
) -> None:
    assert old in REPORTS
    text = REPORTS.replace(old, new, 1)
    found = examined({"a.yml": LEDGER, "_units.yml": UNITS, "_reports.yml": text})
    assert places(found) == [(code, "_reports.yml", line, column)]
    assert (found.diagnostics[0].facts.get("nearest") or "") == nearest


def test_a_name_that_a_line_may_fill_in_is_told_once(examined: Examine) -> None:
    text = REPORTS.replace("{as_of}", "{asof}", 1)
    found = examined({"a.yml": LEDGER, "_units.yml": UNITS, "_reports.yml": text})
    known = str(found.diagnostics[0].facts["known"]).split(", ")
    assert "reopened" in known and len(known) == len({*known})


def test_every_field_has_a_value_and_a_heading_in_both_languages() -> None:
    assert FIELDS.keys() == VALUES.keys()
    for language in LANGUAGES:
        words = read_catalogue(language)
        for name, field in FIELDS.items():
            assert words.text(field.heading), name
            assert all(words.has(f"{field.section}.{code}") for code in field.codes), name
    assert field_of("extra.批示").kind == "text"
    with pytest.raises(KeyError):
        field_of("extras")


def test_every_field_can_be_shown_and_sorted_by(examined: Examine) -> None:
    columns = ", ".join(f"{{field: {name}, heading: h{n}}}" for n, name in enumerate(FIELDS))
    order = ", ".join(name if n % 2 else f"-{name}" for n, name in enumerate(FIELDS))
    text = f"reports: [{{name: a, title: a, audience: internal, order: [{order}], columns: [{columns}]}}]\n"
    found = examined({"a.yml": LEDGER, "_units.yml": UNITS, "_reports.yml": text})
    assert found.errors == ()
    layout = lay_out(extract_of(found.ledger), found.ledger.profiles[0])
    kinds = {"day": date, "number": int}
    for values in layout.items:
        for name, value in zip(FIELDS, values, strict=True):
            assert value is None or isinstance(value, kinds.get(FIELDS[name].kind, str)), name


def extract_of(ledger: Ledger, language: str = "zh") -> Extract:
    return Extract(
        ledger, (), {}, read_catalogue(language), "x", "", "UTC", lambda record: f"items/{record.item.id}/"
    )


# -- what stands on the paper --------------------------------------------------------------------------


def test_the_workbook(site: Path) -> None:
    sheet = sheet_of(written("xlsx", "city"))
    rows = list(sheet.iter_rows())
    text = [[cell.value for cell in row] for row in rows]
    assert [row[0] for row in text[:3]] == ["示例市月报（2026年11月）", "截至 2026年11月24日", "单位：示例"]
    assert text[3] == [
        "序号",
        "编号",
        "=问题",
        "表现",
        "时限",
        "发现",
        "是否完成",
        "配合",
        "措施",
        "已办",
        "批示",
    ]
    # Grouped by county in the order of the tree, the gravest first, what says nothing last.
    assert [row[0] for row in text[4:12]] == ["示例市共1", 1, "小计", "示例县共2", 2, 3, "小计", "合计"]
    assert [row[1] for row in text[4:12]] == [
        None, "A-3", "1项已销号", None, "A-1", "A-4", "0项已销号", "共 3 项，未销号 2 项，超期 1 项",
    ]  # fmt: skip
    assert [row[9] for row in text[4:12]] == [None, 1, 1, None, 0, 0, 0, 1]
    first = rows[5]
    assert first[4].value == datetime(2026, 3, 31) and first[4].is_date
    assert first[4].number_format == 'yyyy"年"m"月"d"日"'
    assert first[5].number_format == "yyyy.mm.dd"
    assert (first[2].value, first[2].data_type) == ("#N/A", "s")
    assert first[6].value == "已完成整改" and first[8].value == "1. 甲\n2. 乙"
    # Text is text, whatever it looks like; nothing is left empty where the form fills it.
    assert (rows[8][3].value, rows[8][3].data_type, rows[8][3].quotePrefix) == ("=1+1", "s", True)
    assert rows[8][7].value == "示例局、示例市" and first[7].value == "/" and rows[9][10].value == "已阅"
    assert [cell.value for cell in rows[13] if cell.value] == ["填表人：", "审核人："]


def test_the_workbook_is_fit_to_print(site: Path) -> None:
    sheet = sheet_of(written("xlsx", "city"))
    assert "A1:K1" in {str(area) for area in sheet.merged_cells.ranges}
    assert sheet.freeze_panes == "A5"
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.print_area == "'示例市月报（2026年11月）'!$A$1:$K$14"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.column_dimensions["C"].width == 20
    assert sheet["A1"].font.name == "方正小标宋简体"
    assert (sheet["A4"].font.name, sheet["C6"].font.name) == ("黑体", "仿宋_GB2312")


def test_the_document(site: Path) -> None:
    content = written("docx", "city")
    report = docx.Document(io.BytesIO(content))
    (table,) = report.tables
    lines = [[cell.text for cell in row.cells] for row in table.rows]
    assert lines[0][:4] == ["序号", "编号", "=问题", "表现"]
    assert lines[1] == ["示例市共1"] * 11
    assert lines[2][3:7] == ["重点", "2026年3月31日", "2026.03.05", "已完成整改"]
    assert lines[3] == ["小计：1项已销号"] * 9 + ["1", ""]
    assert len(lines) == 9
    said = [paragraph.text for paragraph in report.paragraphs]
    assert said == ["示例市月报（2026年11月）", "截至 2026年11月24日", "单位：示例", "填表人：\t审核人："]
    section = report.sections[0]
    assert section.page_width > section.page_height
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        body, fonts, footer = (
            archive.read(f"word/{name}.xml").decode() for name in ("document", "fontTable", "footer1")
        )
    assert body.count("<w:tblHeader/>") == 1
    assert all(f'w:eastAsia="{font}"' in body for font in ("方正小标宋简体", "黑体", "仿宋_GB2312"))
    assert re.search('w:name="仿宋_GB2312"><w:altName w:val="[^"]*宋体', fonts)
    assert "NUMPAGES" in footer


def test_csv_is_for_programs(site: Path) -> None:
    raw = written("csv", "city")
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows[0][2] == "'=问题"
    assert [row[1] for row in rows[1:]] == ["A-3", "A-1", "A-4"]
    assert rows[2][3:6] == ["'=1+1", "2026年12月31日", "2026.03.01"]


class Page(HTMLParser):
    """Elements in order, and the texts of the table's cells."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.cells: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def test_the_page_to_print(site: Path) -> None:
    (site / "checklists/a.yml").write_text(LEDGER.replace("公开的问题", "'<script>x</script>'"), "utf-8")
    html = written("html", "city").decode()
    page = Page(html)
    assert "@page{size:A4 landscape" in html and "thead{display:table-header-group}" in html
    assert not {"script", "img"} & set(page.tags)
    assert re.findall("<link[^>]*>", html) == ['<link rel="icon" href="data:,">']
    assert "<script>x</script>" in page.cells
    assert '<time datetime="2026-03-31">2026年3月31日</time>' in html
    assert page.tags.count("table") == page.tags.count("thead") == 1


# -- which items, for whom -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unit", "ids"),
    [
        (None, ["A-3", "A-1", "A-4"]),
        ("示例市", ["A-3", "A-1", "A-4"]),
        ("示例县", ["A-1", "A-4"]),
        ("本县", ["A-1", "A-4"]),
        ("示例镇", ["A-1"]),
        ("示例局", ["A-3"]),
    ],
)
def test_of_a_unit_and_all_below_it(site: Path, unit: str | None, ids: list[str]) -> None:
    arguments = ["--unit", unit] if unit else []
    rows = list(
        csv.DictReader(io.StringIO(written("csv", "city", *arguments).decode("utf-8-sig"), newline=""))
    )
    assert [row["编号"] for row in rows] == ids
    title = sheet_of(written("xlsx", "city", *arguments))["A1"].value
    assert title.startswith({"本县": "示例县", None: "示例市"}.get(unit, unit))


def test_as_of_a_day(site: Path) -> None:
    sheet = sheet_of(written("xlsx", "city", "--asof", "2026-03-05"))
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [rows[0][0], rows[1][0]] == ["示例市月报（2026年3月）", "截至 2026年3月5日"]
    assert {row[1]: row[6] for row in rows if str(row[1]).startswith("A-")} == {
        "A-3": "未完成", "A-1": "未完成", "A-4": "未完成",
    }  # fmt: skip
    done = run("city", "--asof", "2026-11-25")
    assert done.exit_code == 2 and "2026-11-25" in done.output


@pytest.mark.parametrize("form", formats())
@pytest.mark.parametrize("audience", ["public", "internal"])
def test_a_public_form_has_no_internal_item_whatever_the_site(site: Path, form: str, audience: str) -> None:
    (site / "mkdocs.yml").write_text(CONFIG.format(language="zh", audience=audience), "utf-8")
    assert "金丝雀" not in words_of(written(form, "city"))
    assert "金丝雀" in words_of(written(form, "inside"))


def words_of(content: bytes) -> str:
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content.decode("utf-8-sig")
    from html import unescape

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(unescape(archive.read(name).decode("utf-8", "replace")) for name in archive.namelist())


def test_wrong_usage(site: Path) -> None:
    assert "`city`" in run("citi").output
    done = run("city", "--unit", "示列县")
    assert done.exit_code == 2 and "示例县" in done.output
    listed = run()
    assert listed.exit_code == 0 and "city" in listed.stdout and "示例市督查室" in listed.stdout
    (site / "checklists/_reports.yml").unlink()
    done = run()
    assert done.exit_code == 2 and "checklists/_reports.yml" in done.output


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders that two processes have written into: each in a zone of its own, one seconds later."""
    site = tmp_path_factory.mktemp("twice")
    make(site)
    code = (
        "import sys, time; from rectification.cli import rectify\n"
        "now = time.time; time.time = lambda: now() + 90 * float(sys.argv[1])\n"
        "for command in sys.argv[2:]: rectify.main(command.split(), standalone_mode=False)"
    )
    made = []
    for zone, seed in (("UTC", "1"), ("Asia/Shanghai", "2")):
        (site / seed).mkdir()
        commands = [f"{c} --to {form} -o {seed}/{c[:6]}.{form}" for c in COMMANDS for form in FORMATS]
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": "1795478400"}
        done = subprocess.run(
            [sys.executable, "-c", code, seed, *commands],
            cwd=site,
            env={**environment, "NO_MKDOCS_2_WARNING": "1"},
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stderr
        made.append(site / seed)
    return made[0], made[1]


FORMATS = ("xlsx", "docx", "csv", "html", "json")
COMMANDS = ("report city", "export")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", COMMANDS)
def test_the_same_facts_are_the_same_bytes(twice: tuple[Path, Path], form: str, command: str) -> None:
    """In another process, another zone, another language of the terminal, seconds later."""
    first, second = ((folder / f"{command[:6]}.{form}").read_bytes() for folder in twice)
    assert first == second != b""


# -- days and texts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "shown", "number_format", "read"),
    [
        ("YYYY-MM-DD", "2026-03-05", "yyyy-mm-dd", True),
        ("YYYY年M月D日", "2026年3月5日", 'yyyy"年"m"月"d"日"', True),
        ("YY.M.D", "26.3.5", "yy.m.d", True),
        ("M月D日", "3月5日", 'm"月"d"日"', False),
        ("YYYY年M月", "2026年3月", 'yyyy"年"m"月"', False),
    ],
)
def test_forms_of_a_day(form: str, shown: str, number_format: str, read: bool) -> None:
    day = date(2026, 3, 5)
    assert (write_day(day, form), spreadsheet_form(form)) == (shown, number_format)
    assert read_day_as(shown, form) == (day if read else None)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(["YYYYMMDD", "YY/M/D", "D.M.YYYY"]))
def test_a_day_is_read_as_it_was_written(day: date, form: str) -> None:
    assert read_day_as(write_day(day, form), form) == day


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("一\n\n- **甲**；\n- [乙](https://example.org)", "一\n· 甲；\n· 乙"),
        ("3. 甲\n4. 乙", "3. 甲\n4. 乙"),
        ("`a*b`\n第二行", "a*b\n第二行"),
        ("```\nx = 1\n```", "x = 1"),
        ("2026-03-05", "2026-03-05"),
    ],
)
def test_markdown_on_paper(text: str, shown: str) -> None:
    assert without_marks(text) == shown


def test_a_row_is_as_high_as_its_text() -> None:
    assert [lines_in(text, 10) for text in ("", "abc", "一二三四五", "一二三四五六", "a\nb\n")] == [
        1,
        1,
        1,
        2,
        3,
    ]
