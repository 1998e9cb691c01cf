"""Ten thousand items: the same pages, the same numbers. The times are printed by bench/reader.py."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.generate import DAY
from bench.reader import build, first_search, page_weight, served
from playwright.sync_api import Browser, Page, expect

from rectification.ledger import Ledger, select
from rectification.rules import examine
from rectification.settings import Settings

from .conftest import Reader

ITEMS = 10_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("large")
    build(project, ITEMS)
    return project


@pytest.fixture(scope="module")
def large(folder: Path) -> Iterator[str]:
    with served(folder / "site") as address:
        yield address


@pytest.fixture(scope="module")
def ledger(folder: Path) -> Ledger:
    return examine(Settings(folder, folder / "checklists"), DAY).ledger


def ready(page: Page, number: int) -> None:
    expect(page.locator("[data-ledger]")).to_have_attribute("data-ready", str(number), timeout=20_000)


def test_the_browser_counts_as_the_ledger_does(large: str, reader: Reader, ledger: Ledger) -> None:
    page = reader(f"{large}ledger/?view=all", day=DAY.isoformat())
    ready(page, ITEMS)
    wanted = {
        "status": ["closed", "in_progress"],
        "unit": ["生成乙县"],
        "category": ["报表数据", "文山会海"],
        "flag": ["attention", "closed_late"],
        "due_from": ["2026-01-01"],
    }
    for fields in (
        ["status"],
        ["unit"],
        ["flag"],
        ["status", "unit", "category"],
        ["unit", "flag", "due_from"],
    ):
        where = {field: wanted[field] for field in fields}
        query = "&".join(f"{field}={','.join(values)}" for field, values in where.items())
        page.goto(f"{large}ledger/?{query}")
        ready(page, len(select(ledger, where)))
    for status in ("open", "submitted"):
        count = page.locator(f"[data-facet=status] li:has([value={status}]) .rx-facet__count")
        rest = {field: wanted[field] for field in ("unit", "flag", "due_from")}
        expect(count).to_have_text(str(len(select(ledger, {**rest, "status": [status]}))))


def test_only_rows_in_sight_are_drawn(large: str, reader: Reader) -> None:
    page = reader(f"{large}ledger/?view=all&sort=title")
    ready(page, ITEMS)
    assert page.locator(".tabulator-row").count() < 100
    page.locator(".tabulator-tableholder").evaluate("holder => { holder.scrollTop = holder.scrollHeight }")
    expect(page.locator(".tabulator-row", has_text="G019-009999")).to_be_visible()
    assert page.locator(".tabulator-row").count() < 200


def test_free_text_and_export_of_what_is_found(large: str, reader: Reader, ledger: Ledger) -> None:
    page = reader(f"{large}ledger/?q=消防通道&category=报表数据&status=closed", day=DAY.isoformat())
    expected = {
        r.item.id
        for r in select(ledger, {"category": ["报表数据"], "status": ["closed"]})
        if "消防通道" in r.item.model_dump_json()
    }
    assert len(expected) > 10
    page.wait_for_load_state("networkidle")  # until the index has answered, not the titles alone
    ready(page, len(expected))
    page.locator(".rx-menu summary", has_text="导出").click()
    with page.expect_download() as waiting:
        page.locator("[data-export=csv]").click()
    table = csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text("utf-8-sig")))
    assert {line["编号"] for line in table} == expected


def test_what_is_loaded_stays_small(folder: Path, large: str, chromium: Browser) -> None:
    site = folder / "site"
    raw = (site / "ledger/rows.json").read_bytes()
    titles = json.dumps(json.loads(raw)["columns"]["title"], ensure_ascii=False).encode()
    assert (len(gzip.compress(raw)) - len(gzip.compress(titles))) / ITEMS <= 60
    assert page_weight(site) <= 700_000
    for words in ("口径", "消防通道"):
        assert first_search(chromium, large, words)[1] < 400_000


def test_changes_of_a_month(large: str, reader: Reader, ledger: Ledger) -> None:
    page = reader(f"{large}changes/?from=2026-10-01&to=2026-10-31", day=DAY.isoformat())
    found = sum(
        entry.date.isoformat().startswith("2026-10") for r in ledger.records for entry in r.item.log
    ) + sum(r.item.found.isoformat().startswith("2026-10") for r in ledger.records)
    found += sum(c.on.isoformat().startswith("2026-10") for r in ledger.records for c in r.item.due_changes)
    expect(page.locator("[data-changes]")).to_have_attribute("data-ready", str(found), timeout=20_000)
    assert page.locator("[data-list] .rx-event").count() <= 200
    expect(page.locator("[data-number=total]")).to_have_text(re.compile(rf"→ {ITEMS}$"))
