"""Nobody is left out: axe-core on every kind of page, the keyboard, zoom, narrow screens, colour."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import Reader

AXE = Path(__file__).parent / "vendor/axe.min.js"
PAGES = [
    "", "ledger/", "ledger/?view=all&group=unit", "changes/?days=60", "items/BS2026-001/", "items/BS2026-003/",
    "items/DC2026-002/", "checklists/", "checklists/forms-and-data/", "units/", "units/city/", "categories/",
    "categories/forms-data/", "reports/", "reports/city/", "reports/city/all.html", "data/", "rules/", "substance/", "items/ZR2026-009/", "method/", "guide/editors/", "guide/editors.en/", "guide/readers/", "404.html",
]  # fmt: skip


def settle(page: Page) -> None:
    """Wait until the scripts of a page have shown what they show."""
    for mark in ("[data-ledger]", "[data-changes]"):
        if page.locator(mark).count():
            page.wait_for_selector(f"{mark}[data-ready]", state="attached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_serious(sample: str, glance: Reader, address: str, scheme: str) -> None:
    page = glance(sample + address, scheme=scheme)
    settle(page)
    page.evaluate(AXE.read_text("utf-8"))  # not as a script of the page: its policy forbids that
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert len(found["passes"]) > 10  # it did look
    grave = [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
    assert grave == []


def test_axe_finds_nothing_serious_in_an_open_search(sample: str, reader: Reader) -> None:
    page = reader(sample)
    page.keyboard.press("s")
    page.locator(".md-search__input").fill("报表")
    expect(page.locator(".md-search-result__item").first).to_be_visible()
    page.evaluate(AXE.read_text("utf-8"))  # not as a script of the page: its policy forbids that
    found = page.evaluate("axe.run(document.querySelector('.rx-search'), {resultTypes: ['violations']})")
    assert [v["nodes"] for v in found["violations"] if v["impact"] in ("serious", "critical")] == []


# 640 px of a 1280 px screen are what is left at 200 % zoom; 320 px is the narrowest that counts.
@pytest.mark.parametrize("width", [640, 320])
@pytest.mark.parametrize("address", PAGES)
def test_zoomed_and_narrow_pages_need_no_sideways_scrolling(sample: str, glance: Reader, address: str, width: int) -> None:  # fmt: skip
    page = glance(sample + address, width=width)
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_ledger_by_keyboard_alone(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}ledger/")
    settle(page)
    page.locator("[data-preset=attention]").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-ledger]")).to_have_attribute("data-ready", "17")
    page.locator("select[name=sort]").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("sort=due.desc")
    page.locator("[data-facet=status] input[value=open]").focus()
    page.keyboard.press("Space")
    assert not page.locator("[data-facet=status] input[value=open]").is_checked()
    page.locator(".rx-menu summary", has_text="导出").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-export=csv]")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("[data-export=csv]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-export=csv]")).to_be_hidden()
    page.locator(".tabulator-tableholder").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.tabulator-row') !== null")
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/*/")


def test_a_status_is_never_told_by_colour_alone(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}ledger/?view=all")
    settle(page)
    badges = page.locator(".tabulator-row .rx-badge")
    words = set(badges.all_inner_texts())
    assert len(words) > 3 and "" not in words
    shapes = badges.evaluate_all("all => all.map(one => one.textContent + getComputedStyle(one, '::before').maskImage)")  # fmt: skip
    assert len(set(shapes)) == len(words)
    assert all("url(" in shape for shape in shapes)
    page.goto(sample)
    for series in page.locator(".rx-share__part .rx-badge").all_inner_texts():
        assert series.strip()
