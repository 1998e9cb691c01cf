"""What `rectify check` takes, beside a process that only reads the same YAML.

    python -m bench.check --items 10000 --runs 5              all rows
    python -m bench.check --items 100000 --runs 1 --times 0   the memory of a large ledger

A turn is a process that does nothing but `yaml.load(text, CSafeLoader)` on each file, then a check from
nothing, an edit of one item and a second check, without the search for near duplicates (S103, S104) and with
all rules, then an entry for the log of an item (`rectify log`), the second one. Each is a whole process. The
floor is a process that only reads the files as the check does, and types, judges and tells nothing. Printed,
for each: the median on the clock and of the processor (user and system, all processes of it), the most memory
one of its processes held, and at the right the median over the turns of its seconds / those of `yaml.load`. A
first turn is not counted. Then a check from nothing of a ledger that is `--times` as large against one of
`--items`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from pathlib import Path

from bench.generate import DAY, entries, write_site
from bench.second_build import edit
from bench.versus_pages import Run, forget, run

NEAR = ("S103", "S104")
_LOAD = """\
import pathlib, yaml
for path in sorted(pathlib.Path("checklists").glob("*.yml")):
    yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
"""
_READ = """\
import pathlib
from rectification.source import read
for path in sorted(pathlib.Path("checklists").glob("*.yml")):
    assert not read(path, path.name)[2]
"""
_CHECK = "from rectification.cli import run; run(['check', '-f', '{config}'])"
_LOG = "from rectification.cli import run; run(['log', '{identifier}', '--note', '{note}'])"
YAML = "yaml.load, CSafeLoader"
READ = "floor: the check's own reading alone"


def write(project: Path, number: int, seed: int) -> Path:
    """Write a synthetic site, and a second mkdocs.yml that leaves out the search for near duplicates."""
    write_site(project, number, seed, search=False)
    whole = (project / "mkdocs.yml").read_text("utf-8")
    off = ", ".join(f"{code}: 'off'" for code in NEAR)
    without = whole.replace("search: false", f"search: false, rules: {{{off}}}")
    assert without != whole
    (project / "without.yml").write_text(without, "utf-8")
    return project


def python(code: str, project: Path) -> Run:
    """Run some code in a process of its own, on the day of the synthetic ledger."""
    noon = datetime.combine(DAY, time(12), UTC)
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "SOURCE_DATE_EPOCH": str(int(noon.timestamp()))}
    return run([[sys.executable, "-c", code]], project, environment)


def check(project: Path, config: str) -> Run:
    return python(_CHECK.format(config=config), project)


def turn(project: Path, number: int) -> dict[str, Run]:
    """Take each kind of run once, in turn."""
    found = {YAML: python(_LOAD, project), READ: python(_READ, project)}
    for config, name in (("without.yml", "without near duplicates"), ("mkdocs.yml", "all rules")):
        forget(project)
        found[f"check, {name}"] = check(project, config)
        edit(project, 2 * number + (config == "mkdocs.yml"))
        found[f"second check, {name}"] = check(project, config)
    identifier = next(entries(1, 1)).id
    for n in range(2):
        found["one entry, `rectify log`"] = python(_LOG.format(identifier=identifier, note=n), project)
    return found


def table(turns: Sequence[Mapping[str, Run]]) -> list[str]:
    """Return the lines of the table: medians, the most memory, and the ratios of the turns."""
    lines = [f"{'':<40}{'clock':>9}{'processor':>11}{'memory':>10}{'clock':>8}{'processor':>11}"]
    for name in turns[0]:
        runs = [one[name] for one in turns]
        clock = statistics.median(one[name].seconds / one[YAML].seconds for one in turns)
        busy = statistics.median(one[name].busy / one[YAML].busy for one in turns)
        lines.append(
            f"{name:<40}{statistics.median(one.seconds for one in runs):7.2f} s"
            f"{statistics.median(one.busy for one in runs):9.2f} s"
            f"{max(one.megabytes for one in runs):7.0f} MB{clock:8.2f}{busy:11.2f}"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=10000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--times", type=int, default=4, help="0: no larger ledger is checked")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project = write(Path(folder) / "project", chosen.items, chosen.seed)
        first = 0 if chosen.runs == 1 else 1
        turns = [turn(project, n) for n in range(chosen.runs + first)][first:]
        print(f"{chosen.items} items, {chosen.runs} turns")
        print("\n".join(table(turns)))
        if chosen.times:
            larger = write(Path(folder) / "larger", chosen.items * chosen.times, chosen.seed)
            for config, name in (("without.yml", "without near duplicates"), ("mkdocs.yml", "all rules")):
                pairs = []
                for _ in range(min(chosen.runs, 3)):
                    for one in (larger, project):
                        forget(one)
                    pairs.append((check(larger, config), check(project, config)))
                clock = statistics.median(a.seconds / b.seconds for a, b in pairs)
                busy = statistics.median(a.busy / b.busy for a, b in pairs)
                print(
                    f"{chosen.items * chosen.times} items / {chosen.items}, {name}: "
                    f"{clock:.2f} on the clock, {busy:.2f} of the processor"
                )


if __name__ == "__main__":
    main()
