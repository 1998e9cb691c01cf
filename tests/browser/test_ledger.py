"""The ledger page as a reader uses it: views, facets, order, groups, columns, the address, exports."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from urllib.parse import unquote

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Reader

TOTAL = 30


def shown(page: Page, number: int) -> None:
    expect(page.locator("[data-shown]")).to_have_text(f"显示 {number} / {TOTAL} 个问题")
    expect(page.locator("[data-ledger]")).to_have_attribute("data-ready", str(number))


def choose(page: Page, facet: str, value: str) -> None:
    page.locator(f"[data-facet={facet}] input[value='{value}']").click()


def count(page: Page, facet: str, value: str) -> int:
    box = page.locator(f"[data-facet={facet}] li", has=page.locator(f"input[value='{value}']"))
    return int(box.locator(".rx-facet__count").inner_text())


def rows(page: Page) -> Locator:
    return page.locator(".tabulator-row:not(.tabulator-group)")


def ids(page: Page) -> list[str]:
    return rows(page).locator(".tabulator-cell:visible .rx-id").all_inner_texts()


def test_what_needs_attention_comes_first(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}ledger/")
    shown(page, 11)
    expect(page.locator("[data-preset=attention]")).to_have_attribute("aria-pressed", "true")
    assert "?" not in page.url
    for row in range(3):
        expect(rows(page).nth(row).locator("[tabulator-field=due] .rx-days--overdue")).to_be_visible()
    page.locator("[data-preset=all]").click()
    shown(page, TOTAL)
    assert page.url.endswith("?view=all")
    page.locator("[data-preset=closed]").click()
    shown(page, 11)


def test_facets_count_what_they_would_leave(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}ledger/?view=all")
    shown(page, TOTAL)
    closed, province = count(page, "status", "closed"), count(page, "unit", "示例省")
    assert (closed, province) == (11, TOTAL)
    choose(page, "status", "closed")
    shown(page, closed)
    # The other statuses still say what choosing them as well would add.
    assert count(page, "status", "in_progress") == 10
    county = count(page, "unit", "甲示例县")
    choose(page, "unit", "甲示例县")
    shown(page, county)
    assert "status=closed" in page.url and "unit=甲示例县" in unquote(page.url)
    page.locator(".rx-chosen button", has_text="甲示例县").click()
    shown(page, closed)
    late = count(page, "flag", "closed_late")
    choose(page, "flag", "closed_late")
    shown(page, late)
    page.locator("[data-reset]").click()
    shown(page, TOTAL)


def test_a_view_survives_reload_back_and_sharing(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}ledger/")
    shown(page, 11)
    choose(page, "flag", "attention")
    shown(page, TOTAL)
    choose(page, "category", "报表数据")
    reports = count(page, "category", "报表数据")
    shown(page, reports)
    page.locator("select[name=sort]").select_option("title")
    page.locator("[data-direction]").click()
    page.locator("select[name=group]").select_option("status")
    address = page.url
    assert re.search(r"category=.*sort=title\.desc.*group=status", address)
    before = page.locator(".tabulator-row").all_inner_texts()
    page.reload()
    shown(page, reports)
    expect(page.locator(".tabulator-group").first).to_be_visible()
    assert page.locator(".tabulator-row").all_inner_texts() == before
    other = reader(address)
    shown(other, reports)
    assert other.locator(".tabulator-row").all_inner_texts() == before
    page.go_back()  # the group
    expect(page.locator(".tabulator-group")).to_have_count(0)
    for _ in range(3):  # the direction, the order, the category
        page.go_back()
    shown(page, TOTAL)
    page.go_back()
    shown(page, 11)
    page.go_forward()
    shown(page, TOTAL)


def test_order_by_heading_and_by_choice(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}ledger/?view=all")
    shown(page, TOTAL)
    dues = rows(page).locator("[tabulator-field=due] time")
    assert dues.all_inner_texts() == sorted(dues.all_inner_texts())
    page.locator(".tabulator-col[tabulator-field=due]").click()
    expect(page.locator(".tabulator-col[tabulator-field=due]")).to_have_attribute("aria-sort", "descending")
    assert page.url.endswith("?view=all&sort=due.desc")
    assert dues.all_inner_texts() == sorted(dues.all_inner_texts(), reverse=True)
    page.locator("select[name=sort]").select_option("title")
    page.locator("[data-direction]").click()
    expect(page.locator(".tabulator-col[tabulator-field=title]")).to_have_attribute("aria-sort", "ascending")
    found = ids(page)
    assert found == sorted(found) and len(found) > 5


def test_columns_are_chosen(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}ledger/")
    shown(page, 11)
    page.locator(".rx-menu--columns summary").click()
    page.locator("input[name=columns][value=owner]").check()
    page.locator("input[name=columns][value=category]").uncheck()
    expect(page.locator(".tabulator-col[tabulator-field=owner]")).to_be_visible()
    expect(page.locator(".tabulator-col[tabulator-field=category]")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator("[data-columns]")).to_be_hidden()
    page.reload()
    expect(page.locator(".tabulator-col[tabulator-field=owner]")).to_be_visible()
    expect(page.locator(".tabulator-col[tabulator-field=category]")).to_be_hidden()


def test_date_ranges(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}ledger/?due_from=2026-10-01&due_to=2026-12-31")
    expect(rows(page).first).to_be_visible()
    dues = rows(page).locator("[tabulator-field=due] time").all_inner_texts()
    assert dues and all("2026-10-01" <= due <= "2026-12-31" for due in dues)
    page.locator(".rx-facet--days > summary").click()
    page.locator("[name=closed_from]").fill("2026-01-01")
    page.locator("[name=closed_from]").dispatch_event("change")
    expect(page).to_have_url(re.compile("closed_from=2026-01-01"))
    statuses = rows(page).locator("[tabulator-field=status] .rx-badge").all_inner_texts()
    assert statuses and set(statuses) == {"已销号"}


def test_free_text_asks_the_search_index(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}ledger/?view=all")
    shown(page, TOTAL)
    page.locator("[name=q]").fill("BS2026-003")
    expect(page.locator("[data-ledger]")).to_have_attribute("data-ready", re.compile(r"^\d$"))
    assert "BS2026-003" in ids(page)
    # Only in the text of the item's page, in no column of the table.
    page.locator("[name=q]").fill("清理出无号文件")
    shown(page, 1)
    assert ids(page) == ["BS2026-003"]
    expect(page.locator("[data-note]")).to_be_hidden()
    page.reload()
    shown(page, 1)


def test_without_the_index_the_page_says_so(sample: str, reader: Reader) -> None:
    page = reader(sample, missing="pagefind")
    page.route("**/pagefind/**", lambda route: route.abort())
    page.goto(f"{sample}ledger/?q=轮休")
    expect(page.locator("[data-note]")).to_be_visible()
    shown(page, 1)


def test_a_status_of_the_readers_day(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}ledger/?flag=overdue", day="2026-12-10")
    expect(rows(page).first).to_be_visible()
    assert "BS2026-008" in ids(page)
    early = reader(f"{sample}ledger/?flag=overdue", day="2026-11-24")
    expect(rows(early).first).to_be_visible()
    assert "BS2026-008" not in ids(early)


def test_a_narrow_screen_shows_cards(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}ledger/", width=390)
    shown(page, 11)
    card = rows(page).first.locator(".rx-row")
    expect(card.locator(".rx-badge")).to_be_visible()
    expect(card.locator(".rx-days--overdue")).to_be_visible()
    expect(page.locator("[data-facet=status]")).to_be_hidden()
    page.locator(".rx-facets > summary").click()
    choose(page, "status", "reopened")
    shown(page, 1)


def test_without_scripts_there_is_a_list(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}ledger/", scripts=False)
    expect(page.locator("[data-fallback] tbody tr")).to_have_count(11)
    expect(page.locator("[data-fallback]")).to_contain_text("11 / 30")
    expect(page.locator("[data-app]")).to_be_hidden()


def test_the_way_on_stays_within_the_view(sample: str, reader: Reader) -> None:
    page = reader(f"{sample}ledger/?status=closed&sort=title")
    shown(page, 11)
    order = ids(page)
    rows(page).nth(1).locator("a").click()
    page.wait_for_url(f"**/items/{order[1]}/")
    ways = page.locator(".rx-prevnext")
    expect(ways.locator("[rel=prev]")).to_contain_text(order[0])
    expect(ways.locator("[rel=next]")).to_contain_text(order[2])
    expect(ways.locator(".rx-prevnext__back")).to_have_text("回到筛选结果（第 2 / 11 项）")
    ways.locator("[rel=next]").click()
    page.wait_for_url(f"**/items/{order[2]}/")
    expect(ways.locator("[rel=prev]")).to_contain_text(order[1])
    ways.locator(".rx-prevnext__back").click()
    shown(page, 11)
    assert "status=closed" in page.url
    # An item that is not in the view goes on in its checklist's order.
    page.goto(f"{sample}items/BS2026-002/")
    if "BS2026-002" not in order:
        expect(ways.locator("[rel=prev]")).to_contain_text("BS2026-001")


def exported(page: Page, kind: str) -> Path:
    page.locator(".rx-menu summary", has_text="导出").click()
    with page.expect_download() as waiting:
        page.locator(f"[data-export={kind}]").click()
    download = waiting.value
    assert re.fullmatch(rf"整改台账-2026-11-24\.{kind}", download.suggested_filename)
    return Path(download.path())


VIEW = "ledger/?status=closed,reopened&sort=title"
EVERY_FIELD = [
    "编号",
    "问题",
    "状态",
    "提示",
    "责任单位",
    "责任人",
    "原因",
    "整改目标",
    "整改措施",
    "进展",
    "佐证材料",
    "群众评价",
]


def test_csv_of_what_is_seen(sample: str, reader: Reader) -> None:
    page = reader(sample + VIEW)
    shown(page, 12)
    raw = exported(page, "csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert [line["编号"] for line in table] == ids(page)
    assert set(EVERY_FIELD) <= table[0].keys()
    assert {line["截至日期"] for line in table} == {"2026-11-24"}
    one = next(line for line in table if line["编号"] == "BS2026-001")
    assert "返乡人员" in one["问题"] or "返乡人员" in one["整改目标"]
    assert "2026-05-28 已销号" in one["进展"] and "计划 2026-03-31 完成 2026-03-27" in one["整改措施"]


def test_xlsx_of_what_is_seen(sample: str, reader: Reader) -> None:
    page = reader(sample + VIEW)
    shown(page, 12)
    book = openpyxl.load_workbook(io.BytesIO(exported(page, "xlsx").read_bytes()))
    head, *body = book.worksheets[0].iter_rows(values_only=True)
    assert set(EVERY_FIELD) <= set(head)
    assert [line[0] for line in body] == ids(page)
    about = dict(book.worksheets[1].iter_rows(max_col=2, values_only=True))
    assert about["截至日期"] == "2026-11-24" and about["问题数"] == "12"
    assert "status=closed" in str(about["网址"])


DANGEROUS = ["=1+1", "+1", "-1", "@x", "\t=1", "\uff1d1+1", " =1", "\u3000\uff20x"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_becomes_a_formula(sample: str, reader: Reader, kind: str) -> None:
    page = reader(f"{sample}ledger/?view=all")
    shown(page, TOTAL)
    page.evaluate("""(titles) => {
        const { rows } = document.querySelector("[data-ledger]").page.ledger;
        titles.forEach((title, n) => { rows[n].title = title; });
    }""", DANGEROUS)  # fmt: skip
    path = exported(page, kind)
    if kind == "csv":
        table = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
        found = {line["编号"]: line["问题"] for line in table}
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(path.read_bytes())).worksheets[0]
        assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
        found = {str(line[0]): str(line[1]) for line in sheet.iter_rows(values_only=True)}
    for n, title in enumerate(DANGEROUS, 1):
        assert found[f"BS2026-{n:03}"] == (f"'{title}" if kind == "csv" else title)


def test_print_of_what_is_seen(sample: str, reader: Reader) -> None:
    page = reader(sample + VIEW)
    shown(page, 12)
    page.evaluate(
        "window.print = () => { window.printed = document.querySelector('[data-print]').innerHTML }"
    )
    page.locator(".rx-menu summary", has_text="导出").click()
    page.locator("[data-export=print]").click()
    page.wait_for_function("window.printed")
    blocks = page.locator("[data-print] section")
    expect(blocks).to_have_count(12)
    expect(page.locator("[data-print] > p")).to_contain_text("截至日期 2026-11-24")
    page.emulate_media(media="print")
    expect(blocks.first).to_be_visible()
    expect(page.locator("[data-table]")).to_be_hidden()
    # The browser's own way to print gives the rows of the view too.
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("[data-print] tbody tr")).to_have_count(12)
