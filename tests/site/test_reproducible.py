"""The same commit gives the same site, byte for byte, wherever and whenever it is built."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from rectification.settings import Settings

from ..repository import Repository, new_repository
from .conftest import BUILD_DAY, CHECKLIST, INDEX, UNITS, Project

MKDOCS = """\
site_name: Probe
site_url: https://probe.example.org/base/
theme: {name: mkdocs, language: zh}
plugins:
  - rectification: {search: true, timezone: Asia/Shanghai, admin: {name: gitea, repo: a/b, app_id: x}}
"""
REPORTS = """\
reports:
  - {name: county, title: 台账, audience: public, levels: [city], columns: [{field: id}, {field: title}]}
"""
NOBODY = "  - {name: 无事局, slug: nobody}\n"  # no item, so that its feed is empty
MANY = "".join(
    f"  - {{id: A-{n}, title: 问题{n}, problem: 第 {n} 个问题, unit: 市委办, found: 2026-03-01, due: 2027-11-01}}\n"
    for n in range(100, 320)  # pages enough for two processes
)
# Runs MkDocs while folders are listed backwards.
BACKWARDS = """\
import os, sys
from contextlib import contextmanager
scandir, listdir = os.scandir, os.listdir

class Entries:
    def __init__(self, entries):
        self.entries, self.close = iter(sorted(entries, key=lambda e: e.name, reverse=True)), entries.close
    def __iter__(self): return self
    def __next__(self): return next(self.entries)
    def __enter__(self): return self
    def __exit__(self, *_): self.close()

os.scandir = lambda *a: Entries(scandir(*a))
os.listdir = lambda *a: sorted(listdir(*a), reverse=True)
sys.argv[0] = "mkdocs"
from mkdocs.__main__ import cli
cli()
"""


def write(root: Path, extra: str = "") -> tuple[Project, Repository]:
    """Write a project, and commit it."""
    made = Project(root)
    made.write("mkdocs.yml", MKDOCS)
    made.write(".gitignore", "site/\n.rectify-cache/\n")
    made.write("checklists/forms.yml", CHECKLIST + extra)
    made.write("checklists/_units.yml", UNITS + NOBODY)
    made.write("checklists/_reports.yml", REPORTS)
    made.write("checklists/evidence/a.csv", "a,b\n")
    for name in ("b", "a", "c"):
        made.write(f"docs/{name}/{name}.md", f"# {name}\n")
    made.write("docs/index.md", INDEX)
    repository = new_repository(root)
    repository.commit({}, day="2026-11-20T20:00:00+00:00")
    return made, repository


def build(
    root: Path, *, program: str = "", processors: int = 0, **environment: str | None
) -> dict[str, bytes]:
    """Build the site and return its files; an environment variable that is None is not set."""
    variables = {**os.environ, "NO_MKDOCS_2_WARNING": "1", **environment}
    command = [sys.executable, *(("-c", program) if program else ("-m", "mkdocs")), "build", "-q"]
    confine: Callable[[], None] | None = None
    if processors:
        confine = lambda: os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:processors])  # noqa: E731
    done = subprocess.run(
        command,
        cwd=root,
        env={name: value for name, value in variables.items() if value is not None},
        capture_output=True,
        text=True,
        preexec_fn=confine,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Project(root).files()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processes cannot be kept to a processor")
def test_the_same_commit_gives_the_same_site_everywhere(tmp_path: Path) -> None:
    _, repository = write(tmp_path / "one", MANY)
    other = tmp_path / "elsewhere/and deeper/二"
    other.parent.mkdir(parents=True)
    subprocess.run(["git", "clone", "-q", repository.root, other], check=True)
    first = build(
        tmp_path / "one",
        processors=2,
        SOURCE_DATE_EPOCH=BUILD_DAY,
        TZ="UTC",
        LANG="C",
        LC_ALL="C",
        PYTHONHASHSEED="1",
    )
    second = build(
        other,
        program=BACKWARDS,
        processors=1,
        SOURCE_DATE_EPOCH=BUILD_DAY,
        TZ="Pacific/Auckland",
        LANG="zh_CN.UTF-8",
        LC_ALL="C.UTF-8",
        PYTHONHASHSEED="2",
    )
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
    assert json.loads(first["api/v1/manifest.json"])["built_from"]["dirty"] is False
    assert any(name.startswith("pagefind/fragment/") for name in first)


@pytest.fixture(scope="module")
def undated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A site built without SOURCE_DATE_EPOCH from a commit that is some days old."""
    made, _ = write(tmp_path_factory.mktemp("undated"))
    return build(made.root, SOURCE_DATE_EPOCH=None)


def test_what_says_when_it_was_made_names_the_commit(undated: dict[str, bytes]) -> None:
    sitemap = undated["sitemap.xml"].decode()
    assert set(re.findall("<lastmod>(.*?)</lastmod>", sitemap)) == {"2026-11-20"}
    assert int.from_bytes(undated["sitemap.xml.gz"][4:8], "little") == 1795132800  # of that day, in UTC
    assert b"Build Date UTC : 2026-11-20 20:00:00" in undated["index.html"]
    # In the site's time zone it was the next day.
    for ending in ("xlsx", "docx"):
        with zipfile.ZipFile(io.BytesIO(undated[f"reports/county/all.{ending}"])) as archive:
            assert {info.date_time for info in archive.infolist()} == {(2026, 11, 21, 0, 0, 0)}
            assert b">2026-11-21T00:00:00Z<" in archive.read("docProps/core.xml")
    assert b"<updated>2026-11-21T00:00:00+08:00</updated>" in undated["feeds/units/nobody.xml"]


def test_today_is_the_day_of_the_build(undated: dict[str, bytes]) -> None:
    """What is overdue does not wait for a commit."""
    today = Settings(Path(), Path(), timezone="Asia/Shanghai").today().isoformat()
    for name in ("items", "summary", "changes", "index", "manifest", "site", "units"):
        assert json.loads(undated[f"api/v1/{name}.json"])["as_of"] == today
    assert f'"buildDay":"{today}"'.encode() in undated["index.html"]


def test_without_git_the_day_of_the_build_is_meant(project: Project) -> None:
    files = build(project.root, SOURCE_DATE_EPOCH=None)
    today = Settings(Path(), Path()).today().isoformat()
    assert set(re.findall(b"<lastmod>(.*?)</lastmod>", files["sitemap.xml"])) == {today.encode()}
