"""The page of changes: what happened between two days."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from .conftest import Reader


def ready(page: Page, number: int) -> None:
    expect(page.locator("[data-changes]")).to_have_attribute("data-ready", str(number))


def numbers(page: Page) -> dict[str, str]:
    cells = page.locator("[data-number]").all()
    return {str(cell.get_attribute("data-number")): cell.inner_text() for cell in cells}


def test_the_last_week_and_month_of_the_reader(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}changes/")
    ready(page, 1)
    event = page.locator(".rx-event:visible")
    expect(event).to_contain_text("待验收")
    expect(event.locator("a")).to_have_attribute("href", re.compile("items/BS2026-008/$"))
    expect(page.locator("[data-days='7']")).to_have_attribute("aria-pressed", "true")
    page.locator("[data-days='30']").click()
    assert page.url.endswith("?days=30")
    expect(page.locator("[data-days='30']")).to_have_attribute("aria-pressed", "true")
    days = page.locator(".rx-day:visible time").all_inner_texts()
    assert days == sorted(days, reverse=True) and days[-1] >= "2026-10-26"
    page.go_back()
    ready(page, 1)
    # A week later nothing has happened in the last seven days.
    later = reader(f"{sample}changes/", day="2026-12-20")
    ready(later, 0)
    expect(later.locator(".rx-none:visible")).to_be_visible()


def test_between_two_days(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}changes/?from=2026-08-01&to=2026-08-31")
    expect(page.locator("[data-changes]")).to_have_attribute("data-ready", re.compile(r"\d+"))
    days = page.locator(".rx-day:visible time").all_inner_texts()
    assert all("2026-08-01" <= day <= "2026-08-31" for day in days)
    assert "BS2026-003" in page.locator("[data-list]").inner_text()  # came back on 2026-08-19
    before = numbers(page)
    assert all(re.fullmatch(r"\d+ → \d+", value) for value in before.values())
    page.locator("[data-kind=reopened]").click()
    expect(page.locator(".rx-event:visible .rx-badge").first).to_have_text("反弹重开")
    assert "kind=reopened" in page.url
    assert set(page.locator(".rx-event:visible .rx-badge").all_inner_texts()) == {"反弹重开"}
    page.locator("[data-app] select[name=unit]").select_option("示例市委办公室")
    ready(page, 1)
    page.reload()
    ready(page, 1)
    expect(page.locator("[data-app] select[name=unit]")).to_have_value("示例市委办公室")


def test_the_whole_time_adds_up(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}changes/?from=2020-01-01&to=2026-11-24")
    expect(page.locator("[data-number=total]")).to_have_text("0 → 30")
    expect(page.locator("[data-number=unfinished]")).to_have_text("0 → 17")
    expect(page.locator("[data-number=closed]")).to_have_text("0 → 11")
    found = page.locator("[data-kind=found] b")
    expect(found).to_have_text("30")


def test_without_scripts_the_last_days_are_listed(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}changes/", scripts=False)
    expect(page.locator("[data-fallback] .rx-event").first).to_be_visible()
    expect(page.locator("[data-app]")).to_be_hidden()
