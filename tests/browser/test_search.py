"""The search as a reader uses it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import Reader, build, served

MKDOCS = """\
site_name: Probe
theme: {{name: material, language: {language}, font: false, features: [{features}]}}
plugins: [{{rectification: {{search: {search}}}}}]
"""
CHECKLIST = """\
checklist: {id: T2026, title: 清单}
items:
  - {id: T2026-001, title: 省市县三级报表标准不一, problem: 同一指标三种口径，基层反复填报。, unit: 甲单位, found: 2026-03-01, due: 2027-01-01, category: 报表}
  - {id: T2026-002, title: 文山会海反弹, problem: 视频会议一周十一个。 The quarterly dashboard was late., unit: 乙单位, found: 2026-03-01, due: 2027-01-01, category: 会议, log: [{date: 2026-03-02, status: in_progress}]}
  - {id: T2026-003, title: 属地管理成了挡箭牌, problem: 执法事项转给村委会。, unit: 乙单位, found: 2026-03-01, due: 2027-01-01, category: 推诿, log: [{date: 2026-03-02, status: in_progress}]}
"""


def write_site(folder: Path, *, language: str = "zh", search: str = "true", features: str = "") -> Path:
    (folder / "checklists").mkdir(parents=True)
    (folder / "docs").mkdir()
    (folder / "mkdocs.yml").write_text(
        MKDOCS.format(language=language, search=search, features=features), "utf-8"
    )
    (folder / "checklists/t.yml").write_text(CHECKLIST, "utf-8")
    (folder / "docs/index.md").write_text("# 首页\n\n本站说明：怎样阅读台账。\n", "utf-8")
    site = folder / "site"
    build(folder, site)
    return site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_site(tmp_path_factory.mktemp("search"))


@pytest.fixture(scope="module")
def probe(site: Path) -> Iterator[str]:
    with served(site) as address:
        yield address


def titles(page: Page) -> list[str]:
    return page.locator(".md-search-result__item h1").all_inner_texts()


def ask(page: Page, words: str) -> None:
    page.keyboard.press("/")
    page.locator(".md-search__input").fill(words)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("报表", "省市县三级报表标准不一"),  # two characters
        ("文山会海", "文山会海反弹"),  # four
        ("标准不一", "省市县三级报表标准不一"),  # part of a title
        ("属地", "属地管理成了挡箭牌"),  # part of a compound
        ("村委会", "属地管理成了挡箭牌"),  # in the text
        ("T2026-002", "文山会海反弹"),
        ("t2026-003", "属地管理成了挡箭牌"),
        ("dashboard", "文山会海反弹"),
        ("阅读台账", "首页"),  # a hand-written page
    ],
)
def test_finds(probe: str, reader: Reader, words: str, found: str) -> None:
    page = reader(probe)
    ask(page, words)
    expect(page.locator(".md-search-result__item h1").get_by_text(found, exact=True)).to_be_visible()


def test_no_result_says_so(probe: str, reader: Reader) -> None:
    page = reader(probe)
    ask(page, "zzzzqqqq")
    expect(page.locator(".md-search-result__meta")).to_have_text("没有找到符合条件的结果")
    assert titles(page) == []


def test_a_result_shows_the_facts_of_its_item(probe: str, reader: Reader) -> None:
    page = reader(probe)
    ask(page, "文山会海")
    first = page.locator(".md-search-result__item").first
    expect(first.locator(".rx-id")).to_have_text("T2026-002")
    expect(first.locator(".rx-badge--in_progress")).to_have_text("整改中")
    expect(first).to_contain_text("乙单位")
    expect(first.locator("h1 mark")).to_have_text("文山会海")
    expect(page.locator(".md-search-result__meta")).to_contain_text("找到")


@pytest.mark.parametrize("key", ["/", "s", "f"])
def test_keys_open_and_escape_closes(probe: str, reader: Reader, key: str) -> None:
    page = reader(probe)
    page.keyboard.press(key)
    expect(page.locator(".md-search__input")).to_be_focused()
    expect(page.locator(".md-search__input")).to_have_value("")
    assert page.locator("#__search").is_checked()
    page.keyboard.press("Escape")
    assert not page.locator("#__search").is_checked()
    expect(page.locator(".md-search__input")).not_to_be_focused()


def test_arrows_move_and_enter_opens(probe: str, reader: Reader) -> None:
    page = reader(probe)
    ask(page, "乙单位")
    items = page.locator(".md-search-result__item")
    expect(items).to_have_count(3)  # the unit's own page and its two items
    page.locator(".rx-search__filters select[name=unit]").select_option("乙单位")
    expect(items).to_have_count(2)
    page.locator(".md-search__input").focus()
    page.keyboard.press("ArrowDown")
    expect(items.nth(0).locator("a")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(items.nth(1).locator("a")).to_be_focused()
    expect(items.nth(1)).to_have_attribute("data-selected", "")
    expect(items.nth(0)).not_to_have_attribute("data-selected", "")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".md-search__input")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(items.nth(1).locator("a")).to_be_focused()
    target = items.nth(1).locator("a").get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{target}")


def test_enter_in_the_box_opens_the_first_result(probe: str, reader: Reader) -> None:
    page = reader(probe)
    ask(page, "属地")
    expect(page.locator(".md-search-result__item").first).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/T2026-003/")


def test_filters_with_and_without_words(probe: str, reader: Reader) -> None:
    page = reader(probe)
    page.keyboard.press("/")
    status = page.locator(".rx-search__filters select[name=status]")
    expect(status.locator("option")).to_have_text(["全部", "未启动 (1)", "整改中 (2)"])
    status.select_option("in_progress")
    expect(page.locator(".md-search-result__item")).to_have_count(2)
    page.locator(".rx-search__filters select[name=category]").select_option("推诿")
    expect(page.locator(".md-search-result__item h1")).to_have_text(["属地管理成了挡箭牌"])
    page.locator(".rx-search__filters select[name=category]").select_option("")
    page.locator(".md-search__input").fill("文山会海")
    expect(page.locator(".md-search-result__item h1")).to_have_text(["文山会海反弹"])
    page.locator(".rx-search__filters select[name=unit]").select_option("乙单位")
    expect(page.locator(".md-search-result__item h1")).to_have_text(["文山会海反弹"])


def test_words_in_the_address_open_the_search(probe: str, reader: Reader) -> None:
    page = reader(f"{probe}?q=报表")
    expect(page.locator(".md-search-result__item h1").get_by_text("三级报表")).to_be_visible()
    page.locator(".md-search__options button").click()
    expect(page.locator(".md-search__input")).to_have_value("")
    expect(page.locator(".md-search-result__item")).to_have_count(0)


def test_typing_a_slash_in_a_field_stays_text(probe: str, reader: Reader) -> None:
    page = reader(f"{probe}ledger/")
    page.locator("[data-filter] [name=q]").click()
    page.keyboard.type("s/f")
    expect(page.locator("[data-filter] [name=q]")).to_have_value("s/f")
    assert not page.locator("#__search").is_checked()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_narrow_screen(probe: str, reader: Reader, scheme: str) -> None:
    page = reader(probe, width=390, scheme=scheme)
    expect(page.locator(".md-search__inner")).to_have_css("opacity", "0")
    page.locator(".md-header__button[for=__search]").click()
    page.locator(".md-search__input").fill("三级报表")
    first = page.locator(".md-search-result__item a").first
    expect(first).to_be_in_viewport()
    expect(page.locator(".md-search__inner")).to_have_css("opacity", "1")
    first.click()
    page.wait_for_url("**/items/T2026-001/")


def test_below_a_folder_and_with_instant_navigation(tmp_path: Path, reader: Reader) -> None:
    site = write_site(tmp_path / "p", features="navigation.instant")
    (tmp_path / "www").mkdir()
    shutil.move(site, tmp_path / "www/demo")
    with served(tmp_path / "www") as address:
        page = reader(f"{address}demo/")
        ask(page, "属地")
        page.locator(".md-search-result__item a").first.click()
        page.wait_for_url(f"{address}demo/items/T2026-003/")
        assert not page.locator("#__search").is_checked()
        ask(page, "报表")
        expect(page.locator(".md-search-result__item h1").get_by_text("三级报表")).to_be_visible()


def test_english_interface(tmp_path: Path, reader: Reader) -> None:
    with served(write_site(tmp_path / "p", language="en")) as address:
        page = reader(address)
        ask(page, "dashboard")
        expect(page.locator(".md-search-result__meta")).to_have_text("1 result")
        expect(page.locator(".md-search-result__item .rx-badge")).to_have_text("In progress")
        page.locator(".md-search__input").fill("报表")
        expect(page.locator(".md-search-result__item h1").get_by_text("三级报表")).to_be_visible()


def test_switched_off(tmp_path: Path, reader: Reader) -> None:
    with served(write_site(tmp_path / "p", search="false")) as address:
        page = reader(address)
        page.keyboard.press("/")
        assert page.locator(".md-search").count() == 0
        assert not page.locator("#__search").is_checked()
