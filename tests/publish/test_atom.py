"""Feeds a reader accepts, whose entries stay what they are while the ledger grows."""

from __future__ import annotations

from urllib.parse import unquote, urljoin
from xml.etree import ElementTree

import pytest

from rectification.publish.atom import MOST

from .conftest import BASE, ITEM, STARTED, Publish

ATOM = "{http://www.w3.org/2005/Atom}"


def entries(feed: bytes) -> list[ElementTree.Element]:
    return ElementTree.fromstring(feed).findall(f"{ATOM}entry")


def texts(feed: bytes, name: str) -> list[str]:
    return [entry.findtext(f"{ATOM}{name}") or "" for entry in entries(feed)]


def links(element: ElementTree.Element) -> dict[str, str]:
    return {link.get("rel", ""): link.get("href", "") for link in element.findall(f"{ATOM}link")}


def test_every_feed_has_what_atom_requires(sample: dict[str, bytes]) -> None:
    feeds = {name: content for name, content in sample.items() if name.endswith(".xml")}
    assert "feeds/all.xml" in feeds and len(feeds) > 20
    ids = set()
    for name, content in feeds.items():
        feed = ElementTree.fromstring(content)
        assert feed.tag == f"{ATOM}feed"
        for part in ("title", "id", "updated"):
            assert feed.findtext(f"{ATOM}{part}"), f"{name}: {part}"
        assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Probe"
        assert unquote(links(feed)["self"]) == BASE + name
        ids.add(feed.findtext(f"{ATOM}id"))
        stamps = texts(content, "updated")
        assert stamps == sorted(stamps, reverse=True)
        assert not stamps or feed.findtext(f"{ATOM}updated") == stamps[0]
        assert len(set(texts(content, "id"))) == len(stamps) <= MOST
        for entry in entries(content):
            assert entry.findtext(f"{ATOM}title") and entry.findtext(f"{ATOM}author/{ATOM}name")
            assert links(entry)["alternate"].startswith(f"{BASE}items/")
    assert len(ids) == len(feeds)


def test_an_entry_says_what_happened(published: Publish) -> None:
    feed = published(ITEM + STARTED, timezone="Asia/Shanghai")["feeds/all.xml"]
    assert texts(feed, "title") == ["A-1 整改中：重复填表", "A-1 发现问题：重复填表"]
    assert texts(feed, "updated")[0] == "2026-03-02T00:00:00+08:00"
    assert texts(feed, "summary")[1] == "<p>走访 6 小时，填表 2 小时。</p>"
    english = published(ITEM + STARTED, language="en")["feeds/all.xml"]
    assert texts(english, "title")[0] == "A-1 In progress: 重复填表"


def test_ids_stay_when_the_log_grows_and_when_items_change_places(published: Publish) -> None:
    more = STARTED + "".join(
        f"      - {{date: 2026-03-02, {facts}}}\n"
        for facts in ("note: 只是记一笔", "status: submitted", "status: in_progress", "status: submitted")
    )
    other = ITEM.replace("A-1", "A-2")
    before = texts(published(ITEM + STARTED)["feeds/all.xml"], "id")
    after = texts(published(other + STARTED + ITEM + more)["feeds/all.xml"], "id")
    assert set(before) < set(after)
    assert len(after) == len(set(after)) == 7
    assert f"{BASE}items/A-1/#2026-03-02-submitted-2" in after
    assert set(texts(published(ITEM + more + other + STARTED)["feeds/all.xml"], "id")) == set(after)


def test_a_unit_s_feed_holds_what_is_below_it(published: Publish) -> None:
    files = published(ITEM + STARTED + ITEM.replace("A-1", "A-2").replace("示例镇", "示例市"))
    assert len(entries(files["feeds/units/county.xml"])) == 2
    assert len(entries(files["feeds/units/示例市.xml"])) == 3
    assert len(entries(files["feeds/checklists/forms.xml"])) == 3


def test_only_the_newest_are_kept(published: Publish) -> None:
    items = "".join(ITEM.replace("A-1", f"A-{n}") for n in range(MOST))
    late = ITEM.replace("A-1", "A-999").replace("found: 2026-03-01", "found: 2026-03-05")
    found = texts(published(items + late)["feeds/all.xml"], "id")
    assert len(found) == MOST
    assert found[0] == f"{BASE}items/A-999/#found"


@pytest.mark.parametrize("name", ["feeds/all.xml", "feeds/units/county.xml"])
def test_without_a_canonical_address_links_are_relative_and_ids_are_not(
    published: Publish, name: str
) -> None:
    content = published(ITEM, base="")[name]
    entry = entries(content)[0]
    assert urljoin(f"http://somewhere.test/x/{name}", links(entry)["alternate"]) == (
        "http://somewhere.test/x/items/A-1/"
    )
    own = links(ElementTree.fromstring(content))["self"]
    assert urljoin(f"http://somewhere.test/x/{name}", own) == f"http://somewhere.test/x/{name}"
    assert texts(content, "id") == ["https://rectification.invalid/items/A-1/#found"]


def test_a_feed_of_nothing_is_dated_by_the_build_day(published: Publish) -> None:
    feed = ElementTree.fromstring(published("  []\n")["feeds/all.xml"])
    assert feed.findtext(f"{ATOM}updated") == "2026-11-24T00:00:00+00:00"


def test_markup_in_words_stays_words(published: Publish) -> None:
    item = ITEM.replace("重复填表", "'<script>&\"'").replace("走访", "<img src=x onerror=y> 走访")
    feed = published(item)["feeds/all.xml"]
    assert texts(feed, "title") == ['A-1 发现问题：<script>&"']
    assert "<img" not in texts(feed, "summary")[0]
