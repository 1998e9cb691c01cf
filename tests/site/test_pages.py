"""What `mkdocs build` makes of a ledger."""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from rectification.catalogue import read_catalogue

from .conftest import CHECKLIST, MKDOCS, Project, unresolved_links


def meta(html: str, name: str) -> str:
    match = re.search(rf'<meta (?:property|name)="{re.escape(name)}" content="([^"]*)"', html)
    assert match, f"no {name}"
    return match[1]


def test_one_page_a_public_item_checklist_unit_and_category(built: Project) -> None:
    pages = {name for name in built.files() if name.endswith("index.html")}
    assert {p for p in pages if p.startswith("items/")} == {"items/A-1/index.html", "items/A-2/index.html"}
    assert "checklists/forms/index.html" in pages
    assert "units/office/index.html" in pages
    assert "units/县卫健局/index.html" in pages
    assert "categories/报表/index.html" in pages
    assert {
        "ledger/index.html",
        "units/index.html",
        "categories/index.html",
        "checklists/index.html",
    } <= pages


def test_no_token_of_a_shell_is_left(built: Project) -> None:
    for name, content in built.files().items():
        assert not re.search(rb"rectify0[a-z]+0token", content), name
        assert "rectify0" not in name


def test_item_page_has_its_own_head(built: Project) -> None:
    html = built.page("items/A-1")
    assert "<title>A-1 三级报表 &lt;标准&gt; 不一 - Probe</title>" in html
    assert '<link rel="canonical" href="https://probe.example.org/base/items/A-1/">' in html
    assert meta(html, "description") == "整改中 · 省、市、县三级要求的报表不一样。"
    assert meta(html, "og:title") == "A-1 三级报表 &lt;标准&gt; 不一"
    assert meta(html, "og:url") == "https://probe.example.org/base/items/A-1/"
    assert meta(html, "og:description") == meta(html, "description")
    assert meta(html, "og:locale") == "zh_CN"
    assert re.search(r"<h1 id=\"record\">三级报表 &lt;标准&gt; 不一</h1>", html)


def test_edit_link_leads_to_the_line_of_the_item(built: Project) -> None:
    line = CHECKLIST.split("\n").index("  - id: A-2") + 1
    assert f'href="https://git.example.org/a/b/edit/main/checklists/forms.yml#L{line}"' in built.page(
        "items/A-2"
    )
    assert 'href="https://git.example.org/a/b/edit/main/checklists/_units.yml#L3"' in built.page(
        "units/office"
    )
    assert 'href="https://git.example.org/a/b/edit/main/docs/index.md"' in built.page("")


def test_progress_is_reported_at_the_line_of_the_log(built: Project) -> None:
    lines = CHECKLIST.split("\n")
    for item in ("A-1", "A-2"):
        start = lines.index(f"  - id: {item}")
        end = next((n for n in range(start + 1, len(lines)) if lines[n].startswith("  - id: ")), len(lines))
        line = next((n for n in range(start, end) if lines[n].strip().startswith("log:")), start) + 1
        html = built.page(f"items/{item}")
        address = f"https://git.example.org/a/b/edit/main/checklists/forms.yml#L{line}"
        assert re.search(rf'<a class="rx-button rx-noprint" href="{re.escape(address)}">报告进展</a>', html)


def test_breadcrumbs_tab_and_contents(built: Project) -> None:
    html = built.page("items/A-1")
    path = re.search(r'<nav class="md-path".*?</nav>', html, re.DOTALL)
    assert path
    assert re.findall(r'href="([^"]+)"', path[0]) == ["../..", "../../checklists/", "../../checklists/forms/"]
    assert "报表减负" in path[0]
    assert re.search(r'md-tabs__item--active">\s*<a href="../../checklists/"', html)
    contents = re.findall(r'<nav class="md-nav md-nav--secondary".*?</nav>', html, re.DOTALL)[-1]
    assert re.findall(r'href="#(\w+)"', contents) == ["problem", "actions", "timeline", "evidence", "related"]
    assert "整改措施" in contents
    shorter = re.findall(r'md-nav--secondary".*?</nav>', built.page("items/A-2"), re.DOTALL)[-1]
    assert re.findall(r'href="#(\w+)"', shorter) == ["problem", "timeline"]


