"""Whether a site is whole: the files its manifest lists, a page for each item, no link that leads nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar
from urllib.parse import quote, unquote, urljoin, urlsplit

from lxml import etree

from rectification.publish import manifest_json
from rectification.site.headers import EVIDENCE
from rectification.site.integrity import Sum, files_of, sums_of

Kind = Literal[
    "unreadable",
    "altered",
    "missing",
    "extra",
    "item_without_page",
    "page_without_item",
    "broken_link",
    "broken_fragment",
]

_SITE, _ITEMS = "api/v1/site.json", "api/v1/items.json"
_NOWHERE = "https://rectification.invalid/"  # reserved: where a site is that names no address
_IDS = etree.XPath("//@id | //a/@name", smart_strings=False)
_LINKS = etree.XPath("//@href | //@src | //@poster | //object/@data | //form/@action", smart_strings=False)
_SETS = etree.XPath("//@srcset", smart_strings=False)
_BASE = etree.XPath("string((//base/@href)[1])", smart_strings=False)

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a file of a site; `about` is the item or the link that it is about, if any."""

    kind: Kind
    file: str
    about: str = ""


@dataclass(frozen=True)
class Verdict:
    """What a look at a site found.

    `files` and `size` (bytes) are those of all files its manifest lists; `sha256` is the manifest's own,
    `generator` and `built_from` stand in it. `links` is how many in the pages lead to the site itself.
    """

    faults: tuple[Fault, ...]
    files: int
    size: int
    pages: int
    links: int
    sha256: str
    generator: str
    built_from: Mapping[str, Any] | None


@dataclass(frozen=True)
class _Manifest:
    """A manifest as far as it matters here; that of a site without one lists nothing."""

    sums: Mapping[str, Sum] = field(default_factory=dict)
    sha256: str = ""
    generator: str = ""
    built_from: Mapping[str, Any] | None = None


class _Target(NamedTuple):
    """The file of the site that a link leads to, None where there is none, and the part of it."""

    path: str | None
    part: str


def verify(site: Path) -> Verdict:
    """Look at every file of the site in a folder. Raises OSError where one that is there cannot be read."""
    present = dict(files_of(site))
    faults: list[Fault] = []
    manifest = _read(site, manifest_json.PATH, _listed, faults)
    listed = manifest.sums if manifest is not None else {}
    # A hidden entry of the site's folder that no build made, such as .git, belongs to somebody else.
    made = {path.partition("/")[0] for path in listed}
    own = {p: regular for p, regular in present.items() if p[0] != "." or p.partition("/")[0] in made}
    if manifest is not None:
        faults += _compare(site, own, listed)
    facts = _read(site, _SITE, _facts, faults)
    ids = _read(site, _ITEMS, _ids, faults)
    if facts is not None and ids is not None:
        faults += _match(own, ids, facts[1])
    # Evidence is what others handed in: where its links lead is not the site's concern.
    pages = sorted(p for p in own if own[p] and p.endswith(".html") and not p.startswith(EVIDENCE))
    # Without its address a site cannot tell its own links from others.
    broken, links = _follow(site, pages, present, facts[0] or _NOWHERE) if facts is not None else ([], 0)
    manifest = manifest or _Manifest()
    return Verdict(
        (*faults, *broken),
        files=len(listed),
        size=sum(size for size, _ in listed.values()),
        pages=len(pages),
        links=links,
        sha256=manifest.sha256,
        generator=manifest.generator,
        built_from=manifest.built_from,
    )


def _read(site: Path, path: str, parse: Callable[[bytes], Told], faults: list[Fault]) -> Told | None:
    """Return what `parse` makes of a file; where it cannot, add that to the faults and return None."""
    try:
        return parse((site / path).read_bytes())
    except (OSError, ValueError, KeyError, TypeError):
        faults.append(Fault("unreadable", path))
        return None


def _listed(content: bytes) -> _Manifest:
    told = json.loads(content)
    sums = {str(one["path"]): (int(one["size"]), str(one["sha256"])) for one in told["files"]}
    return _Manifest(sums, sha256(content).hexdigest(), str(told["generator"]), told["built_from"])


def _facts(content: bytes) -> tuple[str, str]:
    """Return the address of the site, and that of its pages of items below it."""
    told = json.loads(content)
    return str(told["address"]), str(told["item_page"])


def _ids(content: bytes) -> set[str]:
    return {str(item["id"]) for item in json.loads(content)["items"]}


