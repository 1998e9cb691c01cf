"""A site's `overrides/` replaces the theme's files and the engine's templates by name."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config

from ..federation_sites import Sites, county
from .conftest import CHECKLIST, INDEX, MKDOCS, UNITS, Project

TEMPLATES = Path(str(files("rectification"))) / "templates"
NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


def test_the_theme_can_be_overridden_around_stamped_pages(project: Project) -> None:
    project.write(
        "mkdocs.yml",
        MKDOCS.format(language="zh").replace("  font: false\n", "  font: false\n  custom_dir: overrides\n"),
    )
    project.write(
        "overrides/main.html",
        '{% extends "base.html" %}{% block announce %}ANNOUNCED {{ page.title }}{% endblock %}',
    )
    assert project.build().code == 0, project.output
    assert "ANNOUNCED A-1 三级报表 &lt;标准&gt; 不一" in project.page("items/A-1")
    assert "ANNOUNCED 县卫健局" in project.page("units/县卫健局")


# The pages where each engine template shows.
SHOWN = {
    "item.html": "items/A-1",
    "checklist.html": "checklists/forms",
    "unit.html": "units/office",
    "category.html": "categories/报表",
    "ledger.html": "ledger",
    "checklists.html": "checklists",
    "units.html": "units",
    "categories.html": "categories",
    "reports.html": "reports",
    "report.html": "reports/all",
    "data.html": "data",
    "rules.html": "rules",
    "changes.html": "changes",
    "substance.html": "substance",
    "partials/feeds.html": "units/office",
    "partials/copies.html": "reports",
    "partials/counts.html": "checklists/forms",
    "partials/table.html": "units/office",
    "partials/embed-counts.html": "",
    "partials/embed-table.html": "embeds",
    "partials/embed-recent.html": "embeds",
    "partials/embed-cards.html": "embeds",
    "partials/embed-chart.html": "embeds",
    "partials/embed-timeline.html": "embeds",
    "partials/cards.html": "embeds",
    "partials/groups.html": "embeds",
    "partials/chart.html": "embeds",
    "partials/summary.html": "units/office",
    "partials/search.html": "items/A-1",
    "federated.html": "items/B-1",
    "partials/origin.html": "items/B-1",
    "sources.html": "sources",
}


@pytest.fixture(scope="module")
def replaced(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A site that shows everything there is, each template replaced by one that says so first."""
    project = Project(tmp_path_factory.mktemp("replaced"))
    sites = Sites(project.root / "below")
    sites.settle("b", county("乙县", "B"))
    sites.publish("b")
    chosen = "audience: internal, substance: true, search: true, sources: [{name: 乙县, from: below/b/site}]"
    config = MKDOCS.format(language="zh").replace(
        "  font: false\n", "  font: false\n  custom_dir: overrides\n"
    )
    project.write("mkdocs.yml", config.replace("search: false", chosen))
    project.write("checklists/forms.yml", CHECKLIST)
    project.write("checklists/_units.yml", UNITS)
    project.write("checklists/evidence/a.csv", "a,b\n")
    columns = "columns: [{field: id}]"
    project.write(
        "checklists/_reports.yml", f"reports: [{{name: all, title: x, audience: public, {columns}}}]\n"
    )
    project.write("docs/index.md", INDEX)
    views = ("table", "recent", "cards", "timeline", "chart\nchart: status")
    project.write(
        "docs/embeds.md", "# e\n\n" + "".join(f"```ledger\nview: {view}\n```\n\n" for view in views)
    )
    theme = Path(str(files("material"))) / "templates"
    for name in REPLACEABLE:
        # Where the theme has a file of the name it is replaced too, and knows nothing of what ours needs.
        rest = "" if (theme / name).exists() else (TEMPLATES / name).read_text("utf-8")
        project.write(f"overrides/{name}", f"<p>REPLACED {name}</p>\n{rest}")
    assert project.build().code == 0, project.output
    return project


REPLACEABLE = [name for name in NAMES if name not in ("partials/marks.html", "partials/mistakes.html")]


