"""The search as a reader uses it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.reader import served
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import TODAY, ZONE, Machine, Reader, Watch, build

MKDOCS = """\
site_name: Probe
theme: {{name: material, language: {language}, font: false, features: [{features}]}}
plugins: [{{rectification: {{search: {search}}}}}]
"""
CHECKLIST = """\
checklist: {id: T2026, title: 清单}
items:
  - {id: T2026-001, title: 省市县三级报表标准不一, problem: 同一指标三种口径，**基**层反复填报。, unit: 甲单位, found: 2026-03-01, due: 2027-01-01, category: 报表}
  - {id: T2026-002, title: 文山会海反弹, problem: 视频会议一周十一个。 The quarterly dashboard was late., unit: 乙单位, found: 2026-03-01, due: 2027-01-01, category: 会议, log: [{date: 2026-03-02, status: in_progress}]}
  - {id: T2026-003, title: 属地管理成了挡箭牌, problem: 执法事项转给村委会，附 `<img src=x onerror=alert(1)>` 一行。, unit: 乙单位, found: 2026-03-01, due: 2027-01-01, category: 推诿, log: [{date: 2026-03-02, status: in_progress}]}
  - {id: T2026-004, title: 电子台账之外还要留一套纸质台账, problem: 督查考核次数有增无减。, unit: 丙单位, found: 2026-03-01, due: 2027-01-01, category: 报表, log: [{date: 2026-03-02, status: in_progress}, {date: 2026-03-03, status: submitted}]}
