"""An internal site says so on every page and in every file that can; a public one shows that it withholds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rectification.catalogue import read_catalogue

from .conftest import CHECKLIST, MKDOCS, Project, project

PARTS = """\
    log:
      - {date: 2026-03-02, status: in_progress, by: 内部的人, note: 内部的话, visibility: internal, internal_evidence: [evidence/in.txt]}
      - {date: 2026-03-03, note: 内部的线索, visibility: internal}
"""


def made(root: Path, audience: str, language: str = "zh") -> Project:
    make = project.__wrapped__(root)  # type: ignore[attr-defined]
    config = MKDOCS.format(language=language).replace("search: false", f"search: false, audience: {audience}")
    make.write("mkdocs.yml", config)
    text = CHECKLIST.replace("    due: 2027-11-01\n  - id: A-3", f"    due: 2027-11-01\n{PARTS}  - id: A-3")
    make.write("checklists/forms.yml", text)
    make.write("checklists/evidence/in.txt", "内部的文件")
    make.write("docs/method.md", "# 方法\n\n手写的页。\n")
    assert make.build().code == 0, make.output
    return make


@pytest.fixture(scope="module")
def internal(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return made(tmp_path_factory.mktemp("internal"), "internal")


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return made(tmp_path_factory.mktemp("public"), "public")


def pages(site: Project) -> dict[str, str]:
    return {name: content.decode() for name, content in site.files().items() if name.endswith(".html")}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_says_that_it_is_for_inside(tmp_path: Path, internal: Project, language: str) -> None:
    site = internal if language == "zh" else made(tmp_path, "internal", language)
    notice = read_catalogue(language).text("ui.internal_notice")
    found = pages(site)
    assert {
        "index.html",
        "404.html",
        "method/index.html",
        "items/A-1/index.html",
        "ledger/index.html",
    } <= found.keys()
    for name, html in found.items():
        banner = re.search(
            r'<body\b[^>]*data-rx-audience="internal"[^>]*>\s*<div class="rx-audience"[^>]*>(.*?)</div>', html
        )
        assert banner is not None and banner[1] == notice, name
        assert html.count('<meta name="robots" content="noindex">') == 1, name


def test_a_public_page_says_nothing_of_it(public: Project) -> None:
    for name, html in pages(public).items():
        assert 'class="rx-audience"' not in html and 'content="noindex"' not in html, name


def test_what_is_internal_is_marked_where_it_stands(internal: Project) -> None:
    mark = '<span class="rx-internal">内部</span>'
    item = internal.page("items/A-2")
    timeline = item[item.index('class="rx-timeline"') :]
    timeline = timeline[: timeline.index("</ol>")]
    assert timeline.count(mark) == 3  # two entries, and a piece of evidence
    evidence = item[item.index('class="rx-evidence-list"') :]
    assert re.search(rf">in.txt</a>\s*{re.escape(mark)}", evidence)
    head = internal.page("items/A-3").partition('class="rx-facts"')[0]
    assert mark in head
    # Wherever a page leads to it, too.
    assert re.search(rf"内部条目</a>\s*{re.escape(mark)}", internal.page("checklists/forms"))
    assert json.loads(internal.files()["ledger/rows.json"])["columns"]["internal"] == [0, 0, 1]


def test_a_public_page_shows_that_it_withholds(public: Project) -> None:
    item = public.page("items/A-2")
    timeline = item[item.index('class="rx-timeline"') :]
    timeline = timeline[: timeline.index("</ol>")]
    assert re.findall(r'datetime="([\d-]+)"', timeline) == ["2026-03-01", "2026-03-02"]
    assert '<span class="rx-internal">详情不公开</span>' in timeline
    for content in public.files().values():
        assert not any(
            one.encode() in content for one in ("内部的人", "内部的话", "内部的线索", "内部的文件")
        )
    assert "evidence/in.txt" not in public.files()
    assert "internal" not in json.loads(public.files()["ledger/rows.json"])["columns"]


def test_feeds_calendars_and_the_interface_say_it(internal: Project, public: Project) -> None:
    notice = read_catalogue("zh").text("ui.internal_notice")
    ours, theirs = internal.files(), public.files()
    assert f"<rights>{notice}</rights>" in ours["feeds/all.xml"].decode()
    assert "<rights>" not in theirs["feeds/all.xml"].decode()
    assert "〔内部〕A-3" in ours["feeds/all.xml"].decode()
    calendar = ours["feeds/all.ics"].decode().replace("\r\n ", "")
    assert f"DESCRIPTION:{notice}" in calendar and calendar.count("CLASS:CONFIDENTIAL") == 1
    assert "CLASS:" not in theirs["feeds/all.ics"].decode()
    assert json.loads(ours["api/v1/site.json"])["audience"] == "internal"
    assert json.loads(theirs["api/v1/site.json"])["audience"] == "public"
    told = [c for c in json.loads(theirs["api/v1/changes.json"])["changes"] if c.get("visibility")]
    assert told == [
        {
            "date": "2026-03-02",
            "item": "A-2",
            "event": "log",
            "status": "in_progress",
            "visibility": "internal",
        }
    ]
    # Who moved it is withheld: that is not to say that its unit did.
    entries = re.findall(r"<entry>.*?</entry>", theirs["feeds/all.xml"].decode(), re.DOTALL)
    (moved,) = [one for one in entries if "#2026-03-02-in_progress" in one and "/A-2/" in one]
    assert "<name>Probe</name>" in moved and "县卫健局" not in moved