def test_item_page_shows_the_facts(built: Project) -> None:
    html = built.page("items/A-1")
    assert '<span class="rx-badge rx-badge--in_progress">整改中</span>' in html
    assert "超期 23 天" in html
    assert "<strong>不一样</strong>" in html
    assert 'href="../../units/office/">市委办公室</a>' in html
    assert "文章，《甲》，第二段（2020-08-21）" in html  # the item's own place, the rest from its checklist
    assert "已完成 1 / 2 项" in html
    assert "晚 5 天" in html
    assert 'href="../../evidence/a.csv"' in html
    assert hashlib.sha256(b"a,b\n").hexdigest() in html
    assert built.files()["evidence/a.csv"] == b"a,b\n"


def test_internal_items_leave_no_trace(built: Project) -> None:
    for name, content in built.files().items():
        text = content.decode("utf-8", errors="ignore")
        assert "内部条目" not in text, name
        assert "A-3" not in text, name


def test_internal_audience_sees_them(project: Project) -> None:
    project.write(
        "mkdocs.yml",
        MKDOCS.format(language="zh").replace("search: false", "search: false, audience: internal"),
    )
    assert project.build().code == 0, project.output
    assert "内部条目" in project.page("items/A-3")


def test_every_link_of_every_page_resolves(built: Project) -> None:
    assert unresolved_links(built, "https://probe.example.org/base/") == []


def test_sitemap_lists_the_stamped_pages(built: Project) -> None:
    xml = built.files()["sitemap.xml"].decode()
    found = re.findall(r"<loc>([^<]+)</loc>", xml)
    assert "https://probe.example.org/base/items/A-1/" in found
    assert "https://probe.example.org/base/units/%E5%8E%BF%E5%8D%AB%E5%81%A5%E5%B1%80/" in found
    assert len(found) == len(set(found)) == sum(name.endswith("index.html") for name in built.files())


def test_unit_page_rolls_up_what_is_below(built: Project) -> None:
    html = built.page("units/示例市")
    assert "A-1" in html and "A-2" in html
    assert "市级" in html
    assert "A-2" not in built.page("units/office")


def test_home_counts(built: Project) -> None:
    html = built.page("")
    assert re.search(r"<b>2</b><span>问题总数</span>", html)
    assert re.search(r'<b data-count="overdue">1</b><span>超期</span>', html)
    assert """data-dues='{"2026-11-01": 1, "2027-11-01": 1}'""" in html


def test_items_json(built: Project) -> None:
    document = json.loads(built.files()["api/v1/items.json"])
    assert document["as_of"] == "2026-11-24"
    first = document["items"][0]
    assert first["id"] == "A-1"
    assert first["unit"] == "市委办公室"
    assert first["source"] == {"kind": "文章", "document": "《甲》", "date": "2020-08-21", "place": "第二段"}
    assert first["derived"]["flags"] == ["overdue", "stalled"]
    assert first["derived"]["days_left"] == -23
    assert first["related"] == ["A-2"]


def test_english_interface(project: Project) -> None:
    project.write("mkdocs.yml", MKDOCS.format(language="en"))
    assert project.build().code == 0, project.output
    html = project.page("items/A-1")
    assert '<span class="rx-badge rx-badge--in_progress">In progress</span>' in html
    assert "23 days overdue" in html
    assert "Corrective actions" in html
    assert meta(html, "og:locale") == "en_US"
    assert not re.search(
        "[责任问题措施]",
        re.sub(r"三级报表.*?不一", "", project.page("ledger").split("<thead>")[1].split("</thead>")[0]),
    )


def test_without_directory_addresses(project: Project) -> None:
    project.write("mkdocs.yml", MKDOCS.format(language="zh") + "use_directory_urls: false\n")
    assert project.build().code == 0, project.output
    files = project.files()
    assert "items/A-1.html" in files
    html = files["items/A-1.html"].decode()
    assert 'href="../units/office.html"' in html
    assert 'href="../evidence/a.csv"' in html


