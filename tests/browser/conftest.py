"""Pages in a real browser: headless Chromium against a server on the loopback.

Every page opened through `reader` or `glance` fails its test on a console error, a script error, or a request
that leaves the site's own origin.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from bench.reader import ARGUMENTS, served
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    sync_playwright,
)

from ..site.conftest import Project

ROOT = Path(__file__).resolve().parents[2]
# Chromium's own viewer of documents, a part of the browser.
PDF_VIEWER = ("chrome-extension://mhjfbmdgcfjbbpaeojofohoefgiehjai/", "chrome://resources/")

HEIGHT = 900

Reader = Callable[..., Page]


class Machine(NamedTuple):
    """What a reader reads on, and when: a `scheme` of colours, a `day` (`2026-12-01`), a time `zone`."""

    width: int = 1280
    scheme: str = "light"
    scripts: bool = True
    day: str = "2026-11-24"
    zone: str = "Asia/Shanghai"


def build(project: Path, site: Path) -> None:
    """Build a project's site into `site`, on a fixed day."""
    made = Project(project).build("-q", "-d", str(site))
    assert made.code == 0, made.output


class Machines:
    """Machines that are used again, one test after another, and remember nothing but what a server has sent.

    A context of the browser that has the site's files in its cache shows a page for half of what a new one takes.
    """

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self._free: dict[Machine, list[BrowserContext]] = {}

    def take(self, machine: Machine) -> BrowserContext:
        """Return a context that nobody else uses, and no page is open in."""
        free = self._free.setdefault(machine, [])
        return free.pop() if free else self._start(machine)

    def give_back(self, machine: Machine, context: BrowserContext) -> None:
        """Close the pages of a context and make it forget what they have kept."""
        *others, last = context.pages
        for page in others:
            page.close()
        session = context.new_cdp_session(last)
        session.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})
        last.close()
        context.clear_permissions()
        self._free[machine].append(context)

    def _start(self, machine: Machine) -> BrowserContext:
        context = self._chromium.new_context(
            viewport={"width": machine.width, "height": HEIGHT},
            color_scheme=machine.scheme,  # type: ignore[arg-type]
            java_script_enabled=machine.scripts,
            timezone_id=machine.zone,
            # The tests' own scripts run beside the page's; test_headers.py holds the pages to their policy.
            bypass_csp=True,
        )
        if machine.scripts:
            context.clock.set_fixed_time(datetime.fromisoformat(f"{machine.day}T04:00:00+00:00"))
        return context


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def machines(chromium: Browser) -> Machines:
    return Machines(chromium)


@pytest.fixture(scope="session")
def window(machines: Machines) -> Page:
    """The page that `glance` looks through; it forgets the last address's view and colours before the next."""
    page = machines.take(Machine()).new_page()
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
def reader(machines: Machines) -> Iterator[Reader]:
    """Opens pages: `reader(address, width=…, scheme=…, scripts=…, day=…)` gives a Playwright page.

    Each is on a machine of its own, the fields of which are those of `Machine`; `missing` is that of `Watch`.
    """
    taken: list[tuple[Machine, BrowserContext]] = []
    watches: list[Watch] = []

    def visit(address: str, *, missing: str = "", **options: Any) -> Page:
        machine = Machine(**options)
        context = machines.take(machine)
        taken.append((machine, context))
        watches.append(Watch(context.new_page(), missing))
        return watches[-1].goto(address)

    yield visit
    for machine, context in taken:
        machines.give_back(machine, context)
    for watch in watches:
        watch.end()


@pytest.fixture
def glance(window: Page) -> Iterator[Reader]:
    """Shows a page that is only looked at: `glance(address, width=…, scheme=…)`.

    It is one Playwright page for all tests, which takes a quarter of the time of a new one.
    """
    watch = Watch(window)

    def show(address: str, *, width: int = 1280, scheme: Any = "light") -> Page:
        window.set_viewport_size({"width": width, "height": HEIGHT})
        window.emulate_media(color_scheme=scheme)
        return watch.goto(address)

    yield show
    watch.end()
