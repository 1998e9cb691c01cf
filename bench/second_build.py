"""What the second build costs after one item was edited, beside the full one.

    python -m bench.second_build --items 10000 --runs 5 [--search]

A turn is a full build from nothing (no site, nothing remembered), an edit of one item, a build, another edit,
and a build; each is a whole process. The second one also makes the folder of links that later ones change
places with. The pages that the last one leaves are compared, byte for byte, with those of a build from
nothing of the same files after the last turn. Each turn ends with the floor: a build after an edit of a
ledger of one item, in a site with the same theme, units, categories and pages. Printed: medians in seconds on
the clock and of the processor, the most memory of a process, and the medians over the turns of second / full,
later / full and floor / full.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from bench.generate import write_site
from bench.versus_pages import Run, build, forget

NAMES = ("full", "second, one item edited", "later, one item edited", "floor, a ledger of one item")


def edit(project: Path, turn: int) -> None:
    """Change one word of an item in the middle of the ledger."""
    files = sorted((project / "checklists").glob("[a-z]*.yml"))
    path = files[len(files) // 2]
    text = path.read_text("utf-8")
    start = text.index("problem: ", text.rindex("- id: ", 0, len(text) // 2)) + len("problem: ")
    path.write_text(f"{text[:start]}第{turn}次改过，{text[start:]}", "utf-8")


def contents(site: Path) -> dict[str, bytes]:
    return {p.relative_to(site).as_posix(): p.read_bytes() for p in site.rglob("*") if p.is_file()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=10000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--search", action="store_true", help="with the search index")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        write_site(project, chosen.items, chosen.seed, search=chosen.search)
        small = Path(folder) / "small"
        write_site(small, 1, chosen.seed, search=chosen.search)
        build(small)
        turns: list[tuple[Run, Run, Run, Run]] = []
        for turn in range(chosen.runs + 1):
            forget(project)
            full = build(project)
            edit(project, turn)
            second = build(project)
            edit(project, turn)
            later = build(project)
            edit(small, turn)
            floor = build(small)
            if turn:  # the first turn warms the caches of files
                turns.append((full, second, later, floor))
        kept = contents(project / "site")
        forget(project)
        build(project)
        made = contents(project / "site")
        # Pages and data are the same; the sitemap's archive tells its time.
        differing = [n for n in kept.keys() | made.keys() if kept.get(n) != made.get(n)]
        assert set(differing) <= {"sitemap.xml.gz", "sitemap.xml", "api/v1/manifest.json"}, differing
    for n, name in enumerate(NAMES):
        seconds = statistics.median(turn[n].seconds for turn in turns)
        processor = statistics.median(turn[n].busy for turn in turns)
        most = max(turn[n].megabytes for turn in turns)
        print(f"{name:<28}{seconds:8.2f} s {processor:8.2f} s of the processor {most:6.0f} MB")
    for n, name in list(enumerate(NAMES))[1:]:
        clock = statistics.median(turn[n].seconds / turn[0].seconds for turn in turns)
        processor = statistics.median(turn[n].busy / turn[0].busy for turn in turns)
        print(f"{name} / full: {clock:.3f} on the clock, {processor:.3f} of the processor")
    search = "with" if chosen.search else "without"
    print(f"{chosen.items} items, {chosen.runs} turns, {search} the search index")


if __name__ == "__main__":
    main()