def test_plugin_alone_without_options_or_vocabularies(project: Project) -> None:
    project.write(
        "mkdocs.yml", "site_name: Bare\ntheme: {name: material, font: false}\nplugins: [rectification]\n"
    )
    (project.root / "checklists/_units.yml").unlink()
    assert project.build().code == 0, project.output
    assert "units/市委办/index.html" in project.files()
    assert "items/A-1/index.html" in project.files()
    assert (project.root / "site/pagefind/pagefind.js").is_file()


def test_another_theme(project: Project) -> None:
    project.write(
        "mkdocs.yml", "site_name: Bare\ntheme: mkdocs\nplugins: [{rectification: {search: false}}]\n"
    )
    assert project.build().code == 0, project.output
    html = project.page("items/A-1")
    assert "统一口径" in html
    assert "In progress" in html


def test_markdown_in_the_ledger_stays_harmless(project: Project) -> None:
    nasty = (
        "<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1)) "
        "{{ 7*7 }} {% raw %} rectify0title0token {onclick=1} </article>"
    )
    text = CHECKLIST.replace("走访 6 小时，填表 2 小时。", "'" + nasty + "'").replace(
        "title: 重复填表", "title: '" + nasty + "'"
    )
    project.write("checklists/forms.yml", text)
    # Such a link is an error; it stays harmless where a site makes nothing of that.
    config = MKDOCS.format(language="zh").replace("{search: false}", "{search: false, rules: {L403: off}}")
    project.write("mkdocs.yml", config)
    assert project.build().code == 0, project.output
    html = project.page("items/A-2")
    assert "<script>alert" not in html
    assert "<img" not in html
    assert 'href="javascript:' not in html
    assert "{{ 7*7 }}" in html
    assert html.count("</article>") == 1
    assert "{onclick=1}" in html


def test_embed_mistakes_stop_the_build_at_their_line(project: Project) -> None:
    project.write(
        "docs/index.md", "---\ntitle: x\n---\n# 首页\n\n```ledger\nview: tabel\nwhere: {statu: open}\n```\n"
    )
    assert project.build().code != 0
    assert "docs/index.md:7:7" in project.output
    assert "table" in project.output
    project.write(
        "docs/index.md", "---\ntitle: x\n---\n# 首页\n\n```ledger\nview: table\nwhere: {statu: open}\n```\n"
    )
    assert project.build().code != 0
    assert "docs/index.md:8:9" in project.output
    assert "status" in project.output
    assert not (project.root / "site").exists()


def test_embed_in_a_longer_fence_stays_code(project: Project) -> None:
    project.write("docs/index.md", "# 首页\n\n````\n```ledger\nview: counts\n```\n````\n")
    assert project.build().code == 0, project.output
    assert "view: counts" in project.page("")
    assert "rx-counts" not in project.page("")


def test_live_table_carries_what_will_be_overdue(project: Project) -> None:
    items = "".join(
        f"  - {{id: A-{n}, title: t{n}, problem: p, unit: 县卫健局, found: 2026-03-01, due: {due}}}\n"
        for n, due in enumerate(("2026-11-01", "2026-11-23", "2026-11-24", "2026-12-10", "2027-12-10"))
    )
    project.write("checklists/forms.yml", f"checklist: {{id: A, title: x}}\nitems:\n{items}")
    project.write(
        "docs/index.md", "# 首页\n\n```ledger\nview: table\nwhere: {flag: overdue}\nlimit: 3\n```\n"
    )
    assert project.build().code == 0, project.output
    rows = re.findall(r"<tr [^>]*>", project.page(""))
    assert [("hidden" in row) for row in rows] == [False, False, True, True]


def test_no_page_asks_the_forge_for_facts(project: Project) -> None:
    config = MKDOCS.format(language="zh").replace(
        "https://git.example.org/a/b", "https://github.com/example/demo"
    )
    project.write("mkdocs.yml", config)
    assert project.build().code == 0, project.output
    for name, content in project.files().items():
        if name.endswith(".html"):
            assert b'data-md-component="source"' not in content, name
    assert "https://github.com/example/demo/edit/main/checklists/forms.yml#L6" in project.page("items/A-1")


