"""Pages in a real browser: headless Chromium against a server on the loopback.

Every page opened through `reader` fails its test on a console error, a script error, or a request that
leaves the site's own origin.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from bench.reader import ARGUMENTS, served
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
BUILD_DAY = "1795478400"  # 2026-11-24 00:00 UTC
# Chromium's own viewer of documents, a part of the browser.
PDF_VIEWER = ("chrome-extension://mhjfbmdgcfjbbpaeojofohoefgiehjai/", "chrome://resources/")

Reader = Callable[..., Page]


def build(project: Path, site: Path) -> None:
    """Build a project's site into `site`, on a fixed day."""
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-q", "-d", str(site)],
        cwd=project,
        env={**os.environ, "SOURCE_DATE_EPOCH": BUILD_DAY, "NO_MKDOCS_2_WARNING": "1"},
        check=True,
    )


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the project's own sample site."""
    site = tmp_path_factory.mktemp("sample") / "site"
    build(ROOT, site)
    with served(site) as address:
        yield address


@pytest.fixture
def reader(chromium: Browser) -> Iterator[Reader]:
    """Opens pages: `reader(address, width=…, scheme=…, scripts=…, day=…)` gives a Playwright page.

    `day` is the reader's own day (`2026-12-01`), `zone` the time zone of the reader's machine. Console errors
    about addresses that hold `missing` are expected: the test has taken that file away.
    """
    contexts = []
    troubles: list[str] = []

    def visit(
        address: str,
        *,
        width: int = 1280,
        scheme: str = "light",
        scripts: bool = True,
        day: str = "2026-11-24",
        zone: str = "Asia/Shanghai",
        missing: str = "",
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            timezone_id=zone,
            # The tests' own scripts run beside the page's; test_headers.py holds the pages to their policy.
            bypass_csp=True,
        )
        contexts.append(context)
        page = context.new_page()
        if scripts:
            page.clock.set_fixed_time(datetime.fromisoformat(f"{day}T04:00:00+00:00"))
        origin = "/".join(address.split("/")[:3]) + "/"

        def asked(url: str) -> None:
            if not url.startswith((origin, "data:", "blob:", *PDF_VIEWER)):
                troubles.append(f"request to {url}")

        def told(said: ConsoleMessage) -> None:
            if not (missing and missing in said.location["url"]):
                troubles.append(f"console: {said.text} ({said.location['url']})")

        page.on("request", lambda request: asked(request.url))
        page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
        page.on("console", lambda said: told(said) if said.type == "error" else None)
        page.goto(address)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert troubles == []
