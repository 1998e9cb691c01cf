"""The theme rendered once a kind of page, then stamped for every record.

MkDocs renders one *shell* of each kind through the real theme, as an ordinary page whose title, address
and so on are tokens. What comes out, with all that the theme, `overrides/` and other plugins did to it,
is cut at the tokens; a record's page is those pieces with its own values between them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import escape
from typing import NamedTuple

from rectification.site.kept import digest

# Lower case letters and digits only: a token passes unchanged through slugs, addresses and escaping.
_TOKEN = re.compile(r"rectify0([a-z]+)0token")
# The table of contents has one token entry; each of its list items is repeated for a page's sections.
_ENTRY = re.compile(r"<li\b(?:(?!<li\b|</li>).)*?rectify0section0token(?:(?!<li\b).)*?</li>", re.DOTALL)

_CANONICAL = re.compile(r'<link\b[^>]*rel="?canonical\b[^>]*>|<meta property="og:url"[^>]*>')
_EDIT = re.compile(r"<a\b[^>]*rectify0edit0token(?:(?!</a>).)*</a>", re.DOTALL)
# Where white space is part of what is meant; elsewhere a theme's indentation is a quarter of every page.
_AS_IT_STANDS = re.compile(
    r"(<(?P<name>pre|textarea|script|style)\b.*?</(?P=name)\s*>)", re.DOTALL | re.IGNORECASE
)
_INDENTATION = re.compile(r"[ \t\r]*\n\s*")

HEADING_ID = "record"


def token(name: str) -> str:
    """Return the token that stands for `name` (letters a–z only) in a shell."""
    return f"rectify0{name}0token"


class Section(NamedTuple):
    """An entry of a page's table of contents."""

    anchor: str
    title: str


@dataclass(frozen=True)
class Shell:
    """A rendered page cut at its tokens: `pieces[n]`, in UTF-8, is followed by the value of `names[n]`."""

    pieces: tuple[bytes, ...]
    names: tuple[str, ...]
    entries: tuple[str, ...]

    @cached_property
    def digest(self) -> str:
        """A digest of all that it is."""
        return digest(*self.pieces, self.names, self.entries)

    def stamp(self, values: Mapping[str, str], sections: Sequence[Section]) -> bytes:
        """Return the page of one record, in UTF-8.

        `values` are ready for HTML (escaped or markup); `sections` are plain text. Raises KeyError for a
        token without a value: the shell and its kind would no longer agree.
        """
        out = [self.pieces[0]]
        for name, piece in zip(self.names, self.pieces[1:], strict=True):
            if name.startswith("entry"):
                entry = self.entries[int(name[5:])]
                out += [_entry(entry, section) for section in sections]
            else:
                out.append(values[name].encode())
            out.append(piece)
        return b"".join(out)


def compile_shell(html: str) -> Shell:
    """Cut a rendered shell into pieces, without its indentation.

    Raises ValueError where the theme left the body token out.
    """
    if token("body") not in html:
        raise ValueError("The theme did not render the content of the page")
    # The theme's "skip to content" link points at the heading by the id MkDocs made from its token.
    html = html.replace(f"#{token('heading')}", f"#{HEADING_ID}")
    html = _without_indentation(html)
    entries: list[str] = []

    def keep(match: re.Match[str]) -> str:
        entries.append(match.group())
        return f"\0entry{len(entries) - 1}\0"

    cut = re.split(r"\0(entry\d+)\0|rectify0([a-z]+)0token", _ENTRY.sub(keep, html))
    pieces, names = cut[0::3], [entry or name for entry, name in zip(cut[1::3], cut[2::3], strict=True)]
    return Shell(tuple(piece.encode() for piece in pieces), tuple(names), tuple(entries))


def for_other_sites(html: str) -> str:
    """Return the shell of an item's page made ready for items of other sites.

    Such a page names its home as the canonical address, and nobody can edit it here.
    """
    html = _CANONICAL.sub("", html)
    html = html.replace("</head>", f"{token('canonical')}\n</head>", 1)
    return _EDIT.sub("", html)


def _without_indentation(html: str) -> str:
    """Return `html` with the white space around a line break as that line break: a browser shows the same."""
    parts = _AS_IT_STANDS.split(html)  # text, an element to leave alone, its name, text, …
    parts[0::3] = [_INDENTATION.sub("\n", part) for part in parts[0::3]]
    del parts[2::3]
    return "".join(parts)


@lru_cache(maxsize=1 << 12)  # most pages have the same sections
def _entry(entry: str, section: Section) -> bytes:
    linked = entry.replace(f"#{token('section')}", f"#{section.anchor}")
    return linked.replace(token("section"), escape(section.title)).encode()
