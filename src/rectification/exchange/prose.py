"""Markdown for paper: the same words, without the marks that only a page can turn into type."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from markdown_it.token import Token


def without_marks(text: str) -> str:
    """Return the words of a Markdown text, a paragraph or entry of a list on its own line."""
    lines: list[str] = []
    markers: list[int | None] = []  # of the lists we are in: the number of the next entry, None for a dot
    mark = ""
    for token in _parser().parse(text):
        if token.type == "bullet_list_open":
            markers.append(None)
        elif token.type == "ordered_list_open":
            markers.append(int(token.attrs.get("start", 1)))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            markers.pop()
        elif token.type == "list_item_open":
            number = markers[-1]
            mark = "· " if number is None else f"{number}. "
            markers[-1] = None if number is None else number + 1
        elif token.type == "inline":
            lines.append(mark + _words(token))
            mark = ""
        elif token.type in ("fence", "code_block", "html_block"):
            lines.append(token.content.rstrip("\n"))
    return "\n".join(lines)


def _words(inline: Token) -> str:
    out = []
    for token in inline.children or ():
        if token.type in ("softbreak", "hardbreak"):
            out.append("\n")
        elif token.type == "image":
            out.append(_words(token))
        else:
            out.append(token.content)
    return "".join(out)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark")
