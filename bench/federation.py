"""Many sites combined against one ledger of as many items: the same items, read as JSON or as YAML.

    python -m bench.federation                       100 sites of 1,000 items: loading and deriving
    python -m bench.federation --build               and the whole build, without the search index

Prints seconds and the ratio of the combined ledger to the one.
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from time import perf_counter

from bench.generate import DAY, PER_FILE, THEME, write_site
from rectification.catalogue import read_catalogue
from rectification.federation import consult
from rectification.ledger import Ledger
from rectification.publish import Edition, formats, seals
from rectification.rules import examine
from rectification.settings import Settings, SourceSite
from rectification.site.addresses import Addresses


def publish(ledger: Ledger, folder: Path, address: str) -> None:
    """Write what a site with this ledger publishes for machines."""
    edition = Edition(ledger, read_catalogue("zh"), folder.name, address, "UTC", Addresses(True))
    made: dict[str, bytes] = {}
    for module in formats():
        if hasattr(module, "DOCUMENTS") and hasattr(module, "write"):
            made |= {one.path: one.make() for one in module.write(edition)}
    made |= dict(seals(edition, lambda name: (len(made[name]), sha256(made[name]).hexdigest())))
    for name, content in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def split(ledger: Ledger, folder: Path, sites: int) -> tuple[SourceSite, ...]:
    """Publish a ledger as so many sites, its checklists shared out to them; return them as sources."""
    each = -(-len(ledger.checklists) // sites)
    sources = []
    for n in range(sites):
        checklists = ledger.checklists[n * each : (n + 1) * each]
        records = tuple(r for c in checklists for r in ledger.by_checklist[c.slug])
        publish(
            replace(ledger, checklists=checklists, records=records),
            folder / f"site-{n}",
            f"https://site-{n}.example.org/",
        )
        sources.append(SourceSite(f"县{n}", f"../site-{n}"))
    return tuple(sources)


def timed(what: str, function: object, *arguments: object, **named: object) -> tuple[float, object]:
    """Call a function as the plugin does, without collections; print and return how long it took."""
    gc.collect()
    gc.disable()
    start = perf_counter()
    found = function(*arguments, **named)  # type: ignore[operator]
    seconds = perf_counter() - start
    gc.enable()
    print(f"{what:<44} {seconds:8.2f} s", flush=True)
    return seconds, found


def build(folder: Path, what: str) -> float:
    """Build a site as an editor does; print and return how long it took."""
    environment = os.environ | {"SOURCE_DATE_EPOCH": "1795478400", "NO_MKDOCS_2_WARNING": "1"}
    start = perf_counter()
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "-q"], cwd=folder, env=environment, check=True)
    seconds = perf_counter() - start
    print(f"{what:<44} {seconds:8.2f} s", flush=True)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sites", type=int, default=100)
    parser.add_argument("--items", type=int, default=1000, help="of each site")
    parser.add_argument("--build", action="store_true", help="time the whole build, too")
    chosen = parser.parse_args()
    total = chosen.sites * chosen.items
    if chosen.items % PER_FILE:
        parser.error(f"--items: a multiple of {PER_FILE}, the items of a checklist")
    with tempfile.TemporaryDirectory(prefix="rectify-bench-") as temporary:
        root = Path(temporary)
        print(f"{chosen.sites} sites of {chosen.items} items, {total} in all", flush=True)
        write_site(root / "one", total, 1, search=False)
        one = Settings(root / "one", root / "one/checklists", language="zh")
        alone, examination = timed("one ledger: read YAML, type, derive, check", examine, one, DAY)
        sources = split(examination.ledger, root, chosen.sites)  # type: ignore[attr-defined]
        (root / "combined/checklists").mkdir(parents=True)
        (root / "combined/docs").mkdir()
        combined = Settings(root / "combined", root / "combined/checklists", language="zh", sources=sources)
        del examination
        ratios = {}
        for refresh, what in ((True, "read the sites, keep copies"), (False, "read the copies")):

            def load(refresh: bool = refresh) -> Ledger:
                return examine(combined, DAY, deliveries=consult(combined, refresh=refresh)).ledger

            together, ledger = timed(f"combined: {what}, type, derive", load)
            assert len(ledger.records) == total  # type: ignore[attr-defined]
            ratios[what] = together / alone
            del ledger
        if chosen.build:
            listed = "".join(f"        - {{name: {s.name}, from: {s.location}}}\n" for s in sources)
            plugin = "plugins:\n  - rectification:\n      search: false\n      sources:\n"
            (root / "combined/mkdocs.yml").write_text(THEME + plugin + listed, "utf-8")
            page = (root / "one/docs/index.md").read_text("utf-8")
            (root / "combined/docs/index.md").write_text(page, "utf-8")
            whole = build(root / "one", "one ledger: build")
            ratios["build"] = build(root / "combined", "combined: build") / whole
        for what, ratio in ratios.items():
            print(f"ratio, {what:<37} {ratio:8.2f}")


if __name__ == "__main__":
    main()
