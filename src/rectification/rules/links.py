"""From item to item: what one names, is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from rectification.diagnostic import Suggestions
from rectification.rules.rule import Breach, Rule

if TYPE_CHECKING:
    from rectification.ledger import Ledger

_RENDERED = frozenset(("problem", "cause", "goal", "text", "note", "reason", "description"))  # as Markdown
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_SCHEMES = ("http", "https", "mailto")
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_MARKDOWN.validateLink = lambda url: True  # type: ignore[method-assign]  # what it refuses is looked for


def related_to_nothing(ledger: Ledger) -> Iterator[Breach]:
    """A related item exists and is another one."""
    known = Suggestions(ledger.by_id)
    for record in ledger.records:
        for index, other in enumerate(record.item.related):
            if ledger.find(other) is None or other == record.item.id:
                close = known.nearest(other)
                facts = {"found": other, "nearest": close if close != record.item.id else ""}
                yield Breach(record.place, ("related", index), facts, record.item.id)


def merged_into_nothing(ledger: Ledger) -> Iterator[Breach]:
    """What an item was merged into exists, is not withdrawn itself, and does not lead back."""
    for record in ledger.records:
        for index, entry in enumerate(record.item.log):
            if not entry.merged_into:
                continue
            target = ledger.find(entry.merged_into)
            if target is None or target.state.status == "withdrawn" or target.item.id == record.item.id:
                facts = {"found": entry.merged_into}
                yield Breach(record.place, ("log", index, "merged_into"), facts, record.item.id)


def unsafe_link(ledger: Ledger) -> Iterator[Breach]:
    """A link in a text leads to a page or an address of mail, and runs nothing.

    Texts are read as Markdown, so that entities, capitals and blanks hide no scheme; the sanitiser of the
    pages would take such a link out, and its reader would find nothing behind it.
    """
    for written in ledger.suspects:
        if written.path[-1] not in _RENDERED:
            continue
        for target in _targets(written.text):
            scheme = _SCHEME.match(target)
            if scheme is not None and scheme[1].lower() not in _SCHEMES:
                yield Breach(
                    written.place, written.path, {"found": target}, written.item, of=written.of, words=target
                )


def _targets(text: str) -> Iterator[str]:
    """Yield where the links and pictures of a Markdown text lead, in order."""
    waiting = _MARKDOWN.parse(text)[::-1]
    while waiting:
        token = waiting.pop()
        waiting += (token.children or ())[::-1]
        target = token.attrGet("href") or token.attrGet("src")
        if target is not None:
            yield str(target)


RULES = (
    Rule("L401", "error", related_to_nothing, whole=True),
    Rule("L402", "error", merged_into_nothing, whole=True),
    Rule("L403", "error", unsafe_link),
)