@pytest.mark.parametrize("name", REPLACEABLE)
def test_any_engine_template_can_be_replaced(replaced: Project, name: str) -> None:
    assert f"REPLACED {name}</p>" in replaced.page(SHOWN.get(name, "items/A-1"))


def test_macros_can_be_replaced(project: Project) -> None:
    config = MKDOCS.format(language="zh").replace(
        "  font: false\n", "  font: false\n  custom_dir: overrides\n"
    )
    project.write("mkdocs.yml", config)
    own = (TEMPLATES / "partials/marks.html").read_text("utf-8").replace("rx-badge rx-badge--", "mine mine--")
    project.write("overrides/partials/marks.html", own)
    assert project.build().code == 0, project.output
    assert '<span class="mine mine--in_progress">' in project.page("items/A-1")


def _with_overrides(project: Project) -> None:
    config = MKDOCS.format(language="zh")
    project.write("mkdocs.yml", config.replace("  font: false\n", "  font: false\n  custom_dir: overrides\n"))


MISTAKES = {
    "a name that is not there": ("item.html", "{{ nothing.there }}", "'nothing' is undefined"),
    "a fact that a record has not": ("category.html", "{{ category.colour }}", "has no attribute 'colour'"),
    "what is not closed": ("unit.html", "{% if unit %}", "Unexpected end of template"),
    "a partial that is not there": (
        "item.html",
        '{% include "partials/nothing.html" %}',
        "partials/nothing.html",
    ),
    "a call with too little": ("checklist.html", "{{ summary() }}", "TypeError: Rendering.summary() missing"),
    "in a partial": ("partials/timeline.html", "{{ 1 / 0 }}", "ZeroDivisionError: division by zero"),
    "in a macro": ("partials/marks.html", "{{ nothing.there }}", "'nothing' is undefined"),
    "in a listing": ("changes.html", "{{ nothing.there }}", "'nothing' is undefined"),
    "in the theme": ("main.html", "{{ nothing.there }}", "'nothing' is undefined"),
}


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_in_a_template_is_explained_at_its_line(project: Project, kind: str) -> None:
    name, mistake, said = MISTAKES[kind]
    ours = TEMPLATES / name
    text = ours.read_text("utf-8") if ours.is_file() else '{% extends "base.html" %}\n{% block announce %}\n'
    mistaken = f"{text}{mistake}\n" if name != "main.html" else f"{text}{mistake}{{% endblock %}}\n"
    _with_overrides(project)
    project.write(f"overrides/{name}", mistaken)
    assert project.build().code != 0
    line = mistaken[: mistaken.index(mistake)].count("\n") + 1
    error = project.output[project.output.index("Error: ") :]
    assert error.startswith(f"Error: 模板 overrides/{name} 第 {line} 行有错："), project.output
    assert said in error and error.count("\n") == 1
    assert "Traceback" not in project.output


def test_a_mistake_that_another_process_meets_is_explained_too(project: Project) -> None:
    items = "".join(
        f"  - {{id: many-{n}, title: 会议 {n}, problem: 太多, unit: 县卫健局, found: 2026-02-01, due: 2026-03-01}}\n"
        for n in range(300)
    )
    project.write("checklists/many.yml", f"checklist: {{id: many, title: 会议}}\nitems:\n{items}")
    _with_overrides(project)
    text = (TEMPLATES / "item.html").read_text("utf-8")
    project.write(
        "overrides/item.html", f"{text}{{% if record.item.id != 'A-1' %}}{{{{ no.such }}}}{{% endif %}}\n"
    )
    assert project.build().code != 0
    error = project.output[project.output.index("Error: ") :]
    line = text.count("\n") + 1
    assert error.startswith(f"Error: 模板 overrides/item.html 第 {line} 行有错：'no' is undefined"), (
        project.output
    )
    assert "Traceback" not in project.output


def test_an_error_that_is_not_the_templates_is_shown_whole(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("ours")

    monkeypatch.setattr("rectification.site.rendering.changes", broken)
    with pytest.raises(ValueError, match="ours"):
        build(load_config(str(project.root / "mkdocs.yml")))
