"""Times our full build against other programs that publish the same items.

    python -m bench.versus_peers --items 1000 --runs 3
    python -m bench.versus_peers --items 10000 --runs 3 --peers hugo

Every build is a whole process that starts from nothing: what it wrote before is put aside first. The sides
take turns, so that a change in the machine's speed meets all; a first turn, not counted, warms the caches of
files. What each side writes that the other does not stands at the head of its module in bench/peers. Builds
with a search index are measured against ours with ours: Pagefind over Hugo's pages, and sphinx-needs, since
Sphinx always writes one.

Printed as a table in Markdown: median, least and most seconds, processor seconds of all processes of a
build, the memory of its largest, files and megabytes written, and how many times as long as ours it took,
the median over the turns (on the clock, and in processor time, which other work disturbs less).

Below it stand floors, each measured in the same turns: what it takes one process only to write the files of
our site, their contents at hand; and what Pagefind's command takes over our finished pages.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType

from bench.generate import entries, write_pages, write_site
from bench.peers import with_hugo, with_sphinx_needs, with_strictdoc
from bench.versus_pages import Run, aside, build, forget, run, verify

CACHES = (".", "_cache")  # what a program keeps in the site for its own next build
OURS, SEARCHED = "this project", "this project, with search"


@dataclass
class Side:
    """A program and its project: `start` builds it once; it is measured by our side named `against`."""

    name: str
    folder: Path
    start: Callable[[], Run]
    against: str
    runs: list[Run] = field(default_factory=list)

    @property
    def site(self) -> Path:
        return self.folder / "site"


def peer(
    name: str, module: ModuleType, folder: Path, against: str, then: Sequence[Sequence[str]] = ()
) -> Side:
    """Return the side of a module of bench/peers; `then` are commands that follow its own."""
    commands = [*module.commands(), *then]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return Side(name, folder, lambda: run(commands, folder, clean), against)


def sides(chosen: Sequence[str], folder: Path, number: int, seed: int) -> list[Side]:
    """Write the projects of the chosen peers, and of ours that they are measured by, below `folder`."""
    ours, searched = folder / "ours", folder / "searched"
    write_site(ours, number, seed, search=False)
    found = [Side(OURS, ours, lambda: build(ours), OURS)]
    if {"hugo+pagefind", "sphinx-needs"} & set(chosen):
        write_site(searched, number, seed, search=True)
        found.append(Side(SEARCHED, searched, lambda: build(searched), SEARCHED))
    build(ours)  # its theme shell and assets are taken over by Hugo
    if "hugo" in chosen:
        with_hugo.write(folder / "hugo", number, seed, ours)
        found.append(peer("Hugo", with_hugo, folder / "hugo", OURS))
    if "hugo+pagefind" in chosen:
        from pagefind_bin_extended import get_executable

        pagefind = [str(get_executable()), "--silent", "--site", "site"]
        with_hugo.write(folder / "hugo-pagefind", number, seed, ours)
        found.append(peer("Hugo and Pagefind", with_hugo, folder / "hugo-pagefind", SEARCHED, [pagefind]))
    if "mkdocs" in chosen:
        pages = folder / "pages"
        write_pages(pages, number, seed, search=False, navigation=False)
        found.append(Side("MkDocs and Material, a page an item", pages, lambda: build(pages), OURS))
    if "sphinx-needs" in chosen:
        with_sphinx_needs.write(folder / "needs", number, seed, ours)
        found.append(peer("sphinx-needs, with search", with_sphinx_needs, folder / "needs", SEARCHED))
    if "strictdoc" in chosen:
        with_strictdoc.write(folder / "strictdoc", number, seed, ours)
        found.append(peer("StrictDoc, 500 items a page", with_strictdoc, folder / "strictdoc", OURS))
    return found


def measure(found: Sequence[Side], runs: int) -> list[Side]:
    """Let the sides build in turn, from nothing each time, and keep what is measured after the first turn.

    Returns the floors, measured over our pages as they have just been built.
    """
    floors = {}
    for turn in range(runs + 1):
        for side in found:
            forget(side.folder)
            measured = side.start()
            if turn:
                side.runs.append(measured)
            if side.name in FLOORS:
                name, start = FLOORS[side.name]
                floor = floors.setdefault(name, Side(name, side.folder, partial(start, side.site), side.name))
                measured = floor.start()
                if turn:
                    floor.runs.append(measured)
    return list(floors.values())


_WRITE = """\
import sys, time
from pathlib import Path
site, copy = map(Path, sys.argv[1:])
files = [(path.relative_to(site), path.read_bytes()) for path in site.rglob("*") if path.is_file()]
started, busy = time.perf_counter(), time.process_time()
for name, content in files:
    place = copy / name
    try:
        place.write_bytes(content)
    except FileNotFoundError:
        place.parent.mkdir(parents=True)
        place.write_bytes(content)
