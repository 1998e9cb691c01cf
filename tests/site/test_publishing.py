"""A failed build leaves the old site as it was; the same input gives the same bytes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from rectification.site.staging import discard, open_staging, swap_in

from .conftest import CHECKLIST, MKDOCS, Project


def leftovers(project: Project) -> list[str]:
    return [
        path.name
        for path in project.root.iterdir()
        if path.name.startswith((".site.staging", ".site.previous"))
    ]


def test_errors_in_any_file_leave_the_old_site_untouched(project: Project) -> None:
    before = project.build().files()
    assert before
    project.write("checklists/forms.yml", CHECKLIST.replace("due: 2026-11-01", "due: 2026-02-30"))
    project.write("checklists/other.yml", "checklist: {id: B, title: b}\nitems:\n  - {id: B-1, onwer: x}\n")
    assert project.build().code == 1
    assert "checklists/forms.yml:11:10" in project.output
    assert "2026 年 2 月只有 28 天" in project.output
    assert "checklists/other.yml:3:15" in project.output
    assert "owner" in project.output
    assert "Traceback" not in project.output
    assert project.files() == before
    assert leftovers(project) == []


def test_a_template_that_fails_leaves_the_old_site_untouched(project: Project) -> None:
    before = project.build().files()
    config = MKDOCS.format(language="zh").replace(
        "  font: false\n", "  font: false\n  custom_dir: overrides\n"
    )
    project.write("mkdocs.yml", config)
    project.write("overrides/item.html", "{{ nothing.here }}")
    assert project.build().code != 0
    assert project.files() == before
    assert leftovers(project) == []


def test_a_strict_build_with_warnings_is_not_published(project: Project) -> None:
    before = project.build().files()
    project.write("docs/index.md", "# 首页\n\n[nowhere](nowhere.md)\n")
    assert project.build("--strict").code == 1
    assert project.files() == before
    assert leftovers(project) == []
    assert project.build().code == 0
    assert project.files() != before


def test_hidden_entries_of_the_site_folder_are_kept(project: Project) -> None:
    project.build()
    (project.root / "site/.git").mkdir()
    (project.root / "site/.git/HEAD").write_text("ref")
    (project.root / "site/stale.html").write_text("old")
    assert project.build().code == 0
    assert (project.root / "site/.git/HEAD").read_text() == "ref"
    assert not (project.root / "site/stale.html").exists()


@pytest.mark.parametrize("search", ["false", "true"])
def test_same_input_same_bytes(project: Project, search: str) -> None:
    project.write("mkdocs.yml", MKDOCS.format(language="zh").replace("search: false", f"search: {search}"))
    first = project.build(TZ="UTC", PYTHONHASHSEED="1", LC_ALL="C").files()
    shutil.rmtree(project.root / "site")
    second = project.build(TZ="Pacific/Auckland", PYTHONHASHSEED="2", LC_ALL="C.UTF-8").files()
    assert first.keys() == second.keys()
    differing = [name for name in first if first[name] != second[name]]
    assert differing == []


def test_staging_is_cleared_after_a_killed_build(tmp_path: Path) -> None:
    site = tmp_path / "site"
    dead = tmp_path / ".site.staging-999999999"
    dead.mkdir()
    alive = tmp_path / f".site.staging-{os.getppid()}"
    alive.mkdir()
    staging = open_staging(site)
    assert not dead.exists()
    assert alive.exists()
    assert list(staging.iterdir()) == []
    discard(staging)
    assert not staging.exists()


def test_a_build_killed_in_mid_swap_is_mended(tmp_path: Path) -> None:
    previous = tmp_path / ".site.previous-999999999"
    previous.mkdir()
    (previous / "index.html").write_text("old")
    discard(open_staging(tmp_path / "site"))
    assert (tmp_path / "site/index.html").read_text() == "old"


def test_swap(tmp_path: Path) -> None:
    site = tmp_path / "deep/site"
    staging = open_staging(site)
    (staging / "index.html").write_text("1")
    swap_in(staging, site)
    assert (site / "index.html").read_text() == "1"
    staging = open_staging(site)
    (staging / "index.html").write_text("2")
    swap_in(staging, site)
    assert [path.name for path in site.parent.iterdir()] == ["site"]
    assert (site / "index.html").read_text() == "2"


def test_a_site_of_many_pages_is_swapped_out_whole_and_no_link_in_it_is_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere/page"
    elsewhere.mkdir(parents=True)
    (elsewhere / "kept").write_text("1")
    site = tmp_path / "deep/site"
    for number in range(300):  # enough for several processes
        (site / f"items/{number}").mkdir(parents=True)
        (site / f"items/{number}/index.html").write_text("old")
    (site / "items/link").symlink_to(elsewhere)
    (site / "link").symlink_to(elsewhere.parent)
    staging = open_staging(site)
    (staging / "index.html").write_text("new")
    swap_in(staging, site)
    assert [path.name for path in site.parent.iterdir()] == ["site"]
    assert [path.name for path in site.iterdir()] == ["index.html"]
    assert (elsewhere / "kept").read_text() == "1"


@pytest.mark.parametrize("name", ["evidence/a.csv", "_units.yml"])
def test_a_link_in_place_of_a_file_is_refused(project: Project, name: str) -> None:
    path = project.root / "checklists" / name
    path.unlink()
    path.symlink_to("/etc/hostname")
    assert project.build().code == 1
    assert not (project.root / "site").exists()
