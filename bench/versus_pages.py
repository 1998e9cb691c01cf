"""Times our build of a ledger against the same items as ordinary MkDocs pages, side by side.

Each build is a whole process; the sides take turns, so that a change in the machine's speed meets both.
Prints the median, least and most of each and the ratio of each pair.

    python -m bench.versus_pages --items 1000 --runs 5 [--search [theirs]] [--navigation] [--at-least 5]

`--search theirs --navigation` is MkDocs as it comes against our pages alone. Into each page it writes the
navigation, which is as long as the list of all pages: 10,000 take it more than half an hour, and 30 GB.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path

from bench.generate import entries, write_pages, write_site


@dataclass(frozen=True)
class Run:
    """One build: seconds on the clock, the most memory one of its processes held, in MB, and the seconds that
    all its processes kept processors busy."""

    seconds: float
    megabytes: float
    busy: float = 0.0


def aside(project: Path) -> Path:
    """Return a new folder beside a project, for what is no longer wanted.

    Nothing is removed while something is measured: for some minutes ext4 looks past every file that was
    removed, one by one, for each that is made.
    """
    return Path(tempfile.mkdtemp(prefix="aside-", dir=project.parent))


def forget(project: Path) -> None:
    """Put away a project's site, and everything that builds of it remember."""
    place = aside(project)
    for name in ("site", ".site.spare", ".rectify-cache"):
        with suppress(FileNotFoundError):
            (project / name).rename(place / name)


def anew(project: Path) -> Run:
    """Build a project from nothing."""
    forget(project)
    return build(project)


def run(commands: Sequence[Sequence[str]], folder: Path, environment: Mapping[str, str]) -> Run:
    """Run commands one after another in `folder`, as one build. Raises CalledProcessError where one fails."""
    started, most, busy = time.perf_counter(), 0.0, 0.0
    for command in commands:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        most = max(most, usage.ru_maxrss / 1024)
        busy += usage.ru_utime + usage.ru_stime
    return Run(time.perf_counter() - started, most, busy)


def build(project: Path) -> Run:
    """Build a MkDocs project in a process of its own. Raises CalledProcessError where that fails."""
    command = [sys.executable, "-m", "mkdocs", "build", "-q"]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    # A package that is installed lies there compiled; to compile ours takes 0.15 s of every build.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return run([command], project, environment)


def verify(site: Path, number: int, seed: int) -> None:
    """Make sure a built site holds a page an item, each with its own problem. Raises AssertionError."""
    pages = [path for path in (site / "items").iterdir() if (path / "index.html").is_file()]
    assert len(pages) == number, f"{site}: {len(pages)} item pages of {number}"
    for entry in list(entries(number, seed))[:: max(1, number // 20)]:
        html = (site / "items" / entry.id / "index.html").read_text("utf-8")
        assert escape(entry.problem) in html, f"{site}: {entry.id} lacks its problem"


def side_by_side(
    first: Callable[[], Run], second: Callable[[], Run], runs: int
) -> tuple[list[Run], list[Run]]:
    """Run both in turn, `runs` times after one turn that is not counted, if there is more than one."""
    if runs > 1:
        first(), second()
    pairs = [(first(), second()) for _ in range(runs)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def row(name: str, found: list[Run]) -> str:
    """Return a line of the table: median, least and most seconds, most memory."""
    seconds = [run.seconds for run in found]
    times = f"{statistics.median(seconds):7.2f} s {min(seconds):7.2f} {max(seconds):7.2f}"
    return f"{name:<28}{times}   {max(run.megabytes for run in found):6.0f} MB"


def ratio(ours: list[Run], theirs: list[Run]) -> float:
    """Return the median over the pairs of (their seconds / our seconds)."""
    return statistics.median(b.seconds / a.seconds for a, b in zip(ours, theirs, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--search",
        nargs="?",
        const="both",
        default="none",
        choices=("none", "theirs", "both"),
        help="who builds a search index; without a word, both",
    )
    parser.add_argument(
        "--navigation", action="store_true", help="the pages are listed in MkDocs' navigation"
    )
    parser.add_argument("--at-least", type=float, default=0, help="exit 1 where the ratio is below this")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ours, pages = Path(folder) / "ours", Path(folder) / "pages"
        write_site(ours, chosen.items, chosen.seed, search=chosen.search == "both")
        write_pages(
            pages, chosen.items, chosen.seed, search=chosen.search != "none", navigation=chosen.navigation
        )
        mine, theirs = side_by_side(lambda: anew(ours), lambda: anew(pages), chosen.runs)
        verify(ours / "site", chosen.items, chosen.seed)
        verify(pages / "site", chosen.items, chosen.seed)
    result = ratio(mine, theirs)
    navigation = "listed" if chosen.navigation else "not listed"
    print(
        f"{chosen.items} items, search index: {chosen.search}, pages {navigation} in navigation, "
        f"{chosen.runs} runs"
    )
    print(f"{'':<28}{'median':>9} {'least':>7} {'most':>7}   memory")
    print(row("this project", mine))
    print(row("one MkDocs page an item", theirs))
    print(f"{'ratio, median of the pairs':<28}{result:7.2f}")
    own = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{'processor time of all runs':<28}{own.ru_utime + own.ru_stime:7.2f} s")
    if result < chosen.at_least:
        sys.exit(f"The ratio is below {chosen.at_least}.")


if __name__ == "__main__":
    main()
