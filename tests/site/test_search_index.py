"""The index that Pagefind writes over the pages."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rectification.site.files import Files
from rectification.site.index_parts import Part, UnknownFormError, join, take_apart
from rectification.site.indexing import Index
from rectification.site.kept import Written, open_cache
from rectification.site.pagefind import SearchError, make_index
from rectification.site.search import cut, cut_pages, grouped, index_of

from .conftest import MKDOCS, Project

PAGE = (
    "<html><main data-pagefind-body><h1>第 {n} 项</h1><p data-pagefind-filter='unit:单位{unit}'>文字 {n}</p>"
    "<p data-pagefind-filter='status:{n}'></p></main>"
)


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


def test_the_folders_of_the_index_are_made_before_it_is_shared_out(tmp_path: Path) -> None:
    """Of two processes that make one folder at a time one would fail."""
    (tmp_path / "pagefind").write_text("a file in the way", "utf-8")
    there: list[bool] = []

    class Told(Files):
        def write(self, name: str, content: bytes, key: str) -> Written:
            there.append((tmp_path / name).parent.is_dir())
            return super().write(name, content, key)

    names = ["pagefind/fragment/a", "pagefind/index/a", "pagefind/pagefind.js"]
    Index(Told(tmp_path), [], None).put("key", dict.fromkeys(names, b""))
    assert there == [True, True, True]


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
    site = tmp_path / "site"
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
    copies = cut_pages(site, [path.relative_to(site).as_posix() for path in site.rglob("*.html")])
    written = sorted(copies.values())
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
    (tmp_path / "site/a.html").write_text(PAGE.format(n=1, unit=1), "utf-8")
    with pytest.raises(SearchError, match=words):
        index_of(tmp_path / "site", {"a.html": ""}, [])
    place.unlink()
    with pytest.raises(SearchError, match="No such file"):
        index_of(tmp_path / "site", {"a.html": ""}, [])


def test_what_the_program_does_not_like(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"message_id": 1, "payload": {"type": "Error", "message": "No such option"}}
    place = tmp_path / "pagefind"
    place.write_text(
        f"#!/bin/sh\necho '{b64encode(json.dumps(answer).encode()).decode()},'\nsleep 9\n", "utf-8"
    )
    place.chmod(0o755)
    monkeypatch.setattr("pagefind_bin_extended.get_executable", lambda: place)
    with pytest.raises(SearchError, match="No such option"):
        make_index({"7.html": "x" * 1_000_000}, {})  # more than it takes before it answers


def test_the_same_pages_give_the_same_index(tmp_path: Path) -> None:
    """Whatever order the file system lists them in, and however the program shuffles the values of filters."""
    found = []
    for order in (range(40), range(39, -1, -1)):
        folder = tmp_path / str(order.start)
        folder.mkdir()
        for n in order:
            (folder / f"{n}.html").write_text(PAGE.format(n=n, unit=n % 7), "utf-8")
        found.append(index_of(folder, {f"{n}.html": "" for n in range(40)}, ["A-1"]))
    assert sum(name.startswith("pagefind/filter/") for name in found[0]) == 2
    assert found[0] == found[1]


@pytest.mark.parametrize("borders", [[25], [1, 2, 39], [7, 14, 21, 28, 35]])
def test_parts_joined_are_the_index_of_the_whole(borders: list[int]) -> None:
    """Word by word, page by page, place by place: also where some pages have fields that others lack."""
    extra = {
        3: "<p data-pagefind-meta='due:2025-01-01'>到期</p>",
        20: "<img src='a.png' alt='图'>",
        30: "café cafe",
    }
    pages = {}
    for n, name in enumerate(f"{n:02}.html" for n in range(40)):
        page = PAGE.format(n=n, unit=n % 7).replace("</main>", extra.get(n, "") + "</main>")
        pages[name] = page

    def made(start: int, end: int) -> Part:
        return take_apart(make_index(dict([*pages.items()][start:end]), {"force_language": "en"}))

    whole = made(0, 40)
    parts = [made(start, end) for start, end in pairwise([0, *borders, 40])]
    assert len({part.fields for part in parts}) > 1
    joined = join([Part.unpacked(part.packed()) for part in parts])
    assert told(join([whole])) == told(joined)
    (meta,) = (gzip.decompress(content) for name, content in joined.items() if name.endswith(".pf_meta"))
    assert meta.startswith(b"pagefind_dcd")


def told(files: dict[str, bytes]) -> object:
    """Return what an index says, read by a library, without the names it gives to its files."""

    def read(name: str) -> Any:
        return cbor2.loads(gzip.decompress(files[name]).removeprefix(b"pagefind_dcd"))

    (language,) = json.loads(files["pagefind-entry.json"])["languages"].values()
    version, pages, chunks, filters, sorts, fields = read(f"pagefind.{language['hash']}.pf_meta")
    pieces = [(gzip.decompress(files[f"fragment/{name}.pf_fragment"]), count) for name, count in pages]
    words = {}
    for low, high, name in chunks:
        (held,) = read(f"index/{name}.pf_index")
        assert [held[0][0], held[-1][0]] == [low, high]
        assert [word for word, *_ in held] == sorted(word for word, *_ in held)
        for word, found, spellings in held:
            words[word] = (placed(found, fields), {same: placed(on, fields) for same, on in spellings})
    assert language["page_count"] == len(pages)
    values = {name: dict(read(f"filter/{known}.pf_filter")[1]) for name, known in filters}
    return version, pieces, words, values, sorts, sorted(fields)


def placed(pages: list[Any], fields: list[str]) -> list[tuple[int, list[int], list[object]]]:
    numbers = accumulate(page[0] for page in pages)
    return [
        (number, places, [fields[-1 - place] if place < 0 else place for place in in_fields])
        for number, (_, places, in_fields) in zip(numbers, pages, strict=True)
    ]


def test_an_index_of_another_form_is_not_guessed_at() -> None:
    files = make_index({"a.html": PAGE.format(n=1, unit=1)}, {"force_language": "en"})
    assert take_apart(files).pages
    (meta,) = (name for name in files if name.endswith(".pf_meta"))
    (words,) = (name for name in files if name.endswith(".pf_index"))
    changes: list[tuple[str, Callable[[Any], object]]] = [
        (meta, lambda told: told[4].append("date")),  # sorted by something
        (meta, lambda told: told.pop()),
        (words, lambda told: told.append(1)),
        (words, lambda told: told[0][0].append([])),
        (words, lambda told: told[0][0][1][0].append(0)),
        (words, lambda told: told[0][0][1][0].pop()),
        (words, lambda told: told[0][0][1][0][1].append("x")),
    ]
    for name, change in changes:
        told = cbor2.loads(gzip.decompress(files[name]).removeprefix(b"pagefind_dcd"))
        change(told)
        with pytest.raises(UnknownFormError):
            take_apart(files | {name: gzip.compress(b"pagefind_dcd" + cbor2.dumps(told))})
    for missing in (meta, words, "pagefind-entry.json"):
        with pytest.raises(UnknownFormError):
            take_apart({name: content for name, content in files.items() if name != missing})


def test_an_index_of_another_form_is_taken_as_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(files: dict[str, bytes]) -> Part:
        raise UnknownFormError

    for n in range(3):
        (tmp_path / f"{n}.html").write_text(PAGE.format(n=n, unit=1), "utf-8")
    monkeypatch.setattr("rectification.site.search.take_apart", unknown)
    files = index_of(tmp_path, {f"{n}.html": "" for n in range(3)}, [])
    assert sum(name.startswith("pagefind/fragment/") for name in files) == 3


def test_two_pieces_of_one_name() -> None:
    """Pagefind's names have seven digits: in parts of their own two pages may get the same ones."""
    parts = []
    for n in range(2):
        part = take_apart(make_index({f"{n}.html": PAGE.format(n=n, unit=1)}, {"force_language": "en"}))
        ((name, count),) = part.pages
        files = {path.replace(name, "en_1234567"): content for path, content in part.files.items()}
        parts.append(replace(part, pages=[("en_1234567", count)], files=files))
    files = join(parts)
    (language,) = json.loads(files["pagefind-entry.json"])["languages"].values()
    meta = cbor2.loads(gzip.decompress(files[f"pagefind.{language['hash']}.pf_meta"])[12:])
    pieces = [gzip.decompress(files[f"fragment/{name}.pf_fragment"]).decode() for name, _ in meta[1]]
    assert ["第 0 项" in pieces[0], "第 1 项" in pieces[1]] == [True, True]
    assert sum(path.startswith("fragment/") for path in files) == 2


