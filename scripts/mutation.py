"""Breaks the core on purpose, one small fault at a time, and prints which faults the tests notice.

    python -m scripts.mutation [--sample N] [--seed N] [--seconds N] [--again]

A mutant is a file of `source/`, `model/`, `ledger/` or `rules/`, with one fault that mutmut's
operators make: an operator turned, a number one higher, a text altered, an argument left out. N of them are
drawn at random: the same seed draws the same mutants of the same sources. `--again` runs only those of the
draw that survived the last run.

For each mutant those tests run that reach its line (see `reach.py`), the quickest first, until one fails, or
until the next would take them past so many seconds. A mutant that no test reaches survives; one with which
the tests do not end is noticed.

Everything happens in a copy of the project below build/mutation/, and in forks of a process that has the
libraries imported.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from scripts.reach import (
    BROKEN,
    BUILD,
    CORE,
    MUTATED,
    OUTPUT,
    ROOT,
    TREE,
    Record,
    forked,
    reaching,
    record,
    run_tests,
    statement_at,
    within,
)

SURVIVORS = BUILD / "survivors.txt"
_FIRST = 40  # tests; most mutants die by them, without the import of all the others
# What the tests import, so that no fork has to; not the project itself, which is another in each of them.
_LIBRARIES = (
    *("pytest", "hypothesis", "click.testing", "pydantic", "yaml", "lxml.html", "jsonschema", "PIL.Image"),
    *("openpyxl", "docx", "icalendar", "vobject", "feedgenerator", "phonenumbers", "pygal", "nh3", "rensa"),
    *("markdown_it", "mkdocs.commands.build", "material", "rich.console", "stdnum", "puremagic"),
)


@dataclass(frozen=True)
class Mutant:
    """A file with one fault: the line it is on, from 1 on, and the text of the whole file."""

    file: str
    line: int
    text: str
    diff: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}\n{self.diff}"


def drawn(count: int, sample: int, seed: int) -> list[int]:
    """Return which of `count` mutants are drawn: the same for the same seed, in the order of the files."""
    return sorted(random.Random(seed).sample(range(count), min(sample, count)))


def score(outcomes: Mapping[str, int]) -> float:
    """Return how many of 100 mutants are noticed. One that no test reaches is not."""
    noticed = outcomes.get("killed", 0) + outcomes.get("timed out", 0)
    return 100 * noticed / max(1, sum(outcomes.values()))


def mutants(files: Iterable[Path]) -> list[Callable[[], Mutant]]:
    """Return every mutant of some files, each to be made when it is asked for."""
    from libcst import CSTNode, FunctionDef, MetadataWrapper, parse_module
    from libcst.matchers import Assign, AssignTarget, Name, matches
    from mutmut.mutation.file_mutation import MutationVisitor
    from mutmut.mutation.mutators import mutation_operators
    from mutmut.mutation.pragma_handling import IgnoredCode

    names = Assign(targets=[AssignTarget(target=Name("__all__"))])  # nothing imports `*`

    class Visitor(MutationVisitor):
        """Also what mutmut leaves alone only for its own way to switch mutants on: decorated functions."""

        def _skip_node_and_children(self, node: CSTNode) -> bool:
            if isinstance(node, FunctionDef):
                return False
            return matches(node, names) or bool(super()._skip_node_and_children(node))

    found: list[Callable[[], Mutant]] = []
    for path in files:
        text = path.read_text("utf-8")
        visitor = Visitor(mutation_operators, IgnoredCode(set(), set(), set()))
        module = MetadataWrapper(parse_module(text)).visit(visitor)
        for one in visitor.mutations:

            def make(path: Path = path, text: str = text, module: Any = module, one: Any = one) -> Mutant:
                after = module.deep_replace(one.original_node, one.mutated_node).code
                return _mutant(path.relative_to(TREE).as_posix(), text, after)

            found.append(make)
    return found


def _mutant(file: str, before: str, after: str) -> Mutant:
    old, new = before.splitlines(), after.splitlines()
    line = next((n for n, (one, two) in enumerate(zip(old, new, strict=False), 1) if one != two), 1)
    changes = [row for row in difflib.unified_diff(old, new, n=0, lineterm="") if not row.startswith("@@")]
    return Mutant(file, line, after, "\n".join(f"  {row}" for row in changes[2:]))


def copied() -> None:
    """Put the project, as it is, into build/mutation/tree/."""
    shutil.rmtree(TREE, ignore_errors=True)
    command = ("git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(command, check=True, capture_output=True).stdout.decode(
        "utf-8", "surrogateescape"
    )
    for name in filter(None, listed.split("\0")):
        if os.path.lexists(ROOT / name):
            (TREE / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, TREE / name, follow_symlinks=False)


class _Chosen:
    """Runs some tests only, in their order."""

    def __init__(self, tests: Sequence[str]) -> None:
        self.place = {test: n for n, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        chosen = [item for item in items if item.nodeid in self.place]
        items[:] = sorted(chosen, key=lambda item: self.place[item.nodeid])


def outcome(mutant: Mutant, record: Record, most: float) -> tuple[str, str]:
    """Return what becomes of a mutant, and what is to be said of the tests that ran."""
    path = TREE / mutant.file
    before = path.read_text("utf-8")
    known = reaching(record, mutant.file, statement_at(before, mutant.line))
    if not known:
        return "not reached", "no test reaches it in its own process"
    tests = within(known, record.seconds, most)
    try:
        _write(path, mutant.text)
        for batch in filter(None, (tests[:_FIRST], tests[_FIRST:])):
            files = list(dict.fromkeys(test.split("::")[0] for test in batch))
            limit = 20 + 4 * sum(record.seconds[test] for test in batch)
            status = forked(lambda files=files, batch=batch: run_tests(_Chosen(batch), files, "-x"), limit)
            if status is None:
                return "timed out", ""
            if status == BROKEN:
                sys.exit(f"the tests could not be run; see {OUTPUT}")
            if status not in (0, 5):  # 5: no test was collected
                return "killed", ""
    finally:
        _write(path, before)
    left = len(known) - len(tests)
    return "survived", f"{len(tests)} tests ran" + (f", {left} slower ones did not" if left else "")


def _write(path: Path, text: str) -> None:
    """Write a source, and forget what it was compiled to: a clock of seconds may take both for the same."""
    path.write_text(text, "utf-8")
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()


def main(arguments: list[str]) -> int:
    """Run this script; return its exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=8, help="that the tests of a mutant may take")
    parser.add_argument("--again", action="store_true", help="only those that survived the last run")
    asked = parser.parse_args(arguments)
    BUILD.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_bytes(b"")
    with TemporaryDirectory(prefix="mutation-") as temporary:
        os.environ["TMPDIR"] = temporary  # below build/ it would stand in the project's own git
        return tested(asked.sample, asked.seed, asked.seconds, asked.again)


