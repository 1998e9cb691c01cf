"""The site under its own headers, as a web server sends them: nothing a reader does is stopped by them."""

from __future__ import annotations

import csv
import functools
import http.server
import io
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import ROOT, build

# Says each violation aloud: the console does so too, but not in the same words in every version.
LISTENER = """
addEventListener("securitypolicyviolation", (event) => {
  console.error(`violation: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
});
"""
Rules = list[tuple[str, dict[str, str]]]


def rules_of(text: str) -> Rules:
    """Read a `_headers` file: a path a line, its headers indented below it."""
    rules: Rules = []
    for line in text.splitlines():
        if line.startswith("  "):
            name, _, value = line.strip().partition(": ")
            rules[-1][1][name] = value
        else:
            rules.append((line, {}))
    return rules


def headers_for(rules: Rules, path: str) -> list[tuple[str, str]]:
    """Return the headers of every rule that fits `path`, as the two hosts apply them."""
    fitting = [made for rule, made in rules if re.fullmatch(re.escape(rule).replace(r"\*", ".*"), path)]
    return [header for made in fitting for header in made.items()]


class _WithHeaders(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *arguments: object, rules: Rules, **options: object) -> None:
        self.rules = rules
        super().__init__(*arguments, **options)  # type: ignore[arg-type]

    def end_headers(self) -> None:
        for name, value in headers_for(self.rules, self.path.partition("?")[0]):
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass(frozen=True)
class Site:
    """A built site, and the port that its `site_url` names: instant navigation is for that address only."""

    folder: Path
    port: int


@contextmanager
def served_with_headers(site: Site, *, pages_only: bool = False) -> Iterator[str]:
    """Serve a site with the headers it brings, or without any, where its pages must speak for themselves."""
    rules = [] if pages_only else rules_of((site.folder / "_headers").read_text("utf-8"))
    handler = functools.partial(_WithHeaders, directory=str(site.folder), rules=rules)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", site.port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{site.port}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The sample site with the editing page, which has a policy of its own."""
    project = tmp_path_factory.mktemp("headers")
    for name in ("checklists", "docs", "overrides"):
        shutil.copytree(ROOT / name, project / name)
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    wanted = config.replace("  - rectification:\n", "  - rectification:\n      admin: {}\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    wanted = re.sub("(?m)^site_url: .*", f"site_url: http://127.0.0.1:{port}/", wanted)
    assert "admin: {}" in wanted and str(port) in wanted
    (project / "mkdocs.yml").write_text(wanted, "utf-8")
    build(project, project / "site")
    return Site(project / "site", port)


@pytest.fixture
def opened(chromium: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A page, and the list of what its console has said in error."""
    context = chromium.new_context(
        viewport={"width": 1280, "height": 900},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        accept_downloads=True,
    )
    context.clock.install(time="2026-11-24T10:00:00+08:00")
    context.add_init_script(LISTENER)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page, said
    context.close()


def exported(page: Page, kind: str) -> bytes:
    button = page.locator(f"[data-export={kind}]")
    if not button.is_visible():
        page.locator(".rx-menu summary", has_text="导出").click()
    with page.expect_download() as waiting:
        button.click()
    return Path(waiting.value.path()).read_bytes()


@pytest.mark.parametrize("pages_only", [False, True], ids=["headers", "pages alone"])
def test_a_reader_s_day(site: Site, opened: tuple[Page, list[str]], pages_only: bool) -> None:
    page, said = opened
    with served_with_headers(site, pages_only=pages_only) as address:
        with page.expect_response("**/sitemap.xml"):  # from here on navigation is instant
            answer = page.goto(address)
        assert answer is not None
        assert ("content-security-policy" in answer.headers) is not pages_only
        page.evaluate("window.stayed = true")  # gone with the document, unless navigation is instant
        # Searching: a worker and WebAssembly.
        page.locator(".md-search__input").fill("文号")
        page.locator(".md-search-result__item", has_text="BS2026-003").locator("a").click()
        page.wait_for_url("**/items/BS2026-003/")
        page.locator(".md-tabs__link", has_text="台账").click()
        page.wait_for_url("**/ledger/")
        assert page.evaluate("window.stayed") is True
        # Filtering and exporting: XLSX is compressed in a worker made of a blob.
        shown = page.locator("[data-shown]")
        expect(shown).to_have_text(re.compile(r"显示 \d+ / 30 个问题"))
        page.goto(f"{address}ledger/?view=all")
        page.locator("[data-facet=status] input[value=closed]").check()
        expect(page).to_have_url(re.compile("status=closed"))
        expect(page.locator(".tabulator-row").first).to_contain_text("已销号")
        rows = list(csv.reader(io.StringIO(exported(page, "csv").decode("utf-8-sig"))))
        assert len(rows) > 3
        book = openpyxl.load_workbook(io.BytesIO(exported(page, "xlsx")))
        assert book.active is not None and book.active.max_row >= len(rows) - 2
        # The palette, and pages of other depths.
        scheme = page.locator("body").get_attribute("data-md-color-scheme")
        page.locator("label[for=__palette_1]:visible, label[for=__palette_0]:visible").first.click()
        expect(page.locator("body")).not_to_have_attribute("data-md-color-scheme", str(scheme))
        for path in ("changes/", "substance/", "units/", "guide/editors/", "items/DC2026-002/", "404.html"):
            page.goto(f"{address}{path}")
            expect(page.locator("[data-md-component=palette]")).to_be_attached()
        page.goto(f"{address}items/DC2026-002/")
        page.locator(".rx-preview summary").first.click()
        expect(page.locator(".rx-preview iframe").first).to_have_attribute("src", re.compile("evidence/"))
        page.wait_for_timeout(500)
        assert said == []


@pytest.mark.parametrize("pages_only", [False, True], ids=["headers", "pages alone"])
def test_what_slips_in_does_not_run(site: Site, opened: tuple[Page, list[str]], pages_only: bool) -> None:
    page, said = opened
    with served_with_headers(site, pages_only=pages_only) as address:
        page.goto(f"{address}items/BS2026-003/")
        page.evaluate("""() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = 1";
          document.body.append(script);
          document.body.insertAdjacentHTML("beforeend", "<img src='data:,' onerror='window.ran = 2'>");
          const far = document.createElement("script");
          far.src = "http://localhost:9/far.js";
          document.body.append(far);
          fetch("http://localhost:9/told").catch(() => {});
        }""")
        page.wait_for_timeout(500)
        assert page.evaluate("window.ran") is None
        directives = {line.split()[1] for line in said if line.startswith("violation: ")}
        assert directives == {"script-src-elem", "script-src-attr", "connect-src"}


def test_the_editing_page_keeps_its_own_policy(site: Site, opened: tuple[Page, list[str]]) -> None:
    page, said = opened
    with served_with_headers(site) as address:
        answer = page.goto(f"{address}admin/")
        assert answer is not None
        assert "content-security-policy" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
        expect(page.get_by_role("button", name=re.compile("使用本地仓库|Work with Local"))).to_be_visible(
            timeout=20_000
        )
        assert said == []
        html = (site.folder / "admin/index.html").read_text("utf-8")
        assert html.count("Content-Security-Policy") == 1
        for path in ("", "ledger/", "items/BS2026-003/", "pagefind/pagefind-worker.js", "404.html"):
            found = page.request.get(f"{address}{path}").headers_array
            policies = [h["value"] for h in found if h["name"].lower() == "content-security-policy"]
            assert len(policies) == 1, path
            assert "frame-ancestors 'self'" in policies[0]
