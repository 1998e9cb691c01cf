"""An internal site in the browser: its banner and marks, seen by everybody, and what it exports."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator

import openpyxl
import pytest
from bench.reader import served
from playwright.sync_api import Page, expect

from rectification.catalogue import read_catalogue

from .conftest import ROOT, Reader, build
from .test_accessibility import AXE
from .test_ledger import exported

NOTICE = read_catalogue("zh").text("ui.internal_notice")
PARTS = """\
  - {date: 2026-10-20, status: submitted, by: 示例市政府督查室, note: 内部的说明, visibility: internal}
"""


@pytest.fixture(scope="module")
def internal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the sample as an internal site, with an internal step in one of its items."""
    project = tmp_path_factory.mktemp("internal")
    for name in ("checklists", "docs", "overrides"):
        shutil.copytree(ROOT / name, project / name)
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    wanted = config.replace("  - rectification:\n", "  - rectification:\n      audience: internal\n")
    assert wanted != config
    (project / "mkdocs.yml").write_text(wanted, "utf-8")
    item = project / "checklists/responsibility-and-incentives/ZR2026-011.yml"
    text = item.read_text("utf-8")
    item.write_text(text.replace("visibility: internal\n", PARTS + "visibility: internal\n"), "utf-8")
    build(project, project / "site")
    with served(project / "site") as address:
        yield address


PAGES = ["", "ledger/?view=all", "changes/?days=60", "items/ZR2026-011/", "method/", "404.html"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_seen_to_be_internal(internal: str, glance: Reader, address: str, width: int, scheme: str) -> None:  # fmt: skip
    page = glance(internal + address, width=width, scheme=scheme)
    banner = page.locator(".rx-audience")
    expect(banner).to_have_text(NOTICE)
    box = banner.bounding_box()
    assert box is not None and (box["x"], box["y"], box["width"]) == (0, 0, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], runOnly: ['color-contrast']})")
    assert [node["target"] for violation in found["violations"] for node in violation["nodes"]] == []


def marked(page: Page, row: str) -> None:
    expect(page.locator(row, has_text="ZR2026-011").locator(".rx-internal").first).to_have_text("内部")


def test_what_is_internal_is_marked_in_the_tables_of_scripts(internal: str, reader: Reader) -> None:
    page = reader(f"{internal}ledger/?view=all&group=unit")
    marked(page, ".tabulator-row")
    page = reader(f"{internal}changes/?from=2026-10-01&to=2026-11-24")
    marked(page, ".rx-event")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_says_so(internal: str, sample: str, reader: Reader, kind: str) -> None:
    tables = []
    for base in (internal, sample):
        page = reader(f"{base}ledger/?view=all&category=监督执纪")
        page.wait_for_selector("[data-ledger][data-ready]", state="attached")
        content = exported(page, kind).read_bytes()
        if kind == "csv":
            tables.append(list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")))))
            continue
        book = openpyxl.load_workbook(io.BytesIO(content))
        head, *body = book.worksheets[0].iter_rows(values_only=True)
        tables.append([dict(zip(map(str, head), line, strict=True)) for line in body])
        about = dict(book.worksheets[1].iter_rows(max_col=2, values_only=True))
        assert about.get("公开范围") == (NOTICE if base == internal else None)
    ours, theirs = tables
    assert [*ours[0]][-3:] == ["公开范围", "网址", "截至日期"]  # as in what the command exports
    (hidden,) = [line for line in ours if line["编号"] == "ZR2026-011"]
    assert hidden["公开范围"] == "内部" and "〔内部〕\n内部的说明" in hidden["进展"]
    assert "公开范围" not in theirs[0] and "ZR2026-011" not in [line["编号"] for line in theirs]


def test_a_public_site_has_no_banner(sample: str, glance: Reader) -> None:
    for address in PAGES:
        if "ZR2026-011" not in address:
            expect(glance(sample + address).locator(".rx-audience")).to_have_count(0)
