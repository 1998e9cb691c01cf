"""A city built from its counties over http, and a province from the city: pages, tables, feeds, and no harm."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from ..federation_sites import ITEM, Server, Sites, county, served
from .conftest import Project

CONFIG = """\
site_name: {name}
site_url: {address}
repo_url: https://git.example.org/a/b
edit_uri: edit/main/docs/
theme: {{name: material, language: zh, font: false, features: [content.action.edit]}}
plugins:
  - rectification:
      search: false
      sources:
"""
INDEX = "# 首页\n\n```ledger\nview: counts\n```\n\n```ledger\nview: table\nwhere: {site: 丙县}\n```\n"
EVIL = """"'><img src=x onerror=evil()><script>evil()</script><a href="javascript:evil()">x</a>{{ 7 * 7 }}</title>"""
MARKDOWN = EVIL + "\n\n[x](javascript:evil()) ![x](x){onclick=evil()} <svg/onload=evil()> ]]>"


def evil_county() -> dict[str, str]:
    """A county with markup and scripts in every text there is."""
    text, line = json.dumps(MARKDOWN), json.dumps(EVIL)
    units = f"units:\n  - {{name: 丙县}}\n  - {{name: {line}, parent: 丙县, aliases: [{json.dumps(EVIL + '2')}], contact: {line}}}\n"
    link = json.dumps("""https://c.example.org/?"><script>evil()</script>""")
    source = f"{{kind: {line}, document: {line}, place: {line}, link: {link}}}"
    item = f"""\
  - id: C-1
    title: {line}
    problem: {text}
    unit: {line}
    found: 2026-03-01
    due: 2026-12-31
    category: {line}
    owner: {line}
    partners: [{line}]
    cause: {text}
    goal: {text}
    source: {source}
    actions: [{{text: {text}, unit: {line}, done: 2026-03-05}}]
    log:
      - {{date: 2026-03-10, status: in_progress, by: {line}, note: {text}}}
      - {{date: 2026-03-11, status: withdrawn, by: {line}, note: {text}, reason: {text}}}
    due_changes: [{{from: 2026-11-30, to: 2026-12-31, on: 2026-03-02, reason: {text}, by: {line}}}]
    notice: {{from: 2026-03-01, to: 2026-12-31, contact: {line}}}
    extra: {{{line}: {text}}}
"""
    item += ITEM.format(id="C-2", unit="丙县", partner="丙县")
    head = f"checklist: {{id: C, title: {line}, note: {text}, source: {{kind: {line}}}}}\nitems:\n"
    return {"_units.yml": units, "forms.yml": head + item, "evidence/a.csv": "a\n"}


@dataclass
class Country:
    city: Project
    province: Project
    address: str
    server: Server


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    root = tmp_path_factory.mktemp("country")
    sites = Sites(root)
    with served(root) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        where = {name: f"{server.address}{name}/site/" for name in ("a", "b", "c", "city", "province")}
        for key, texts in (("a", county("甲县", "A")), ("b", county("乙县", "B")), ("c", evil_county())):
            sites.settle(key, texts)
            sites.publish(key, address=where[key])
        city = _project(
            root / "city", "示例市台账", where["city"], [("甲县", "a"), ("乙县", "b"), ("丙县", "c")], where
        )
        assert city.code == 0, city.output
        assert "WARNING" not in city.output, city.output
        province = _project(root / "province", "示例省台账", where["province"], [("示例市", "city")], where)
        assert province.code == 0, province.output
        yield Country(city, province, server.address, server)


def _project(
    root: Path, name: str, address: str, entries: list[tuple[str, str]], where: dict[str, str]
) -> Project:
    made = Project(root)
    listed = "".join(f"        - {{name: {n}, from: '{where[k]}', under: {name[:3]}}}\n" for n, k in entries)
    made.write("mkdocs.yml", CONFIG.format(name=name, address=address) + listed)
    made.write("checklists/_units.yml", f"units: [{{name: {name[:3]}, level: city}}]\n")
    head = f"checklist: {{id: {root.name.upper()}, title: {name[:3]}清单}}\nitems:\n"
    made.write(
        "checklists/own.yml", head + ITEM.format(id=f"{root.name.upper()}-1", unit=name[:3], partner=name[:3])
    )
    made.write("checklists/evidence/a.csv", "a,b\n")
    made.write("docs/index.md", INDEX if root.name == "city" else "# 首页\n")
    return made.build()


def test_an_item_of_another_site_leads_home(country: Country) -> None:
    html = country.city.page("items/A-1")
    home = f"{country.address}a/site/items/A-1/"
    assert re.findall(r'<link rel="canonical" href="([^"]*)"', html) == [home]
    assert re.findall(r'<meta property="og:url" content="([^"]*)"', html) == [home]
    assert f'href="{home}"' in html.split('class="rx-note rx-origin"')[1].split("</p>")[0]
    assert "甲县的条目" in html and "数据截至 2026-11-24" in html and "走访 6 小时" in html
    assert 'rel="edit"' not in html and "git.example.org/a/b/edit" not in html
    assert "1 件佐证材料在原网站" in html and "evidence/a.csv" not in html
    own = country.city.page("items/CITY-1")
    assert f'<link rel="canonical" href="{country.address}city/site/items/CITY-1/">' in own
    assert 'rel="edit"' in own and "rx-origin" not in own


