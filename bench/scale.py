"""How a build grows with the ledger, what it needs of memory, and what its pages weigh.

    python -m bench.scale                          10,000 and 40,000 items
    python -m bench.scale --items 10000 100000     and so on; 100,000 items write 4 GB

Sites are built from nothing, without the search index, each build a whole process. Printed of each: seconds
on the clock and of the processor, the most memory that one of its processes held, the weight of pages, and
how long a browser waits for the table of the ledger page; then each time against that of the first. An
item's page is weighed beside a page of the same theme that says nothing, the ledger page with all that it
loads of ours, compressed.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from bench.generate import write_site
from bench.reader import chromium, ledger_ready, page_weight, served
from bench.versus_pages import Run, anew, build

EMPTY = """\
site_name: 空
site_url: https://bench.example.org/
theme: {name: material, language: zh, font: false}
plugins: []
"""


def theme_alone(folder: Path) -> int:
    """Return what a page of the theme weighs that says nothing, in bytes."""
    (folder / "docs").mkdir(parents=True)
    (folder / "docs/index.md").write_text("# 空\n", "utf-8")
    (folder / "docs/other.md").write_text("# 空\n", "utf-8")
    (folder / "mkdocs.yml").write_text(EMPTY, "utf-8")
    build(folder)
    return (folder / "site/other/index.html").stat().st_size


def item_pages(site: Path) -> list[int]:
    """Return what some hundred items' pages weigh, in bytes."""
    pages = sorted((site / "items").iterdir())
    return [(page / "index.html").stat().st_size for page in pages[:: max(1, len(pages) // 200)]]


def medians(runs: list[Run]) -> tuple[float, float]:
    """Return the median seconds on the clock and of the processor."""
    return statistics.median(run.seconds for run in runs), statistics.median(run.busy for run in runs)


def report(items: int, runs: list[Run], site: Path, theme: int) -> list[str]:
    """Return the lines that tell of one size."""
    with chromium() as browser, served(site) as address:
        wait = statistics.median(ledger_ready(browser, address) for _ in range(3))
    clock, processor = medians(runs)
    memory = max(run.megabytes for run in runs)
    item = statistics.median(item_pages(site))
    unit = max(path.stat().st_size for path in (site / "units").rglob("*.html"))
    return [
        f"{items} items",
        f"  build {clock:.1f} s, {processor:.1f} s of the processor, at most {memory:.0f} MB",
        f"  an item's page {item / 1000:.1f} kB, {(item - theme) / 1000:.1f} kB beyond the theme's own",
        f"  the largest page of a unit {unit / 1000:.0f} kB",
        f"  the ledger page {page_weight(site) / 1000:.0f} kB compressed in all, its table in {wait:.2f} s",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, nargs="+", default=[10000, 40000])
    parser.add_argument("--runs", type=int, default=1)
    chosen = parser.parse_args()
    built: dict[int, list[Run]] = {}
    with tempfile.TemporaryDirectory() as folder:
        theme = theme_alone(Path(folder) / "theme")
        for items in chosen.items:
            project = Path(folder) / str(items)
            write_site(project, items, 1, search=False)
            if not built:
                build(project)  # the first turn warms the caches of files
            built[items] = [anew(project) for _ in range(chosen.runs)]
            print("\n".join(report(items, built[items], project / "site", theme)), flush=True)
    first, *others = built
    for items in others:
        clock, processor = (a / b for a, b in zip(medians(built[items]), medians(built[first]), strict=True))
        print(f"{items} against {first}: {clock:.2f} on the clock, {processor:.2f} of the processor")


if __name__ == "__main__":
    main()
