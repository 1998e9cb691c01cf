"""Charts: every number leads to its records, the drawing and the table say the same, and nothing runs."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from rectification.catalogue import read_catalogue
from rectification.ledger import Ledger, select
from rectification.site.addresses import Addresses
from rectification.site.charts import CHARTS, ON_PAGE, Chart, Scope, charts_of

from ..conftest import Examine
from .conftest import Project

SVG = "{http://www.w3.org/2000/svg}"
LONG = "示例省应急指挥部办公室督导组"  # a unit's name of fourteen letters
UNITS = f"units:\n  - {{name: 示例省}}\n  - {{name: {LONG}, parent: 示例省}}\n  - {{name: 示例&县, parent: 示例省}}\n"
CATEGORIES = "categories:\n  - {name: 报表}\n  - {name: 会议}\n"


def item(number: int, unit: str, due: str, moves: str = "", more: str = "") -> str:
    days = {"in_progress": "2026-05-01", "submitted": "2026-06-01", "closed": "2026-08-15"}
    log = "".join(f"      - {{date: {days[m]}, status: {m}, by: 某岗}}\n" for m in moves.split())
    head = f"  - {{id: A-{number}, title: t, problem: p, unit: {unit}, found: 2026-03-0{number}, due: {due}"
    return f"{head}{more}, log: [{', '.join(line.strip(' -') for line in log.splitlines())}]}}\n"


@pytest.fixture
def ledger(examined: Examine) -> Ledger:
    done = "in_progress submitted closed"
    asked = ", feedback: {satisfied: 3, total: 4, date: 2026-09-01}"
    items = [
        item(1, LONG, "2026-07-31", done, asked + ", category: 报表"),
        item(2, LONG, "2026-12-31", done, ", category: 会议"),
        item(3, "示例&县", "2026-11-01", "in_progress", ", category: 报表"),
        item(4, "示例&县", "2026-05-02"),
        item(5, "示例省", "2026-12-31"),
    ]
    texts = {
        "a.yml": "checklist: {id: A, title: a}\nitems:\n" + "".join(items),
        "_units.yml": UNITS,
        "_categories.yml": CATEGORIES,
    }
    found = examined(texts)
    assert [d for d in found.diagnostics if d.severity == "error"] == []
    return found.ledger


def scope(ledger: Ledger, unit: str = "示例省", language: str = "zh") -> Scope:
    return Scope(
        ledger,
        read_catalogue(language),
        Addresses(True),
        ledger.of_unit(unit),
        {"unit": (unit,)},
        "../../",
    )


HREF = "{http://www.w3.org/1999/xlink}href"


def drawn(ledger: Ledger, kind: str, language: str = "zh") -> Chart:
    chart = CHARTS[kind](scope(ledger, language=language))
    assert chart is not None
    return chart


def tree(chart: Chart) -> ElementTree.Element:
    # In HTML the prefix is known; in XML it is to be declared.
    return ElementTree.fromstring(
        chart.svg.replace("<svg ", '<svg xmlns:xlink="http://www.w3.org/1999/xlink" ', 1)
    )


@pytest.mark.parametrize("kind", CHARTS)
def test_every_number_drawn_is_a_link_and_stands_in_the_table(ledger: Ledger, kind: str) -> None:
    chart = drawn(ledger, kind)
    root = tree(chart)
    marks = [*root.iter("rect"), *root.iter("circle")]
    links = {a.attrib[HREF]: a for a in root.iter("a") if a.find("title") is not None}
    assert len(marks) == sum(
        a.find("rect") is not None or a.find("circle") is not None for a in root.iter("a")
    )
    told = {v.address: v.label for row in chart.rows for v in row.values if v.number or kind == "burn_up"}
    assert {href: str(a.findtext("title")) for href, a in links.items()} == told
    for address in told:
        assert address.startswith("../../ledger/?")
        assert re.fullmatch(r"[\x21-\x7e]+", address), "not percent-encoded"


@pytest.mark.parametrize("kind", ["status", "closures", "ageing", "units", "categories"])
def test_a_number_is_that_of_the_records_its_link_names(ledger: Ledger, kind: str) -> None:
    for row in drawn(ledger, kind).rows:
        for value in row.values:
            query = parse_qs(urlsplit(value.address).query)
            where = {k: v[0].split(",") for k, v in query.items() if not k.endswith(("_from", "_to"))}
            found = list(select(ledger, where))
            if "due_to" in query:
                found = [r for r in found if r.item.due.isoformat() <= query["due_to"][0]]
            if "due_from" in query:
                found = [r for r in found if r.item.due.isoformat() >= query["due_from"][0]]
            if "closed_from" in query:
                span = query["closed_from"][0], query["closed_to"][0]
                found = [r for r in found if span[0] <= r.state.since.isoformat() <= span[1]]
                # The ledger has no query for `on time`: that link names all that were closed.
                late = sum(r.state.closed_late for r in found)
                assert value.number == (late if "flag" in query else len(found) - late)
            else:
                assert value.number == len(found), value


def test_lengths_are_in_proportion(ledger: Ledger) -> None:
    root = tree(drawn(ledger, "status"))
    widths = {str(a.findtext("title")): float(a.find("rect").attrib["width"]) for a in root.iter("a") if a.find("rect") is not None}  # type: ignore[union-attr]  # fmt: skip
    assert widths == {"未启动，问题数：2": 400, "整改中，问题数：1": 200, "已销号，问题数：2": 400}


@pytest.mark.parametrize("kind", CHARTS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_drawing_is_bare_and_the_same_each_time(ledger: Ledger, kind: str, language: str) -> None:
    first, second = drawn(ledger, kind, language), drawn(ledger, kind, language)
    assert first == second
    for unwanted in ("<script", "<style", "<!--", "<?xml", "style=", "id=", "http", "#", "pygal"):
        assert unwanted not in first.svg, unwanted
    assert not re.search(r"(fill|stroke|color)=", first.svg), "a colour of its own"
    root = tree(first)
    assert root.attrib["role"] == "group"
    assert root.attrib["aria-label"] == first.title
    classes = {
        c for node in root.iter() for c in node.attrib.get("class", "").split() if c.startswith("rx-of--")
    }
    styled = Path(__file__).parents[2].joinpath("src/rectification/assets/css/charts.css").read_text("utf-8")
    assert all(f".{name} {{" in styled or f".{name}," in styled for name in classes)


def test_chinese_names_are_whole_and_lead_to_their_pages(ledger: Ledger) -> None:
    chart = drawn(ledger, "units")
    names = {a.findtext("text"): a.attrib[HREF] for a in tree(chart).iter("a") if a.find("text") is not None}
    assert set(names) == {LONG, "示例&县"}
    assert all(href.startswith("../../units/") for href in names.values())
    assert chart.title == "示例省各单位整改情况"
    assert chart.note == "另有 1 个问题由示例省本级负责。"


def test_many_rows_are_cut_to_the_largest_and_say_so(ledger: Ledger) -> None:
    one = Scope(ledger, read_catalogue("en"), Addresses(True), ledger.records, {}, "", limit=1)
    chart = CHARTS["categories"](one)
    assert chart is not None
    assert [row.name for row in chart.rows] == ["报表"]
    assert "1 more" in chart.note


def test_numbers_of_the_day_say_so(ledger: Ledger) -> None:
    assert {kind for kind in CHARTS if drawn(ledger, kind).dated} == {"ageing"}


def test_without_numbers_there_is_no_chart(ledger: Ledger) -> None:
    nothing = Scope(ledger, read_catalogue("zh"), Addresses(True), (), {}, "")
    assert [kind for kind, draw in CHARTS.items() if draw(nothing) is not None] == []


def test_pages_show_a_few_charts_and_none_of_a_handful(ledger: Ledger) -> None:
    assert all(len(names) <= 3 for names in ON_PAGE.values())
    assert [c.kind for c in charts_of("unit", scope(ledger))] == ["units", "burn_up"]
    assert charts_of("unit", scope(ledger, LONG)) == []


# -- on pages --------------------------------------------------------------------------------------------


def page_with(project: Project, *blocks: str) -> str:
    fences = "\n".join(f"```ledger\n{block}\n```\n" for block in blocks)
    project.write("docs/index.md", f"# 首页\n\n{fences}")
    assert project.build().code == 0, project.output
    return re.split(r"</?article[^>]*>", project.page(""))[1]


def test_a_chart_in_a_page_has_its_words_and_its_table(project: Project) -> None:
    html = page_with(project, "view: chart\nchart: status", "view: chart\nchart: satisfaction")
    assert html.count("<figure") == 1
    assert '<figcaption class="rx-chart__title">各状态数量</figcaption>' in html
    assert "<details" in html and "数据表" in html
    assert re.search(r'<td><a href="ledger/\?status=in_progress">1</a></td>', html)
    assert "没有符合条件的问题" in html  # nobody was asked, so there is no second figure


def test_pages_of_units_have_a_summary(project: Project) -> None:
    more = "".join(
        f"  - {{id: A-{n}, title: t, problem: p, unit: 市委办, found: 2026-03-01, due: 2027-01-01}}\n"
        for n in (4, 5)
    )
    path = project.root / "checklists/forms.yml"
    path.write_text(path.read_text("utf-8") + more, "utf-8")
    assert project.build().code == 0, project.output
    html = project.page("units/示例市")
    assert html.count("<figure") == 2
    assert 'href="../../ledger/?unit=%E5%B8%82%E5%A7%94%E5%8A%9E%E5%85%AC%E5%AE%A4&amp;status=open"' in html
    assert "<figure" not in project.page("units/县卫健局")
    assert "<figure" in project.page("checklists/forms")
