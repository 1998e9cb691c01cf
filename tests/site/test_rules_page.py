"""The page on the rules: every code, its anchor, its words and this site's level."""

from __future__ import annotations

import re
from html import unescape

import pytest

from rectification.catalogue import LANGUAGES, read_catalogue
from rectification.rules.codes import codes

from .conftest import MKDOCS, Links, Project


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_is_told(project: Project, language: str) -> None:
    config = MKDOCS.format(language=language)
    config = config.replace("{search: false}", "{search: false, rules: {L401: 'off', L301: warning}}")
    project.write("mkdocs.yml", config)
    assert project.build("--strict").code == 0, project.output
    html = project.page("rules")
    catalogue = read_catalogue(language)
    listed = codes(catalogue, {"L401": "off", "L301": "warning"})
    assert re.findall(r'<h3 id="([^"]+)"', html) == [code.code for code in listed]
    text = unescape(html)
    for code in listed:
        assert all(part in text for part in (code.message, code.why, code.bad, code.good, code.hint)), (
            code.code
        )
    levels = {code.code: code.level for code in listed}
    assert (levels["L301"], levels["L401"], levels["L302"]) == ("warning", "off", "error")
    part = text[text.index('id="L401"') : text.index('id="L402"')]
    assert catalogue.text("rules.here", level=catalogue.text("rules.level.off")) in part
    assert html.count("<h1") == 1
    assert catalogue.text("listing.rules") in re.findall(r"<h1[^>]*>([^<]+)", html)[0]


def test_the_data_page_leads_to_it(built: Project) -> None:
    assert "../rules/" in Links(built.page("data")).targets


def test_it_can_stand_in_the_navigation(project: Project) -> None:
    nav = "nav:\n  - index.md\n  - More:\n      - Data: data/index.md\n      - Rules: rules/index.md\n"
    project.write("mkdocs.yml", MKDOCS.format(language="en") + nav)
    assert project.build("--strict").code == 0, project.output
    assert 'href="../rules/"' in project.page("data")