def test_through_a_city_an_item_still_leads_to_its_county(country: Country) -> None:
    html = country.province.page("items/A-1")
    assert f'<link rel="canonical" href="{country.address}a/site/items/A-1/">' in html
    assert "示例市 › 甲县的条目" in html
    page = country.province.page("checklists/示例市-甲县-forms")
    assert f'href="{country.address}a/site/checklists/forms/"' in page


def test_all_that_sums_up_holds_every_item_once(country: Country) -> None:
    for project, own in ((country.city, "CITY-1"), (country.province, "PROVINCE-1")):
        files = project.files()
        rows = json.loads(files["ledger/rows.json"])
        ids = rows["columns"]["id"]
        assert len(ids) == len(set(ids)) and {own, "A-1", "A-2", "B-1", "B-2", "C-1", "C-2"} <= set(ids)
        api = json.loads(files["api/v1/items.json"])["items"]
        assert [item["id"] for item in api] == ids
        assert json.loads(files["api/v1/summary.json"])["all"]["total"] == len(ids)
        feed = files["feeds/all.xml"].decode()
        calendar = files["feeds/all.ics"].decode()
        assert "A-1" in feed and "B-2" in calendar
        assert f"{len(ids)}" in project.page("")
    assert "示例市" in country.province.page("sources") and "2026-11-24" in country.province.page("sources")
    home = country.city.page("")
    assert "C-2" in home and "A-2" not in home.split('class="rx-table"')[1]  # `where: {site: 丙县}`


def test_only_the_home_is_in_a_sitemap(country: Country) -> None:
    sitemap = (country.city.root / "site/sitemap.xml").read_text("utf-8")
    assert "items/CITY-1/" in sitemap and "items/A-1/" not in sitemap and "/checklists/own/" in sitemap
    assert quote("甲县-forms") not in sitemap


class Elements(HTMLParser):
    """What of a page could act: elements with their attributes, and what scripts hold."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.acting: list[str] = []
        self._script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        kind = found.get("type") or ""
        self._script = tag == "script" and "json" not in kind
        for name, value in attrs:
            scheme = re.sub(r"[\x00-\x20]", "", value or "").lower()
            if name.startswith("on") or scheme.startswith(("javascript:", "data:text", "vbscript:")):
                self.acting.append(f"{tag} {name}={value}")
            if name in ("src", "srcdoc") and value == "x":
                self.acting.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        if self._script and "evil" in data:
            self.acting.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._script = False


@pytest.mark.parametrize("level", ["city", "province"])
def test_what_a_source_writes_cannot_act(country: Country, level: str) -> None:
    project: Project = getattr(country, level)
    seen = 0
    for name, content in project.files().items():
        if name.endswith(".html"):
            html = content.decode()
            seen += "evil()" in html
            assert Elements(html).acting == [], name
            assert ">49<" not in html and "}49" not in html and " 49</" not in html, name
        elif name.endswith((".xml", ".svg")):
            for element in ElementTree.fromstring(content).iter():
                assert not str(element.tag).endswith(("}script", "}img")), name
    assert seen > 5  # it is there, as text


def test_a_county_that_is_down_or_lies_does_not_stop_the_city(country: Country) -> None:
    before = country.city.files()
    country.server.spoil |= {
        "/a/site/api/v1/index.json": 503,
        "/b/site/api/v1/index.json": b"<!doctype html><title>Please log in</title>",
    }
    try:
        strict = country.city.build("--strict").code
        again = country.city.build()
    finally:
        country.server.spoil.clear()
    assert again.code == 0, again.output
    assert "F001" in again.output and "F003" in again.output and "Traceback" not in again.output
    assert (
        "甲县" in again.output
        and "数据日期 2026-11-24" in again.output
        and "mkdocs.yml:10:29" in again.output
    )
    assert strict == 1  # as for every warning
    after = country.city.files()
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed == {"sources/index.html", "api/v1/manifest.json"}
    assert country.city.page("sources").count("上次完好的副本") == 2


def test_a_build_without_network(country: Country) -> None:
    config = (country.city.root / "mkdocs.yml").read_text("utf-8")
    try:
        country.city.write(
            "mkdocs.yml", config.replace("search: false", "search: false\n      refresh_sources: false")
        )
        country.server.asked.clear()
        assert country.city.build("--strict").code == 0, country.city.output
        assert country.server.asked == []
        assert (country.city.root / "site/items/A-1/index.html").is_file()
    finally:
        country.city.write("mkdocs.yml", config)
