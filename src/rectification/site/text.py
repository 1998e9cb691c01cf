"""An item's text as HTML: Markdown on its own, then a sanitiser with our list. MkDocs sanitises nothing."""

from __future__ import annotations

import re
from html import escape
from typing import Literal

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

# markdown-it rather than Python-Markdown: the latter needs half a minute for 20,000 brackets and lets
# raw HTML and attribute lists through; this one is CommonMark, keeps HTML as text and stays linear.
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
_TAGS = {
    *("p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
    *("h3", "h4", "h5", "h6"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
# Text without any character that Markdown gives a meaning to: a paragraph, nothing more.
_PLAIN = re.compile(r"(?!\s|\d+[.)]|[-+=])[^\n\t\xa0\\`*_\[\]<>#&|~!]+")
_HEADING = re.compile(r"(</?h)([1-6])")


def markdown(text: str, home: str | None = None) -> Markup:
    """Return the safe HTML of an item's Markdown. Raw HTML, scripts and template syntax stay text.

    `home` is the address of the page on another site that the text stands on: its relative links lead on
    from there. Where that is not known (an empty text) they are taken out, as they would lead into our site.
    """
    if _PLAIN.fullmatch(text):
        return Markup(f"<p>{escape(text, quote=False)}</p>")
    # An item's own headings stand below the page's sections, so they start at the third level.
    html = _HEADING.sub(lambda m: f"{m[1]}{min(6, int(m[2]) + 2)}", _MARKDOWN.render(text))
    if home is None:
        return Markup(_clean(html, None))
    try:
        return Markup(_clean(html, ("rewrite_with_base", home) if home else "deny"))
    except ValueError:  # no address that the sanitiser can resolve links against
        return Markup(_clean(html, "deny"))


def _clean(html: str, relative: Literal["deny"] | tuple[Literal["rewrite_with_base"], str] | None) -> str:
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
        url_relative=relative,
    ).strip()


def plain(text: str, limit: int = 160) -> str:
    """Return the words of a Markdown text in one line of at most `limit` characters, for a description."""
    if _PLAIN.fullmatch(text):
        return text if len(text) <= limit else text[: limit - 1] + "…"
    words = " ".join(nh3.clean(_MARKDOWN.render(text), tags=set()).split())
    words = words.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
    return words if len(words) <= limit else words[: limit - 1] + "…"
