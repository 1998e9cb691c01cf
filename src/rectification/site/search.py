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
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import quote

from rectification.site.pagefind import make_index
from rectification.unwritten import naming
from rectification.workers import on_both_cores

FOLDER = "pagefind"
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


def index_of(site: Path, ids: Sequence[str]) -> dict[str, bytes]:
    """Return the files of the search index of the marked pages below `site`, by their paths below it.

    With it goes `items.json`: the `ids` of all items, and for each the name of its piece of the index, by
    which the ledger page knows the items among thousands of finds without loading every piece. Raises
    SearchError.
    """
    with tempfile.TemporaryDirectory(prefix="rectify-search-") as name:
        folder = Path(name)
        cut_pages(site, folder)
        pages = sorted((page.name for page in folder.iterdir()), key=lambda page: int(page.split(".")[0]))
        # English words by their stems; the pairs of characters need no language.
        files = make_index(folder, pages, {"exclude_selectors": _LEFT_OUT, "force_language": "en"})
    names = _names_of_pieces(files)
    items = {"ids": list(ids), "fragments": [names.get(identifier, "") for identifier in ids]}
    files["items.json"] = json.dumps(items, ensure_ascii=False, separators=(",", ":")).encode()
    # The interface is js/search.js.
    ours = {path: content for path, content in files.items() if not path.startswith(_OTHER_INTERFACES)}
    return {f"{FOLDER}/{path}": content for path, content in ours.items()}


def _names_of_pieces(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the id of each indexed item -> the name of its piece of the index."""
    names = {}
    for path, content in files.items():
        if path.startswith("fragment/"):
            found = _PIECE_ID.search(gzip.decompress(content))
            if found:
                names[json.loads(found[1])] = Path(path).stem
    return names


def cut_pages(site: Path, folder: Path) -> None:
    """Write the indexed part of each marked page below `site` to `folder`, its Chinese cut.

    The copies are numbered; each holds its page's own address. Raises OSError.
    """
    pages = sorted(site.rglob("*.html"))
    on_both_cores(
        [
            partial(_cut_page, page, page.relative_to(site).as_posix(), folder / f"{number}.html")
            for number, page in enumerate(pages)
        ]
    )


def _cut_page(path: Path, address: str, copy: Path) -> None:
    html = path.read_text("utf-8")
    mark = html.find(_BODY)
    if mark < 0:
        return
    start = html.rindex("<", 0, mark)
    end = html.rfind("</article>", mark) if html.startswith("<article", start) else -1
    way_on = html.find(_WAY_ON, mark)
    body = html[start : way_on if way_on > 0 else end if end > 0 else None]
    body = _PERMALINK.sub("", body)
    body = _NUMBER.sub(r"\1\2\3</span> <span>\3", body)
    address = quote(address.removesuffix("index.html") if address.endswith("/index.html") else address)
    address = "" if address == "index.html" else address
    own = f'<span data-pagefind-meta="address:{address}"></span>'
    with naming(copy):
        copy.write_text(f"<html><main {_BODY}>{own}{cut(body)}", "utf-8")


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
