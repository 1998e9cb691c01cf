"""How long an editor waits in `mkdocs serve`, from saving a file to the reloaded page.

    python -m bench.preview --items 10000 --runs 5

Each turn changes one item's text; the reload signal is waited for as a browser does, then the item's page
is fetched and must show the change. A site of one page and no ledger is served beside it in the same way:
what MkDocs itself takes for its watching and building (it looks twice a second). Printed: medians in
seconds on the clock and of the server's processor, and the share of turns within a second.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from bench.generate import write_site

EMPTY = "site_name: 空\ntheme: {name: material, language: zh, font: false}\n"
PAUSE = 0.73  # seconds between turns, so that they meet the server's looking at any moment


@contextmanager
def served(project: Path) -> Iterator[tuple[str, int]]:
    """Run `mkdocs serve`; yields the address and the process' number once the first build is shown."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "mkdocs", "serve", "-q", "-a", f"127.0.0.1:{port}"],
        cwd=project,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    address = f"http://127.0.0.1:{port}/"
    try:
        while server.poll() is None:
            try:
                fetch(address)
                break
            except OSError:
                time.sleep(0.05)
        yield address, server.pid
    finally:
        server.terminate()
        server.wait()


def fetch(address: str) -> str:
    with urlopen(address, timeout=600) as answer:
        return str(answer.read().decode())


def busy(pid: int) -> float:
    """Return the seconds of the processor that a process and its ended children have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def wait(
    address: str, pid: int, page: str, save: Callable[[str], None], turns: int
) -> list[tuple[float, float]]:
    """Return what each turn took: on the clock, and of the processor."""
    told = []
    for turn in range(turns):
        time.sleep(PAUSE * 3)
        epoch = re.search(r"livereload\((\d+), ", fetch(address + page))
        assert epoch is not None
        mark = f"第{turn}次改过"
        used, began = busy(pid), time.perf_counter()
        save(mark)
        while int(fetch(f"{address}livereload/{epoch[1]}/1")) <= int(epoch[1]):
            pass
        assert mark in fetch(address + page)
        told.append((time.perf_counter() - began, busy(pid) - used))
    return told


def item_in_the_middle(project: Path) -> tuple[str, Callable[[str], None]]:
    """Return the page of an item, and what changes its text."""
    files = sorted((project / "checklists").glob("[a-z]*.yml"))
    path = files[len(files) // 2]
    text = path.read_text("utf-8")
    start = text.index("problem: ", len(text) // 2) + len("problem: ")
    page = f"items/{re.findall(r'id: (G[0-9-]+)', text[:start])[-1]}/"
    return page, lambda mark: void(path.write_text(f"{text[:start]}{mark}，{text[start:]}", "utf-8"))


def void(_: object) -> None:
    """Take what a function returns, and return nothing."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=10000)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--search", action="store_true", help="with the search index")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project, empty = Path(folder) / "project", Path(folder) / "empty"
        write_site(project, chosen.items, chosen.seed, search=chosen.search)
        (empty / "docs").mkdir(parents=True)
        (empty / "mkdocs.yml").write_text(EMPTY, "utf-8")
        only = empty / "docs/index.md"
        only.write_text("# 空\n", "utf-8")
        with served(empty) as (address, pid):
            floor = wait(
                address, pid, "", lambda mark: void(only.write_text(f"# {mark}\n", "utf-8")), chosen.runs
            )
        with served(project) as (address, pid):
            ours = wait(address, pid, *item_in_the_middle(project), chosen.runs)
    for name, told in (("one page, no ledger", floor), (f"{chosen.items} items", ours)):
        clock, processor = (statistics.median(one[n] for one in told) for n in (0, 1))
        within = sum(one[0] <= 1 for one in told)
        times = f"{clock:7.2f} s {processor:7.2f} s of the processor"
        print(f"{name:<22}{times}; within 1 s: {within} of {len(told)}")


if __name__ == "__main__":
    main()
