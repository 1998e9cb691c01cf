"""Which test reaches which line of the core, and how long it takes: recorded once, in forks.

A line that runs as its module is imported is reached by every test of that module. Tests in a browser are
left out, and what a test runs in a process of its own counts as not reached.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from math import log2
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build/mutation"
TREE = BUILD / "tree"  # a copy of the project
OUTPUT = BUILD / "output.txt"  # of all tests
CORE = "src/rectification"
MUTATED = ("source/**/*.py", "model/**/*.py", "ledger/**/*.py", "rules/**/*.py")  # of the core

IMPORT = "(import)"  # in place of a test
BROKEN = 70  # the exit status of a fork that did not come to its tests
_MEMORY = 6 << 30  # bytes, of a fork: a loop that ends no more may fill a list

Reach = Mapping[str, Mapping[int, Sequence[str]]]  # file -> line -> tests


@dataclass(frozen=True)
class Record:
    """What a run without a fault told: how long each test takes, in seconds, and what it reaches."""

    seconds: Mapping[str, float]
    reach: Reach

    @cached_property
    def breadth(self) -> Mapping[str, int]:
        """How many lines each test reaches."""
        lines = (tests for of_file in self.reach.values() for tests in of_file.values())
        return Counter(chain.from_iterable(lines))


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
    """Return the tests that reach one of some lines: the quickest first, and those that reach little beside.

    A test that takes twice as long, or that reaches twice as much of other files, comes as much later; and so
    do, after the first few, the cases of one test.

    Of a line that ran on import only, it is every test of its module, and those of its name; where no test is
    known to run a line of that, as of a table, it is every test.
    """
    of_file = record.reach.get(file, {})
    reached = {test for line in lines for test in of_file.get(line, ())}
    if reached == {IMPORT}:
        reached = {test for tests in of_file.values() for test in tests} - {IMPORT} or set(record.seconds)
        named = {f"test_{Path(file).stem}.py", f"test_{Path(file).parent.name}.py"}
        reached |= {test for test in record.seconds if Path(test.partition("::")[0]).name in named}
    own = Counter(chain.from_iterable(of_file.values()))
    cases: Counter[str] = Counter()
    place: dict[str, tuple[int, str, float]] = {}
    for test in sorted(reached & record.seconds.keys(), key=lambda test: (record.seconds[test], test)):
        function, took = test.partition("[")[0], record.seconds[test]
        beside = max(1, record.breadth[test]) / max(1, own[test])
        doublings = round(log2((took + 0.01) * beside)) + cases[function].bit_length()
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


def forked(work: Callable[[], int], seconds: float) -> int | None:
    """Run a function in a fork, in the copy, unheard; return its exit status, None if it takes too long."""
    pid = os.fork()
    if pid == 0:
        status = BROKEN
        with suppress(BaseException):
            os.setsid()
            os.chdir(TREE)
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
            for descriptor in (1, 2):
                os.dup2(os.open(OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_APPEND), descriptor)
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


def run_tests(plugin: object, files: Iterable[str], *arguments: str) -> int:
    """Run files of tests with a plugin of pytest's; return the exit status."""
    import hypothesis

    hypothesis.settings.register_profile(
        "mutation", max_examples=25, derandomize=True, database=None, deadline=None
    )
    fixed = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--basetemp", os.environ["TMPDIR"] + "/tests")
    profile = "--hypothesis-profile=mutation"
    return int(pytest.main([*fixed, profile, *arguments, *files], plugins=[plugin]))


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

    folders = [f"{TREE}/{CORE}/{name.split('/')[0]}" for name in MUTATED]
    include = [folder if folder.endswith(".py") else f"{folder}/*" for folder in folders]
    coverage = Coverage(data_file=None, include=include, config_file=False)
    recorder = _Recorder(coverage)
    coverage.start()
    run_tests(recorder, [file])
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
    for path in sorted([*(TREE / "src").rglob("*"), *(TREE / "tests").rglob("*.py")]):
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
                sys.exit(f"{name} could not be recorded; see {OUTPUT}")
        found = json.loads(known.read_text("utf-8"))
        if found["failed"]:
            print(f"left out, as they fail without a mutant: {', '.join(found['failed'])}", flush=True)
        seconds |= found["seconds"]
        for file, lines in found["reach"].items():
            for line, reached in lines.items():
                reach.setdefault(file, {}).setdefault(int(line), set()).update(reached)
    return Record(seconds, {f: {n: sorted(t) for n, t in lines.items()} for f, lines in reach.items()})
