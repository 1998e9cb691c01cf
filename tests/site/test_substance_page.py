"""The page on the substance: what it shows, to whom, and that it names nothing internal."""

from __future__ import annotations

import re
from html import unescape

import pytest

from rectification.catalogue import LANGUAGES, read_catalogue

from .conftest import MKDOCS, Links, Project

TWINS = """\
checklist: {id: ZZ, title: 第二份}
items:
  - id: ZZ-1
    title: 内部先写的
    problem: 先写在内部条目里的问题。
    unit: 县卫健局
    found: 2026-02-01
    due: 2026-12-31
    visibility: internal
    actions: [{text: 公示收费标准并在服务大厅张贴，每月抽查 10 户回访}]
  - id: ZZ-2
    title: 公开照抄的
    problem: 照抄内部条目措施的问题。
    unit: 县卫健局
    found: 2026-03-01
    due: 2026-12-31
    actions: [{text: 公示收费标准并在服务大厅张贴，每月抽查 10 户回访}]
    waive: {S203: <b>另案</b>确定}
    log:
      - {date: 2026-03-02, status: in_progress}
      - {date: 2026-03-05, status: submitted}
      - {date: 2026-04-02, status: closed, by: 县卫健局}
"""


def substance(project: Project, *, language: str = "zh", options: str = "substance: true") -> Project:
    config = MKDOCS.format(language=language).replace("search: false", f"search: false, {options}")
    project.write("mkdocs.yml", config)
    project.write("checklists/b.yml", TWINS)
    assert project.build("--strict").code == 0, project.output
    return project


def test_a_public_site_has_none_unless_it_wants_one(built: Project) -> None:
    assert not any(name.startswith("substance/") for name in built.files())
    assert "rx-findings" not in built.page("items/A-1")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_it_shows(project: Project, language: str) -> None:
    """Warnings on the substance do not fail a strict build; each leads to its item and to its rule."""
    html = substance(project, language=language).page("substance")
    words = read_catalogue(language)
    text = unescape(html)
    for code in ("S201", "S301", "S302", "S503"):
        assert f'id="{code}"' in html
        assert words.text(f"substance.rule.{code}") in text
    assert words.text("substance.caveat.independent") in text
    assert {"../items/A-1/", "../items/ZZ-2/", "../rules/#S302", "../units/office/"} <= set(
        Links(html).targets
    )
    # Units in the order of the tree: whatever their numbers, none stands first.
    names = [cell for cell in ("示例市", "市委办公室", "县卫健局") if cell in text]
    assert [text.index(f">{name}<", text.index("rx-table--substance")) for name in names] == sorted(
        text.index(f">{name}<", text.index("rx-table--substance")) for name in names
    )


def test_a_public_page_knows_nothing_internal(project: Project) -> None:
    """The twin of a copied measure is internal: for the public the copy is the only one there is."""
    for name, content in substance(project).files().items():
        assert b"ZZ-1" not in content and "内部先写的".encode() not in content, name
    assert "S103" not in re.findall(r'<details class="rx-found" id="(\w+)"', project.page("substance"))


def test_an_internal_site_has_one_and_sees_the_twin(project: Project) -> None:
    html = substance(project, options="audience: internal").page("substance")
    assert 'id="S103"' in html and "ZZ-1" in html


def test_an_internal_site_can_do_without(project: Project) -> None:
    files = substance(project, options="audience: internal, substance: false").files()
    assert not any(name.startswith("substance/") for name in files)


def test_an_item_shows_its_findings_and_what_it_waives(project: Project) -> None:
    page = substance(project).page("items/ZZ-2")
    found = re.findall(r'<li><a class="rx-id" href="../../rules/#(\w+)">', page)
    assert {"S201", "S301", "S302", "S304"} <= set(found)
    assert "S203" not in found
    assert "&lt;b&gt;另案&lt;/b&gt;确定" in page and "<b>另案</b>" not in page
    listed = project.page("substance")
    assert "&lt;b&gt;另案&lt;/b&gt;确定" in listed and "<b>另案</b>" not in listed


def test_a_rule_made_an_error_blocks(project: Project) -> None:
    config = MKDOCS.format(language="en").replace("search: false", "search: false, rules: {S301: error}")
    project.write("mkdocs.yml", config)
    project.write("checklists/b.yml", TWINS)
    assert project.build().code == 1
    assert "S301" in project.output and not (project.root / "site").exists()


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("{S999: off}", "There is no rule S999"),
        ("{S501: {dayz: 5}}", "Did you mean days?"),
        ("{S501: {days: many}}", "days is a number"),
        ("{S501: loud}", "one of off, warning, error"),
        ("[S501]", "mapping of rules"),
    ],
)
def test_a_wrong_option_is_explained(project: Project, rules: str, said: str) -> None:
    config = MKDOCS.format(language="en").replace("search: false", f"search: false, rules: {rules}")
    project.write("mkdocs.yml", config)
    assert project.build().code == 1
    assert said in project.output and "Traceback" not in project.output


def test_what_was_changed_after_its_acceptance_is_marked_on_every_site(project: Project) -> None:
    changed = TWINS.replace("by: 县卫健局}", "by: 县卫健局, accepted: 0123456789abcdef}")
    project.write("checklists/b.yml", changed)
    assert project.build("--strict").code == 0, project.output
    assert "rx-suspect" in project.page("items/ZZ-2")
    assert "rx-suspect" not in project.page("items/A-1")
