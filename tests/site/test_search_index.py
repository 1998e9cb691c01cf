"""The index that Pagefind writes over the pages."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from rectification.site.pagefind import SearchError, make_index
from rectification.site.search import cut, cut_pages, index_of

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


def test_an_item_is_found_by_its_own_words(project: Project) -> None:
    """Not by the titles of items that it names, nor by the labels that stand on every item's page."""
    project.write("mkdocs.yml", MKDOCS.format(language="zh").replace("search: false", "search: true"))
    assert project.build().code == 0, project.output
    pieces = [
        json.loads(gzip.decompress(path.read_bytes()).removeprefix(b"pagefind_dcd"))
        for path in (project.root / "site/pagefind/fragment").iterdir()
    ]
    (own,) = (piece["content"] for piece in pieces if piece["meta"].get("id") == "A-1")
    for word in ("统一 一口", "月度 度公", "开始 始", "报表 表"):
        assert word in own, word
    for word in ("复填", "整改 改措", "进展", "计划"):
        assert word not in own, word


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


@pytest.mark.parametrize(
    ("program", "words"),
    [("echo out of words >&2; exit 1", "out of words"), ("exit 0", "before it was done")],
)
def test_a_program_that_ends_too_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, words: str
) -> None:
    place = tmp_path / "pagefind"
    place.write_text(f"#!/bin/sh\n{program}\n", "utf-8")
    place.chmod(0o755)
    monkeypatch.setattr("pagefind_bin_extended.get_executable", lambda: place)
    (tmp_path / "site").mkdir()
    with pytest.raises(SearchError, match=words):
        index_of(tmp_path / "site", [])
    place.unlink()
    with pytest.raises(SearchError, match="No such file"):
        index_of(tmp_path / "site", [])


def test_a_page_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SearchError, match="did not find a page"):
        make_index(tmp_path, ["7.html"], {})


def test_the_same_pages_give_the_same_index(tmp_path: Path) -> None:
    """Whatever order the file system lists them in, and however the program shuffles the values of filters."""
    page = (
        "<html><main data-pagefind-body><h1>第 {n} 项</h1><p data-pagefind-filter='unit:单位{unit}'>文字 {n}</p>"
        "<p data-pagefind-filter='status:{n}'></p></main>"
    )
    found = []
    for order in (range(40), range(39, -1, -1)):
        folder = tmp_path / str(order.start)
        folder.mkdir()
        for n in order:
            (folder / f"{n}.html").write_text(page.format(n=n, unit=n % 7), "utf-8")
        found.append(make_index(folder, [f"{n}.html" for n in range(40)], {"force_language": "en"}))
    assert sum(name.startswith("filter/") for name in found[0]) == 2
    assert found[0] == found[1]
