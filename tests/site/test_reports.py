"""The forms on the site: their pages and copies, linked from where one looks, and never an internal word."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape
from pathlib import Path

import pytest

from rectification.catalogue import read_catalogue
from rectification.exchange.formmap import form_map
from rectification.model import build
from rectification.profile import ReportsFile
from rectification.source import parse

from .conftest import Project, project, unresolved_links

REPORTS = """\
reports:
  - name: city
    title: 示例月报（{unit}）
    audience: public
    for: 示例督查室
    levels: [county]
    date: YYYY年M月D日
    columns:
      - {field: id, heading: 问题编码}
      - {field: title, heading: 问题名称}
      - {field: due, heading: 完成时限}
      - {field: status, heading: 是否完成, values: {open: 未办结}}
  - name: notice
    title: 公示表
    audience: public
    levels: [all]
    columns: [{field: title, heading: 事项}, {field: due}, {field: severity, values: {high: 重大}}, {field: measures, heading: 措施}]
  - name: secret
    title: 金丝雀内表
    audience: internal
    columns: [{field: title, heading: 金丝雀列}]
"""
UNITS = """\
units:
  - {name: 市委办, level: city}
  - {name: 县卫健局, level: county, parent: 市委办, slug: wjj}
  - {name: 没有问题的镇, level: town, parent: 县卫健局}
"""


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made: Project = project.__wrapped__(tmp_path_factory.mktemp("reported"))  # type: ignore[attr-defined]
    made.write("checklists/_reports.yml", REPORTS)
    made.write("checklists/_units.yml", UNITS)
    made.build()
    assert made.code == 0, made.output
    return made


def text_of(content: bytes) -> str:
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content.decode("utf-8", "ignore")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(unescape(archive.read(name).decode("utf-8", "ignore")) for name in archive.namelist())


def test_every_copy_lies_where_its_page_says(reported: Project) -> None:
    copies = {name for name in reported.files() if name.startswith("reports/") and "index.html" not in name}
    endings = ("xlsx", "docx", "csv", "html")
    whole = {f"reports/{name}/all.{ending}" for name in ("city", "notice") for ending in endings}
    of_units = {f"reports/city/units/wjj.{ending}" for ending in endings}
    # Every unit that has items, itself or below it.
    of_units |= {f"reports/notice/units/{slug}.{e}" for slug in ("wjj", "市委办") for e in endings}
    assert copies == whole | of_units
    assert unresolved_links(reported, "https://probe.example.org/base/") == []


def test_a_page_shows_its_form(reported: Project) -> None:
    html = reported.page("reports/city")
    assert "<h1" in html and "示例月报（市委办）" in html and "示例督查室" in html
    assert '<th scope="col" style="min-width:5.04rem">问题编码</th>' in html
    assert "2026年11月1日" in html and "未办结" in html
    assert 'href="../../reports/city/units/wjj.docx"' in html
    assert re.search(
        r'class="md-content__button[^>]*href="[^"]*_reports\.yml#L2"|href="[^"]*_reports\.yml#L2"', html
    )


def test_a_copy_of_a_unit_holds_what_is_below_it(reported: Project) -> None:
    files = reported.files()
    assert "A-1" in text_of(files["reports/notice/units/市委办.html"]) or "三级报表" in text_of(
        files["reports/notice/units/市委办.html"]
    )
    below = text_of(files["reports/city/units/wjj.csv"])
    assert "A-2" in below and "A-1" not in below


def test_they_are_linked_from_listing_units_and_navigation(reported: Project) -> None:
    listing = reported.page("reports")
    assert 'href="../reports/city/"' in listing and 'href="../reports/city/all.xlsx"' in listing
    unit = reported.page("units/wjj")
    assert 'href="../../reports/city/units/wjj.xlsx"' in unit and 'id="reports"' in unit
    assert 'id="reports"' not in reported.page("units/没有问题的镇")
    assert 'href="reports/' in reported.page("")
    assert "reports/city/</loc>" in (reported.root / "site/sitemap.xml").read_text("utf-8")


def test_nothing_internal_is_on_a_public_site(reported: Project) -> None:
    for name, content in reported.files().items():
        text = name + text_of(content)
        assert "金丝雀" not in text and "secret" not in name, name
        if name.startswith("reports/"):
            assert "A-3" not in text and "内部条目" not in text, name


def test_an_internal_site_has_the_internal_form_and_a_public_form_stays_public(tmp_path: Path) -> None:
    made: Project = project.__wrapped__(tmp_path)  # type: ignore[attr-defined]
    made.write("checklists/_reports.yml", REPORTS)
    config = (made.root / "mkdocs.yml").read_text("utf-8")
    made.write("mkdocs.yml", config.replace("search: false", "search: false, audience: internal"))
    made.build("--strict")
    assert made.code == 0, made.output
    files = made.files()
    assert "内部条目" in text_of(files["reports/secret/all.xlsx"])
    assert all(
        "内部条目" not in text_of(files[f"reports/city/all.{e}"]) for e in ("xlsx", "docx", "csv", "html")
    )
    assert "内部条目" not in made.page("reports/city")


def test_without_profiles_the_page_says_how(built: Project) -> None:
    assert read_catalogue("zh").text("report.no_forms") in built.page("reports")
    assert not (built.root / "site/reports/city").exists()


def test_what_the_forms_ask_is_laid_side_by_side(reported: Project) -> None:
    document, _ = parse(REPORTS, "_reports.yml")
    assert document is not None
    profiles, _ = build(ReportsFile, document.value)
    assert profiles is not None
    found = form_map(profiles.reports[:2], read_catalogue("zh"))
    lines = {line.fact: line for line in found.lines}
    assert list(lines) == ["id", "title", "status", "severity", "due", "actions"]
    assert [q and q.heading for q in lines["title"].asked] == ["问题名称", "事项"]
    assert lines["title"].differences == ("name",)
    assert [q and q.date for q in lines["due"].asked] == ["YYYY年M月D日", "YYYY-MM-DD"]
    assert lines["due"].differences == ("name", "date")
    assert lines["id"].differences == () and lines["id"].asked[1] is None
    assert (found.count(), found.count("name"), found.count("date"), found.count("words")) == (2, 2, 1, 0)
    words = {vocabulary.name: dict(vocabulary.values) for vocabulary in found.words}
    assert words["状态"]["未启动"] == ("未办结", None) and words["严重程度"]["严重"] == (None, "重大")
    assert "责任人" in found.unasked and "整改措施" not in found.unasked and "历时" not in found.unasked
    html = reported.page("reports")
    assert 'id="map"' in html and "YYYY年M月D日" in html and "没有一张表要" in html
    assert "有 2 项内容不止一张表在要，其中名称不一的 2 项，日期写法不一的 1 项，说法不一的 0 项" in html


def test_different_words_for_one_value_are_a_difference() -> None:
    text = """\
reports:
  - {name: a, title: a, audience: public, columns: [{field: status, values: {closed: 已完成}}]}
  - {name: b, title: b, audience: public, columns: [{field: status}]}
  - {name: c, title: c, audience: public, columns: [{field: status}, {field: actions, heading: 甲}, {field: extra.批示}]}
  - {name: d, title: d, audience: public, columns: [{field: measures, heading: 甲}]}
"""
    document, _ = parse(text, "_reports.yml")
    assert document is not None
    profiles, _ = build(ReportsFile, document.value)
    assert profiles is not None
    lines = {line.fact: line.differences for line in form_map(profiles.reports, read_catalogue("zh")).lines}
    assert lines == {"status": ("words",), "actions": ("part",), "extra.批示": ()}