@given(st.sets(st.integers(0, 9999), min_size=460, max_size=3000), st.integers(0, 9999))
@settings(max_examples=30, deadline=None)
def test_a_page_more_changes_few_groups(numbers: set[int], new: int) -> None:
    before = list(grouped(sorted(f"items/{n}/index.html" for n in numbers)))
    after = list(grouped(sorted(f"items/{n}/index.html" for n in {*numbers, new})))
    for groups in (before, after):
        assert all(len(group) <= 450 for group in groups)
        assert all(len(group) >= 150 for group in groups[:-1])
        assert groups == sorted(groups)
    assert sum(map(len, before)) == len(numbers)
    assert len([group for group in after if group not in before]) <= 3


def test_only_the_part_that_changed_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rectification.site.search._LEAST", 2)
    monkeypatch.setattr("rectification.site.search._MOST", 5)
    monkeypatch.setattr(
        "rectification.site.search.on_both_cores", lambda jobs, least: [job() for job in jobs]
    )
    asked: list[int] = []

    def counted(pages: dict[str, str], options: Any) -> dict[str, bytes]:
        asked.append(len(pages))
        return make_index(pages, options)

    monkeypatch.setattr("rectification.site.search.make_index", counted)
    site = tmp_path / "site"
    site.mkdir()
    pages = {}
    for n in range(30):
        (site / f"{n:02}.html").write_text(PAGE.format(n=n, unit=n % 7), "utf-8")
        pages[f"{n:02}.html"] = "as it was"
    remembered = open_cache(tmp_path, "search")
    assert remembered is not None
    first = index_of(site, pages, [], remembered)
    assert len(asked) > 5 and sum(asked) == 30
    asked.clear()
    assert index_of(site, pages, [], remembered) == first
    assert asked == []
    (site / "07.html").write_text(PAGE.format(n=777, unit=3), "utf-8")
    pages["07.html"] = "changed"
    second = index_of(site, pages, [], remembered)
    assert len(asked) == 1 and asked[0] <= 5
    assert second == index_of(site, pages, []) != first
