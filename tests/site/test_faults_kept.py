"""Whatever goes wrong in a build that keeps what the last one made, nobody sees anything but a whole site, and
the next build makes what a build from nothing makes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .conftest import BUILD_DAY, CHECKLIST, INDEX, UNITS, Project
from .faults import Builds, Case, Fault, sum_of
from .test_faults import CHANGED, REPORTS

# No plugin beside ours: the site is put together in the one before the last, and then takes the last one's place.
MKDOCS = """\
site_name: Probe
site_url: https://probe.example.org/base/
theme: {name: mkdocs, language: zh, custom_dir: overrides}
plugins:
  - rectification: {search: true, rules: {L401: off}}
"""
# MkDocs itself also says which page it was at.
UNWRITTEN = re.compile(
    r"(ERROR   -  Error building page .*\n)?Error: \S+ 不能写入：.+。本次没有发布，原有网站保持不变。\n"
)
TEXTS = CHECKLIST, CHANGED
EVIDENCE = "a,b\n", "a,b\n1,2\n"
HIDDEN = dict.fromkeys((".nojekyll", ".git/HEAD", ".git/refs/heads/main"), b"x\n")


def write(root: Path, side: int) -> Project:
    made = Project(root)
    made.write("mkdocs.yml", MKDOCS)
    made.write("checklists/forms.yml", TEXTS[side])
    made.write("checklists/_units.yml", UNITS)
    made.write("checklists/_reports.yml", REPORTS)
    made.write("checklists/evidence/a.csv", EVIDENCE[side])
    made.write("docs/index.md", INDEX)
    made.write("overrides/note.txt", "x\n")
    return made


@dataclass
class Kept(Case):
    """A project that is built again and again, each time from the other one of two texts."""

    sites: tuple[dict[str, bytes], ...] = ()
    side: int = 0
    stopped: list[int] = field(default_factory=list)

    def turn(self, *, apart: bool = False, to: int | None = None) -> None:
        """Edit a site that is built. With `apart` the one that was built before it differs from it."""
        if self.state() != "new":
            assert self.build().code == 0
        if apart or to == self.side:
            self._edit()
            assert self.build().code == 0
        self._edit()
        assert self.state() == "old"

    def _edit(self) -> None:
        self.side = 1 - self.side
        self.old, self.new = self.sites[1 - self.side], self.sites[self.side]
        write(self.project.root, self.side)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("kept")
    builds = Builds(
        write(folder / "warm", 0).root, {"SOURCE_DATE_EPOCH": BUILD_DAY, "NO_MKDOCS_2_WARNING": "1"}
    )
    sites = []
    for side in (0, 1):
        clean = write(folder / f"clean-{side}", side)
        assert builds.build(clean.root).code == 0
        sites.append(clean.files() | HIDDEN)
    project = write(folder / "project", 0)
    assert builds.build(project.root).code == 0
    for name, content in HIDDEN.items():
        project.write(f"site/{name}", content.decode())
    yield Kept(project, builds, sites[1], sites[0], tuple(sites))
    builds.close()


@pytest.fixture
def case(kept: Kept) -> Iterator[Kept]:
    kept.turn()
    yield kept
    for process in kept.stopped:
        os.kill(process, signal.SIGKILL)
    kept.stopped.clear()


@pytest.mark.parametrize("absent", ["", "renameat2"])
def test_readers_never_see_anything_but_a_whole_site(case: Kept, absent: str) -> None:
    """Before each change to any file: the old site, then the new one; only where folders cannot change places
    at once is there none between them."""
    outcome = case.build(Fault(absent=absent, watch=True))
    between = [sum_of({})] if absent else []
    assert outcome.seen == [sum_of(case.old), *between, sum_of(case.new)], outcome
    assert (outcome.code, case.state(), case.leftovers()) == (0, "new", []), outcome.output


# -- each step ---------------------------------------------------------------------------------------------

MIRRORING = {
    "a folder of the site before": ("os.mkdir", "*/.site.spare/items"),
    "looking": ("os.scandir", "*/site/items"),
    "dropping": ("os.remove", "*/.site.spare/items/A-1/index.html"),
    "linking": ("os.link", "*/site/items/A-1/index.html"),
}
STEPS = {
    "lock": ("fcntl.flock", "*"),
    "cache": ("write", "*/.rectify-cache/readings/*"),
    "templates": ("write", "*/.rectify-cache/templates/*"),
    "record of the last build": ("read", "*/.rectify-cache/site/*"),
    "fork": ("os.fork", "*"),
    "staging": ("os.mkdir", "*/.site.staging-*"),
    "page of MkDocs": ("write", "*/.site.staging-*/index.html"),
    "moving it": ("os.rename", "*/.site.staging-*/index.html"),
    "page": ("write", "*/.site.spare/items/A-1/index.html"),
    "page before it": ("os.remove", "*/.site.spare/items/A-1/index.html"),
    "output": ("write", "*/.site.spare/api/v1/items.json"),
    "evidence": ("write", "*/.site.spare/evidence/a.csv"),
    "page of the last index": ("os.remove", "*/.site.spare/pagefind/fragment/*"),
    "words of the last index": ("os.remove", "*/.site.spare/pagefind/index/*"),
    "part of the search index, to be kept": ("write", "*/.rectify-cache/search/*.[0-9]*"),
    "part of the search index, to be joined": ("write", "*/rectify-search-*"),
    "search index": ("subprocess.Popen", "*pagefind*"),
    "file of the search index": ("write", "*/.site.spare/pagefind/items.json"),
    "manifest": ("write", "*/.site.spare/api/v1/manifest.json"),
    "hidden file": ("os.link", "*/site/.nojekyll"),
    "hidden folder": ("os.mkdir", "*/.site.spare/.git"),
    "changing places": ("ctypes.dlsym", "renameat2"),
}


@pytest.mark.parametrize("step", MIRRORING)
def test_a_fault_while_the_site_before_is_made_ready(kept: Kept, step: str) -> None:
    """Without it, everything is made anew."""
    event, path = MIRRORING[step]
    for how in ("kill", "full"):
        kept.turn(apart=step == "dropping")
        if event in ("os.mkdir", "os.link"):
            shutil.rmtree(kept.project.root / ".site.spare", ignore_errors=True)
        outcome = kept.build(Fault(event, path, how, who="worker"))
        assert outcome.met, outcome.output
        assert (outcome.code, kept.state(), kept.leftovers()) == (0, "new", []), outcome.output
    kept.recovers()


BESIDE = {"output"}  # made by another process while MkDocs makes its pages


@pytest.mark.parametrize("step", STEPS)
def test_a_fault_in_any_step(case: Kept, step: str) -> None:
    event, path = STEPS[step]
    who = "worker" if step in BESIDE else "main"
    if step == "templates":
        shutil.rmtree(case.project.root / ".rectify-cache/templates")
    case.survives(Fault(event, path, "kill", who=who))
    outcome = case.build(Fault(event, path, "full", who=who, watch=True))
    assert outcome.met, outcome.output
    # What can be done without is done without; else one line says what went wrong.
    if outcome.code:
        assert outcome.code == 1
        assert UNWRITTEN.fullmatch(outcome.output), outcome.output
    assert case.state() == ("new" if outcome.code == 0 else "old"), outcome.output
    assert case.leftovers() == []
    between = [sum_of({})] if step == "changing places" else []
    assert outcome.seen == (
        [sum_of(case.old)] if outcome.code else [sum_of(case.old), *between, sum_of(case.new)]
    )
    case.recovers()


# -- changing places, and after that -----------------------------------------------------------------------

SWAPPING = {
    "the site steps aside": ("os.rename", "*/project/site", "old", 1),
    "the new one steps in": ("os.rename", "*/.site.spare", "", 1),
    "the old one is kept": ("os.rename", "*/.site.previous-*", "new", 0),
}
AFTERWARDS = {
    "clearing away": ("os.remove", "note.txt"),
    "record": ("write", "*/.rectify-cache/site/*.[0-9]*"),
    "record in its place": ("os.rename", "*/.rectify-cache/site/*"),
}


@pytest.mark.parametrize("step", SWAPPING)
def test_a_fault_where_folders_cannot_change_places_at_once(case: Kept, step: str) -> None:
    """There is a moment without a site; a fault in it takes nothing away."""
    event, path, killed, code = SWAPPING[step]
    case.survives(Fault(event, path, "kill", absent="renameat2"), killed)
    case.recovers()
    case.turn(apart=True)
    outcome = case.build(Fault(event, path, "full", absent="renameat2"))
    assert outcome.met and outcome.code == code
    assert (case.state(), case.leftovers()) == ("old" if code else "new", [])
    assert not code or UNWRITTEN.fullmatch(outcome.output), outcome.output


@pytest.mark.parametrize("step", AFTERWARDS)
def test_a_fault_once_the_site_is_there(case: Kept, step: str) -> None:
    event, path = AFTERWARDS[step]
    case.survives(Fault(event, path, "kill"), "new")
    case.recovers()
    cache = case.project.root / ".rectify-cache/site"
    assert {name.suffix for name in cache.iterdir()} == {"", ".kept"}
    case.turn()
    outcome = case.build(Fault(event, path, "full"))
    assert outcome.met, outcome
    assert (outcome.code, case.state()) == (0, "new"), outcome.output


def test_what_cannot_be_removed_is_not_published(kept: Kept) -> None:
    """It may be the page of what must not be public any more."""
    kept.turn(to=0)
    fault = Fault("os.remove", "*/.site.spare/items/A-4/index.html", "full")
    outcome = kept.build(fault)
    assert outcome.met
    assert (outcome.code, kept.state(), kept.leftovers()) == (1, "old", []), outcome.output
    kept.recovers()


# -- several builds ----------------------------------------------------------------------------------------


def test_what_a_killed_build_left_working_is_not_met(case: Kept) -> None:
    """It has the lock: until it ends, builds make everything, and where it does not work."""
    outcome = case.build(Fault("os.link", "*/site/items/A-1/index.html", "stop", who="worker"))
    assert (outcome.code, case.state()) == (-9, "old")
    case.stopped.append(int(outcome.met.split()[1]))
    spare = case.project.root / ".site.spare"
    left = sorted((path, path.stat().st_ino) for path in spare.rglob("*"))
    case.recovers()
    assert sorted((path, path.stat().st_ino) for path in spare.rglob("*")) == left
    case.turn()
    os.kill(case.stopped.pop(), signal.SIGKILL)
    case.recovers()


WAITING = {
    "with the lock": Fault("os.fork", "*", "wait"),
    "while the site before is made ready": Fault(
        "os.link", "*/site/items/A-1/index.html", "wait", who="worker"
    ),
    "before places are changed": Fault("ctypes.dlsym", "renameat2", "wait"),
    "once they are": Fault("write", "*/.rectify-cache/site/*.[0-9]*", "wait"),
}


@pytest.mark.parametrize("wait", WAITING)
def test_two_builds_at_once(kept: Kept, wait: str) -> None:
    """One is whole before the other goes on."""
    kept.turn(apart=wait.startswith("while"))
    first, second = kept.builds.build_together(kept.project.root, WAITING[wait], Fault(watch=True))
    assert first.met, first.output
    assert (first.code, second.code) == (0, 0), (first.output, second.output)
    assert (kept.state(), kept.leftovers()) == ("new", [])
    assert {*second.seen} <= {sum_of(kept.old), sum_of(kept.new)}
    kept.turn()
    kept.recovers()


def test_a_build_waits_while_another_changes_places(kept: Kept) -> None:
    """Where folders cannot do that at once, there is no site for a moment, nor its hidden entries."""
    kept.turn(apart=True)
    changing = Fault("os.rename", "*/.site.spare", "pause", absent="renameat2")
    first, second = kept.builds.build_together(kept.project.root, changing, Fault(absent="renameat2"))
    assert first.met and (first.code, second.code) == (0, 0), (first.output, second.output)
    assert (kept.state(), kept.leftovers()) == ("new", [])
    kept.recovers()


def test_a_build_that_finds_its_place_taken(kept: Kept) -> None:
    """Another build that stands still where there is no site is not waited for without end."""
    kept.turn(apart=True)
    stepping_in = Fault("os.rename", "*/.site.spare", "wait", absent="renameat2")
    first, second = kept.builds.build_together(kept.project.root, stepping_in, Fault())
    assert first.met and (first.code, second.code) == (1, 0), (first.output, second.output)
    assert UNWRITTEN.fullmatch(first.output), first.output
    # The other one met with no site whose hidden entries it could have kept.
    assert kept.project.files() == {name: kept.new[name] for name in kept.new.keys() - HIDDEN.keys()}
    for name, content in HIDDEN.items():
        kept.project.write(f"site/{name}", content.decode())
    kept.recovers()


# -- limits of the system ----------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1000, 20_000, 200_000])
def test_a_limit_on_the_size_of_files(case: Kept, limit: int) -> None:
    outcome = case.build(Fault(limit=limit))
    assert (outcome.code, case.state(), case.leftovers()) == (1, "old", []), outcome.output
    assert UNWRITTEN.fullmatch(outcome.output), outcome.output
    case.recovers()


def test_a_full_disk(tmp_path: Path) -> None:
    """A small one of its own, filled so that less and less room is left."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=32m none "$0" && exec "$@"', str(disk)]
    if shutil.which("unshare") is None or subprocess.run([*mount, "true"], capture_output=True).returncode:
        pytest.skip("file systems cannot be mounted here")
    environment = {"SOURCE_DATE_EPOCH": BUILD_DAY, "NO_MKDOCS_2_WARNING": "1", "TMPDIR": str(disk)}
    builds = Builds(write(tmp_path / "warm", 0).root, environment, mount)
    try:
        assert builds.build(tmp_path / "warm").code == 0  # by then the disk is there
        project = write(builds.seen(disk) / "project", 0)
        assert builds.build(disk / "project").code == 0
        old = project.files()
        write(project.root, 1)
        ballast = builds.seen(disk) / "ballast"
        for left in (1_500_000, 300_000, 0):
            room = shutil.disk_usage(builds.seen(disk)).free
            with ballast.open("ab") as stream:
                stream.write(bytes(max(0, room - left)))
            outcome = builds.build(disk / "project")
            assert outcome.code == 1 and UNWRITTEN.fullmatch(outcome.output), (left, outcome.output)
            assert project.files() == old
            assert not [*project.root.glob(".site.staging*")]
        ballast.unlink()
        assert builds.build(disk / "project").code == 0
        clean = write(tmp_path / "clean", 1)
        assert builds.build(clean.root).code == 0
        assert project.files() == clean.files()
    finally:
        builds.close()
