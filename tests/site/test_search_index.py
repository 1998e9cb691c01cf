"""The index that Pagefind writes over the pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rectification.site.search import SearchError, cut, cut_pages, index_pages

from .conftest import MKDOCS, Project


def test_the_index_is_part_of_the_site_without_other_interfaces(project: Project) -> None:
    project.write("mkdocs.yml", MKDOCS.format(language="zh").replace("search: false", "search: true"))
    assert project.build().code == 0, project.output
    files = project.files()
    assert {"pagefind/pagefind.js", "pagefind/pagefind-entry.json"} <= files.keys()
    assert not [
        name for name in files if name.startswith("pagefind/") and "ui" in name.rsplit("/")[-1].split(".")[0]
    ]
    (language,) = json.loads(files["pagefind/pagefind-entry.json"])["languages"].values()
    assert language["page_count"] == sum(
        name.endswith(".html") and b"data-pagefind-body" in content for name, content in files.items()
    )
    assert b"data-pagefind-body" not in files["ledger/index.html"]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>电子台账</p>", "<p>电子 子台 台账 账</p>"),
        ("<p>账</p>", "<p>账</p>"),
        ("<p>plain English</p>", "<p>plain English</p>"),
        ("<p>先改，后报。</p>", "<p>先改 改，| 后报 报。</p>"),
        ("<p>共12个镇</p>", "<p>共| 12| 个镇 镇</p>"),
        ("<p>共 12 个</p>", "<p>共 12 个</p>"),
        ("<p>high、medium（low）</p>", "<p>high、| medium（| low）</p>"),
        ('<p title="电子台账">don\'t</p>', '<p title="电子台账">don\'t</p>'),
        ("<p>整<b>改</b></p>", "<p>整改 <b>改</b></p>"),
        ("<p>必须<b>立即</b>办</p>", "<p>必须 须立 <b>立即 即办 </b>办</p>"),
        ("<p>写<code>status</code>字段</p>", "<p>写| <code>status| </code>字段 段</p>"),
        ("<p><span>停滞</span><span>反弹</span></p>", "<p><span>停滞 滞| </span><span>反弹 弹</span></p>"),
        ("<p>停滞</p><p>反弹</p>", "<p>停滞 滞</p><p>反弹 弹</p>"),
        ("<p>A <b>b</b></p>", "<p>A <b>b</b></p>"),
        ("<p>\U00020bb7野家</p>", "<p>\U00020bb7野 野家 家</p>"),
    ],
)
def test_chinese_is_cut_into_pairs(html: str, expected: str) -> None:
    assert cut(html).replace("\u2063", "|") == expected


def test_only_marked_pages_are_indexed_under_their_own_addresses(tmp_path: Path) -> None:
    site, copies = tmp_path / "site", tmp_path / "copies"
    copies.mkdir()
    for name, mark in {
        "index.html": " data-pagefind-body",
        "units/甲 县/index.html": " data-pagefind-body",
        "a.html": " data-pagefind-body",
        "ledger/index.html": "",
    }.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(
            f"<html><nav>menu</nav><article{mark}><h1>一二</h1></article><footer>f", "utf-8"
        )
    cut_pages(site, copies)
    written = sorted(path.read_text("utf-8") for path in copies.iterdir())
    assert [text.split('"')[1] for text in written] == [
        "address:",
        "address:a.html",
        "address:units/%E7%94%B2%20%E5%8E%BF/",
    ]
    assert all(text.endswith("</span><article data-pagefind-body><h1>一二 二</h1>") for text in written)


def test_a_folder_that_cannot_be_indexed(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/pagefind").write_text("in the way", "utf-8")
    with pytest.raises(SearchError) as caught:
        index_pages(tmp_path / "site", [])
    assert str(caught.value).strip()
