"""Builds as `mkdocs build` makes them, each in a fork of one process that has made a small site already.

    python -m tests.site.warm

reads what to build a line from standard input (JSON) and answers with the exit code. Importing MkDocs and the
plugin, and compiling the theme's templates, is most of the time that a small site takes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import chdir, suppress
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
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


def compile_once() -> None:
    """Let each template be compiled once for all builds that are forked from here on."""
    import jinja2

    compiled: dict[Any, Any] = {}
    make: Any = jinja2.Environment.compile

    def compile(
        self: jinja2.Environment, source: Any, name: Any = None, filename: Any = None, *rest: Any
    ) -> Any:
        if not isinstance(source, str):
            return make(self, source, name, filename, *rest)
        how = (type(self), self.autoescape, self.trim_blocks, self.lstrip_blocks, *self.extensions)
        # As our extension leaves it, that puts texts of the site's language into a template.
        key = (self.preprocess(source, name, filename), name, filename, *how, *rest)
        if key not in compiled:
            compiled[key] = make(self, source, name, filename, *rest)
        return compiled[key]

    jinja2.Environment.compile = compile  # type: ignore[method-assign]


def _build_once() -> None:
    """Build a small site in this very process."""
    import mkdocs.__main__

    from .conftest import project

    with TemporaryDirectory() as folder, chdir(project.__wrapped__(Path(folder)).root), suppress(SystemExit):  # type: ignore[attr-defined]
        mkdocs.__main__.cli(["build", "-q"], prog_name="mkdocs")


def forget_plugins() -> None:
    """Let each build have plugins of its own: MkDocs keeps those that know of a live preview."""
    from mkdocs.config.base import get_schema
    from mkdocs.config.defaults import MkDocsConfig

    dict(get_schema(MkDocsConfig))["plugins"].plugin_cache.clear()


def _serve() -> None:
    import mkdocs.__main__

    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    compile_once()
    _build_once()
    forget_plugins()
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
