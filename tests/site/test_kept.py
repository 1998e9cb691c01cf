"""A build that keeps what it can makes what a build from nothing makes, byte for byte."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bench.generate import write_site

from .conftest import BUILD_DAY, CHECKLIST, INDEX, MKDOCS, UNITS, Project
from .faults import Builds

SECOND = CHECKLIST.replace("A-", "B-").replace("id: A", "id: B").replace("报表减负", "会议减负")
REPORTS = """\
reports:
  - {name: county, title: 台账, audience: public, levels: [city], columns: [{field: id}, {field: title}]}
"""
DAY = 86400


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builds]:
    warm = make(tmp_path_factory.mktemp("warm") / "project")
    builds = Builds(warm.root, {"SOURCE_DATE_EPOCH": BUILD_DAY, "NO_MKDOCS_2_WARNING": "1"})
    yield builds
    builds.close()


def make(root: Path) -> Project:
    project = Project(root)
    project.write("mkdocs.yml", MKDOCS.format(language="zh"))
    project.write("checklists/forms.yml", CHECKLIST)
    project.write("checklists/meetings.yml", SECOND)
    project.write("checklists/_units.yml", UNITS)
    project.write("checklists/_reports.yml", REPORTS)
    project.write("checklists/evidence/a.csv", "a,b\n")
    project.write("docs/index.md", INDEX)
    project.write("docs/about.md", "# 说明\n")
    return project


def looks(project: Project) -> dict[str, int]:
    """When each file of the site was written."""
    site = project.root / "site"
    return {p.relative_to(site).as_posix(): p.stat().st_mtime_ns for p in site.rglob("*") if p.is_file()}


def remembered(project: Project) -> dict[str, bytes]:
    """What builds remember of the site."""
    folder = project.root / ".rectify-cache/site"
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class Editor:
    """Edits of every kind, each one that leaves the project without mistakes."""

    def __init__(self, project: Project, seed: int) -> None:
        self.project, self.random, self.count, self.today = project, random.Random(seed), 0, int(BUILD_DAY)

    def _change(self, name: str, change: Callable[[str], str]) -> None:
        path = self.project.root / name
        text = path.read_text("utf-8")
        changed = change(text)
        assert changed != text, name
        path.write_text(changed, "utf-8")

    def _items(self) -> str:
        return self.random.choice(
            sorted(p.name for p in (self.project.root / "checklists").glob("[a-z]*.yml"))
        )

    def text(self) -> None:
        self._change(f"checklists/{self._items()}", lambda t: t.replace("走访", f"走访{self.count}", 1))

    def title(self) -> None:
        self._change(
            f"checklists/{self._items()}", lambda t: t.replace("重复填表", f"重复填表{self.count}", 1)
        )

    def due(self) -> None:
        day = f"due: 2027-{self.count % 12 + 1:02}-11"
        self._change(
            f"checklists/{self._items()}",
            lambda t: re.sub(r"due: 202[67]-\d\d-\d\d\n", f"{day}\n", t, count=1),
        )

    def status(self) -> None:
        entry = f"      - {{date: 2026-03-{self.count % 20 + 2:02}, note: 进展 {self.count}}}\n    related"
        self._change(f"checklists/{self._items()}", lambda t: t.replace("    related", entry, 1))

    def line(self) -> None:
        self._change(f"checklists/{self._items()}", lambda t: f"# {self.count}\n{t}")

    def hidden(self) -> None:
        def swap(text: str) -> str:
            mark = "    visibility: internal\n"
            return text.removesuffix(mark) if text.endswith(mark) else text + mark

        self._change(f"checklists/{self._items()}", swap)

    def added(self) -> None:
        def add(text: str) -> str:
            letter = re.search(r"id: ([AB])-1\n", text)
            assert letter
            number = f"{letter[1]}-{self.count + 10}"
            facts = "problem: 新的。, unit: 县卫健局, found: 2026-03-02, due: 2027-12-01"
            return text.replace(
                f"  - id: {letter[1]}-2",
                f"  - {{id: {number}, title: 新增, {facts}}}\n  - id: {letter[1]}-2",
                1,
            )

        self._change(f"checklists/{self._items()}", add)

    def removed(self) -> None:
        path = self.project.root / "checklists" / self._items()
        path.write_text(
            re.sub(r"  - \{id: [AB]-\d\d+, title.*\n", "", path.read_text("utf-8"), count=1), "utf-8"
        )

    def renamed(self) -> None:
        path = self.project.root / "checklists" / self._items()
        path.rename(path.with_name(f"renamed-{self.count}.yml"))

    def header(self) -> None:
        self._change(f"checklists/{self._items()}", lambda t: t.replace("减负", f"减负{self.count}", 1))

    def unit(self) -> None:
        self._change("checklists/_units.yml", lambda t: re.sub(r"office\d*", f"office{self.count}", t))

    def evidence(self) -> None:
        self._change("checklists/evidence/a.csv", lambda t: f"{t}{self.count}\n")

    def template(self) -> None:
        shown = "{{ heading }} {{ ledger.records | length }}" if self.count % 2 else "{{ record.item.title }}"
        self.project.write("overrides/item.html", f"<p>{self.count} {shown}</p>{{{{ heading('problem') }}}}")
        self._theme()

    def no_template(self) -> None:
        shutil.rmtree(self.project.root / "overrides", ignore_errors=True)
        self.project.write("mkdocs.yml", MKDOCS.format(language="zh"))

    def shell(self) -> None:
        self.project.write(
            "overrides/main.html",
            f'{{% extends "base.html" %}}{{% block footer %}}<p>{self.count}</p>{{% endblock %}}',
        )
        self._theme()

    def _theme(self) -> None:
        text = MKDOCS.format(language="zh").replace("  font: false", "  font: false\n  custom_dir: overrides")
        self.project.write("mkdocs.yml", text)

    def page(self) -> None:
        self.project.write("docs/about.md", f"# 说明 {self.count}\n")

    def day(self) -> None:
        self.today += self.random.choice([-40, -1, 1, 7, 400]) * DAY

    def site_touched(self) -> None:
        """Somebody changes the site itself."""
        path = self.random.choice(sorted((self.project.root / "site/items").glob("*/index.html")))
        path.write_text("spoilt", "utf-8")
        (self.project.root / "site/stale.html").write_text("stale", "utf-8")

    def spare_touched(self) -> None:
        spare = self.project.root / ".site.spare"
        if spare.is_dir():
            shutil.rmtree(spare / "items", ignore_errors=True)
            (spare / "index.html").unlink(missing_ok=True)
            (spare / "index.html").mkdir()
            (spare / "items").write_text("in the way", "utf-8")

    def cache_touched(self) -> None:
        for path in (self.project.root / ".rectify-cache").rglob("*.kept"):
            if self.random.random() < 0.5:
                path.write_bytes(path.read_bytes()[: self.random.randrange(60)])

    def edit(self) -> str:
        self.count += 1
        names = [name for name in vars(Editor) if not name.startswith("_") and name != "edit"]
        name = self.random.choice(names)
        getattr(self, name)()
        return name


@pytest.mark.parametrize("seed", range(4))
def test_edits_of_every_kind(builds: Builds, tmp_path: Path, seed: int) -> None:
    project = make(tmp_path / "kept")
    editor = Editor(project, seed)
    assert builds.build(project.root).code == 0
    done = []
    for _ in range(9):
        done += [editor.edit() for _ in range(editor.random.choice([1, 1, 2]))]
        epoch = {"SOURCE_DATE_EPOCH": str(editor.today)}
        outcome = builds.build(project.root, **epoch)
        clean = Project(tmp_path / "clean")
        shutil.rmtree(clean.root, ignore_errors=True)
        away = shutil.ignore_patterns("site", ".site*", ".rectify-cache", "output.txt")
        shutil.copytree(project.root, clean.root, ignore=away)
        expected = builds.build(clean.root, **epoch)
        assert outcome.code == expected.code == 0, (done, outcome.output, expected.output)
        kept, made = project.files(), clean.files()
        differing = sorted(name for name in kept.keys() | made.keys() if kept.get(name) != made.get(name))
        assert differing == [], done


def test_only_what_tells_of_an_item_is_written_again(builds: Builds, tmp_path: Path) -> None:
    project = make(tmp_path / "project")
    assert builds.build(project.root).code == 0
    before = looks(project)
    text = (project.root / "checklists/forms.yml").read_text("utf-8")
    project.write("checklists/forms.yml", text.replace("走访 6 小时", "走访 7 小时"))
    assert builds.build(project.root).code == 0
    after = looks(project)
    written = {name for name in after if after[name] != before.get(name)}
    assert {name for name in written if name.startswith("items/")} == {"items/A-2/index.html"}
    assert "checklists/meetings/index.html" not in written
    assert {"api/v1/items.json", "checklists/forms/index.html", "feeds/checklists/forms.xml"} <= written
    assert not any(name.startswith(("assets/", "feeds/checklists/meetings")) for name in written)


@pytest.mark.parametrize("name", ["api/v1/items.json", "items/A-2/index.html"])
def test_a_file_of_ours_that_the_site_brings_too_is_ours(builds: Builds, tmp_path: Path, name: str) -> None:
    project = make(tmp_path / "project")
    for n, hours in enumerate((6, 7, 7, 8)):
        project.write(f"docs/{name}", f"{n // 2}")
        text = CHECKLIST.replace("走访 6 小时", f"走访 {hours} 小时")
        project.write("checklists/forms.yml", text)
        assert builds.build(project.root).code == 0
        assert f"走访 {hours} 小时" in project.files()[name].decode(), n


def test_nothing_changed_nothing_written(builds: Builds, tmp_path: Path) -> None:
    project = make(tmp_path / "project")
    assert builds.build(project.root).code == 0
    before, files = looks(project), project.files()
    assert builds.build(project.root).code == 0
    after = looks(project)
    assert project.files() == files
    written = {name for name in after if after[name] != before[name]}
    assert written <= {"sitemap.xml.gz"}, written


def test_the_site_before_shares_no_file_that_is_written(builds: Builds, tmp_path: Path) -> None:
    """Links to the present site's files are replaced, never written through."""
    project = make(tmp_path / "project")
    assert builds.build(project.root).code == 0
    old = project.files()
    handles = {name: (project.root / "site" / name).open("rb") for name in old}
    text = (project.root / "checklists/forms.yml").read_text("utf-8")
    project.write("checklists/forms.yml", text.replace("走访 6 小时", "走访 7 小时"))
    assert builds.build(project.root).code == 0
    read = {name: stream.read() for name, stream in handles.items()}
    for stream in handles.values():
        stream.close()
    assert read == old


