"""Views of the ledger that hand-written pages embed, and what is said of a block that is wrong."""

from __future__ import annotations

import re

import pytest

from rectification.ledger import Ledger
from rectification.site.embed import find_embeds

from ..conftest import TODAY
from .conftest import Project


def found(block: str) -> list[tuple[str, int, int, object]]:
    embeds = find_embeds(f"# t\n\n```ledger\n{block}\n```\n", "docs/x.md", 5, Ledger(TODAY))
    return [(d.code, d.line, d.column, d.facts.get("found") or d.facts["field"]) for d in embeds.diagnostics]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("view: chart", [("M001", 8, 1, "chart")]),
        ("view: chart\nchart: burnup", [("M008", 9, 8, "burnup")]),
        ("chart: ageing\nview: table", [("M002", 8, 1, "chart")]),
        ("view: timeline\ngroup: unit", [("M002", 9, 1, "group")]),
        ("view: chart\nchart: ageing\ngroup: unit", [("M002", 10, 1, "group")]),
        ("view: cards\ngroup: owner", [("M008", 9, 8, "owner")]),
        ("view: card", [("M008", 8, 7, "card")]),
        ("view: cards\ngroup: status\nlimit: 3", []),
        ("view: counts\ngroup: checklist", []),
        ("view: chart\nchart: units\nwhere: {status: open}", []),
    ],
)
def test_mistakes_stand_at_their_line(block: str, expected: list[tuple[str, int, int, str]]) -> None:
    assert found(block) == expected


def page_with(project: Project, block: str) -> str:
    project.write("docs/index.md", f"# 首页\n\n```ledger\n{block}\n```\n")
    assert project.build().code == 0, project.output
    return re.split(r"</?article[^>]*>", project.page(""))[1]


def test_a_missing_chart_stops_the_build(project: Project) -> None:
    project.write("docs/index.md", "# 首页\n\n```ledger\nview: chart\n```\n")
    assert project.build().code != 0
    assert "docs/index.md:4:1" in project.output
    assert not (project.root / "site").exists()


def test_cards(project: Project) -> None:
    html = page_with(project, "view: cards")
    assert html.count('<li class="rx-item ') == 2
    assert 'href="items/A-1/"' in html
    assert 'href="units/office/"' in html
    assert "超期 23 天" in html


def test_groups_have_a_heading_with_their_count(project: Project) -> None:
    html = page_with(project, "view: table\ngroup: status")
    headings = re.findall(
        r'<h3 class="rx-group__title"><a href="([^"]+)">([^<]+)</a> <span[^>]*>(\d+)<', html
    )
    assert headings == [("ledger/?status=open", "未启动", "1"), ("ledger/?status=in_progress", "整改中", "1")]
    html = page_with(project, "view: cards\ngroup: category")
    assert re.findall(r'<h3 class="rx-group__title">(?:<a[^>]*>)?([^<]+?)(?:</a>)? <', html) == [
        "报表",
        "未填写",
    ]


def test_live_groups_count_what_has_the_flag_today(project: Project) -> None:
    html = page_with(project, "view: cards\ngroup: unit\nwhere: {flag: overdue}")
    assert re.findall(r"data-shown>(\d+)<", html) == ["1"]
    assert html.count('data-live="overdue"') == 1


def test_a_group_that_may_get_its_flag_waits_unseen(project: Project) -> None:
    path = project.root / "checklists/forms.yml"
    path.write_text(path.read_text("utf-8").replace("due: 2027-11-01", "due: 2026-11-30"), "utf-8")
    html = page_with(project, "view: table\ngroup: unit\nwhere: {flag: overdue}")
    assert re.findall(r'<section class="rx-group"( hidden)?>', html) == ["", " hidden"]


def test_counts_by_group_are_a_row_each(project: Project) -> None:
    html = page_with(project, "view: counts\ngroup: unit")
    rows = re.findall(
        r'<tr data-dues=.*?<th scope="row"><a href="([^"]+)">([^<]+)</a></th><td>(\d)</td>', html
    )
    assert [row[1:] for row in rows] == [("市委办公室", "1"), ("县卫健局", "1")]
    assert rows[0][0] == "units/office/"


def test_counts_link_to_what_they_count(project: Project) -> None:
    html = page_with(project, "view: counts\nwhere: {unit: 市委办}")
    assert (
        "ledger/?status=closed&amp;unit=%E5%B8%82" in html or "ledger/?status=closed&unit=%E5%B8%82" in html
    )


def test_timeline_is_newest_first_by_day(project: Project) -> None:
    path = project.root / "checklists/forms.yml"
    log = "note: 开始}\n      - {date: 2026-04-01, by: 市委办, note: 中间}\n      - {date: 2026-04-01, by: 市委办, note: 同日}"
    path.write_text(path.read_text("utf-8").replace("note: 开始}", log), "utf-8")
    html = page_with(project, "view: timeline")
    assert re.findall(r'<h3 class="rx-day__title"><time datetime="([^"]+)"', html) == [
        "2026-04-01",
        "2026-03-02",
    ]
    assert html.count('<li class="rx-event') == 3
    assert page_with(project, "view: timeline\nlimit: 1").count('<li class="rx-event') == 1
