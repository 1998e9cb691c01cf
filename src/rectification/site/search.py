"""The search index: Pagefind over the finished pages, with their Chinese cut into pairs.

Chinese is written without spaces, and no two programs cut it into the same words: Pagefind's index and the
reader's browser use different dictionaries, so that words which stand in a title are not found. So the index
gets every pair of neighbouring characters as a word (电子台账 as 电子, 子台, 台账, 账), and the script
search-index.js cuts what is asked for in the same way: any part of a text is found, with no dictionary.
"""

from __future__ import annotations

import gzip
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import quote
from zlib import crc32

from rectification.engine import installed
from rectification.ledger.sealed import Sealed
from rectification.site.addresses import INDEX
from rectification.site.index_parts import Part, UnknownFormError, join, take_apart
from rectification.site.kept import digest
from rectification.site.pagefind import SearchError, make_index
from rectification.unwritten import naming
from rectification.workers import on_both_cores

# What is left out: numbers and tables that repeat other pages, the words of the interface, and what was
# true on the day of the build only.
_LEFT_OUT = (
    ".headerlink",
    ".md-content__button",
    "script",
    "style",
    "button",
    ".rx-button",
    ".rx-noindex",
    ".rx-table-wrap",
    ".rx-counts",
    ".rx-recent",
    ".rx-steps",
    ".rx-note",
    ".rx-days",
    ".rx-facts dt",
    ".rx-related",  # each of them stands on a page of its own
    ".rx-item h2:not(#problem)",  # from that one on the excerpt of a find begins
    ".rx-badge",
    ".rx-severity",
    ".rx-progress",
    ".rx-action__dates",
)
_OTHER_INTERFACES = (
    "pagefind-ui.",
    "pagefind-modular-ui.",
    "pagefind-component-ui.",
    "pagefind-highlight.js",
)

# English words by their stems; the pairs of characters need no language.
_OPTIONS: Mapping[str, object] = {"exclude_selectors": _LEFT_OUT, "force_language": "en"}
_LEAST, _MOST = 150, 450  # pages of a part, where there is more than one

# The same characters, and the same mark, as in js/search-index.js.
_HAN = "\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_GLUE = "\u2063"  # stands before a space that the page itself does not have
_ACROSS = "\ue000"  # stands before a character that belongs to the next piece of text

_MARKS = "—…、。〈-】〔-〛！-／：-＠［-｀｛-･"  # punctuation that parts words without a space
_PART = re.compile(rf"([{_HAN}]+)(?:{_ACROSS}(.))?([^\s\w]*)|[^\s{_HAN}{_MARKS}]+[{_MARKS}]*|[{_MARKS}]+")
_TEXT = re.compile(rf">[^<]*[{_HAN}{_MARKS}][^<]*")
_INLINE = r"/?(?:a|abbr|b|code|del|em|i|ins|kbd|mark|s|small|span|strong|sub|sup|time|u)\b[^<>]*>"
_BORDER = re.compile(rf"<{_INLINE}(?:<{_INLINE})*(?=([^\s<]))")
_IS_HAN = re.compile(f"[{_HAN}]")
_PARTS = re.compile(f"[{_HAN}{_MARKS}“”]")
_BODY = "data-pagefind-body"
_WAY_ON = '<nav class="rx-neighbours'  # to other items: the last part of an item's page
_PERMALINK = re.compile(r'<a class="headerlink"[^>]*>[^<]*</a>')
_NUMBER = re.compile(r'(data-pagefind-meta="id">)([A-Za-z]+)([^<]+)')  # of an item, without its checklist


# The last object of a piece holds what the page says of itself.
_PIECE_ID = re.compile(rb'"meta":\{[^{}]*?"id":("(?:[^"\\]|\\.)*")')


def index_of(
    site: Path, pages: Mapping[str, str], ids: Sequence[str], remembered: Sealed | None = None
) -> dict[str, bytes]:
    """Return the files of the search index of the marked ones among `pages`, by their paths below `site`.

    `pages` are paths below `site`, each with a digest of the page. With the index goes `items.json`: the
    `ids` of all items, and for each the name of its piece of the index, by which the ledger page knows the
    items among thousands of finds without loading every piece. Raises SearchError, and OSError where there
    is no room.

    Of a large site the index is made in parts, on all cores; those `remembered` are not made again.
    """
    with tempfile.TemporaryDirectory(prefix="rectify-search-") as name:
        folder = Path(name)
        try:
            files = join(_parts(site, pages, folder, remembered))
        except UnknownFormError:  # of a later Pagefind: in one go, and as it comes
            files = make_index(cut_pages(site, sorted(pages)), _OPTIONS)
    names = _names_of_pieces(files)
    items = {"ids": list(ids), "fragments": [names.get(identifier, "") for identifier in ids]}
    files["items.json"] = json.dumps(items, ensure_ascii=False, separators=(",", ":")).encode()
    # The interface is js/search.js.
    ours = {path: content for path, content in files.items() if not path.startswith(_OTHER_INTERFACES)}
    return {f"{INDEX}/{path}": content for path, content in ours.items()}