print(time.perf_counter() - started, time.process_time() - busy)
"""


def write_again(site: Path) -> Run:
    """Time the bare writing of a site's files to a new folder."""
    command = [sys.executable, "-c", _WRITE, str(site), str(aside(site.parent))]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return Run(float(told[0]), 0, float(told[1]))


def index_again(site: Path) -> Run:
    """Time Pagefind's command over the pages of a site."""
    from pagefind_bin_extended import get_executable

    index = aside(site.parent)
    command = [str(get_executable()), "--silent", "--site", str(site), "--output-path", str(index)]
    return run([command], site.parent, os.environ)


FLOORS: Mapping[str, tuple[str, Callable[[Path], Run]]] = {
    OURS: ("floor: writing our files", write_again),
    SEARCHED: ("floor: Pagefind over our pages", index_again),
}


def written(site: Path) -> tuple[int, float]:
    """Return how many files a site has, and their megabytes."""
    sizes = [
        path.stat().st_size
        for path in site.rglob("*")
        if path.is_file() and not path.relative_to(site).parts[0].startswith(CACHES)
    ]
    return len(sizes), sum(sizes) / 1e6


def verify_documents(site: Path, number: int, seed: int) -> None:
    """Make sure that documents of many items hold the problem of each. Raises AssertionError."""
    whole = "".join(path.read_text("utf-8") for path in site.rglob("*.html"))
    for entry in entries(number, seed):
        assert entry.problem in whole, f"{site}: {entry.id} lacks its problem"


def table(found: Sequence[Side]) -> list[str]:
    """Return the lines of the table."""
    ours = {side.name: side.runs for side in found}
    heads = ("seconds", "least–most", "processor s", "memory MB", "files", "MB written")
    heads = (*heads, "times ours, clock", "times ours, processor")
    lines = [f"| | {' | '.join(heads)} |", f"|---|{'--:|' * len(heads)}"]
    for side in found:
        seconds = [one.seconds for one in side.runs]
        files, size = written(side.site)
        pairs = list(zip(side.runs, ours[side.against], strict=True))
        clock = statistics.median(b.seconds / a.seconds for b, a in pairs)
        busy = statistics.median(b.busy / a.busy for b, a in pairs)
        times = f"{clock:.2f} | {busy:.2f}" if side.name != side.against else "1 | 1"
        lines.append(
            f"| {side.name} | {statistics.median(seconds):.1f} | {min(seconds):.1f}–{max(seconds):.1f} "
            f"| {statistics.median(one.busy for one in side.runs):.1f} "
            f"| {max(one.megabytes for one in side.runs):.0f} | {files} | {size:.0f} | {times} |"
        )
    return lines


PEERS = ("hugo", "hugo+pagefind", "mkdocs", "sphinx-needs", "strictdoc")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=PEERS, help="which ones (default: all)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = sides(chosen.peers, Path(folder), chosen.items, chosen.seed)
        floors = measure(found, chosen.runs)
        for side in found:
            if side.folder.name == "strictdoc":
                verify_documents(side.site, chosen.items, chosen.seed)
            else:
                verify(side.site, chosen.items, chosen.seed)
        print("\n".join(table(found)))
        print()
        for floor in floors:
            seconds, busy = ([getattr(one, kind) for one in floor.runs] for kind in ("seconds", "busy"))
            print(f"{floor.name}: {statistics.median(seconds):.1f} s, {statistics.median(busy):.1f} s busy")
    load = os.getloadavg()[0]
    print(f"\n{chosen.items} items, {chosen.runs} turns, {os.cpu_count()} cores, load {load:.0f} at the end.")


if __name__ == "__main__":
    sys.exit(main())
