"""`rectify import`: ledgers of every shape become checklists, and no cell is lost on the way."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from rectification.cli import rectify
from rectification.exchange import cells
from rectification.intake import (
    Intake,
    Wishes,
    find_table,
    read_day,
    read_sheets,
    split_measures,
    take_in,
    write_checklist,
)
from rectification.model import Item, build
from rectification.rules import examine
from rectification.settings import Settings
from rectification.source import parse

CONFIG = "site_name: 示例台账\ntheme: {name: material, language: zh}\nplugins: [rectification]\n"
TODAY = date(2026, 11, 24)
HEAD = ["序号", "存在问题", "整改措施", "责任单位", "责任人", "发现时间", "整改时限", "整改情况", "完成情况"]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("checklists", "docs"):
        (tmp_path / folder).mkdir()
    (tmp_path / "docs/index.md").write_text("# x\n")
    (tmp_path / "mkdocs.yml").write_text(CONFIG, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795478400")
    return tmp_path


def run(*arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(rectify, ["import", *arguments], input=answer)


def workbook(
    path: Path, rows: Sequence[Sequence[object]], merged: Sequence[str] = (), sheet: str = "台账"
) -> Path:
    book = Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    for area in merged:
        page.merge_cells(area)
    book.save(path)
    return path


def imported(site: Path, file: Path, *options: str) -> tuple[list[dict[str, Any]], str]:
    """Import a file, prove that no cell was lost and that the rules are content, and return the items."""
    done = run(str(file), "--yes", "-o", "checklists/new.yml", *options)
    assert done.exit_code == 0, done.output
    assert "没有归处" not in done.output
    total, placed, extra, left = map(
        int,
        re.search(r"单元格 (\d+) = 归入字段 (\d+) \+ 归入 extra (\d+) \+ 略去 (\d+)", done.output).groups(),
    )  # type: ignore[union-attr]
    assert total == placed + extra + left
    assert total == filled(file)
    found = examine(Settings(site, site / "checklists", language="zh"), TODAY)
    assert found.diagnostics == ()
    text = (site / "checklists/new.yml").read_text("utf-8")
    assert yaml.safe_load(text)["items"]
    document, _ = parse(text, "new.yml")
    assert document is not None
    return document.value["items"], done.output  # type: ignore[return-value]


def filled(file: Path) -> int:
    if file.suffix == ".xlsx":
        return sum(
            c.value not in (None, "") for ws in load_workbook(file).worksheets[:1] for row in ws for c in row
        )
    raw = file.read_bytes()
    text = (
        raw.decode("utf-8-sig")
        if raw[:3] == b"\xef\xbb\xbf" or file.stem == "english"
        else raw.decode("gb18030")
    )
    delimiter = ";" if file.stem == "english" else ","
    return sum(bool(v.strip()) for row in csv.reader(io.StringIO(text), delimiter=delimiter) for v in row)


def test_titles_that_were_made_up_are_told(site: Path) -> None:
    rows = [
        ["序号", "存在问题", "责任单位", "发现时间", "整改时限"],
        [1, "发文绕开文号统计。各科室自行其是", "示例市委办公室", "2020-02-10", "2020-03-31"],
        [2, "会议层层套开", "示例市委办公室", "2020-02-10", "2020-03-31"],
    ]
    items, said = imported(
        site, workbook(site / "titles.xlsx", rows), *("--checklist", "WS", "--title", "文山")
    )
    assert [item["title"] for item in items] == ["发文绕开文号统计", "会议层层套开"]
    assert "1 个问题没有标题，取问题的第一句" in said


def test_merged_title_rows_totals_and_footer(site: Path) -> None:
    rows = [
        ["示例市文山会海问题整改台账"],
        ["填报单位：示例市委办公室　　截至2020年4月30日"],
        [*HEAD, "备注"],
        [],
        [
            1,
            "发文绕开文号统计。各科室自行其是",
            "统一编号",
            "示例市委办公室",
            "主任岗位",
            "2020年2月10日",
            "2020年3月底前",
            "已统一编号",
            "已完成",
            "00012",
        ],
        [
            2,
            "会议层层套开",
            "合并会议",
            "示例市政府办公室",
            "主任岗位",
            "2020.2.12",
            "2020年4月15日",
            "正在压减",
            "正在推进",
            None,
        ],
        ["合计", 2],
        ["审核人：示例岗位"],
    ]
    items, said = imported(site, workbook(site / "a.xlsx", rows, ["A1:J1", "A2:J2"]), "--checklist", "WS2020")
    assert [item["id"] for item in items] == ["WS2020-001", "WS2020-002"]
    first, second = items
    assert first["title"] == "发文绕开文号统计"
    assert first["due"] == "2020-03-31"
    assert first["extra"] == {"备注": "00012"}
    # Done, but nobody named who accepted it.
    assert [e["status"] for e in first["log"]] == ["in_progress", "submitted"]
    assert {e["date"] for e in first["log"]} == {"2020-04-30"}
    assert [e["status"] for e in second["log"]] == ["in_progress"]
    header = yaml.safe_load((site / "checklists/new.yml").read_text("utf-8"))["checklist"]
    assert header["title"] == "示例市文山会海问题整改台账"
    assert "截至2020年4月30日" in header["note"] and "审核人：示例岗位" in header["note"]
    for words in (
        "合计行，略去：合计 2",
        "没有验收单位",
        "“2020年3月底前”读作月末 2020-03-31",
        "截至 2020-04-30",
    ):
        assert words in said


def test_several_measures_in_one_cell(site: Path) -> None:
    measures = "（一）印发通知，2020.3.15前完成；\n（二）压减2.5成：1.合并会议；2.少发文件。\n（三）长期坚持"
    rows = [
        [*HEAD, "验收单位", "销号时间"],
        [
            1,
            "甲",
            measures,
            "示例局",
            "岗位",
            "2020-02-01",
            "2020-05-31",
            "三项落实",
            "已销号",
            "示例纪委",
            "2020-05-20",
        ],
        [2, "乙", "1. 第一\n2. 第二", "示例局", "岗位", "2020-02-01", "立行立改", "", "", "", ""],
        [
            3,
            "丙",
            "第一；第二",
            "示例局",
            "岗位",
            "2020-02-01",
            "2020年12月底，长期坚持",
            "",
            "未完成",
            "",
            "",
        ],
    ]
    items, said = imported(
        site, workbook(site / "a.xlsx", rows), "--checklist", "A", "--title", "甲", "--as-of", "2020-06-01"
    )
    assert [a["text"] for a in items[0]["actions"]] == [
        "印发通知，2020.3.15前完成",
        "压减2.5成：1.合并会议；2.少发文件。",
        "长期坚持",
    ]
    assert [(e["date"], e["status"], e["by"]) for e in items[0]["log"]] == [
        ("2020-05-20", "in_progress", "示例局"),
        ("2020-05-20", "submitted", "示例局"),
        ("2020-05-20", "closed", "示例纪委"),
    ]
    assert (items[1]["mode"], items[1]["due"]) == ("immediate", "2020-02-01")
    assert (items[2]["mode"], items[2]["due"]) == ("sustained", "2020-12-31")
    assert "整改期限定为 2020-02-01" in said


def test_missing_columns_are_asked_for(site: Path) -> None:
    file = workbook(site / "a.xlsx", [["问题", "整改措施"], ["甲: 乙", "NO"], ["012", "改"]])
    done = run(str(file), "--yes")
    assert done.exit_code == 1
    for option in ("--checklist", "--title", "--unit", "--found", "--due"):
        assert option in done.output
    assert list((site / "checklists").iterdir()) == []
    given = (
        "--checklist",
        "A",
        "--title",
        "NO",
        "--unit",
        "示例局",
        "--found",
        "2020-01-01",
        "--due",
        "2020-12-31",
    )
    items, said = imported(site, file, *given)
    assert [item["title"] for item in items] == ["甲: 乙", "012"]
    assert items[0]["actions"] == [{"text": "NO"}]
    assert "没有“unit”，用命令中给出的“示例局”" in said
    # Another reader of YAML sees text too.
    plain = yaml.safe_load((site / "checklists/new.yml").read_text("utf-8"))
    assert plain["checklist"]["title"] == "NO" and plain["items"][1]["title"] == "012"


def test_dates_of_every_kind(site: Path) -> None:
    days = [
        "2020年3月底",
        "2020年3月",
        "2020.3.15",
        "2020/3/15",
        "20200315",
        "3月15日",
        43905,
        datetime(2020, 3, 15),
        20200315,
        "2020年1月—2020年3月",
        "2020-03-15 00:00:00",
        "43905",
    ]
    rows = [["序号", "问题", "责任单位", "发现时间", "整改时限"]]
    rows += [[n, f"问题{n}", "示例局", "2020年2月1日", day] for n, day in enumerate(days, 1)]  # type: ignore[misc]
    items, said = imported(site, workbook(site / "a.xlsx", rows), "--checklist", "A", "--title", "甲")
    end, day = "2020-03-31", "2020-03-15"
    assert [item["due"] for item in items] == [end, end, day, day, day, day, day, day, day, end, day, day]
    assert "“3月15日”没有年份，读作 2020-03-15" in said
    assert "“43905”按表格软件的日期序号读作 2020-03-15" in said


def test_english_csv_with_semicolons(site: Path) -> None:
    text = (
        "No;Issue;Corrective action;Responsible unit;Owner;Date found;Due date;Status;Remarks\n"
        '1;"Forms are filled twice; a third time on paper";Fill once;Sample Office;Head post;2020-02-01;15 Mar 2020;Open;keep\n'
        "2;Too many meetings;Merge them;Sample Office;Head post;2/28/2020;2020-06-30;In progress;\n"
    )
    (site / "english.csv").write_text(text, "utf-8")
    items, _ = imported(
        site, site / "english.csv", "--checklist", "EN", "--title", "Forms", "--as-of", "2020-03-01"
    )
    assert [(i["found"], i["due"]) for i in items] == [
        ("2020-02-01", "2020-03-15"),
        ("2020-02-28", "2020-06-30"),
    ]
    assert items[0]["extra"] == {"Remarks": "keep"}
    assert "log" not in items[0] and items[1]["log"][0]["status"] == "in_progress"


def test_gbk_csv_and_ids_of_its_own(site: Path) -> None:
    rows = [
        [
            "编号",
            "主要问题",
            "问题表现",
            "牵头单位",
            "配合单位",
            "反馈时间",
            "完成时限",
            "问题类别",
            "严重程度",
        ]
    ]
    rows += [
        [
            "GB2020-07",
            "报表多",
            "每日三张报表",
            "示例局、示例办",
            "示例站；示例所",
            "2020年2月1日",
            "2020年6月",
            "报表",
            "严重",
        ]
    ]
    rows += [
        ["GB2020-09", "会议多", "每周五次会议", "示例局", "", "2020年2月1日", "2020年6月", "会议", "说不清"]
    ]
    text = "".join(",".join(row) + "\r\n" for row in rows)
    (site / "a.csv").write_bytes(text.encode("gb18030"))
    items, said = imported(site, site / "a.csv", "--title", "甲")
    assert [(i["id"], i["title"], i["problem"]) for i in items] == [
        ("GB2020-07", "报表多", "每日三张报表"),
        ("GB2020-09", "会议多", "每周五次会议"),
    ]
    assert items[0]["partners"] == ["示例办", "示例站", "示例所"]
    assert items[0]["severity"] == "high" and items[1]["extra"] == {"严重程度": "说不清"}
    assert "清单编号为 GB2020" in said


def test_merged_units_and_problems_over_several_rows(site: Path) -> None:
    rows = [
        ["序号", "问题", "整改措施", "责任落实", None, "时间", None],
        [None, None, None, "责任单位", "责任人", "发现时间", "整改时限"],
        ["一、文风方面"],
        [1, "甲问题", "措施一", "示例局", "岗位甲", "2020-02-01", "2020-03-31"],
        [None, None, "措施二", None, "岗位乙", None, "2020-05-31"],
        [2, "乙问题", "措施三", None, "岗位甲", "2020-02-01", "2020-03-31"],
        ["二、会风方面"],
        [3, "丙问题", "措施四", "示例办", "岗位甲", "2020-02-01", "2020-03-31"],
    ]
    merged = [
        "A1:A2",
        "B1:B2",
        "C1:C2",
        "D1:E1",
        "F1:G1",
        "A3:G3",
        "A4:A5",
        "B4:B5",
        "D4:D6",
        "F4:F5",
        "A7:G7",
    ]
    items, _ = imported(site, workbook(site / "a.xlsx", rows, merged), "--checklist", "A", "--title", "甲")
    assert [(i["title"], i["unit"], i["category"]) for i in items] == [
        ("甲问题", "示例局", "一、文风方面"),
        ("乙问题", "示例局", "一、文风方面"),
        ("丙问题", "示例办", "二、会风方面"),
    ]
    assert items[0]["actions"] == [{"text": "措施一", "due": "2020-03-31"}, {"text": "措施二"}]
    assert (items[0]["due"], items[0]["owner"]) == ("2020-05-31", "岗位甲、岗位乙")


def test_what_has_no_place_is_kept(site: Path) -> None:
    rows = [
        ["问题", "责任单位", "发现时间", "整改时限", "编号", "经费（万元）", "佐证材料", None, "验收单位"],
        ["甲", "示例局", "2020-02-01", "尽快", "第一号", 0.5, "照片3张", "无标题的字", "示例纪委"],
        ["乙", "示例局", "2020-02-01", "2020-05-01", "第二号", 0.35, "https://example.org/a.pdf", None, None],
    ]
    items, said = imported(
        site, workbook(site / "a.xlsx", rows), "--checklist", "A", "--title", "甲", "--due", "2020-12-31"
    )
    assert items[0]["extra"] == {
        "整改时限": "尽快",
        "编号": "第一号",
        "经费（万元）": "0.5",
        "佐证材料": "照片3张",
        "H": "无标题的字",
        "验收单位": "示例纪委",
    }
    assert "“尽快”读不出日期" in said


def test_empty_numbered_rows_and_dashes(site: Path) -> None:
    rows: list[list[object]] = [
        ["附件2"],
        ["示例市整改台账（2020年）"],
        ["序号", "问题", "责任单位", "配合单位", "发现时间", "整改时限"],
        [1, "1.会议多；2.文件长", "示例局", "/", "2020-02-01", "2020-05-31"],
        [2],
        [3],
    ]
    items, _ = imported(site, workbook(site / "a.xlsx", rows), "--checklist", "A")
    assert [(i["title"], i["extra"]) for i in items] == [("会议多", {"配合单位": "/"})]
    assert "partners" not in items[0]
    header = yaml.safe_load((site / "checklists/new.yml").read_text("utf-8"))["checklist"]
    assert header == {"id": "A", "title": "示例市整改台账（2020年）", "note": "附件2"}


def test_a_numbered_row_without_a_problem_is_asked_for(site: Path) -> None:
    rows = [
        ["序号", "问题", "责任单位", "发现时间", "整改时限"],
        [1, "甲", "示例局", "2020-02-01", "2020-05-31"],
        [2, None, "示例办", "2020-02-01", "2020-05-31"],
    ]
    done = run(str(workbook(site / "a.xlsx", rows)), "--yes", "--checklist", "A", "--title", "甲")
    assert done.exit_code == 1 and "第 3 行等 1 行没有写问题" in done.output


def test_a_workbook_of_another_program(site: Path) -> None:
    """No dimension, shared formulas with values, a format of its own for days, formulas without a value."""
    import zipfile

    file = workbook(
        site / "b.xlsx",
        [
            ["问题", "责任单位", "发现时间", "整改时限", "备注"],
            ["甲", "示例局", datetime(2020, 2, 1), 43905, None],
        ],
    )
    with zipfile.ZipFile(file) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    name = "xl/worksheets/sheet1.xml"
    sheet = parts[name].decode()
    sheet = re.sub(r"<dimension[^>]*/>", "", sheet)
    sheet = re.sub(
        r"(<row r=\"2\".*?)</row>",
        r'\1<c r="E2" t="str"><f t="shared" ref="E2:E3" si="0">A2&amp;B2</f><v>甲示例局</v></c><c r="F2"><f>1+1</f></c></row>',
        sheet,
    )
    parts[name] = sheet.encode()
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(
        b'formatCode="yyyy-mm-dd h:mm:ss"',
        'formatCode="[$-804]yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"'.encode(),
    )
    with zipfile.ZipFile(file, "w") as new:
        for part, content in parts.items():
            new.writestr(part, content)
    done = run(str(file), "--yes", "--checklist", "A", "--title", "甲")
    assert done.exit_code == 0, done.output
    assert "F2：公式没有计算结果" in done.output
    item = yaml.safe_load((site / "checklists/a.yml").read_text("utf-8"))["items"][0]
    assert (item["found"], item["due"]) == (date(2020, 2, 1), date(2020, 3, 15))
    assert item["extra"] == {"备注": "甲示例局"}


def test_import_export_import_is_stable(site: Path) -> None:
    measures = "（一）印发通知；（二）压减两成"
    rows = [
        [*HEAD, "验收单位", "备注", "问题来源", "配合单位"],
        [
            1,
            "甲。详情：第一行\n第二行",
            measures,
            "示例局",
            "岗位",
            "2020-02-01",
            "2020-05-31",
            "2020-03-01 开会\n  已部署",
            "已销号",
            "示例纪委",
            "第一: 行\n第二: 行",
            "巡察",
            "示例站、示例所",
        ],
        [
            2,
            "=1+1",
            "-减少会议",
            "示例局",
            "岗位",
            "2020-02-01",
            "2020年12月底，长期坚持",
            "",
            "正在推进",
            "",
            "",
            "",
            "",
        ],
        [3, "丙" * 90, "改", "示例办", "", "2020-02-01", "2020-05-31", "", "", "", "'单引号", "", ""],
    ]
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cell in (book.active["B3"], book.active["C3"]):
        cell.data_type = "s"
    book.save(site / "a.xlsx")
    first, _ = imported(
        site, site / "a.xlsx", "--checklist", "A", "--title", "甲清单", "--as-of", "2020-06-01"
    )
    for form in ("xlsx", "csv"):
        done = CliRunner().invoke(rectify, ["export", "--to", form, "-o", f"out.{form}"])
        assert done.exit_code == 0, done.output
    for form in ("xlsx", "csv"):
        (site / "checklists/new.yml").unlink()
        second, said = imported(site, site / f"out.{form}")
        assert second == first, form
        assert "归入 extra" in said


def test_the_sample_ledger_comes_back(site: Path, tmp_path: Path) -> None:
    """All that the example ledger says survives the way out and in, but who moved a due date and the parts of a source."""
    root = Path(__file__).parents[1]
    found = examine(Settings(root, root / "checklists", timezone="Asia/Shanghai"), TODAY)
    checklist = "forms-and-data"
    done = CliRunner().invoke(
        rectify,
        [
            "export",
            "-f",
            str(root / "mkdocs.yml"),
            "--to",
            "xlsx",
            "-o",
            "out.xlsx",
            "--where",
            f"checklist={checklist}",
        ],
    )
    assert done.exit_code == 0, done.output
    sheet = read_sheets(Path("out.xlsx"))[0]
    table = find_table(sheet)
    assert table is not None
    intake = take_in(sheet, table, Wishes())
    assert intake.missing == () and intake.unplaced == ()
    document, _ = parse(write_checklist(intake.header, intake.items), "x.yml")
    assert document is not None
    for value, record in zip(document.value["items"], found.ledger.by_checklist[checklist], strict=True):  # type: ignore[arg-type]
        item, mistakes = build(Item, value)
        assert mistakes == [] and item is not None
        kept = Item.model_fields.keys() - {"source", "due_changes", "unit"}
        assert {k: getattr(item, k) for k in kept} == {k: getattr(record.item, k) for k in kept}
        assert item.unit == record.unit
        assert len(item.due_changes) == len(record.item.due_changes)


def test_nothing_is_overwritten_and_a_question_is_asked(site: Path) -> None:
    file = workbook(
        site / "a.xlsx",
        [["问题", "责任单位", "发现时间", "整改时限"], ["甲", "示例局", "2020-02-01", "2020-05-31"]],
    )
    given = (str(file), "--checklist", "A", "--title", "甲")
    done = run(*given, answer="n\n")
    assert done.exit_code == 1 and "没有写入任何内容" in done.output
    assert not (site / "checklists/a.yml").exists()
    assert run(*given, answer="y\n").exit_code == 0
    before = (site / "checklists/a.yml").read_bytes()
    done = run(*given, "--yes", "--title", "乙")
    assert done.exit_code == 2 and "--force" in done.output
    assert (site / "checklists/a.yml").read_bytes() == before
    assert run(*given, "--yes", "--force", "--title", "乙").exit_code == 0


def test_findings_are_told_before_anything_is_written(site: Path) -> None:
    (site / "checklists/_units.yml").write_text("units: [{name: 示例市教育局}]\n", "utf-8")
    file = workbook(
        site / "a.xlsx",
        [["问题", "责任单位", "发现时间", "整改时限"], ["甲", "示例教育局", "2020-02-01", "2020-01-31"]],
    )
    given = (str(file), "--checklist", "A", "--title", "甲", "--yes")
    done = run(*given)
    assert done.exit_code == 1
    assert "L201" in done.output and "示例市教育局" in done.output and "L303" in done.output
    assert not (site / "checklists/a.yml").exists()
    assert run(*given, "--with-findings").exit_code == 0
    assert (site / "checklists/a.yml").exists()
    assert (site / "checklists/_units.yml").read_text("utf-8") == "units: [{name: 示例市教育局}]\n"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"x" * 600, ".xlsx"),
        ("a.xlsx", b"PK\x03\x04broken", "工作簿"),
        ("a.csv", b"a,b\n1,2\n", "表头"),
        ("a.csv", b"", "表头"),
        ("a.csv", b"\xff\xfe\x00", "编码"),
    ],
)
def test_what_is_no_ledger(site: Path, name: str, content: bytes, said: str) -> None:
    (site / name).write_bytes(content)
    done = run(name, "--yes")
    assert done.exit_code == 2 and said in done.output
    assert isinstance(done.exception, SystemExit)


def test_through_the_real_entry(site: Path) -> None:
    workbook(
        site / "a.xlsx",
        [["问题", "责任单位", "发现时间", "整改时限"], ["甲", "示例局", "2020-02-01", "2020-05-31"]],
    )
    command = [
        str(Path(sys.executable).parent / "rectify"),
        "import",
        "a.xlsx",
        "--checklist",
        "A",
        "--title",
        "甲",
        "--yes",
    ]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        command, cwd=site, env=environment, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert "检查通过" in done.stdout and "已写入 1 个问题" in done.stdout


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("只有一条", ["只有一条"]),
        ("2020.3.15前完成", ["2020.3.15前完成"]),
        ("压减2.5成。3.5万元", ["压减2.5成。3.5万元"]),
        ("1.甲；2.乙", ["甲", "乙"]),
        ("1、甲。2、乙", ["甲。", "乙"]),
        ("①甲②乙", ["甲", "乙"]),
        ("一、甲\n二、乙", ["甲", "乙"]),
        ("前言：（1）甲（含3项）。（2）乙", ["前言：", "甲（含3项）。", "乙"]),
        ("第3、4项整改", ["第3、4项整改"]),
        ("甲\n乙", ["甲", "乙"]),
        ("甲；乙；", ["甲", "乙"]),
        ("1.统一编号", ["统一编号"]),
        ("1.5万元", ["1.5万元"]),
    ],
)
def test_split_measures(text: str, parts: list[str]) -> None:
    assert split_measures(text) == parts


@pytest.mark.parametrize(
    ("value", "day", "assumed"),
    [
        ("2020年2月底", date(2020, 2, 29), "month_end"),
        ("2020年2月底前", date(2020, 2, 29), "month_end"),
        ("2020年12月31日前", date(2020, 12, 31), "before"),
        ("2020年12月31日前完成", date(2020, 12, 31), "before"),
        ("2020年底", date(2020, 12, 31), "period"),
        ("2020年第二季度", date(2020, 6, 30), "period"),
        ("2020年3月中旬", date(2020, 3, 20), "period"),
        ("１２月１日", date(2020, 12, 1), "year"),
        ("1月1日", date(2021, 1, 1), "year"),
        ("Mar 15, 2020", date(2020, 3, 15), ""),
    ],
)
def test_read_day(value: str, day: date, assumed: str) -> None:
    reading = read_day(value, "end", date(2020, 2, 1))
    assert reading is not None and (reading.day, reading.assumed) == (day, assumed)


@pytest.mark.parametrize(
    "value", ["", "尽快", "2020年2月30日", "2020", "3/4/2020", "13月1日", "12345678901", 1.5, 7]
)
def test_no_day(value: object) -> None:
    assert read_day(value) is None


TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=30).map(str.strip)


@given(st.text(max_size=60))
def test_nothing_is_lost_in_splitting(text: str) -> None:
    def kept(value: str) -> str:
        return re.sub(r"[\W\d一二三四五六七八九十①-⑳]", "", value)

    assert kept("".join(split_measures(text))) == kept(text)


@given(st.one_of(st.text(max_size=20), st.integers(), st.floats()))
def test_no_day_raises(value: object) -> None:
    read_day(value, "end", date(2020, 2, 1))


@given(st.text(max_size=80))
def test_no_cell_of_ours_raises(text: str) -> None:
    for read in (cells.read_actions, cells.read_log, cells.read_due_changes, cells.read_extra):
        read(text)


def spoken(intake: Intake) -> list[str]:
    """Every text of an import's items, as it is."""

    def texts(value: object) -> list[str]:
        if isinstance(value, dict):
            return [text for each in value.values() for text in texts(each)]
        return [text for each in value for text in texts(each)] if isinstance(value, list) else [str(value)]

    return texts([intake.header, *intake.items])


