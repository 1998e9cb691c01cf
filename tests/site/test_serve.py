"""`mkdocs serve`: a change of any source of the ledger is seen without a restart."""

from __future__ import annotations

import os
import re
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from urllib.request import urlopen

import pytest

from rectification.site.plugin import RectificationPlugin

from .conftest import BUILD_DAY, CHECKLIST, MKDOCS, Project

DEADLINE = 60  # seconds a slow machine may take; a change is usually seen within two


@contextmanager
def served(project: Project) -> Iterator[str]:
    """Run `mkdocs serve` on a free port of the loopback; yields the site's address."""
    with running(project) as (address, _):
        yield address


@contextmanager
def running(project: Project) -> Iterator[tuple[str, int]]:
    """Run `mkdocs serve`, which says what it says in served.txt; yields the site's address and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (project.root / "served.txt").open("wb") as said:
        server = subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "-a", f"127.0.0.1:{port}"],
            cwd=project.root,
            env={**os.environ, "SOURCE_DATE_EPOCH": BUILD_DAY, "NO_MKDOCS_2_WARNING": "1"},
            stdout=said,
            stderr=said,
        )
    try:
        yield f"http://127.0.0.1:{port}/base/", server.pid
    finally:
        server.terminate()
        server.wait(10)


def wait_for(address: str, wanted: str) -> str:
    """Return the page at `address` once it holds `wanted`."""
    end = time.monotonic() + DEADLINE
    seen = ""
    while time.monotonic() < end:
        try:
            with urlopen(address, timeout=5) as answer:
                seen = answer.read().decode("utf-8", errors="replace")
        except OSError as error:
            seen = str(error)
        if wanted in seen:
            return seen
        time.sleep(0.1)
    raise AssertionError(f"{address} never held {wanted!r}; last: {seen[:300]}")


def test_changes_are_seen(project: Project) -> None:
    config = MKDOCS.format(language="zh").replace(
        "  font: false\n", "  font: false\n  custom_dir: overrides\n"
    )
    project.write("mkdocs.yml", config)
    project.write("overrides/partials/item-note.html", "<p>NOTE 1</p>")
    with served(project) as site:
        wait_for(f"{site}items/A-1/", "NOTE 1")
        project.write("checklists/forms.yml", CHECKLIST.replace("统一口径", "统一三级口径"))
        wait_for(f"{site}items/A-1/", "统一三级口径")
        project.write("overrides/partials/item-note.html", "<p>NOTE 2</p>")
        wait_for(f"{site}items/A-1/", "NOTE 2")
        project.write("checklists/evidence/a.csv", "a,b,c\n")
        wait_for(f"{site}evidence/a.csv", "a,b,c")
        # A mistake keeps the last good content and says where it is; mending it shows the new content.
        project.write("checklists/forms.yml", CHECKLIST.replace("2026-11-01", "2026-02-30"))
        stale = wait_for(f"{site}items/A-1/", "checklists/forms.yml:11:10")
        assert "统一三级口径" in stale
        assert "M006" in stale
        project.write("checklists/forms.yml", CHECKLIST.replace("统一口径", "统一四级口径"))
        assert "M006" not in wait_for(f"{site}items/A-1/", "统一四级口径")


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only on Linux can another process be limited")
def test_a_change_that_cannot_be_written_is_told_of_in_one_line(project: Project) -> None:
    project.write("mkdocs.yml", MKDOCS.format(language="en"))
    with running(project) as (site, process):
        wait_for(f"{site}items/A-1/", "统一口径")
        limits = resource.prlimit(process, resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (5000, limits[1]))
        before = (project.root / "served.txt").stat().st_size
        project.write("checklists/forms.yml", CHECKLIST.replace("统一口径", "统一三级口径"))
        said = ""
        end = time.monotonic() + DEADLINE
        while "An error happened" not in said and time.monotonic() < end:
            said = (project.root / "served.txt").read_text("utf-8")[before:]
            time.sleep(0.1)
        assert re.search(r"^\S+ cannot be written: .*$", said, re.M), said
        assert "Traceback" not in said
        resource.prlimit(process, resource.RLIMIT_FSIZE, limits)
        project.write("checklists/forms.yml", CHECKLIST.replace("统一口径", "统一四级口径"))
        wait_for(f"{site}items/A-1/", "统一四级口径")


def test_the_preview_watches_every_source(project: Project) -> None:
    from mkdocs.config import load_config

    config = load_config(str(project.root / "mkdocs.yml"))
    plugin = config.plugins["rectification"]
    assert isinstance(plugin, RectificationPlugin)
    watched: list[Path] = []

    class Server:
        def watch(self, path: str) -> None:
            watched.append(Path(path))

    plugin.shown = None  # nothing was built
    plugin.on_serve(Server(), config=config, builder=None)  # type: ignore[arg-type]
    package = Path(str(files("rectification")))
    assert set(watched) >= {
        project.root / "checklists",
        package / "templates",
        package / "locales",
        package / "assets",
    }
