"""A combined ledger in the browser: what sources write stays text, and what they hold is found."""

from __future__ import annotations

from ..site.test_federation import Country, country  # noqa: F401 - a fixture
from .conftest import Reader

_ALL = "&columns=unit,owner,category,checklist,site,status,due"


def test_the_combined_table(country: Country, reader: Reader) -> None:  # noqa: F811
    page = reader(f"{country.address}city/site/ledger/?view=all{_ALL}")
    page.wait_for_selector("[data-ready='7']")
    assert page.evaluate("typeof evil === 'undefined'") and page.locator("img[src=x]").count() == 0
    page.locator("[data-facet=site] label", has_text="乙县").click()
    page.wait_for_selector("[data-ready='2']")
    assert "site=" in page.url
    assert page.locator(".tabulator-row", has_text="B-1").count() == 1
    page.get_by_text("含 3 个来源的数据").click()
    page.wait_for_url("**/sources/")
    page.locator(".rx-table--sources a", has_text="丙县").wait_for()


def test_a_page_of_another_site_goes_on_within_the_view(country: Country, reader: Reader) -> None:  # noqa: F811
    page = reader(f"{country.address}city/site/ledger/?site=丙县")
    page.wait_for_selector("[data-ready='2']")
    page.locator(".tabulator-row a", has_text="C-1").click()
    page.wait_for_selector(".rx-prevnext__back")
    assert page.locator(".rx-origin a").get_attribute("href") == f"{country.address}c/site/items/C-1/"
    assert page.locator("img[src=x]").count() == 0


def test_without_sources_there_is_no_facet(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}ledger/?view=all")
    page.wait_for_selector("[data-ready]")
    assert page.locator("[data-facet=site]").count() == 0
    assert page.locator("[name=columns][value=site]").count() == 0
