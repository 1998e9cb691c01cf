"""Builds with something going wrong at a chosen step, each in a fork of one process that has all imported.

    python -m tests.site.faults PROJECT

builds PROJECT once, then reads a fault a line from standard input (JSON) and answers with what came of it.
What a build does is seen through Python's audit events, so that a fault is placed by what is done to which
file, and not by the names of our functions.
"""

from __future__ import annotations

import errno
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
_WRITING = os.O_WRONLY | os.O_RDWR
_SWAPPING = ("os.link", "os.mkdir", "os.rename", "ctypes.dlsym", "shutil.rmtree")
_BUILT = re.compile(r".*/\.site\.[^/]+/")


@dataclass(frozen=True)
class Fault:
    """What goes wrong: at the `nth` time that `step` is taken on a path like `path`, `how` happens.

    `step` is `read`, `write`, `swap` (what changes folders, once the manifest is written) or an audit event as
    Python names it. A path below a folder that a site is built in counts as `SITE/…`. `how` is `raise`, `full`
    (no space left on the disk), `kill` (of the process itself) or `kill_main`. `who` is the process it happens
    in: `main`, or `worker`, one that it forked. `absent` is a function of the system that is not to be found;
    `limit` the most bytes that a file can have, or 0.
    """

    step: str = ""
    path: str = "*"
    how: str = "raise"
    nth: int = 1
    who: str = "main"
    absent: str = ""
    limit: int = 0


class Outcome(NamedTuple):
    """How a build ended: its exit code (negative: the signal that killed it), what it said, and at which audit
    event it met with its fault, if it did."""

    code: int
    output: str
    met: str


class Builds:
    """Builds, each forked from one process."""

    def __init__(self, warm: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(warm)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def build(self, project: Path, fault: Fault | None = None, **environment: str) -> Outcome:
        """Build a project as `mkdocs build` does."""
        assert self._process.stdin and self._process.stdout
        asked = {"project": str(project), "fault": asdict(fault or Fault()), "environment": environment}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return Outcome(*json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


def _compile_once() -> None:
    """Let templates be compiled once for all builds: that is half of the time a small site takes."""
    import jinja2

    compiled: dict[Any, Any] = {}
    make: Any = jinja2.Environment.compile

    def compile(self: jinja2.Environment, source: Any, *arguments: Any, **options: Any) -> Any:
        key = (source, arguments, *options.items(), *self.extensions)
        if not isinstance(source, str):
            return make(self, source, *arguments, **options)
        if key not in compiled:
            compiled[key] = make(self, source, *arguments, **options)
        return compiled[key]

    jinja2.Environment.compile = compile  # type: ignore[method-assign]


def _serve(warm: Path) -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    os.chdir(warm)
    _compile_once()
    _build()
    for line in sys.stdin:
        asked = json.loads(line)
        output = Path(asked["project"]) / "output.txt"
        met, meeting = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(met)
            _run(asked, output, meeting)
        os.close(meeting)
        _, status = os.waitpid(child, 0)
        # Whoever is left of a killed build holds the pipe open: its end is waited for, as a next build would.
        with os.fdopen(met, encoding="utf-8") as stream:
            event = stream.read()
        said = output.read_text("utf-8")
        output.unlink()
        answers.write(json.dumps([os.waitstatus_to_exitcode(status), said, event]) + "\n")
        answers.flush()


def _run(asked: dict[str, Any], output: Path, meeting: int) -> None:
    os.environ.update(asked["environment"])
    os.chdir(asked["project"])
    said = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    fault = Fault(**asked["fault"])
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
        self.listed = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        fault = self.fault
        if event == "ctypes.dlsym" and fault.absent and arguments[1] == fault.absent:
            raise AttributeError(fault.absent)
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
        os.write(self.meeting, event.encode())
        if fault.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif fault.how == "kill_main":
            os.kill(self.main, signal.SIGKILL)
        elif fault.how == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        else:
            raise RuntimeError("a fault put in")

    def _meant(self, event: str, arguments: tuple[Any, ...]) -> bool:
        step = self.fault.step
        path = arguments[1 if event == "ctypes.dlsym" else 0] if arguments else ""
        if event == "open":
            written = bool(arguments[2] & _WRITING)
            self.listed |= written and str(path).endswith("/manifest.json")
            if step != ("write" if written else "read"):
                return False
        elif step == "swap":
            if not self.listed or event not in _SWAPPING:
                return False
        elif event != step:
            return False
        if not isinstance(path, str | bytes | os.PathLike):
            return False  # a descriptor
        return fnmatch(_BUILT.sub("SITE/", os.fsdecode(path)), self.fault.path)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
