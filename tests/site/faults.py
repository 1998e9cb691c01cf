"""Builds with something going wrong at a chosen step, each in a fork of one process that has all imported.

    python -m tests.site.faults PROJECT

builds PROJECT once, then reads a fault a line from standard input (JSON) and answers with what came of it.
What a build does is seen through Python's audit events, so that a fault is placed by what is done to which
file, and not by the names of our functions.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from .warm import compile_once, forget_plugins

if TYPE_CHECKING:
    from .conftest import Project

ROOT = Path(__file__).parents[2]
_WRITING = os.O_WRONLY | os.O_RDWR
_CHANGING = {
    *("os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "shutil.rmtree"),
    *("ctypes.dlsym", "fcntl.flock", "os.fork", "subprocess.Popen"),
}
_BUILT = re.compile(r".*/\.site\.[^/]+/")
_PATIENCE = 30.0  # seconds that a build waits for another one


@dataclass(frozen=True)
class Fault:
    """What goes wrong: at the `nth` time that `step` is taken on a path like `path`, `how` happens.

    `step` is `read`, `write` or an audit event as Python names it. A path below a folder that a site is built in counts as `SITE/…`. `how` is `raise`, `full`
    (no space left on the disk), `kill` (of the process itself), `stop` (of the process itself, after it has
    killed the main one), `wait` (until another build, begun at the same time, has ended) or `pause` (while
    another one begins, and a second more). `who` is the
    process it happens in: `main`, or `worker`, one that it forked. `absent` is a function of the system that is
    not to be found; `limit` the most bytes that a file can have, or 0.

    With `watch` it is looked, before every change to any file, which site is there.
    """

    step: str = ""
    path: str = "*"
    how: str = "raise"
    nth: int = 1
    who: str = "main"
    absent: str = ""
    limit: int = 0
    watch: bool = False


class Outcome(NamedTuple):
    """How a build ended: its exit code (negative: the signal that killed it), what it said, and at which audit
    event it met with its fault, if it did, and in which process. A build that is watched also tells the sums of
    the sites that were there, one after another."""

    code: int
    output: str
    met: str
    seen: list[str]


class Builds:
    """Builds, each forked from one process."""

    def __init__(self, warm: Path, environment: Mapping[str, str], within: Sequence[str] = ()) -> None:
        """`warm` is a project to build once; `within` is a command that runs another one, given after it."""
        self._process = subprocess.Popen(
            [*within, sys.executable, "-m", __name__, str(warm)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def build(self, project: Path, fault: Fault | None = None, **environment: str) -> Outcome:
        """Build a project as `mkdocs build` does."""
        return self.build_together(project, fault or Fault(), **environment)[0]

    def build_together(self, project: Path, *faults: Fault, **environment: str) -> list[Outcome]:
        """Build a project several times at once. Each build is begun when the one before waits, or has ended."""
        assert self._process.stdin and self._process.stdout
        asked = {"project": str(project), "faults": [*map(asdict, faults)], "environment": environment}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return [Outcome(*one) for one in json.loads(self._process.stdout.readline())]

    def seen(self, path: Path) -> Path:
        """Return a path as it is seen from outside, where the builds have file systems of their own."""
        return Path(f"/proc/{self._process.pid}/root{path}")

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


@dataclass
class Case:
    """A project with its old site, changed since; `new` is what a build of it makes."""

    project: Project
    builds: Builds
    old: dict[str, bytes]
    new: dict[str, bytes]

    def build(self, fault: Fault | None = None, **environment: str) -> Outcome:
        return self.builds.build(self.project.root, fault, **environment)

    def state(self) -> str:
        """Which site is there, hidden entries and all: `old`, `new`, none (``) or `another`."""
        found = self.project.files()
        sites = {"old": self.old, "new": self.new, "": {}}
        if (state := next((name for name, files in sites.items() if files == found), "")) or not found:
            return state
        nearest = min(sites.values(), key=lambda files: len(files.items() ^ found.items()))
        return f"another: {sorted({name for name, _ in nearest.items() ^ found.items()})}"

    def leftovers(self) -> list[str]:
        return [
            path.name
            for path in self.project.root.iterdir()
            if path.name.startswith((".site.staging", ".site.previous"))
        ]

    def survives(self, fault: Fault, expected: str = "old", **environment: str) -> Outcome:
        """Build with a fault that must be met; the site must be as expected. What a fault leaves behind may
        stay only if it killed the build."""
        outcome = self.build(fault, **environment)
        assert outcome.met, outcome.output
        assert outcome.code != 0
        assert fault.how != "kill" or fault.who == "worker" or outcome.code == -9
        assert self.state() == expected, (fault, outcome.output)
        assert outcome.code == -9 or self.leftovers() == []
        return outcome

    def recovers(self) -> None:
        """The next build makes what a first one would make, and clears everything away."""
        outcome = self.build()
        assert (outcome.code, self.state(), self.leftovers()) == (0, "new", []), outcome.output


def sum_of(files: Mapping[str, bytes]) -> str:
    """Return the sum of a site's files, by which one that is watched is told from others."""
    made = hashlib.sha256()
    for name, content in sorted(files.items()):
        made.update(f"{name} {len(content)} ".encode() + content)
    return made.hexdigest()


