"""What every page gets after the theme: social tags, our data, the search box, marks for the index."""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING

from rectification.model import STATUSES

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.settings import Settings

# Sections of the catalogue that the browser needs.
_FOR_BROWSER = ("due", "status", "flag", "notice", "filter")
_WORDS_FOR_BROWSER = ("copied", "previous", "next", "back_to_view", "none_here", "colon", "comma")
# Where a theme puts a page's own words, the narrowest first.
_CONTENT = (r"<article\b", r"<(?=[^>]*role=\"main\")[a-z]+\b", r"<main\b")
_BODY = re.compile(r"(<body\b)([^>]*>)")
_SOURCE_FACTS = re.compile(r' data-md-component="source"')


def head_tags(title: str, description: str, address: str, site_name: str, language: str) -> str:
    """Return Open Graph tags. All arguments are ready for HTML attributes; `address` may be empty."""
    tags = {
        "og:type": "article",
        "og:title": title,
        "og:description": description,
        "og:url": address,
        "og:site_name": site_name,
        "og:locale": {"zh": "zh_CN", "en": "en_US"}[language],
    }
    lines = [f'<meta property="{name}" content="{value}">' for name, value in tags.items() if value]
    return "\n".join([*lines, '<meta name="twitter:card" content="summary">'])


def canonical_tags(address: str) -> str:
    """Return what names the one true address of a page; nothing without one."""
    if not address:
        return ""
    named = escape(address, quote=True)
    return f'<link rel="canonical" href="{named}">\n<meta property="og:url" content="{named}">'


def feed_link(address: str, title: str, media: str = "application/atom+xml") -> str:
    """Return the element that announces a feed. Both texts are ready for HTML attributes."""
    # Two words: Material takes any link whose relation is `alternate` alone for a translation of the site.
    return f'<link rel="alternate feed" type="{media}" title="{title}" href="{address}">'


def browser_data(
    catalogue: Catalogue, settings: Settings, build_day: str, item_page: str, *, search: bool
) -> str:
    """Return the JSON the scripts read: texts of the interface language, thresholds, the site's addresses.

    `item_page` is the address of an item's page below the site's root, with `{id}` for its id.
    """
    data = {
        "language": catalogue.language,
        "dueSoonDays": settings.due_soon_days,
        "stalledDays": settings.stalled_days,
        "buildDay": build_day,
        "itemPage": item_page,
        "search": search,
        "statuses": STATUSES,
        "audience": settings.audience,
        "internalWord": internal_word(catalogue, settings),
        "texts": catalogue.flat(*_FOR_BROWSER, *(["search"] if search else []))
        | {f"ui.{word}": catalogue.text(f"ui.{word}") for word in _WORDS_FOR_BROWSER},
    }
    return f'<script type="application/json" id="rectify-data">{json_element(data)}</script>'


def internal_word(catalogue: Catalogue, settings: Settings) -> str:
    """Return what marks an internal part: on a public site that its details are withheld."""
    return catalogue.text("visibility.internal" if settings.audience == "internal" else "ui.withheld")


def json_element(data: object) -> str:
    """Return `data` as JSON for a script element: `<` never appears, so that no text can close it."""
    encoded = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return encoded.replace("<", "\\u003c")


def furnish(html: str, head: str, search_box: str, notice: str, *, indexed: bool, banner: str = "") -> str:
    """Insert `head` into the page's head, `search_box` into its header and `notice` above its content, and
    mark its content for the search index if it is to be `indexed`. A `banner` goes above everything.

    Material's repository facts are asked from the forge's own server by the reader's browser: that is
    switched off, since a page must need no server but its own.
    """
    html = html.replace("</head>", f"{head}\n</head>", 1)
    html = _SOURCE_FACTS.sub("", html)
    if banner:
        marked = r'\1 data-rx-audience="internal"\2'
        html = _BODY.sub(lambda body: body.expand(marked) + banner, html, count=1)
    content = next((found for pattern in _CONTENT if (found := re.search(pattern, html))), None)
    if content is not None:
        mark = " data-pagefind-body" if indexed else ""
        html = f"{html[: content.start()]}{notice}{content.group()}{mark}{html[content.end() :]}"
    if not search_box:
        return html
    start = html.find('<nav class="md-header__inner')
    if start < 0:
        return html
    before = html.find('<div class="md-header__source"', start)
    end = before if before >= 0 else html.find("</nav>", start)
    return html[:end] + search_box + html[end:]


def attribute(text: str) -> str:
    """Return `text` escaped for an HTML attribute."""
    return escape(text, quote=True)