HEADINGS = [
    "序号",
    "编号",
    "问题",
    "问题描述",
    "责任单位",
    "整改时限",
    "发现时间",
    "整改措施",
    "完成情况",
    "整改情况",
    "备注",
    "其他",
    "进展",
    "佐证材料",
    "",
    "未知",
]
CELLS = (
    st.sampled_from(
        [
            "",
            "",
            "甲",
            "1",
            "（一）",
            "合计",
            "2020年3月底",
            "3月1日",
            "已完成",
            "立行立改",
            "/",
            "注：甲",
            "https://example.org/a",
            "示例局、示例办",
            "甲: 乙",
        ]
    )
    | TEXTS
)


@settings(deadline=None)  # the first table takes longer than those after it
@given(
    st.lists(st.sampled_from(HEADINGS), min_size=2, max_size=8),
    st.lists(st.lists(CELLS, max_size=9), max_size=8),
    st.lists(st.lists(CELLS, max_size=3), max_size=2),
)
def test_whatever_a_table_holds_no_cell_is_lost(
    heads: list[str], rows: list[list[str]], above: list[list[str]]
) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([*above, heads, *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.csv")
        path.write_text(text.getvalue(), "utf-8", newline="")
        sheet = read_sheets(path)[0]
    table = find_table(sheet)
    if table is None:
        return
    intake = take_in(
        sheet, table, Wishes("A", "甲", "示例局", date(2020, 1, 1), date(2020, 12, 31), date(2020, 6, 1))
    )
    assert intake.unplaced == ()
    assert intake.outcomes.keys() == sheet.cells.keys()
    # What was kept in `extra` stands there as it was, but that `其他` is read line by line.
    kept = "\n".join(f"{k}: {v}" for item in intake.items for k, v in item.get("extra", {}).items())
    for spot, outcome in intake.outcomes.items():
        assert outcome != "extra" or sheet.cells[spot].text in kept
    # And what was placed is said, word for word, but where it is a day, a status or a mode of ours.
    said = str([intake.header, *intake.items]) + "".join(spoken(intake))
    for spot, outcome in intake.outcomes.items():
        text = sheet.cells[spot].text
        if outcome == "placed" and not re.search("20|3月|已完成|立行立改", text):
            assert all(word in said for word in re.findall(r"[^\W\d_一二三四五六七八九十]+", text)), text


@given(st.dictionaries(TEXTS.filter(bool), TEXTS.filter(bool), max_size=4))
def test_yaml_says_what_was_given(extra: dict[str, str]) -> None:
    text = write_checklist(
        {"id": "A", "title": "012"}, [{"id": "A-1", "due": date(2020, 1, 1), "extra": extra}]
    )
    plain = yaml.safe_load(text)
    assert plain["checklist"]["title"] == "012"
    assert plain["items"][0] == {"id": "A-1", "due": date(2020, 1, 1), "extra": extra}
