"""The sample site as a reader uses it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .conftest import Reader


def test_from_a_word_to_the_timeline(sample: str, reader: Reader) -> None:
    page = reader(sample)
    page.keyboard.press("s")
    page.locator(".md-search__input").fill("文号")
    page.locator(".md-search-result__item", has_text="BS2026-003").locator("a").click()
    page.wait_for_url("**/items/BS2026-003/")
    expect(page.locator(".rx-marks .rx-badge")).to_have_text("整改中")
    expect(page.locator(".rx-marks")).to_contain_text("曾反弹")
    events = page.locator(".rx-timeline .rx-event")
    expect(events).to_have_count(6)
    expect(events.nth(4).locator(".rx-badge")).to_have_text("反弹重开")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    "address",
    ["", "ledger/", "items/BS2026-001/", "checklists/", "checklists/forms-and-data/", "units/", "units/city/",
     "categories/", "categories/forms-data/", "method/", "guide/editors/", "guide/readers/"],
)  # fmt: skip
def test_every_kind_of_page_is_whole(
    sample: str, glance: Reader, address: str, width: int, scheme: str
) -> None:
    page = glance(sample + address, width=width, scheme=scheme)
    expect(page.locator("h1")).to_be_visible()
    # Nothing makes the page wider than the screen.
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    channels = [int(part) for part in re.findall(r"\d+", colour)[:3]]
    assert (sum(channels) > 600) == (scheme == "light"), colour


def test_the_numbers_of_the_home_page_lead_to_the_items(sample: str, reader: Reader) -> None:
    page = reader(sample)
    overdue = page.locator(".rx-card--overdue b").inner_text()
    page.locator(".rx-card--overdue a").click()
    page.wait_for_url("**/ledger/?flag=overdue")
    expect(page.locator("[data-ledger]")).to_have_attribute("data-ready", overdue)


# BS2026-008 is submitted and due on 2026-11-26; the site was built on 2026-11-24.
@pytest.mark.parametrize(
    ("day", "said", "kind"),
    [
        ("2026-11-18", "还有 8 天", "rx-days"),
        ("2026-11-19", "还有 7 天", "rx-days rx-days--due_soon"),
        ("2026-11-24", "还有 2 天", "rx-days rx-days--due_soon"),
        ("2026-11-26", "今天到期", "rx-days rx-days--due_soon"),
        ("2026-11-27", "超期 1 天", "rx-days rx-days--overdue"),
        ("2027-11-26", "超期 365 天", "rx-days rx-days--overdue"),
    ],
)
def test_days_are_those_of_the_reader(sample: str, reader: Reader, day: str, said: str, kind: str) -> None:
    page = reader(f"{sample}items/BS2026-008/", day=day)
    days = page.locator(".rx-marks .rx-days")
    expect(days).to_have_text(said)
    expect(days).to_have_class(kind)


def test_the_reader_s_day_is_that_of_the_reader_s_clock(sample: str, reader: Reader) -> None:
    # 04:00 UTC on the 27th is still the 26th on the west coast of America.
    page = reader(f"{sample}items/BS2026-008/", day="2026-11-27", zone="America/Los_Angeles")
    expect(page.locator(".rx-marks .rx-days")).to_have_text("今天到期")


def test_home_counts_and_tables_follow_the_reader_s_day(sample: str, reader: Reader) -> None:
    page = reader(sample)
    cards = page.locator(".rx-card b")
    tables = page.locator("[data-live]")
    before = int(cards.nth(2).inner_text())
    expect(tables.nth(0).locator("tbody tr:visible")).to_have_count(before)
    expect(page.locator("[data-asof]").first).to_have_text("截至今天（2026-11-24）")
    later = reader(sample, day="2026-12-01")
    expect(later.locator(".rx-card b").nth(2)).to_have_text(str(before + 3))
    expect(later.locator("[data-live]").nth(0).locator("tbody tr:visible")).to_have_count(before + 3)
    expect(later.locator("[data-live]").nth(0)).to_contain_text("BS2026-008")
    expect(later.locator("[data-live]").nth(1)).not_to_contain_text("BS2026-008", use_inner_text=True)
    # DC2026-009 (no log, due 12-20) is not yet due soon on the build day, but is a week before its date.
    week = reader(sample, day="2026-12-14")
    expect(week.locator("[data-live]").nth(1)).to_contain_text("DC2026-009", use_inner_text=True)


def test_the_ledger_s_flags_follow_the_reader_s_day(sample: str, reader: Reader) -> None:
    now = reader(f"{sample}ledger/?flag=overdue")
    now.wait_for_selector("[data-ledger][data-ready]")
    expect(now.locator(".tabulator-row", has_text="BS2026-008")).to_have_count(0)
    later = reader(f"{sample}ledger/?flag=overdue", day="2026-12-01")
    expect(later.locator(".tabulator-row", has_text="BS2026-008")).to_have_count(1)


def test_without_scripts_the_build_day_is_shown(sample: str, reader: Reader) -> None:
    page = reader(sample, scripts=False, day="2027-11-24")
    expect(page.locator(".rx-card--overdue b")).to_have_text("6")
    expect(page.locator("[data-asof]").first).to_have_text("截至 2026-11-24（建站日）")
    expect(page.locator("[data-live]").first.locator("tbody tr:visible")).to_have_count(6)
    page = reader(f"{sample}items/BS2026-008/", scripts=False)
    expect(page.locator(".rx-marks .rx-days")).to_have_text("还有 2 天")


def test_evidence_opens(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}items/BS2026-003/")
    link = page.locator(".rx-evidence-list a", has_text="bs2026-003-monthly-count.png")
    answer = page.request.get(page.evaluate("a => a.href", link.element_handle()))
    assert answer.ok
    assert answer.body().startswith(b"\x89PNG")


def test_every_page_says_that_it_is_an_example(sample: str, glance: Reader) -> None:
    for address in ("", "items/ZR2026-001/", "units/city/"):
        expect(glance(sample + address).locator(".md-banner")).to_contain_text("示例")


def test_neighbours_and_breadcrumbs_lead_on(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}items/BS2026-002/")
    page.locator(".rx-prevnext__link--next").click()
    page.wait_for_url("**/items/BS2026-003/")
    page.locator(".md-path__link").last.click()
    page.wait_for_url("**/checklists/forms-and-data/")
    expect(page.locator(".rx-table tbody .rx-table__title")).to_have_count(10)


def test_scripts_go_on_under_instant_navigation(sample: str, reader: Reader) -> None:
    page = reader(sample, day="2026-12-01")
    page.locator(".md-tabs__link", has_text="台账").click()
    page.wait_for_url("**/ledger/")
    expect(page.locator("[data-shown]")).to_have_text("显示 15 / 30 个问题")
    page.locator("[data-ledger] a", has_text="BS2026-008").first.click()
    page.wait_for_url("**/items/BS2026-008/")
    expect(page.locator(".rx-marks .rx-days")).to_have_text("超期 5 天")


@pytest.mark.parametrize("item", ["BS2026-001", "BS2026-003", "DC2026-002", "ZR2026-002"])
def test_an_item_prints_on_one_page(sample: str, reader: Reader, item: str) -> None:
    page = reader(f"{sample}items/{item}/")
    document = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", document)) == 1
    page.emulate_media(media="print")
    expect(page.locator(".rx-timeline")).to_be_visible()
    expect(page.locator(".rx-neighbours")).to_be_hidden()
    expect(page.locator("[data-copy-link]")).to_be_hidden()


def test_an_item_tells_its_story_in_order(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}items/BS2026-003/")
    headings = page.locator(".rx-item h2").evaluate_all("all => all.map((one) => one.id)")
    order = [
        "problem",
        "cause",
        "goal",
        "actions",
        "timeline",
        "verification",
        "evidence",
        "feedback",
        "recurrence",
    ]
    assert [one for one in headings if one in order] == order
    expect(page.locator(".rx-verification--passed")).to_contain_text("独立验收")
    expect(page.locator(".rx-round")).to_have_count(2)
    expect(page.locator(".rx-round").nth(1)).to_contain_text("销号 119 天后反弹")
    image = page.locator(".rx-preview img")
    image.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.rx-preview img').naturalWidth > 0")


def test_a_document_is_loaded_when_the_reader_asks_for_it(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}items/DC2026-002/")
    frame = page.locator("details.rx-preview iframe")
    assert frame.get_attribute("src") is None
    page.locator("details.rx-preview summary").click()
    expect(frame).to_have_attribute("src", re.compile(r"second-quarter\.pdf$"))


def test_the_public_notice_is_of_the_readers_day(sample: str, reader: Reader) -> None:
    for day, said in (("2026-05-19", "尚未公示"), ("2026-05-20", "正在公示"), ("2026-05-27", "公示结束")):
        page = reader(f"{sample}items/BS2026-001/", day=day)
        expect(page.locator("[data-notice]")).to_have_text(said)


def test_a_link_is_copied(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}items/BS2026-001/#timeline")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("[data-copy-link]").click()
    expect(page.locator("[data-copy-link]")).to_have_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()") == f"{sample}items/BS2026-001/"