def _parts(site: Path, pages: Mapping[str, str], folder: Path, remembered: Sealed | None) -> list[Part]:
    """Return the parts of the index, in the order of their pages. Raises UnknownFormError."""
    groups = list(grouped(sorted(pages)))
    keys = [digest(installed(), [(page, pages[page]) for page in group]) for group in groups]
    parts = [remembered.read(key) if remembered is not None else None for key in keys]
    missing = [n for n, part in enumerate(parts) if part is None]
    missing.sort(key=lambda n: -len(groups[n]))
    jobs = [partial(_make_part, site, groups[n], folder / str(n)) for n in missing]
    faults = on_both_cores(jobs, least=2)
    for fault in filter(None, faults):
        raise fault
    for n in missing:
        made = (folder / str(n)).read_bytes()
        parts[n] = memoryview(made)
        if remembered is not None:
            remembered.write(keys[n], made)
    if remembered is not None:
        remembered.keep(keys)
    return [Part.unpacked(part) for part in parts if part]


def grouped(pages: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the pages, which are sorted, in groups of some hundreds.

    Where a group ends, its last name tells: so a page that comes or goes changes its own group, and seldom
    the next one.
    """
    start = 0
    for n, page in enumerate(pages, 1):
        here = n - start
        if here >= _MOST or (here >= _LEAST and len(pages) > _MOST and crc32(page.encode()) % _LEAST == 0):
            yield pages[start:n]
            start = n
    if start < len(pages) or not pages:
        yield pages[start:]


def _make_part(site: Path, group: Sequence[str], place: Path) -> SearchError | UnknownFormError | None:
    """Write to `place` the part of the index that is of a group of pages; nothing where none is marked.

    Returns why there is none. Raises OSError.
    """
    copies = cut_pages(site, group)
    try:
        part = take_apart(make_index(copies, _OPTIONS)).packed() if copies else b""
    except (SearchError, UnknownFormError) as fault:
        return fault
    with naming(place):
        place.write_bytes(part)
    return None


def _names_of_pieces(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the id of each indexed item -> the name of its piece of the index."""
    names = {}
    for path, content in files.items():
        if path.startswith("fragment/"):
            found = _PIECE_ID.search(gzip.decompress(content))
            if found:
                names[json.loads(found[1])] = Path(path).stem
    return names


def cut_pages(site: Path, pages: Iterable[str]) -> dict[str, str]:
    """Return the indexed part of each marked one of `pages`, its Chinese cut, under a name.

    Each holds its page's own address. Raises OSError.
    """
    copies = {}
    for page in pages:
        text = _cut_page((site / page).read_text("utf-8"), page)
        if text is not None:
            # The name becomes part of the index: so it depends on nothing but the page's own.
            copies[f"{digest(page)[:16]}.html"] = text
    return copies


def _cut_page(html: str, address: str) -> str | None:
    mark = html.find(_BODY)
    if mark < 0:
        return None
    start = html.rindex("<", 0, mark)
    end = html.rfind("</article>", mark) if html.startswith("<article", start) else -1
    way_on = html.find(_WAY_ON, mark)
    body = html[start : way_on if way_on > 0 else end if end > 0 else None]
    body = _PERMALINK.sub("", body)
    body = _NUMBER.sub(r"\1\2\3</span> <span>\3", body)
    address = quote(address.removesuffix("index.html") if address.endswith("/index.html") else address)
    address = "" if address == "index.html" else address
    own = f'<span data-pagefind-meta="address:{address}"></span>'
    return f"<html><main {_BODY}>{own}{cut(body)}"


def cut(html: str) -> str:
    """Return `html` with the Chinese of its texts, not of its attributes, as pairs of characters.

    Chinese leads on over tags inside a line (整<b>改</b> holds 整改), and is parted there from other writing.
    """
    return _TEXT.sub(lambda found: f">{_cut_text(found[0][1:])}", _BORDER.sub(_bridge, html))


def _bridge(border: re.Match[str]) -> str:
    before, tags, after = border.string[border.start() - 1 : border.start()], border[0], border[1]
    if _IS_HAN.match(before) and _IS_HAN.match(after) and "span" not in tags:
        return f"{_ACROSS}{after}{tags}"
    touching = before.strip(" \n>") and (_PARTS.match(before) or _PARTS.match(after))
    return f"{_GLUE} {tags}" if touching else tags


@lru_cache(maxsize=1 << 14)
def _cut_text(text: str) -> str:
    return _PART.sub(_cut_part, text)


def _cut_part(part: re.Match[str]) -> str:
    run, across, marks = part.groups()
    if run is None:
        words = part[0]
    else:
        words = " ".join([*map(str.__add__, run, run[1:]), f"{run[-1]}{across or ''}{marks}"])
    if across:
        return f"{words} "
    followed = part.end() < len(part.string) and not part.string[part.end()].isspace()
    return f"{words}{_GLUE} " if followed else words