"""
MANY = "checklist: {id: M2026, title: 多项}\nitems:\n" + "".join(
    f"  - {{id: M2026-{n:03}, title: 生成问题第{n}项, problem: 群众反映。, unit: 丁单位, found: 2026-03-01, due: 2027-01-01, category: 其他}}\n"
    for n in range(1, 24)
)


def write_site(folder: Path, *, language: str = "zh", search: str = "true", features: str = "") -> Path:
    (folder / "checklists").mkdir(parents=True)
    (folder / "docs").mkdir()
    (folder / "mkdocs.yml").write_text(
        MKDOCS.format(language=language, search=search, features=features), "utf-8"
    )
    (folder / "checklists/t.yml").write_text(CHECKLIST, "utf-8")
    (folder / "checklists/m.yml").write_text(MANY, "utf-8")
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


@pytest.fixture(scope="module")
def open_search(probe: str, chromium: Browser) -> Iterator[Page]:
    watch = Watch(Machine(chromium, True, ZONE).open(1280, "light", TODAY))
    page = watch.goto(probe)
    page.keyboard.press("/")
    yield page
    watch.end()


@pytest.fixture
def asked(open_search: Page) -> Page:
    """A page with its search open: one for all words that are asked for, of which none are left."""
    box(open_search).fill("")
    expect(titles(open_search)).to_have_count(0)
    return open_search


def box(page: Page) -> Locator:
    return page.locator(".md-search__input")


def titles(page: Page) -> Locator:
    return page.locator(".md-search-result__item h1")


def said(page: Page) -> Locator:
    return page.locator(".md-search-result__meta")


def select(page: Page, name: str) -> Locator:
    return page.locator(f".rx-search__filters select[name={name}]")


def ask(page: Page, words: str) -> None:
    page.keyboard.press("/")
    box(page).fill(words)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("报表", "省市县三级报表标准不一"),  # two characters
        ("台账", "电子台账之外还要留一套纸质台账"),  # a word that dictionaries cut differently
        ("文山会海", "文山会海反弹"),  # four
        ("督查考核", "电子台账之外还要留一套纸质台账"),  # two words of the text, side by side
        ("标准不一", "省市县三级报表标准不一"),  # part of a title
        ("山会", "文山会海反弹"),  # across words
        ("基层", "省市县三级报表标准不一"),  # half of it bold in the text
        ("账", "电子台账之外还要留一套纸质台账"),  # one character, not the first of its word
        ("电子台账之外还要留一套纸质台账", "电子台账之外还要留一套纸质台账"),  # a whole title
        ("属地", "属地管理成了挡箭牌"),  # part of a compound
        ("村委会", "属地管理成了挡箭牌"),  # in the text
        ("文山，会议", "文山会海反弹"),  # two words
        ("“会海反弹”", "文山会海反弹"),
        ("T2026-002", "文山会海反弹"),
        ("t2026-003", "属地管理成了挡箭牌"),
        ("2026-004", "电子台账之外还要留一套纸质台账"),
        ("dashboard", "文山会海反弹"),
        ("dashboards", "文山会海反弹"),  # its other form
        ("DASH", "文山会海反弹"),  # its beginning
        ("报表 口径", "省市县三级报表标准不一"),
        ("阅读台账", "首页"),  # a hand-written page
    ],
)
def test_finds(asked: Page, words: str, found: str) -> None:
    box(asked).fill(words)
    expect(titles(asked).filter(has_text=re.compile(f"^{found}$"))).to_be_visible()


def test_words_that_stand_apart_are_found_where_nothing_has_them_side_by_side(
    probe: str, reader: Reader
) -> None:
    page = reader(probe)
    ask(page, "报表口径")
    expect(titles(page)).to_have_text(["省市县三级报表标准不一"])
    expect(page.locator(".md-search-result__item mark")).to_have_text(["报表", "口径"])
    ask(page, "属地会议")  # on no page together
    expect(said(page)).to_have_text("没有找到符合条件的结果")


def test_no_result_says_so(probe: str, reader: Reader) -> None:
    page = reader(probe)
    ask(page, "zzzzqqqq")
    expect(said(page)).to_have_text("没有找到符合条件的结果")
    expect(titles(page)).to_have_count(0)


def test_listings_are_no_results(probe: str, reader: Reader) -> None:
    page = reader(probe)
    ask(page, "生成问题第7项")
    expect(said(page)).to_have_text("找到 1 个结果")
    expect(titles(page)).to_have_text(["生成问题第7项"])


def test_a_result_shows_the_facts_of_its_item(probe: str, reader: Reader) -> None:
    page = reader(probe)
    ask(page, "文山会海")
    first = page.locator(".md-search-result__item").first
    expect(first.locator("a")).to_have_attribute("href", f"{probe}items/T2026-002/")
    expect(first.locator(".rx-id")).to_have_text("T2026-002")
    expect(first.locator(".rx-badge--in_progress")).to_have_text("整改中")
    expect(first.locator(".rx-search__facts")).to_contain_text("乙单位")
    expect(first.locator(".rx-search__facts")).to_contain_text("期限 2027-01-01")
    expect(first.locator("h1 mark")).to_have_text("文山会海")
    expect(first.locator(".rx-search__excerpt")).to_contain_text(
        "视频会议一周十一个。 The quarterly dashboard"
    )
    expect(said(page)).to_have_attribute("aria-live", "polite")


def test_what_looks_like_html_is_shown_as_text(probe: str, reader: Reader) -> None:
    page = reader(probe)
    ask(page, "onerror")
    excerpt = page.locator(".rx-search__excerpt")
    expect(excerpt).to_contain_text("附 <img src=x onerror=alert(1)> 一行")
    expect(excerpt.locator("img")).to_have_count(0)


@pytest.mark.parametrize("key", ["/", "s", "f"])
def test_keys_open_and_escape_gives_the_focus_back(probe: str, reader: Reader, key: str) -> None:
    page = reader(f"{probe}items/T2026-001/")
    link = page.locator(".rx-facts a").first
    link.focus()
    page.keyboard.press(key)
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("")
    assert page.locator("#__search").is_checked()
    page.keyboard.press("Escape")
    assert not page.locator("#__search").is_checked()
    expect(link).to_be_focused()


@pytest.mark.parametrize("key", ["Control+f", "Alt+s", "Meta+s"])
def test_keys_with_a_modifier_are_the_browser_s(probe: str, reader: Reader, key: str) -> None:
    page = reader(probe)
    page.keyboard.press(key)
    assert not page.locator("#__search").is_checked()


def test_arrows_move_and_enter_opens(probe: str, reader: Reader) -> None:
    page = reader(probe)
    ask(page, "乙单位")
    items = page.locator(".md-search-result__item")
    expect(items).to_have_count(3)  # the unit's own page and its two items
    select(page, "unit").select_option("乙单位")
    expect(items).to_have_count(2)
    box(page).focus()
    page.keyboard.press("ArrowDown")
    expect(items.nth(0).locator("a")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(items.nth(1).locator("a")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(box(page)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(items.nth(1).locator("a")).to_be_focused()
    target = items.nth(1).locator("a").get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{target}")


def test_enter_opens_the_first_result_even_before_it_is_shown(probe: str, reader: Reader) -> None:
    page = reader(probe)
    page.keyboard.press("/")
    page.keyboard.type("T2026-003")
    page.keyboard.press("Enter")
    page.wait_for_url("**/items/T2026-003/")


def test_typing_on_from_a_result_goes_on_in_the_box(probe: str, reader: Reader) -> None:
    page = reader(probe)
    ask(page, "dash")
    expect(titles(page)).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.type("board")
    expect(box(page)).to_have_value("dashboard")


def test_tab_leads_through_the_search_and_closes_it_behind(probe: str, reader: Reader) -> None:
    page = reader(probe)
    ask(page, "属地")
    expect(titles(page)).to_have_count(1)
    reached = []
    while page.locator("#__search").is_checked():
        reached.append(page.evaluate("document.activeElement.name || document.activeElement.tagName"))
        assert len(reached) < 10, reached
        page.keyboard.press("Tab")
    assert [place for place in reached if place != "DIV"] == ["words", "status", "unit", "category", "A"]
    # Closed, its results cannot be reached.
    expect(page.locator(".md-search-result__item a")).not_to_be_visible()


def test_a_click_beside_the_search_closes_it(probe: str, reader: Reader) -> None:
    page = reader(probe)
    ask(page, "属地")
    page.mouse.click(20, 700)
    assert not page.locator("#__search").is_checked()
    expect(box(page)).not_to_be_focused()


def test_more_results_on_demand(probe: str, reader: Reader) -> None:
    page = reader(probe)
    ask(page, "生成问题")
    expect(said(page)).to_have_text("找到 23 个结果")
    expect(titles(page)).to_have_count(10)
    page.get_by_role("button", name="再显示 10 个").click()
    expect(titles(page)).to_have_count(20)
    expect(page.locator(".md-search-result__item a").nth(10)).to_be_focused()
    page.get_by_role("button", name="再显示 3 个").click()
    expect(titles(page)).to_have_count(23)
    expect(page.locator(".rx-search__more")).not_to_be_visible()


def test_filters_with_and_without_words(probe: str, reader: Reader) -> None:
    page = reader(probe)
    page.keyboard.press("/")
    options = select(page, "status").locator("option")
    expect(options).to_have_text(["全部", "未启动 (24)", "整改中 (2)", "待验收 (1)"])
    select(page, "status").select_option("in_progress")
    expect(titles(page)).to_have_count(2)
    # The numbers beside are those of what is chosen; those of its own are what choosing another would give.
    expect(options).to_have_text(["全部", "未启动 (24)", "整改中 (2)", "待验收 (1)"])
    expect(select(page, "unit").locator("option")).to_have_text(["全部", "乙单位 (2)"])
    select(page, "category").select_option("推诿")
    expect(titles(page)).to_have_text(["属地管理成了挡箭牌"])
    expect(options).to_have_text(["全部", "整改中 (1)"])
    select(page, "category").select_option("")
    box(page).fill("文山会海")
    expect(titles(page)).to_have_text(["文山会海反弹"])
    select(page, "unit").select_option("乙单位")
    expect(titles(page)).to_have_text(["文山会海反弹"])
    page.locator(".md-search__options button").click()
    expect(titles(page)).to_have_count(2)
    select(page, "unit").select_option("")
    select(page, "status").select_option("")
    expect(said(page)).to_have_text("输入文字开始搜索")
    expect(titles(page)).to_have_count(0)


def test_words_in_the_address_open_the_search(probe: str, reader: Reader) -> None:
    page = reader(f"{probe}?q=报表")
    expect(titles(page).get_by_text("三级报表")).to_be_visible()
    expect(box(page)).to_be_focused()
    page.locator(".md-search__options button").click()
    expect(box(page)).to_have_value("")
    expect(titles(page)).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page).to_have_url(probe)


def test_typing_a_slash_in_a_field_stays_text(probe: str, reader: Reader) -> None:
    page = reader(f"{probe}ledger/?q=报表")
    page.locator("[data-ledger] [name=q]").fill("")
    page.keyboard.type("s/f")
    expect(page.locator("[data-ledger] [name=q]")).to_have_value("s/f")
    assert not page.locator("#__search").is_checked()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_narrow_screen(probe: str, reader: Reader, scheme: str) -> None:
    page = reader(probe, width=390, scheme=scheme)
    expect(page.locator(".md-search__inner")).to_have_css("opacity", "0")
    page.locator(".md-header__button[for=__search]").click()
    expect(box(page)).to_be_focused()
    box(page).fill("三级报表")
    first = page.locator(".md-search-result__item a").first
    expect(first).to_be_in_viewport()
    expect(page.locator(".md-search__inner")).to_have_css("opacity", "1")
    filters = page.locator(".rx-search__filters").bounding_box()
    assert filters is not None
    assert filters["width"] <= 390
    assert filters["height"] < 80
    first.click()
    page.wait_for_url("**/items/T2026-001/")


def test_the_index_is_loaded_only_when_asked_for(probe: str, reader: Reader) -> None:
    page = reader(probe)
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.reload(wait_until="networkidle")
    assert not [url for url in loaded if "/pagefind/" in url]
    page.keyboard.press("/")
    expect(select(page, "status")).to_be_visible()
    assert [url for url in loaded if "/pagefind/" in url]
    assert page.evaluate("document.documentElement.lang") == "zh"


def test_below_a_folder_and_with_instant_navigation(tmp_path: Path, reader: Reader) -> None:
    site = write_site(tmp_path / "p", features="navigation.instant")
    (tmp_path / "www").mkdir()
    shutil.move(site, tmp_path / "www/demo")
    with served(tmp_path / "www") as address:
        page = reader(f"{address}demo/")
        page.evaluate("window.same = true")
        ask(page, "属地")
        page.locator(".md-search-result__item a").first.click()
        page.wait_for_url(f"{address}demo/items/T2026-003/")
        assert not page.locator("#__search").is_checked()
        expect(page.locator("h1")).to_have_text("属地管理成了挡箭牌")
        ask(page, "阅读台账")
        page.locator(".md-search-result__item a").first.click()
        page.wait_for_url(f"{address}demo/")
        ask(page, "报表")
        expect(titles(page).get_by_text("三级报表")).to_be_visible()


def test_english_interface(tmp_path: Path, reader: Reader) -> None:
    with served(write_site(tmp_path / "p", language="en")) as address:
        page = reader(address)
        ask(page, "dashboard")
        expect(said(page)).to_have_text("1 result")
        expect(page.locator(".md-search-result__item .rx-badge")).to_have_text("In progress")
        expect(page.locator(".rx-search__facts")).to_contain_text("Due 2027-01-01")
        box(page).fill("台账")
        expect(titles(page).first).to_have_text("电子台账之外还要留一套纸质台账")
        assert page.evaluate("document.documentElement.lang") == "en"


def test_switched_off(tmp_path: Path, reader: Reader) -> None:
    with served(write_site(tmp_path / "p", search="false")) as address:
        page = reader(address)
        page.keyboard.press("/")
        assert page.locator(".md-search").count() == 0
        assert not page.locator("#__search").is_checked()


UNAVAILABLE = "搜索索引不可用：请通过网站服务器打开本页，或在台账页筛选。"


def test_without_its_index_it_says_so_and_may_have_it_later(
    site: Path, tmp_path: Path, reader: Reader
) -> None:
    copy = tmp_path / "site"
    shutil.copytree(site, copy)
    (copy / "pagefind").rename(copy / "away")
    with served(copy) as address:
        page = reader(address, missing="/pagefind/")
        ask(page, "报表")
        expect(said(page)).to_have_text(UNAVAILABLE)
        page.keyboard.press("Escape")
        assert not page.locator("#__search").is_checked()


def test_from_a_file_it_says_so(site: Path, reader: Reader) -> None:
    page = reader((site / "index.html").as_uri(), missing="file://")
    page.locator(".md-search__input").click()
    expect(said(page)).to_have_text(UNAVAILABLE)


@pytest.mark.parametrize(
    ("words", "item"),
    [("台账", "BS2026-009"), ("督查考核次数有增无减", "DC2026-002"), ("zr2026-001", "ZR2026-001")],
)
def test_the_sample_s_items_are_found_first(sample: str, reader: Reader, words: str, item: str) -> None:
    page = reader(sample)
    ask(page, words)
    expect(page.locator(".md-search-result__item .rx-id").first).to_have_text(item)
