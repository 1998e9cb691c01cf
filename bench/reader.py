"""What a reader waits for on a large ledger, in headless Chromium, from a server on the loopback.

Builds a synthetic ledger with its search index, then prints the median, least and most of:

- the ledger page: from navigation to the first rows painted and all facets counted;
- a click on a facet: from the click to the next painted frame;
- the first search: from the last keystroke to the first results shown, and what it downloads.

    python -m bench.reader --items 10000 --runs 5 [--site FOLDER]
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Response, sync_playwright

from bench.generate import write_site

ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
FACETS = (
    ("status", "closed"),
    ("status", "open"),
    ("flag", "overdue"),
    ("category", "报表数据"),
    ("severity", "high"),
)
# Ordinary words, an id, and a word that stands on two pages of three.
WORDS = ("口径", "消防通道", "文山会海", "G003-001700", "查重登记")
_CLICK = """async (selector) => {
  const started = performance.now();
  document.querySelector(selector).click();
  await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
  return performance.now() - started;
}"""
_FIRST_RESULT = "document.querySelector('.md-search-result__item') !== null"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Debian's Chromium, or the one that the environment names as CHROMIUM, without a window."""
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of the loopback; yields its address, ending in `/`."""
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def build(folder: Path, items: int) -> Path:
    """Write a synthetic site with its search index into `folder`; return where it is built."""
    write_site(folder, items, 1, search=True)
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "-q"], cwd=folder, env=environment, check=True)
    return folder / "site"


def fresh(browser: Browser) -> Page:
    """Return a page of a browser that has never seen the site."""
    # What is measured with runs beside the page's own scripts, past its policy.
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", bypass_csp=True)
    return context.new_page()


def ledger_ready(browser: Browser, address: str) -> float:
    """Return the seconds from navigation to the ledger page's table and facets, with a cold cache."""
    page = fresh(browser)
    started = time.perf_counter()
    page.goto(f"{address}ledger/?view=all", wait_until="commit")
    page.wait_for_function(
        "document.querySelector('[data-ledger][data-ready]') && document.querySelector('.tabulator-row')"
    )
    page.evaluate("new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)))")
    seconds = time.perf_counter() - started
    page.context.close()
    return seconds


def facet_clicks(browser: Browser, address: str) -> list[float]:
    """Return the seconds that each of FACETS takes to repaint, clicked one after another."""
    page = fresh(browser)
    page.goto(f"{address}ledger/?view=all")
    page.wait_for_selector("[data-ledger][data-ready]", state="attached")
    selectors = [f"[data-facet={facet}] input[value='{value}']" for facet, value in FACETS]
    seconds = [page.evaluate(_CLICK, selector) / 1000 for selector in selectors]
    page.context.close()
    return seconds


def first_search(browser: Browser, address: str, words: str) -> tuple[float, int]:
    """Return the seconds from the last keystroke to the first results, and the bytes loaded for them.

    Scripts count as a server sends them that compresses; the index itself is compressed already.
    """
    page = fresh(browser)
    page.goto(f"{address}ledger/")
    page.wait_for_selector("[data-ledger][data-ready]", state="attached")
    loaded: list[int] = []

    def count(response: Response) -> None:
        if "/pagefind/" in response.url:
            body = response.body()
            loaded.append(len(gzip.compress(body)) if ".js" in response.url else len(body))

    page.on("response", count)
    page.keyboard.press("s")
    page.locator(".md-search__input").type(words)
    started = time.perf_counter()
    page.wait_for_function(_FIRST_RESULT)
    seconds = time.perf_counter() - started
    page.wait_for_timeout(300)  # what is still under way is counted too
    page.context.close()
    return seconds, sum(loaded)


def page_weight(site: Path) -> int:
    """Return what the ledger page loads of our own and of its library, in bytes as gzip sends them."""
    assets = site / "assets/rectification"
    files = [site / "ledger/index.html", site / "ledger/rows.json", *assets.glob("css/*.css")]
    files += [
        *assets.glob("js/*.js"),
        assets / "vendor/tabulator.min.js",
        assets / "vendor/tabulator.min.css",
    ]
    return sum(len(gzip.compress(path.read_bytes())) for path in files)


def row(name: str, values: list[float], unit: str = "s") -> str:
    """Return a line of the table: median, least and most."""
    return f"{name:<44}{statistics.median(values):9.2f} {min(values):9.2f} {max(values):9.2f} {unit}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=10000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--site", type=Path, help="a site that is built already")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = chosen.site or build(Path(folder), chosen.items)
        with chromium() as browser, served(site) as address:
            ready = [ledger_ready(browser, address) for _ in range(chosen.runs)]
            clicks = [second for _ in range(chosen.runs) for second in facet_clicks(browser, address)]
            searches = {
                words: [first_search(browser, address, words) for _ in range(chosen.runs)] for words in WORDS
            }
        items = sum(1 for path in (site / "items").iterdir() if path.is_dir())
        print(f"{items} items, {chosen.runs} runs")
        print(f"{'':<44}{'median':>9} {'least':>9} {'most':>9}")
        print(row("ledger page: first rows and all facets", ready))
        print(row("facet click: next painted frame", clicks))
        for words, found in searches.items():
            print(row(f"first search, {words}: after the last key", [seconds for seconds, _ in found]))
            print(row(f"first search, {words}: downloaded", [size / 1000 for _, size in found], "kB"))
        print(f"{'ledger page: our files and its library':<44}{page_weight(site) / 1000:9.0f} kB compressed")


if __name__ == "__main__":
    main()