def _compare(site: Path, own: Mapping[str, bool], listed: Mapping[str, Sum]) -> Iterator[Fault]:
    """Tell which files are not as they are listed."""
    found = sums_of(site, [path for path in listed if own.get(path)])
    for path in sorted((listed.keys() | own.keys()) - {manifest_json.PATH}):
        if path not in listed:
            yield Fault("extra", path)
        elif path not in own:
            yield Fault("missing", path)
        elif found.get(path) != listed[path]:
            yield Fault("altered", path)


def _match(own: Mapping[str, bool], ids: set[str], pattern: str) -> Iterator[Fault]:
    """Tell which items have no page, and which pages of items have no item."""
    before, _, after = (f"{pattern}index.html" if pattern.endswith("/") else pattern).partition("{name}")
    inner = {p[len(before) : -len(after)] for p in own if p.startswith(before) and p.endswith(after)}
    pages = {name for name in inner if "/" not in name and name != "index"}
    for name in sorted(ids - pages):
        yield Fault("item_without_page", f"{before}{name}{after}", name)
    for name in sorted(pages - ids):
        yield Fault("page_without_item", f"{before}{name}{after}", name)


def _follow(
    site: Path, pages: Iterable[str], present: Mapping[str, bool], address: str
) -> tuple[list[Fault], int]:
    """Return the links of the pages that lead to no file of the site or to no part of a page of it, and how
    many there are that lead to the site."""
    faults: list[Fault] = []
    parts: dict[str, frozenset[str]] = {}
    to_parts: list[tuple[str, str, _Target]] = []
    number = 0
    target_of = lru_cache(maxsize=1 << 16)(partial(_target, address, present))
    for page in pages:
        parts[page], links, base = _look_into(site / page)
        folder = page.rpartition("/")[0]
        if base:
            place = _joined(_address(address, folder), base)
            links = [_joined(place, link) for link in links]
        up = "../" * page.count("/")  # with it begin most links, the same on thousands of pages
        for link in links:
            if not link or link[0] in "#?":
                target: _Target | None = _Target(page, _part(urlsplit(link).fragment))
            elif up and link.startswith(up):
                target = target_of("", link[len(up) :])
            else:
                target = target_of(folder, link)
            if target is None:
                continue
            number += 1
            if target.path is None:
                faults.append(Fault("broken_link", page, link))
            elif target.part:
                to_parts.append((page, link, target))
    for page, link, target in to_parts:
        # What is no page, a picture or a PDF, has parts of another kind.
        if target.path in parts and target.part not in parts[target.path]:
            faults.append(Fault("broken_fragment", page, link))
    return faults, number


def _look_into(path: Path) -> tuple[frozenset[str], list[str], str]:
    """Return the ids of a page, every address in it that a browser would load or go to, once each, and what
    the page says these are counted from, if it does."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    tree = etree.fromstring(path.read_bytes() or b"<html/>", parser)
    if tree is None:
        return frozenset(), [], ""
    sets = (choice.split() for value in _SETS(tree) for choice in value.split(","))
    links = dict.fromkeys([*map(str.strip, _LINKS(tree)), *(words[0] for words in sets if words)])
    return frozenset(_IDS(tree)), list(links), str(_BASE(tree))


def _target(address: str, present: Mapping[str, bool], folder: str, link: str) -> _Target | None:
    """Return what a link leads to on a page in `folder` of the site at `address`; None for another site."""
    root = urlsplit(address)
    try:
        named = urlsplit(link)
        whole = urlsplit(urljoin(_address(address, folder), link))
    except ValueError:
        return _Target(None, "")
    if whole.scheme not in ("http", "https") or whole.netloc != root.netloc:
        return None
    if not whole.path.startswith(root.path):
        # By its path alone a link can mean what else the server has.
        return None if named.path.startswith("/") else _Target(None, "")
    name = unquote(whole.path[len(root.path) :])
    choices = (name, f"{name}/index.html") if name and not name.endswith("/") else (f"{name}index.html",)
    path = next((choice for choice in choices if choice in present), None)
    return _Target(path, _part(whole.fragment))


def _address(site: str, folder: str) -> str:
    return f"{site}{quote(folder)}/" if folder else site


def _joined(place: str, link: str) -> str:
    try:
        return urljoin(place, link)
    except ValueError:
        return link


def _part(fragment: str) -> str:
    """Return the id that a fragment names; empty for the whole page, and for a place in its text."""
    name = unquote(fragment).partition(":~:")[0]
    return "" if name.lower() == "top" else name
