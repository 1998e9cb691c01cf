"""A site copied to a stick: its pages opened as files, with no server at all."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import ROOT, build

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample site, built for use from files and copied elsewhere."""
    project = tmp_path_factory.mktemp("stick")
    for name in ("checklists", "docs", "overrides"):
        shutil.copytree(ROOT / name, project / name)
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    offline = config.replace("  - rectification:\n", "  - rectification:\n      offline: true\n")
    assert offline != config
    (project / "mkdocs.yml").write_text(offline, "utf-8")
    build(project, project / "site")
    return (project / "site").rename(project / "台账 副本")


@pytest.fixture
def opened(chromium: Browser, folder: Path) -> Iterator[Open]:
    """Opens a page of the folder; fails on a script error, and on any request but for files of the folder."""
    context = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", accept_downloads=True)
    context.set_default_timeout(8000)
    context.clock.install(time="2026-11-24T10:00:00+08:00")
    troubles: list[str] = []
    context.on("weberror", lambda error: troubles.append(str(error.error)))
    context.on(
        "request",
        lambda request: (
            troubles.append(request.url)
            if not request.url.startswith((folder.as_uri(), "data:", "blob:"))
            else None
        ),
    )

    def visit(address: str) -> Page:
        page = context.new_page()
        page.goto(f"{folder.as_uri()}/{address}")
        return page

    yield visit
    context.close()
    assert troubles == []


def test_from_home_to_an_item(opened: Open) -> None:
    page = opened("index.html")
    expect(page.locator(".rx-card--overdue b")).to_have_text("6")
    page.locator(".rx-card--overdue a").click()
    expect(page.locator("[data-ledger]")).to_have_attribute("data-ready", "6")
    assert page.url.endswith("ledger/index.html?flag=overdue")
    page.locator(".tabulator-row a").first.click()
    expect(page.locator(".rx-timeline .rx-event").first).to_be_visible()
    assert re.search(r"items/[\w-]+\.html$", page.url)
    expect(page.locator(".rx-prevnext__back")).to_be_visible()
    page.locator(".rx-prevnext__back").click()
    expect(page.locator("[data-ledger]")).to_have_attribute("data-ready", "6")


def test_the_table_filters_by_its_own_text_and_says_so(opened: Open) -> None:
    page = opened("ledger/index.html?view=all")
    expect(page.locator("[data-ledger]")).to_have_attribute("data-ready", "30")
    page.locator("[data-facet=status] input[value=closed]").click()
    expect(page.locator("[data-ledger]")).to_have_attribute("data-ready", "11")
    page.go_back()
    expect(page.locator("[data-ledger]")).to_have_attribute("data-ready", "30")
    page.locator("[data-ledger] [name=q]").fill("轮休")
    expect(page.locator("[data-ledger]")).to_have_attribute("data-ready", "1")
    expect(page.locator("[data-note]")).to_be_visible()


def test_export_and_changes(opened: Open) -> None:
    page = opened("ledger/index.html?status=closed")
    expect(page.locator("[data-ledger]")).to_have_attribute("data-ready", "11")
    page.locator(".rx-menu summary", has_text="导出").click()
    with page.expect_download() as waiting:
        page.locator("[data-export=csv]").click()
    text = Path(waiting.value.path()).read_text("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(text)))) == 11
    changes = opened("changes/index.html?from=2020-01-01&to=2026-11-24")
    expect(changes.locator("[data-number=total]")).to_have_text("0 → 30")


def test_the_search_says_where_it_works(opened: Open) -> None:
    page = opened("index.html")
    page.keyboard.press("s")
    page.locator(".md-search__input").fill("报表")
    expect(page.locator(".md-search-result__meta")).to_contain_text("筛选")
