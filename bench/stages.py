"""Where a full build without search spends its time, in one process, by the processor's clock.

    python -m bench.stages --items 10000

Prints the processor seconds of each stage and of each machine output, what is written below each folder of
the site, and the floor: what a bare loop takes that only writes as many bytes to as many folders and files.
A stage's seconds are not those of the stages inside it, so that all add up to the whole.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from bench.generate import write_site


class Stages:
    """Processor seconds by name; what runs inside another stage is taken from that one."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._inside: list[float] = []

    def timed(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return `call`, its time kept under `name`."""

        def timing(*arguments: Any, **options: Any) -> Any:
            self._inside.append(0.0)
            started = time.process_time()
            try:
                return call(*arguments, **options)
            finally:
                spent = time.process_time() - started
                self.seconds[name] += spent - self._inside.pop()
                if self._inside:
                    self._inside[-1] += spent

        return timing


def profile(project: Path) -> Stages:
    """Build the project in this process and return where the time went."""
    stages = Stages()

    def start() -> None:
        import mkdocs.__main__  # noqa: F401
        from mkdocs.commands.build import build
        from mkdocs.config import load_config

        from rectification import publish, rules, workers
        from rectification.site import succession
        from rectification.site.blocks import Blocks
        from rectification.site.files import Files
        from rectification.site.listings import Listings
        from rectification.site.rendering import Rendering
        from rectification.site.shell import Shell
        from rectification.site.views import Views

        workers._processes = lambda: 1
        places: list[tuple[Any, str, str]] = [
            (rules, "load", "loading: reading YAML, typing, deriving"),
            (rules, "check", "rules"),
            (Views, "item", "pages of items"),
            (Views, "unit", "pages of units"),
            (Views, "checklist", "pages of checklists"),
            (Views, "category", "pages of categories"),
            (Rendering, "_charts_of", "charts on those pages"),
            (Listings, "page", "listing pages"),
            (Blocks, "view", "live views in hand-written pages"),
            (Shell, "stamp", "stamping: the shell around them"),
            (Files, "write", "hashing and writing files"),
            (succession, "swap_in", "swapping the site in"),
        ]
        for owner, name, stage in places:
            setattr(owner, name, stages.timed(stage, getattr(owner, name)))

        def output(module: Any, edition: publish.Edition) -> Iterable[publish.Output]:
            for one in module.write(edition):
                yield replace(one, make=stages.timed(f"output {stem(module)}", one.make))

        def outputs(edition: publish.Edition) -> list[Callable[[], Iterable[publish.Output]]]:
            modules = (module for module in publish.formats() if hasattr(module, "write"))
            return [partial(output, module, edition) for module in modules]

        publish.outputs = outputs
        stages.timed("MkDocs, the theme and the rest", lambda: build(load_config()))()

    def stem(module: Any) -> str:
        return str(module.__name__).rsplit(".", 1)[-1]

    os.chdir(project)
    stages.timed("start: loading modules", start)()
    return stages


def floor(site: Path, folder: Path) -> float:
    """Write files of the site's sizes and places below `folder`; return the processor seconds of that."""
    sizes = {path.relative_to(site): path.stat().st_size for path in site.rglob("*") if path.is_file()}
    content = b"x" * max(sizes.values())
    started = time.process_time()
    folder.mkdir()
    made = {Path()}
    for path, size in sizes.items():
        place = folder / path.parent
        if path.parent not in made:
            place.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        with (place / path.name).open("wb", buffering=0) as file:
            file.write(content[:size])
    return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    os.environ["NO_MKDOCS_2_WARNING"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        project, site = Path(folder) / "project", Path(folder) / "project/site"
        write_site(project, chosen.items, chosen.seed, search=False)
        stages = profile(project)
        print(f"{chosen.items} items, processor seconds of one process")
        for stage, seconds in stages.seconds.most_common():
            print(f"{stage:<44}{seconds:8.2f} s")
        print(f"{'all':<44}{stages.seconds.total():8.2f} s")
        print(f"{'floor: writing alone':<44}{floor(site, Path(folder) / 'floor'):8.2f} s\n")
        sizes: Counter[str] = Counter()
        files: Counter[str] = Counter()
        for path in site.rglob("*"):
            if path.is_file():
                top = path.relative_to(site).parts[0]
                sizes[top] += path.stat().st_size
                files[top] += 1
        for top, size in sizes.most_common():
            print(f"{top:<44}{size / 1e6:8.1f} MB {files[top]:7} files")
        os.chdir("/")


if __name__ == "__main__":
    sys.exit(main())