def test_two_builds_at_once(tmp_path: Path) -> None:
    """Only one may use what builds remember; the other makes everything."""
    import fcntl

    project = make(tmp_path / "project")
    assert project.build().code == 0
    with (project.root / ".rectify-cache/lock").open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        record = remembered(project)
        project.write("docs/about.md", "# 另一页\n")
        assert project.build().code == 0, project.output
    assert "另一页" in project.page("about")
    assert remembered(project) == record
    assert project.build().code == 0
    assert "另一页" in project.page("about")


def test_what_others_could_write_is_not_trusted(tmp_path: Path) -> None:
    project = make(tmp_path / "project")
    assert project.build().code == 0
    record = remembered(project)
    (project.root / ".rectify-cache/site").chmod(0o777)
    project.write("docs/about.md", "# 另一页\n")
    assert project.build().code == 0
    assert "另一页" in project.page("about")
    assert remembered(project) == record


def test_it_can_be_switched_off(tmp_path: Path) -> None:
    project = make(tmp_path / "project")
    project.write(
        "mkdocs.yml",
        MKDOCS.format(language="zh").replace("search: false", "search: false, incremental: false"),
    )
    assert project.build().code == 0
    assert not (project.root / ".rectify-cache").exists()


def test_a_build_that_fails_ends(tmp_path: Path) -> None:
    """What was made ready for it beside, of more files than a pipe holds, is not waited for."""
    project = Project(tmp_path / "project")
    write_site(project.root, 1200, seed=1, search=False)
    build = [sys.executable, "-m", "mkdocs", "build", "-q"]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": BUILD_DAY, "NO_MKDOCS_2_WARNING": "1"}
    assert subprocess.run(build, cwd=project.root, env=environment, timeout=120).returncode == 0
    project.write("checklists/broken.yml", "checklist: {id: B\n")
    failed = subprocess.run(build, cwd=project.root, env=environment, timeout=60, capture_output=True)
    assert failed.returncode == 1
