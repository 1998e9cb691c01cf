"""The page on the data, and the feeds that pages announce."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest

from .conftest import MKDOCS, Links, Project, unresolved_links


def announced(html: str) -> list[str]:
    return re.findall(r'<link rel="alternate feed" type="[^"]+" title="[^"]+" href="([^"]+)">', html)


def test_the_data_page_names_every_feed_and_every_file(built: Project) -> None:
    targets = {t.removeprefix("../") for t in Links(built.page("data")).targets}
    feeds = {name for name in built.files() if name.startswith("feeds/")}
    assert {"feeds/all.xml", "feeds/all.ics", "feeds/units/office.xml", "feeds/checklists/forms.ics"} <= feeds
    assert {
        "feeds/all.xml",
        "feeds/all.ics",
        "feeds/units/office.xml",
        "feeds/checklists/forms.ics",
    } <= targets
    index = json.loads(built.files()["api/v1/index.json"])
    assert {quote(f"api/v1/{file['path']}") for file in index["files"]} <= targets


def test_the_data_page_describes_the_fields(built: Project) -> None:
    html = built.page("data")
    for field in ("original_due", "merged_into", "by_flag", "sha256"):
        assert f"<code>{field}</code>" in html
    assert html.count("<h1") == 1
    assert "最初的整改期限" in html
    assert '<a href="#type-Derived">Derived</a>' in html
    assert '<td><a href="#type-Action">Action</a>的列表</td>' in html
    assert "&lt;" not in html[html.index("rx-table--api") :]


def test_pages_announce_the_feeds(built: Project) -> None:
    assert announced(built.page("items/A-1")) == ["../../feeds/all.xml"]
    assert announced(built.page("")) == ["feeds/all.xml"]
    assert announced(built.page("units/office")) == [
        "../../feeds/all.xml",
        "../../feeds/units/office.xml",
        "../../feeds/units/office.ics",
    ]
    assert announced(built.page("checklists/forms"))[1:] == [
        "../../feeds/checklists/forms.xml",
        "../../feeds/checklists/forms.ics",
    ]
    missing = built.files()["404.html"].decode()
    assert announced(missing) == ["https://probe.example.org/base/feeds/all.xml"]


def test_unit_and_checklist_pages_lead_to_their_feeds(built: Project) -> None:
    html = built.page("units/县卫健局")
    line = re.search(r'<p class="rx-feeds.*?</p>', html)
    assert line
    assert re.findall(r'href="([^"]+)"', line[0]) == [
        "../../feeds/units/%E5%8E%BF%E5%8D%AB%E5%81%A5%E5%B1%80.xml",
        "../../feeds/units/%E5%8E%BF%E5%8D%AB%E5%81%A5%E5%B1%80.ics",
        f"../../api/v1/units/{quote('县卫健局')}.json",
        "../../data/",
    ]
    assert "../../api/v1/checklists/forms.json" in Links(built.page("checklists/forms")).targets


@pytest.mark.parametrize("change", ["use_directory_urls: false\n", "site_url: ''\n"])
def test_every_link_resolves_in_other_kinds_of_site(project: Project, change: str) -> None:
    config = MKDOCS.format(language="en")
    if change.startswith("site_url"):
        config = config.replace("site_url: https://probe.example.org/base/\n", "")
    project.write("mkdocs.yml", config + change)
    assert project.build().code == 0, project.output
    found = [
        link for link in unresolved_links(project, "https://probe.example.org/base/") if "404" not in link
    ]
    assert found == []
    feed = project.files()["feeds/units/office.xml"].decode()
    leads = re.findall(r'<link href="([^"]+)" rel="alternate"', feed)
    page = "items/A-1.html" if "false" in change else "items/A-1/"
    base = "../../" if change.startswith("site_url") else "https://probe.example.org/base/"
    assert base + page in leads


def test_a_site_may_list_the_page_or_not(project: Project) -> None:
    project.write("mkdocs.yml", MKDOCS.format(language="en") + "nav: [index.md]\n")
    assert project.build("--strict").code == 0, project.output
    assert "<title>Data and subscriptions - Probe</title>" in project.page("data")
    assert 'href="data/"' not in project.page("")
    project.write("mkdocs.yml", MKDOCS.format(language="en") + "nav: [index.md, data/index.md]\n")
    assert project.build("--strict").code == 0, project.output
    assert 'href="data/"' in project.page("")


def test_in_a_section_it_is_a_page_of_its_own(project: Project) -> None:
    nav = "nav:\n  - index.md\n  - More:\n      - a.md\n      - Data: data/index.md\n"
    project.write("docs/a.md", "# A\n")
    project.write("mkdocs.yml", MKDOCS.format(language="en") + nav)
    assert project.build("--strict").code == 0, project.output
    tabs = re.search(r'<nav class="md-tabs".*?</nav>', project.page("a"), re.DOTALL)
    assert tabs and re.findall(r'href="([^"]+)"', tabs[0]) == ["..", "./"]
    assert 'href="../data/"' in project.page("a")
