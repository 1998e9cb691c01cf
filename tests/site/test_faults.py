"""Whatever goes wrong in a build, the site that is there stays as it is, and the next build mends the rest."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from .conftest import BUILD_DAY, CHECKLIST, INDEX, UNITS, Project
from .faults import Builds, Case, Fault

MKDOCS = """\
site_name: Probe
site_url: https://probe.example.org/base/
theme: {name: mkdocs, language: zh, custom_dir: overrides}
hooks: [hooks.py]
plugins:
  - rectification: {search: true, rules: {L401: off}}
"""
EVENTS = (
    *("startup", "config", "pre_build", "files", "nav", "env", "post_build"),
    *("pre_template", "template_context", "post_template"),
    *("pre_page", "page_markdown", "page_content", "page_context", "post_page"),
)
HOOKS = f"""\
import os
from mkdocs.plugins import event_priority

def failing(event):
    def hook(*arguments, **options):
        if os.environ.get("FAIL_AT") == event:
            raise RuntimeError("a fault of another plugin")
    return hook

for event in {EVENTS!r}:
    globals()[f"on_{{event}}"] = failing(event)
# As late as the one that publishes would be, were it not for its own place.
on_post_build = event_priority(-100)(failing("post_build"))
"""
REPORTS = """\
reports:
  - {name: county, title: 台账, audience: public, levels: [city], columns: [{field: id}, {field: title}]}
"""
CHANGED = CHECKLIST.replace("走访 6 小时", "走访 8 小时").replace(
    "  - id: A-3",
    "  - {id: A-4, title: 新增, problem: 新的, unit: 市委办, found: 2026-03-02, due: 2027-11-01}\n  - id: A-3",
)


def write(root: Path, checklist: str = CHECKLIST, extra: str = "") -> Project:
    made = Project(root)
    made.write("mkdocs.yml", MKDOCS)
    made.write("hooks.py", HOOKS)
    made.write("checklists/forms.yml", checklist + extra)
    made.write("checklists/_units.yml", UNITS)
    made.write("checklists/_reports.yml", REPORTS)
    made.write("checklists/evidence/a.csv", "a,b\n")
    made.write("docs/index.md", INDEX)
    made.write("overrides/note.txt", "x\n")
    return made


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builds]:
    environment = {"SOURCE_DATE_EPOCH": BUILD_DAY, "NO_MKDOCS_2_WARNING": "1"}
    builds = Builds(write(tmp_path_factory.mktemp("warm")).root, environment)
    yield builds
    builds.close()


def prepare(folder: Path, builds: Builds, extra: str = "") -> Case:
    """Build the old site of a project and the new one, the latter elsewhere; then change the project."""
    project = write(folder / "project", extra=extra)
    assert builds.build(project.root).code == 0
    for name in (".nojekyll", ".git/HEAD", ".git/refs/heads/main"):
        project.write(f"site/{name}", "x\n")
    hidden = {name: content for name, content in project.files().items() if name[0] == "."}
    elsewhere = write(folder / "elsewhere", CHANGED, extra)
    outcome = builds.build(elsewhere.root)
    assert outcome.code == 0, outcome.output
    old, new = project.files(), elsewhere.files() | hidden
    write(project.root, CHANGED, extra)
    return Case(project, builds, old, new)


@pytest.fixture(scope="module")
def prepared(builds: Builds, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return prepare(tmp_path_factory.mktemp("prepared"), builds)


@pytest.fixture
def case(prepared: Case, tmp_path: Path) -> Case:
    """A case of one's own."""
    root = Path(shutil.copytree(prepared.project.root, tmp_path / "project"))
    return replace(prepared, project=Project(root))


# -- each stage --------------------------------------------------------------------------------------------

STAGES = {
    "configuration": ("read", "*mkdocs.yml"),
    "loading": ("read", "*/checklists/forms.yml"),
    "staging": ("os.mkdir", "*/.site.staging-*"),
    "file of the theme": ("write", "SITE/css/base.css"),
    "page": ("write", "SITE/index.html"),
    "sitemap": ("write", "SITE/sitemap.xml"),
    "page of an item": ("write", "SITE/items/A-1/index.html"),
    "evidence": ("write", "SITE/evidence/a.csv"),
    "cutting pages for the search": ("write", "*/rectify-search-*"),
    "search index": ("subprocess.Popen", "*pagefind*"),
    "list of the search index": ("write", "SITE/pagefind/items.json"),
    "headers": ("write", "SITE/_headers"),
    "manifest": ("write", "SITE/api/v1/manifest.json"),
}
OUTPUTS = (
    *(f"api/v1/{name}.json" for name in ("changes", "checklists/forms", "index", "items", "schema", "site")),
    *(f"api/v1/{name}.json" for name in ("summary", "units", "units/office")),
    *("feeds/all.xml", "feeds/all.ics", "ledger/rows.json", "schema/item.json"),
    *("feeds/checklists/forms.xml", "feeds/checklists/forms.ics", "feeds/units/office.ics"),
    *(f"reports/county/all.{ending}" for ending in ("xlsx", "docx", "csv", "html")),
    *(f"reports/county/units/示例市.{ending}" for ending in ("xlsx", "docx", "csv", "html")),
)


@pytest.mark.parametrize("stage", STAGES)
def test_a_fault_in_any_stage(case: Case, stage: str) -> None:
    step, path = STAGES[stage]
    for how in ("kill", "raise", "full"):
        case.survives(Fault(step, path, how))
    case.recovers()


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_fault_in_any_output(case: Case, output: str) -> None:
    for how in ("kill", "full"):
        case.survives(Fault("write", f"SITE/{output}", how))
    assert case.leftovers() == []


def test_no_output_is_left_out(prepared: Case) -> None:
    """A new kind of file is to be among those that are tried."""

    def kind(name: str) -> tuple[str, str]:
        folder, file = name.split("/")[:-1], name.rpartition("/")[2]
        return "/".join(folder[:3]), file if folder == ["api", "v1"] else file.rpartition(".")[2]

    made = {
        name
        for name in prepared.new
        if name.startswith(("api/", "feeds/", "ledger/rows", "schema/", "reports/county"))
    }
    tried = {*OUTPUTS, "api/v1/manifest.json", "feeds/units/all.xml"}
    assert {kind(name) for name in made} - {kind(name) for name in tried} == set()


@pytest.mark.parametrize("event", EVENTS)
def test_another_plugin_fails(case: Case, event: str) -> None:
    outcome = case.build(FAIL_AT=event)
    assert outcome.code != 0 and "a fault of another plugin" in outcome.output
    assert (case.state(), case.leftovers()) == ("old", [])


@pytest.mark.parametrize(
    "template", ["main.html", "content.html", "404.html", "item.html", "ledger.html", "partials/search.html"]
)
def test_a_template_fails(case: Case, template: str) -> None:
    place = case.project.write(f"overrides/{template}", "{{ 1 // 0 }}")
    assert case.build().code != 0
    assert (case.state(), case.leftovers()) == ("old", [])
    place.unlink()
    case.recovers()
