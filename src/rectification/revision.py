"""The ledger as of a git revision: its files in a temporary folder, the working tree left alone."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from rectification.settings import Settings

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class RevisionError(Exception):
    """Why there is no such ledger: `reason` names a text of `cli.check` and of `cli.revision`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Moment:
    """A commit, and the day its ledger is looked at as of."""

    commit: str
    day: date


@dataclass(frozen=True, slots=True)
class Checkout:
    """A working tree: its commit, when that was committed, and whether what lies there differs (`dirty`)."""

    commit: str
    committed: datetime
    dirty: bool


def checkout_of(folder: Path, paths: Iterable[Path]) -> Checkout | None:
    """Return what git knows of the working tree that `folder` lies in; None where it knows nothing.

    It is dirty where anything at or below one of `paths` differs from the commit; a new file does too, unless
    git is told to ignore it. What git cannot tell clean counts as dirty, and what lies elsewhere not at all.
    """
    top = top_of(folder.resolve())
    if top is None:
        return None
    plain = {"GIT_OPTIONAL_LOCKS": "0"}  # a build writes nothing to the repository
    found = (path.resolve() for path in paths)
    within = [path.relative_to(top).as_posix() for path in found if path.is_relative_to(top)]
    try:
        head = _git(top, "rev-list", "--max-count=1", "--timestamp", "HEAD", "--", variables=plain)
        if not head:
            return None
        seconds, commit = head.split()
        asked = ("status", "--porcelain", "--untracked-files=normal", "--", *within)
        dirty = bool(within and _git(top, *asked, variables=plain, must=True))
    except RevisionError:
        return None
    except subprocess.CalledProcessError:
        dirty = True
    return Checkout(commit, datetime.fromtimestamp(int(seconds), UTC), dirty)


def moment_of(settings: Settings, named: str) -> Moment:
    """Return what a date or a revision means.

    A date means the last commit on the main line by the end of that day in the site's time zone, looked at
    on that day; a revision means itself, on the day it was committed. Raises RevisionError: with the reason
    `shallow` where the clone may lack what is asked for.
    """
    top = top_of(settings.root)
    if top is None:
        raise RevisionError("no_repository")
    zone = ZoneInfo(settings.timezone)
    if _DAY.fullmatch(named) and (day := _day_of(named)) is not None:
        end = datetime.combine(day, time.max, zone).timestamp()
        # git compares seconds; what was committed before the clock ran backwards is left out as git does.
        commit = _git(top, "rev-list", "-1", "--first-parent", f"--before=@{int(end)}", "HEAD")
        if not commit:
            raise RevisionError("shallow" if _is_shallow(top) else "too_early")
        return Moment(commit, day)
    commit = _commit(top, named)
    seconds = int(_git(top, "show", "--no-patch", "--format=%ct", commit, must=True))
    return Moment(commit, datetime.fromtimestamp(seconds, zone).date())


def _commit(top: Path, revision: str) -> str:
    """Return the name of the commit that `revision` means. Raises RevisionError."""
    commit = _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not commit:
        raise RevisionError("shallow" if _is_shallow(top) else "no_revision")
    return commit


def _is_shallow(top: Path) -> bool:
    return _git(top, "rev-parse", "--is-shallow-repository") == "true"


def _day_of(named: str) -> date | None:
    try:
        return date.fromisoformat(named)
    except ValueError:
        return None


def top_of(folder: Path) -> Path | None:
    """Return the top of the git working tree that `folder` lies in; None outside one."""
    return next((above for above in (folder, *folder.parents) if (above / ".git").exists()), None)


@contextmanager
def as_of(settings: Settings, revision: str) -> Iterator[Settings]:
    """Yield the settings of the same site with the checklists as `revision` has them.

    Without checklists in that revision the folder is empty; its pages are not there. Raises RevisionError.
    """
    top = top_of(settings.root)
    folder = Path(os.path.normpath(settings.checklists))
    if top is None or not folder.is_relative_to(top):
        raise RevisionError("no_repository")
    commit = _commit(top, revision)
    inside = folder.relative_to(top).as_posix()
    with TemporaryDirectory(prefix="rectify-") as temporary:
        old = Path(temporary) / "tree"
        root = old / settings.root.relative_to(top)
        # Lexically the same way down, so that files have the same names in both ledgers.
        checklists = root / os.path.relpath(folder, settings.root)
        for path in (root, old / inside):
            path.mkdir(parents=True, exist_ok=True)
        if _git(top, "rev-parse", "--verify", "--quiet", f"{commit}:{inside}" if inside != "." else commit):
            # An index of our own: the repository's is left alone, and no attribute leaves a file out.
            index = {"GIT_INDEX_FILE": str(Path(temporary) / "index"), "GIT_LFS_SKIP_SMUDGE": "1"}
            _git(top, "read-tree", commit, variables=index, must=True)
            names = _git(top, "ls-files", "-z", "--", inside, variables=index, must=True)
            out = f"--prefix={old}/"
            _git(top, "checkout-index", out, "-z", "--stdin", variables=index, sent=names, must=True)
        yield replace(settings, root=root, checklists=checklists, docs=None)


def _git(
    top: Path, *arguments: str, variables: Mapping[str, str] | None = None, sent: str = "", must: bool = False
) -> str:
    """Run git at `top` and return what it printed; an empty text where it failed, unless it `must` not."""
    environment = {**os.environ, **(variables or {})}
    try:
        done = subprocess.run(
            ["git", "--literal-pathspecs", "-C", str(top), *arguments],
            input=sent,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=must,
        )
    except FileNotFoundError as error:
        raise RevisionError("no_git") from error
    return done.stdout.rstrip("\n") if done.returncode == 0 else ""
