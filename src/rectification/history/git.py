"""What is asked of git: the walk, what each commit changed, the contents. One process for each."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rectification.revision import RevisionError

_FIELDS = ("%H", "%P", "%T", "%ct", "%at", "%aN", "%s")
_FILES = ("100644", "100755")  # modes of regular files: no links, no submodules
# A build neither fetches what a partial clone left out, nor writes to the repository.
_ENVIRONMENT = {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


class Step(NamedTuple):
    """One commit of the walk as git tells it; times are seconds since 1970."""

    oid: str
    parents: tuple[str, ...]
    tree: str
    committed: int
    authored: int
    author: str
    subject: str


class Touched(NamedTuple):
    """A file that differs between two trees; an oid is empty where there is no regular file."""

    path: str
    before: str
    after: str


def walk(top: Path, revision: str) -> list[Step]:
    """Return every commit that a revision leads back to, parents before children; none where there is none.

    Raises RevisionError.
    """
    named = f"{revision}^{{commit}}"
    commit = _run(top, "rev-parse", "--verify", "--quiet", "--end-of-options", named, fails=True)
    if not commit:
        return []
    template = "%x00".join(_FIELDS) + "%x00"
    arguments = ("rev-list", "--topo-order", "--reverse", f"--format={template}")
    told = _run(top, *arguments, commit.decode().strip())
    fields = told.decode("utf-8", "replace").split("\0")
    steps = []
    for at in range(0, len(fields) - len(_FIELDS), len(_FIELDS)):
        oid, parents, tree, committed, authored, author, subject = fields[at : at + len(_FIELDS)]
        oid = oid.split()[-1]  # rev-list says it twice
        steps.append(Step(oid, tuple(parents.split()), tree, int(committed), int(authored), author, subject))
    return steps


def is_shallow(top: Path) -> bool:
    """Tell whether the clone lacks the commits before some day. Raises RevisionError."""
    return _run(top, "rev-parse", "--is-shallow-repository").strip() == b"true"


def empty_tree(top: Path) -> str:
    """Return the name of the tree without files, in the repository's own hash. Raises RevisionError."""
    return _run(top, "hash-object", "-t", "tree", "--stdin").decode().strip()


def compare(
    top: Path, pairs: Iterable[tuple[str, str]], inside: str
) -> Mapping[tuple[str, str], list[Touched]]:
    """Return the files below `inside` that differ between the trees of each pair. Raises RevisionError."""
    asked = "".join(f"{before} {after}\n" for before, after in dict.fromkeys(pairs))
    arguments = ("diff-tree", "--stdin", "-r", "--raw", "-z", "--no-renames", "--", inside)
    told = _run(top, *arguments, sent=asked.encode())
    found: dict[tuple[str, str], list[Touched]] = {}
    at = 0
    touched: list[Touched] = []
    while at < len(told):
        if told[at : at + 1] != b":":  # the line that names the pair
            end = told.index(b"\n", at)
            before, after = told[at:end].decode().split()
            touched = found[before, after] = []
            at = end + 1
            continue
        middle = told.index(b"\0", at)
        end = told.index(b"\0", middle + 1)
        old_mode, new_mode, old, new, _ = told[at + 1 : middle].decode().split()
        path = told[middle + 1 : end].decode("utf-8", "replace")
        touched.append(Touched(path, old if old_mode in _FILES else "", new if new_mode in _FILES else ""))
        at = end + 1
    return found


@dataclass(frozen=True)
class Contents:
    """The contents of a repository, from one process that stays open."""

    process: subprocess.Popen[bytes]

    def of(self, blob: str) -> bytes | None:
        """Return the bytes of a blob, or None where the repository does not have them."""
        sent, told = self.process.stdin, self.process.stdout
        assert sent is not None and told is not None
        sent.write(f"{blob}\n".encode())
        sent.flush()
        head = told.readline().split()
        if len(head) != 3:
            return None  # "missing"
        content = told.read(int(head[2]))
        told.read(1)
        return content


@contextmanager
def contents(top: Path) -> Iterator[Contents]:
    """Yield what answers for the contents of blobs. Raises RevisionError."""
    try:
        process = subprocess.Popen(
            ["git", "-C", str(top), "cat-file", "--batch"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_ENVIRONMENT},
        )
    except FileNotFoundError as error:
        raise RevisionError("no_git") from error
    with process:
        yield Contents(process)


def _run(top: Path, *arguments: str, sent: bytes = b"", fails: bool = False) -> bytes:
    """Run git at `top` and return what it printed; where it may fail and `fails`, nothing."""
    try:
        done = subprocess.run(
            ["git", "--literal-pathspecs", "-C", str(top), *arguments],
            input=sent,
            env={**os.environ, **_ENVIRONMENT},
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise RevisionError("no_git") from error
    if done.returncode != 0 and not fails:
        raise RevisionError("unreadable")
    return done.stdout if done.returncode == 0 else b""
