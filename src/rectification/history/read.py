"""From a git repository to the history of a ledger.

Every commit that HEAD leads back to is looked at, those of merged branches too, parents before children. Each
is compared with its parent, so that a recording names the commit in which somebody typed it. A merge is
compared with each of its parents and records only what none of them has, as `git log -c` shows it: what came
in from a branch has been recorded there already. One thing more counts as the merge's own: an item that a
merge dropped although no commit had removed it.

What is told of is the folder of checklists where it lies now: if it was moved, its files are new that day.
Changes that are not committed are no part of history.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rectification.history import git
from rectification.history.history import Commit, History, Recording, Unread, Values, Version
from rectification.history.items import Items, Reading
from rectification.revision import RevisionError, top_of
from rectification.settings import ENDINGS, EVIDENCE_FOLDER, HEADER_FILE

if TYPE_CHECKING:
    from rectification.settings import Settings

Standing = tuple[str, Values]  # the file an item stands in, and its values
Change = tuple[Standing | None, Standing | None]


def read_history(
    settings: Settings,
    tell: Callable[[str], None] | None = None,
    revision: str = "HEAD",
    known: History | None = None,
) -> History:
    """Read what git knows of a site's ledger, up to and with `revision`.

    Returns an empty, incomplete history with its `reason` where there is none to read; raises nothing.
    `tell` is called with the name of each file whose version was read. `known` is what an earlier call with
    the same settings returned: it is returned again where nothing was committed since.
    """
    folder = Path(os.path.normpath(settings.checklists))
    top = top_of(folder)
    if top is None:
        return History(reason="no_repository")
    try:
        shallow = git.is_shallow(top)
        steps = git.walk(top, revision)
        if not steps:
            return History(reason="no_commits")
        if known is not None and (known.head, known.complete) == (steps[-1].oid, not shallow):
            return known
        return _read(settings, top, folder.relative_to(top).as_posix(), steps, shallow, tell)
    except RevisionError as error:
        return History(reason="no_git" if error.reason == "no_git" else "unreadable")


def _read(
    settings: Settings,
    top: Path,
    inside: str,
    steps: Sequence[git.Step],
    shallow: bool,
    tell: Callable[[str], None] | None,
) -> History:
    commits = _commits(steps, ZoneInfo(settings.timezone))
    trees = {step.oid: step.tree for step in steps}
    empty = git.empty_tree(top)
    # The oldest commits of a shallow clone have no parents here: everything begins with them.
    parents = [[trees[p] for p in step.parents if p in trees] or [empty] for step in steps]
    pairs = [(tree, step.tree) for step, above in zip(steps, parents, strict=True) for tree in above]
    touched = git.compare(top, ((a, b) for a, b in pairs if a != b), inside)
    with git.contents(top) as contents:
        walked = _Walk(settings, top, inside, contents, tell)
        for commit, step, above in zip(commits, steps, parents, strict=True):
            walked.record(commit, [touched.get((tree, step.tree), []) for tree in above])
    return History(
        {identifier: tuple(found) for identifier, found in walked.items.items()},
        {reference: tuple(versions) for reference, versions in walked.evidence.items()},
        tuple(walked.unread),
        complete=not shallow,
        since=min(commit.day for commit in commits),
        head=steps[-1].oid,
    )


def _commits(steps: Sequence[git.Step], zone: ZoneInfo) -> list[Commit]:
    order = {step.oid: n for n, step in enumerate(steps)}
    landing = _landings(steps, order)
    return [
        Commit(
            step.oid,
            _day(step.committed, zone),
            _day(step.authored, zone),
            step.author,
            step.subject,
            n,
            landing[n],
        )
        for n, step in enumerate(steps)
    ]


def _landings(steps: Sequence[git.Step], order: Mapping[str, int]) -> dict[int, int]:
    """Return the place of each commit -> that of the commit by which it came onto the main line."""
    line: list[int] = []
    at: int | None = len(steps) - 1 if steps else None
    while at is not None:
        line.append(at)
        at = next((order[p] for p in steps[at].parents[:1] if p in order), None)
    landing = {n: n for n in line}
    for n in reversed(line):
        waiting = [order[p] for p in steps[n].parents if p in order]
        while waiting:
            m = waiting.pop()
            if m not in landing:
                landing[m] = n
                waiting += [order[p] for p in steps[m].parents if p in order]
    return landing


def _day(seconds: int, zone: ZoneInfo) -> date:
    try:
        return datetime.fromtimestamp(seconds, UTC).astimezone(zone).date()
    except (OverflowError, ValueError, OSError):
        return date(1970, 1, 1)  # a clock that was nowhere


@dataclass
class _Walk:
    """One walk over the commits: what has been recorded so far."""

    settings: Settings
    top: Path
    inside: str
    contents: git.Contents
    tell: Callable[[str], None] | None
    items: dict[str, list[Recording]] = field(default_factory=dict)
    evidence: dict[str, list[Version]] = field(default_factory=dict)
    unread: dict[Unread, None] = field(default_factory=dict)
    stand_ins: dict[tuple[str, str], Items] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)
    known: dict[tuple[str, bool], Items | None] = field(default_factory=dict)

    def record(self, commit: Commit, differences: Sequence[Sequence[git.Touched]]) -> None:
        """Take down what `commit` says; `differences` are those from each of its parents."""
        if not any(differences):
            return
        self._evidence(commit, differences)
        changes = [self._changes(commit, touched) for touched in differences]
        for identifier in dict.fromkeys(identifier for found in changes for identifier in found):
            if all(identifier in found for found in changes):
                before, after = changes[0][identifier]
            else:
                dropped = (found[identifier] for found in changes if identifier in found)
                before, after = next(((b, a) for b, a in dropped if a is None), (None, None))
                known = self.items.get(identifier, ())
                if before is None or not known or known[-1].kind == "removed":
                    continue
            self.items.setdefault(identifier, []).append(_recording(commit, before, after))

    def _evidence(self, commit: Commit, differences: Sequence[Sequence[git.Touched]]) -> None:
        told = [{one.path: one for one in touched} for touched in differences]
        for path, one in told[0].items():
            reference = self._below(path)
            if reference.parts[:1] == (EVIDENCE_FOLDER,) and all(path in found for found in told):
                self.evidence.setdefault(reference.as_posix(), []).append(Version(commit, one.after))

    def _changes(self, commit: Commit, touched: Iterable[git.Touched]) -> dict[str, Change]:
        """Return the items that differ between a parent and the commit, each before and after."""
        before: dict[str, Standing] = {}
        after: dict[str, Standing] = {}
        for one in touched:
            if not self._is_of_items(one.path):
                continue
            file = self.settings.name_of(self.top / one.path)
            old, new = self._items(one.path, one.before), self._items(one.path, one.after)
            if old is None:
                old = self.stand_ins.get((one.path, one.before), {})
            if new is None:
                # Nothing is known of its items: as far as history goes they stay as they were.
                new = self.stand_ins[one.path, one.after] = old
                self.unread.setdefault(Unread(commit, file))
            for side, items, there in ((before, old, one.before), (after, new, one.after)):
                for identifier, values in items.items() if there else ():
                    side.setdefault(identifier, (file, values))
        found = {}
        for identifier in dict.fromkeys((*after, *before)):
            change = before.get(identifier), after.get(identifier)
            if not _same(*change):
                found[identifier] = change
        return found

    def _items(self, path: str, blob: str) -> Items | None:
        if not blob:
            return {}
        alone = self._below(path).parent != PurePosixPath(".")
        key = blob, alone
        if key not in self.known:
            raw = self.contents.of(blob)
            if raw is None:
                self.known[key] = None
            else:
                self.known[key] = self.reading.item(raw) if alone else self.reading.checklist(raw, path)
            if self.tell is not None:
                self.tell(self.settings.name_of(self.top / path))
        return self.known[key]

    def _below(self, path: str) -> PurePosixPath:
        """Return a path as it goes on below the folder of checklists."""
        return PurePosixPath(path) if self.inside == "." else PurePosixPath(path).relative_to(self.inside)

    def _is_of_items(self, path: str) -> bool:
        """Tell whether loading would read items from that file (see `ledger.load`)."""
        *folders, name = self._below(path).parts
        if name.startswith(".") or PurePosixPath(name).suffix not in ENDINGS or len(folders) > 1:
            return False
        if not folders:
            return not name.startswith("_")
        hidden = folders[0].startswith((".", "_")) or folders[0] == EVIDENCE_FOLDER
        return not hidden and PurePosixPath(name).stem != HEADER_FILE


def _same(before: Standing | None, after: Standing | None) -> bool:
    if before is None or after is None:
        return before is after
    return before[0] == after[0] and (before[1] is after[1] or before[1] == after[1])


def _recording(commit: Commit, before: Standing | None, after: Standing | None) -> Recording:
    if after is None:
        assert before is not None
        return Recording(commit, "removed", before[0], before[1])
    if before is None:
        return Recording(commit, "added", after[0], None, after[1])
    moved = before[0] if before[0] != after[0] else ""
    return Recording(commit, "moved" if moved else "changed", after[0], before[1], after[1], moved)