def tested(sample: int, seed: int, seconds: float, again: bool) -> int:
    """Draw mutants and test them; return the exit status."""
    copied()
    for name in _LIBRARIES:
        importlib.import_module(name)
    known = record()
    package = TREE / CORE
    population = mutants(sorted(path for pattern in MUTATED for path in package.glob(pattern)))
    chosen = [population[n]() for n in drawn(len(population), sample, seed)]
    if again:
        survived = SURVIVORS.read_text("utf-8")
        chosen = [mutant for mutant in chosen if f"{mutant}\n" in survived]
    print(f"{len(chosen)} mutants of {len(population)}, seed {seed}", flush=True)
    for mutant in chosen[:: len(chosen) // 3 + 1]:
        sound = replace(mutant, text=(TREE / mutant.file).read_text("utf-8"))
        if outcome(sound, known, seconds)[0] in ("killed", "timed out"):
            sys.exit(f"tests fail without a mutant; see {OUTPUT}")
    outcomes: Counter[str] = Counter()
    told = []
    for n, mutant in enumerate(chosen, 1):
        became, note = outcome(mutant, known, seconds)
        outcomes[became] += 1
        if note:
            told.append(f"{mutant}\n  ({note})\n")
            print(f"{n}/{len(chosen)} {told[-1]}", flush=True)
    SURVIVORS.write_text("\n".join(told), "utf-8")
    print(f"drawn {len(chosen)} of {len(population)}", end="")
    for became in ("killed", "survived", "timed out", "not reached"):
        print(f", {became} {outcomes[became]}", end="")
    print(f"; score {score(outcomes):.1f} % (a mutant that no test reaches survives)")
    print(f"survivors: {SURVIVORS.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
