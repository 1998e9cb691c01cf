"""Measures the substance rules: how well slogans are told from measures, and what all rules cost.

    python -m bench.substance                      precision and recall on both halves of the labelled set
    python -m bench.substance --items 10000        and the cost of all rules, against reading the items

A measure counts as found where the check warns of it as the only measure of an item. Precision: of those
found, how many are labelled slogans; recall: of the slogans, how many are found. The rules' cost is that of
every rule over the whole ledger, near duplicates included, against loading the same ledger (reading its
YAML, typing it, deriving its states), both in one process, in turn; `--runs` pairs, the median ratio.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.generate import DAY, write_site
from rectification.ledger import load
from rectification.rules import all_rules, check, examine
from rectification.rules.similarity import shingles
from rectification.rules.wording import read_measure
from rectification.settings import Settings

MEASURES = Path(__file__).parent / "measures"
HALVES = ("tuning", "held-back")
_WORDS = ("S101", "S102")
_ITEM = """\
  - id: M-{n}
    title: measure {n}
    problem: labelled measure {n}
    unit: office
    found: 2026-01-01
    due: 2026-12-31
    actions:
      - text: {text}
"""


@dataclass(frozen=True)
class Score:
    """Counts of a half of the labelled set."""

    found: int
    right: int
    slogans: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.slogans if self.slogans else 0.0


def labelled(half: str) -> list[Mapping[str, str]]:
    """Return the measures of one half: `lang`, `label` (`slogan` or `substance`) and `text` of each."""
    listed = yaml.safe_load((MEASURES / f"{half}.yml").read_text("utf-8"))
    assert all(one["label"] in ("slogan", "substance") for one in listed)
    return list(listed)


def score(measures: Iterable[Mapping[str, str]]) -> Score:
    """Let the check judge each measure as the only one of an item."""
    measures = list(measures)
    with tempfile.TemporaryDirectory() as folder:
        checklists = Path(folder) / "checklists"
        checklists.mkdir()
        items = (
            _ITEM.format(n=n, text="'" + one["text"].replace("'", "''") + "'")
            for n, one in enumerate(measures)
        )
        (checklists / "m.yml").write_text(
            "checklist: {id: M, title: measures}\nitems:\n" + "".join(items), "utf-8"
        )
        examination = examine(Settings(Path(folder), checklists), DAY, substance=True)
    assert not examination.errors, examination.errors[0]
    found = {int(d.item.removeprefix("M-")) for d in examination.diagnostics if d.code in _WORDS}
    slogans = {n for n, one in enumerate(measures) if one["label"] == "slogan"}
    return Score(len(found), len(found & slogans), len(slogans))


def cost(number: int, runs: int, seed: int = 1) -> list[tuple[float, float, int]]:
    """Return seconds of loading, seconds of all rules, and the number of findings, once a run."""
    rules = [rule for rule in all_rules() if not rule.witness]
    timed = []
    gc.disable()  # as the command and the build do
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        write_site(site, number, seed, search=False)
        settings = Settings(site, site / "checklists")
        for run in range(runs + 1):  # the first is not counted: it also loads the lists of phrases
            read_measure.cache_clear()
            shingles.cache_clear()
            started = time.perf_counter()
            loading = load(settings, DAY)
            loaded = time.perf_counter()
            found = check(loading.ledger, settings, rules)
            ended = time.perf_counter()
            assert len(loading.ledger.records) == number
            if run:
                timed.append((loaded - started, ended - loaded, len(found.diagnostics)))
    return timed


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=0)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    print(f"{'measures':<12}{'language':<10}{'number':>7}{'precision':>11}{'recall':>8}")
    for half in HALVES:
        measures = labelled(half)
        for language in ("zh", "en", "both"):
            part = [one for one in measures if language in (one["lang"], "both")]
            got = score(part)
            print(f"{half:<12}{language:<10}{len(part):>7}{got.precision:>11.3f}{got.recall:>8.3f}")
    if chosen.items:
        timed = cost(chosen.items, chosen.runs)
        ratios = [rules / loading for loading, rules, _ in timed]
        print(f"\n{chosen.items} items, {timed[0][2]} findings, median of {chosen.runs} runs")
        print(f"reading and deriving  {statistics.median(t[0] for t in timed):.2f} s")
        print(f"all rules             {statistics.median(t[1] for t in timed):.2f} s")
        print(f"ratio                 {statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})")


if __name__ == "__main__":
    main()
