"""Pages in a real browser: headless Chromium against a server on the loopback.

Every page opened through `reader` or `glance` fails its test on a console error, a script error, or a request
that leaves the site's own origin.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from bench.reader import chromium, served
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Page,
    Request,
)

from ..site.conftest import Project

ROOT = Path(__file__).resolve().parents[2]
# Chromium's own viewer of documents, a part of the browser.
PDF_VIEWER = ("chrome-extension://mhjfbmdgcfjbbpaeojofohoefgiehjai/", "chrome://resources/")
TODAY = "2026-11-24"  # when the sites are built, too
ZONE = "Asia/Shanghai"

Reader = Callable[..., Page]


def build(project: Path, site: Path) -> None:
    """Build a project's site into `site`, on a fixed day."""
    made = Project(project).build("-q", "-d", str(site))
    assert made.code == 0, made.output


class Machine:
    """A reader's machine. It is used again, by one test after another, and keeps only what a server has sent.

    A context of the browser that has the site's files in its cache, and a page that stays, shows another page for
    less than half of what a new one takes.
    """

    def __init__(self, chromium: Browser, scripts: bool, zone: str) -> None:
        self._context = chromium.new_context(
            java_script_enabled=scripts,
            timezone_id=zone,
            # The tests' own scripts run beside the page's; test_headers.py holds the pages to their policy.
            bypass_csp=True,
        )
        self._scripts, self._day = scripts, ""
        self._stays = self._context.new_page()
        self._session = self._context.new_cdp_session(self._stays)

    def open(self, width: int, scheme: str, day: str) -> Page:
        """Return a new page, `width` pixels wide, in a `scheme` of colours, that takes `day` for today."""
        if self._scripts and day != self._day:
            self._context.clock.set_fixed_time(datetime.fromisoformat(f"{day}T04:00:00+00:00"))
            self._day = day
        page = self._context.new_page()
        show(page, width, scheme)
        return page

    def forget(self) -> None:
        """Close the pages that were opened, and forget what they have kept and been allowed."""
        for page in self._context.pages:
            if page is not self._stays:
                page.close()
        self._session.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})
        self._context.clear_permissions()


def show(page: Page, width: int, scheme: Any) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)


@pytest.fixture(scope="session", name="chromium")
def running_chromium() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def machines() -> dict[tuple[bool, str], list[Machine]]:
    """The machines that nobody uses, by whether they run scripts, and their time zone."""
    return defaultdict(list)


@pytest.fixture(scope="session")
def window(chromium: Browser) -> Page:
    """The page that `glance` looks through; it forgets the last address's view and colours before the next."""
    page = Machine(chromium, True, ZONE).open(1280, "light", TODAY)
    page.add_init_script("if (origin !== 'null') { sessionStorage.clear(); localStorage.clear(); }")
    return page


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the project's own sample site."""
    site = tmp_path_factory.mktemp("sample") / "site"
    build(ROOT, site)
    with served(site) as address:
        yield address


class Watch:
    """Writes down what goes wrong in a page: a console error, a script error, a request that leaves the site.

    Console errors about addresses that hold `missing` are expected: the test has taken that file away.
    """

    def __init__(self, page: Page, missing: str = "") -> None:
        self.troubles: list[str] = []
        self._page, self._missing, self._origin = page, missing, ""
        self._listeners = {"request": self._asked, "pageerror": self._failed, "console": self._said}
        for event, listener in self._listeners.items():
            page.on(event, listener)  # type: ignore[call-overload]

    def goto(self, address: str) -> Page:
        self._origin = "/".join(address.split("/")[:3]) + "/"
        self._page.goto(address)
        return self._page

    def end(self) -> None:
        for event, listener in self._listeners.items():
            self._page.remove_listener(event, listener)
        assert self.troubles == []

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self._origin, "data:", "blob:", *PDF_VIEWER)):
            self.troubles.append(f"request to {request.url}")

    def _failed(self, error: Error) -> None:
        self.troubles.append(f"script error: {error}")

    def _said(self, said: ConsoleMessage) -> None:
        if said.type == "error" and not (self._missing and self._missing in said.location["url"]):
            self.troubles.append(f"console: {said.text} ({said.location['url']})")


@pytest.fixture
def reader(chromium: Browser, machines: dict[tuple[bool, str], list[Machine]]) -> Iterator[Reader]:
    """Opens pages: `reader(address, width=…, scheme=…, scripts=…, day=…)` gives a Playwright page.

    Each is on a machine of its own. `day` is the reader's own day (`2026-12-01`), `zone` the time zone of the
    reader's machine; `missing` is that of `Watch`.
    """
    taken: list[tuple[list[Machine], Machine]] = []
    watches: list[Watch] = []

    def visit(
        address: str,
        *,
        width: int = 1280,
        scheme: str = "light",
        scripts: bool = True,
        day: str = TODAY,
        zone: str = ZONE,
        missing: str = "",
    ) -> Page:
        free = machines[scripts, zone]
        machine = free.pop() if free else Machine(chromium, scripts, zone)
        taken.append((free, machine))
        watches.append(Watch(machine.open(width, scheme, day), missing))
        return watches[-1].goto(address)

    yield visit
    for free, machine in taken:
        machine.forget()
        free.append(machine)
    for watch in watches:
        watch.end()


@pytest.fixture
def glance(window: Page) -> Iterator[Reader]:
    """Shows a page that is only looked at: `glance(address, width=…, scheme=…)`.

    It is one Playwright page for all tests, which takes a quarter of the time of a new one.
    """
    watch = Watch(window)

    def look(address: str, *, width: int = 1280, scheme: str = "light") -> Page:
        show(window, width, scheme)
        return watch.goto(address)

    yield look
    watch.end()
