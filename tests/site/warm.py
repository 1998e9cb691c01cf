"""Builds as `mkdocs build` makes them, each in a fork of one process that has all imported already.

    python -m tests.site.warm

reads what to build a line from standard input (JSON) and answers with the exit code. Importing MkDocs and the
plugin is half of the time that a small site takes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

ROOT = Path(__file__).parents[2]
# What Python or the system's library reads when a process starts.
AT_THE_START = {"PYTHONHASHSEED", "TZ", "LC_ALL", "LANG"}


class Warm:
    """A process to fork builds from."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def build(
        self, project: Path, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> tuple[int, str]:
        """Build a project; return the exit code and what was said."""
        assert self._process.stdin and self._process.stdout
        with NamedTemporaryFile("r", encoding="utf-8") as said:
            asked = [str(project), said.name, [*arguments], {**os.environ, **environment}]
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
            return code, said.read()


@cache
def warm() -> Warm:
    """Return the process of this run of tests; it ends with the run, when its input does."""
    return Warm()


def _serve() -> None:
    import mkdocs.__main__
    import mkdocs.commands.build

    import rectification.rules
    import rectification.site.plugin

    rectification.rules.all_rules()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(mkdocs.__main__.cli, *asked)
        _, status = os.waitpid(child, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


def _run(cli: Any, project: str, said: str, arguments: list[str], environment: dict[str, str]) -> None:
    code = 70
    try:
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(project)
        output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        cli(["build", *arguments], prog_name="mkdocs")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