def _serve(warm: Path) -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.chdir(warm)
    compile_once()
    _build()
    forget_plugins()
    for line in sys.stdin:
        asked = json.loads(line)
        ended = Path(asked["project"]) / "ended.txt"
        running = [_start(asked, number, ended) for number in range(len(asked["faults"]))]
        told = [_outcome(one) if isinstance(one, _Running) else one for one in running[::-1]]
        ended.unlink(missing_ok=True)
        answers.write(json.dumps(told[::-1]) + "\n")
        answers.flush()


class _Running(NamedTuple):
    """A build that waits for another: its process, the end of the pipe it tells by, and what it says."""

    process: int
    met: IO[str]
    said: Path
    told: str = ""


def _start(asked: dict[str, Any], number: int, ended: Path) -> _Running | list[Any]:
    """Start a build; return it once it waits, else how it ended."""
    said = Path.cwd() / f"said-{number}.txt"  # in the project to be warm with: others may have no room
    fault = Fault(**asked["faults"][number])
    met, meeting = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(met)
        _run(asked, fault, said, meeting)
    os.close(meeting)
    running = _Running(child, os.fdopen(met, encoding="utf-8"), said)
    if fault.how in ("wait", "pause") and (told := running.met.readline()):
        return running._replace(told=told)
    outcome = _outcome(running)
    ended.touch()
    return outcome


def _outcome(running: _Running) -> list[Any]:
    _, status = os.waitpid(running.process, 0)
    # Whoever is left of a killed build holds the pipe open: its end is waited for, as a next build would.
    with running.met as stream:
        told = (running.told + stream.read()).splitlines()
    met = next((line for line in told if " " in line), "")
    seen = [line for line in told if " " not in line]
    said = running.said.read_text("utf-8")
    running.said.unlink()
    return [os.waitstatus_to_exitcode(status), said, met, [*dict.fromkeys(seen)]]


def _run(asked: dict[str, Any], fault: Fault, said: Path, meeting: int) -> None:
    os.environ.update(asked["environment"])
    os.chdir(asked["project"])
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    if fault.limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (fault.limit, resource.RLIM_INFINITY))
    sys.addaudithook(_Hook(fault, meeting))
    code = 70
    try:
        code = _build()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _build() -> int:
    from mkdocs.__main__ import cli

    try:
        cli(["build", "-q"], prog_name="mkdocs")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


class _Hook:
    def __init__(self, fault: Fault, meeting: int) -> None:
        self.fault, self.meeting = fault, meeting
        self.main, self.left = os.getpid(), fault.nth
        self.looking = False
        self.seen: object = None

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        fault = self.fault
        if event == "ctypes.dlsym" and fault.absent and arguments[1] == fault.absent:
            raise AttributeError(fault.absent)
        if fault.watch:
            self._look(event, arguments)
        if not self.left or not self._meant(event, arguments):
            return
        if fault.who == "worker" and os.getpid() == self.main:
            time.sleep(0.002)  # so that the other process comes to it
            return
        if fault.who == "main" and os.getpid() != self.main:
            return
        self.left -= 1
        if self.left:
            return
        os.write(self.meeting, f"{event} {os.getpid()}\n".encode())
        if fault.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif fault.how == "stop":
            os.kill(self.main, signal.SIGKILL)
            os.close(self.meeting)  # or the end of this build would be waited for
            os.kill(os.getpid(), signal.SIGSTOP)
        elif fault.how == "pause":
            time.sleep(2)
        elif fault.how == "wait":
            give_up = time.monotonic() + _PATIENCE
            while not Path("ended.txt").exists() and time.monotonic() < give_up:
                time.sleep(0.005)
        elif fault.how == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), *arguments[:1])
        else:
            raise RuntimeError("a fault put in")

    def _look(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Tell the sum of the site that is there, if it is another one than before."""
        changing = event in _CHANGING or (event == "open" and arguments[2] & _WRITING)
        # What another process did wrong is still there when this one looks.
        if self.looking or not changing or os.getpid() != self.main:
            return
        self.looking = True
        try:
            found = {name: entry.stat() for name, entry in _entries("site/")}
            look = {(name, one.st_ino, one.st_size, one.st_mtime_ns) for name, one in found.items()}
            if look != self.seen:
                self.seen = look
                files = {name.removeprefix("site/"): Path(name).read_bytes() for name in found}
                os.write(self.meeting, f"{sum_of(files)}\n".encode())
        finally:
            self.looking = False

    def _meant(self, event: str, arguments: tuple[Any, ...]) -> bool:
        step = self.fault.step
        path = arguments[1 if event == "ctypes.dlsym" else 0] if arguments else ""
        if event == "open":
            written = bool(arguments[2] & _WRITING)
            if step != ("write" if written else "read"):
                return False
        elif event != step:
            return False
        if not isinstance(path, str | bytes | os.PathLike):
            return self.fault.path == "*"  # a descriptor
        name = os.fsdecode(path)
        return any(fnmatch(one, self.fault.path) for one in (name, _BUILT.sub("SITE/", name)))


def _entries(folder: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield the files below a folder, by their paths."""
    with suppress(FileNotFoundError):
        for entry in os.scandir(folder):
            if entry.is_dir():
                yield from _entries(f"{folder}{entry.name}/")
            else:
                yield folder + entry.name, entry


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