def test_edit_links_follow_the_forge_s_template(project: Project) -> None:
    config = MKDOCS.format(language="zh").replace(
        "edit_uri: edit/main/docs/", "edit_uri_template: ide/docs/{path}"
    )
    project.write("mkdocs.yml", config)
    assert project.build().code == 0, project.output
    assert 'href="https://git.example.org/a/b/ide/checklists/forms.yml#L6"' in project.page("items/A-1")
    config = MKDOCS.format(language="zh").replace("edit_uri: edit/main/docs/", 'edit_uri: "?file=docs/"')
    project.write("mkdocs.yml", config)
    assert project.build().code == 0, project.output
    assert "forms.yml#L6" in project.page("items/A-1")
    project.write(
        "mkdocs.yml", MKDOCS.format(language="zh").replace("repo_url", "#").replace("edit_uri", "#")
    )
    assert project.build().code == 0, project.output
    assert 'rel="edit"' not in project.page("items/A-1")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_listing_pages_have_their_own_head(project: Project, language: str) -> None:
    project.write("mkdocs.yml", MKDOCS.format(language=language))
    assert project.build().code == 0, project.output
    catalogue = read_catalogue(language)
    for listing in ("ledger", "checklists", "units", "categories"):
        html = project.page(listing)
        title = catalogue.text(f"listing.{listing}")
        assert f"<title>{title} - Probe</title>" in html
        assert meta(html, "description") == catalogue.text(f"listing_description.{listing}")
        assert "description:" not in html
        assert html.count("<h1") == 1


def test_titles_stay_text_in_the_navigation(project: Project) -> None:
    text = CHECKLIST.replace("title: 报表减负", "title: 报表<img src=x onerror=alert(1)>")
    project.write(
        "checklists/forms.yml", text.replace("category: 报表", "category: 类<script>alert(2)</script>")
    )
    nav = "nav: [index.md, checklists/index.md, categories/index.md]\n"
    project.write("mkdocs.yml", nav + MKDOCS.format(language="zh"))
    assert project.build().code == 0, project.output
    html = "".join(content.decode() for name, content in project.files().items() if name.endswith(".html"))
    assert "报表&lt;img src=x onerror=alert(1)&gt;" in html
    assert "类&lt;script&gt;alert(2)&lt;/script&gt;" in html
    assert "<img src=x" not in html
    assert "<script>alert" not in html


def test_a_page_of_very_many_shows_what_presses_most(project: Project) -> None:
    """A unit's page ends at three hundred rows, and says where all are; a page of fewer keeps their order."""

    def items(number: int) -> str:
        lines = [
            f"  - {{id: M-{n:03}, title: t, problem: p, unit: 县卫健局, found: 2026-01-01,"
            f" due: {2029 - n % 3}-{1 + n % 12:02}-{1 + n % 28:02}}}\n"
            for n in range(number)
        ]
        return "checklist: {id: M, title: 很多}\nitems:\n" + "".join(lines)

    project.write("checklists/many.yml", items(310))
    project.write("checklists/forms.yml", "checklist: {id: A, title: 甲}\nitems: []\n")
    assert project.build().code == 0, project.output
    page = project.page("units/县卫健局")
    table = page[page.index('<table class="rx-table"') :]
    days = re.findall(r'<time datetime="([\d-]+)"', table)
    assert len(days) == 300
    assert days == sorted(days)
    assert days[-1] < "2029-12-04"  # the ten latest are left out
    assert 'href="../../ledger/?unit=%E5%8E%BF%E5%8D%AB%E5%81%A5%E5%B1%80">在台账中查看全部 310 条' in page
    project.write("checklists/many.yml", items(300))
    assert project.build().code == 0, project.output
    page = project.page("units/县卫健局")
    assert re.findall(r"M-\d\d\d", page[page.index('<table class="rx-table"') :])[::2][:3] == [
        "M-000",
        "M-001",
        "M-002",
    ]
    assert "在台账中查看全部" not in page
