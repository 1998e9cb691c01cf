"""Breaks the core on purpose, one small fault at a time, and prints which faults the tests notice.

    python scripts/mutation.py [--sample N] [--seed N] [--seconds N] [--again]

A mutant is `source.py`, `model.py`, or a file of `ledger/` or `rules/`, with one fault that mutmut's
operators make: an operator turned, a number one higher, a text altered, an argument left out. N of them are
drawn at random: the same seed draws the same mutants of the same sources. `--again` runs only those of the
draw that survived the last run.

For each mutant those tests run that reach its line, the quickest first, until one fails, or until the next
would take them past so many seconds. Which test reaches
which line is recorded once, and again for a file of tests that changed; a line that runs as its module is
imported is reached by every test of that module. Tests in a browser are left out, and what a test runs in a
process of its own counts as not reached.

Everything happens in a copy of the project below build/mutation/, and in forks of a process that has the
libraries imported.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import hashlib
import importlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from math import log2
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build/mutation"
TREE = BUILD / "tree"
SURVIVORS = BUILD / "survivors.txt"
PACKAGE = "src/rectification"
MUTATED = ("source.py", "model.py", "ledger/**/*.py", "rules/**/*.py")

IMPORT = "(import)"  # in place of a test
_FIRST = 40  # tests; most mutants die by them, without the import of all the others
_BROKEN = 70  # the exit status of a fork that did not come to its tests
_MEMORY = 6 << 30  # bytes, of the process of a mutant: a loop that ends no more may fill a list
# What the tests import, so that no fork has to; not the project itself, which is another in each of them.
_LIBRARIES = (
    *("pytest", "hypothesis", "click.testing", "pydantic", "yaml", "lxml.html", "jsonschema", "PIL.Image"),
    *("openpyxl", "docx", "icalendar", "vobject", "feedgenerator", "phonenumbers", "pygal", "nh3", "rensa"),
    *("markdown_it", "mkdocs.commands.build", "material", "rich.console", "stdnum", "puremagic"),
)

Reach = Mapping[str, Mapping[int, Sequence[str]]]  # file -> line -> tests


@dataclass(frozen=True)
class Mutant:
    """A file with one fault: the line it is on, from 1 on, and the text of the whole file."""

    file: str
    line: int
    text: str
    diff: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}\n{self.diff}"


@dataclass(frozen=True)
class Record:
    """What a run without a fault told: how long each test takes, in seconds, and what it reaches."""

    seconds: Mapping[str, float]
    reach: Reach


def drawn(count: int, sample: int, seed: int) -> list[int]:
    """Return which of `count` mutants are drawn: the same for the same seed, in the order of the files."""
    return sorted(random.Random(seed).sample(range(count), min(sample, count)))


def score(outcomes: Mapping[str, int]) -> float:
    """Return how many of 100 mutants are noticed. One that no test reaches is not."""
    noticed = outcomes.get("killed", 0) + outcomes.get("timed out", 0)
    return 100 * noticed / max(1, sum(outcomes.values()))


def statement_at(text: str, line: int) -> range:
    """Return the lines of the statement that a line belongs to, without the body of an `if` or a loop."""
    found = range(line, line + 1)
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.stmt):
            continue
        body = getattr(node, "body", None)
        end = body[0].lineno if body else (node.end_lineno or node.lineno) + 1
        if line in range(node.lineno, end) and (len(found) == 1 or node.lineno > found.start):
            found = range(node.lineno, end)
    return found


def reaching(record: Record, file: str, lines: Iterable[int]) -> list[str]:
    """Return the tests that reach one of some lines, the quickest first, cases of one test after others.

    Of a line that ran on import only, it is every test of its module; where no test is known to run a line of
    that, as of a table, it is every test.
    """
    of_file = record.reach.get(file, {})
    reached = {test for line in lines for test in of_file.get(line, ())}
    if reached == {IMPORT}:
        reached = {test for tests in of_file.values() for test in tests} - {IMPORT} or set(record.seconds)
    cases: Counter[str] = Counter()
    place: dict[str, tuple[int, str, float]] = {}
    for test in sorted(reached & record.seconds.keys(), key=lambda test: (record.seconds[test], test)):
        function, took = test.partition("[")[0], record.seconds[test]
        doublings = round(log2(took + 0.01)) + cases[function].bit_length()
        place[test] = doublings, test.partition("::")[0], took
        cases[function] += 1
    return sorted(place, key=lambda test: place[test])


def within(tests: Sequence[str], seconds: Mapping[str, float], most: float) -> list[str]:
    """Return the first of some tests that take `most` seconds together; always one of them."""
    kept, spent = [], 0.0
    for test in tests:
        spent += seconds[test]
        if kept and spent > most:
            break
        kept.append(test)
    return kept


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


def forked(work: Callable[[], int], seconds: float) -> int | None:
    """Run a function in a fork, in the copy, unheard; return its exit status, None if it takes too long."""
    pid = os.fork()
    if pid == 0:
        status = _BROKEN
        with suppress(BaseException):
            os.setsid()
            os.chdir(TREE)
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
            for descriptor in (1, 2):
                os.dup2(os.open(BUILD / "output.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND), descriptor)
            places = [str(TREE / "src"), str(TREE)]
            sys.path[:0] = places
            os.environ["PYTHONPATH"] = os.pathsep.join(places)
            status = work()
        os._exit(status)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            _end_all(pid)
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    _end_all(pid)
    os.waitpid(pid, 0)
    return None


def _end_all(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _pytest(plugin: object, files: Iterable[str], *arguments: str) -> int:
    import hypothesis

    hypothesis.settings.register_profile(
        "mutation", max_examples=25, derandomize=True, database=None, deadline=None
    )
    fixed = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--basetemp", os.environ["TMPDIR"] + "/tests")
    profile = "--hypothesis-profile=mutation"
    return int(pytest.main([*fixed, profile, *arguments, *files], plugins=[plugin]))


class _Chosen:
    """Runs some tests only, in their order."""

    def __init__(self, tests: Sequence[str]) -> None:
        self.place = {test: n for n, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        chosen = [item for item in items if item.nodeid in self.place]
        items[:] = sorted(chosen, key=lambda item: self.place[item.nodeid])


class _Recorder:
    """Tells coverage which test runs, and of a fixture that tests share, that it is that fixture.

    What is cached is forgotten before each test: it would be reached by the first one only.
    """

    def __init__(self, coverage: Any) -> None:
        self.coverage = coverage
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()
        self.used: dict[str, list[str]] = {}  # test -> fixtures it shares
        self.shared: dict[str, float] = {}  # such a fixture -> seconds

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: Any) -> Iterator[None]:
        for module in [m for name, m in sys.modules.items() if name.startswith("rectification")]:
            for value in list(vars(module).values()):
                with suppress(AttributeError, TypeError):
                    value.cache_clear()
        self.current = item.nodeid
        self.coverage.switch_context(item.nodeid)
        inside, began = sum(self.shared.values()), time.perf_counter()
        result = yield
        self.seconds[item.nodeid] = time.perf_counter() - began - (sum(self.shared.values()) - inside)
        self.used[item.nodeid] = [key for key in self.shared if key.split("@")[0] in item.fixturenames]
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[Any]:
        if fixturedef.scope == "function":
            return (yield)
        key, began = f"{fixturedef.argname}@{fixturedef.baseid}", time.perf_counter()
        self.coverage.switch_context(key)
        try:
            return (yield)
        finally:
            self.shared[key] = self.shared.get(key, 0) + time.perf_counter() - began
            self.coverage.switch_context(self.current)

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.failed.add(report.nodeid)


def recorded(file: str, to: Path) -> int:
    """Run a file of tests without a fault, and write down what each of them reaches."""
    from coverage import Coverage

    folders = [f"{TREE}/{PACKAGE}/{name.split('/')[0]}" for name in MUTATED]
    include = [folder if folder.endswith(".py") else f"{folder}/*" for folder in folders]
    coverage = Coverage(data_file=None, include=include, config_file=False)
    recorder = _Recorder(coverage)
    coverage.start()
    _pytest(recorder, [file])
    coverage.stop()
    data = coverage.get_data()
    users = {"": [IMPORT]}
    seconds = {}
    for test, own in recorder.seconds.items():
        if test not in recorder.failed:
            seconds[test] = own + sum(recorder.shared[key] for key in recorder.used[test])
            for context in (test, *recorder.used[test]):
                users.setdefault(context, []).append(test)
    reach = {
        Path(name).relative_to(TREE).as_posix(): {
            line: sorted({test for context in contexts for test in users.get(context, ())})
            for line, contexts in data.contexts_by_lineno(name).items()
        }
        for name in data.measured_files()
    }
    found = {"seconds": seconds, "failed": sorted(recorder.failed), "reach": reach}
    to.write_text(json.dumps(found), "utf-8")
    return 0


def record() -> Record:
    """Record what is not known yet of which test reaches which line, and return all of it."""
    tests = sorted(path for path in (TREE / "tests").rglob("test_*.py") if "browser" not in path.parts)
    shared = hashlib.sha256()
    for path in sorted([*(TREE / "src").rglob("*"), *(TREE / "tests").glob("**/*")]):
        if path.is_file() and path not in tests and "__pycache__" not in path.parts:
            shared.update(path.read_bytes())
    seconds: dict[str, float] = {}
    reach: dict[str, dict[int, set[str]]] = {}
    folder = BUILD / "reached"
    folder.mkdir(parents=True, exist_ok=True)
    for path in tests:
        name = path.relative_to(TREE).as_posix()
        digest = shared.copy()
        digest.update(path.read_bytes())
        stem = name.removesuffix(".py").replace("/", ".")
        known = folder / f"{stem}-{digest.hexdigest()[:16]}.json"
        if not known.exists():
            for old in folder.glob(f"{stem}-*.json"):
                old.unlink()
            print(f"recording {name}", flush=True)
            if forked(lambda name=name, known=known: recorded(name, known), 1800) != 0:
                sys.exit(f"{name} could not be recorded; see {BUILD / 'output.txt'}")
        found = json.loads(known.read_text("utf-8"))
        if found["failed"]:
            print(f"left out, as they fail without a mutant: {', '.join(found['failed'])}", flush=True)
        seconds |= found["seconds"]
        for file, lines in found["reach"].items():
            for line, reached in lines.items():
                reach.setdefault(file, {}).setdefault(int(line), set()).update(reached)
    return Record(seconds, {f: {n: sorted(t) for n, t in lines.items()} for f, lines in reach.items()})


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
            status = forked(lambda files=files, batch=batch: _pytest(_Chosen(batch), files, "-x"), limit)
            if status is None:
                return "timed out", ""
            if status == _BROKEN:
                sys.exit(f"the tests could not be run; see {BUILD / 'output.txt'}")
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
    (BUILD / "output.txt").write_bytes(b"")
    with TemporaryDirectory(prefix="mutation-") as temporary:
        os.environ["TMPDIR"] = temporary  # below build/ it would stand in the project's own git
        return tested(asked.sample, asked.seed, asked.seconds, asked.again)


def tested(sample: int, seed: int, seconds: float, again: bool) -> int:
    """Draw mutants and test them; return the exit status."""
    copied()
    for name in _LIBRARIES:
        importlib.import_module(name)
    known = record()
    package = TREE / PACKAGE
    population = mutants(sorted(path for pattern in MUTATED for path in package.glob(pattern)))
    chosen = [population[n]() for n in drawn(len(population), sample, seed)]
    if again:
        survived = SURVIVORS.read_text("utf-8")
        chosen = [mutant for mutant in chosen if f"{mutant}\n" in survived]
    print(f"{len(chosen)} mutants of {len(population)}, seed {seed}", flush=True)
    for mutant in chosen[:: len(chosen) // 3 + 1]:
        sound = replace(mutant, text=(TREE / mutant.file).read_text("utf-8"))
        if outcome(sound, known, seconds)[0] in ("killed", "timed out"):
            sys.exit(f"tests fail without a mutant; see {BUILD / 'output.txt'}")
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
