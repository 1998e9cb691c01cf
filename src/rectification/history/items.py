"""Old versions of a checklist's file -> its items, each different text of an item parsed once.

A file of five hundred items changed a thousand times differs in a few items each time. So its text is split
where the items begin, of which only those are looked at that differ from the version read before, and only
pieces not seen before are parsed. Where the split does not add up, the whole text is parsed: the result is
always that of reading the whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rectification.source import MAX_BYTES, Node, parse

Items = Mapping[str, Mapping[str, Node]]

_LIST = re.compile(rb"^items:[ \t]*(?:[ \t]#.*)?$", re.MULTILINE)
_FIRST = re.compile(rb"\n(?:[ \t]*(?:#.*)?\n)*( *)-[ \n]")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Split:
    """A text whose items begin at `bounds` (the last is where they end), and what each of them says."""

    text: bytes
    column: int
    bounds: Sequence[int]
    values: Sequence[Node]


@dataclass
class Reading:
    """Reads versions of files, and remembers every piece of text it has parsed."""

    pieces: dict[bytes, Mapping[str, Node] | None] = field(default_factory=dict)
    last: dict[str, _Split] = field(default_factory=dict)

    def checklist(self, raw: bytes, path: str) -> Items | None:
        """Return the items of a checklist's file by their ids; None where it cannot be read.

        An id used twice names its first item; what has no id is left out. `path` tells of which file it is
        a version: those of one file have most of their text in common.
        """
        text = _text(raw)
        before = self.last.get(path)
        split = self._changed(before, text) if before is not None else None
        split = split or self._split(text)
        if split is not None:
            self.last[path] = split
            return _by_id(split.values)
        if len(text) > MAX_BYTES or (value := _parse(text)) is None:
            return None
        listed = value.get("items")
        return _by_id(listed if isinstance(listed, list) else [])

    def item(self, raw: bytes) -> Items | None:
        """Return the item of a file that holds one alone; None where it cannot be read."""
        text = _text(raw)
        value = _parse(text) if len(text) <= MAX_BYTES else None
        return None if value is None else _by_id([dict(value)])

    def _split(self, text: bytes) -> _Split | None:
        """Split a text and read its pieces; None where it is not laid out for that."""
        heads = list(_LIST.finditer(text))
        first = _FIRST.match(text, heads[0].end()) if len(heads) == 1 else None
        if first is None or len(text) > MAX_BYTES:
            return None
        column = len(first[1])
        body = heads[0].end() + 1
        end = _beyond(column).search(text, body)
        stop = end.start() if end is not None else len(text)
        rest = self._parsed(text[: heads[0].start()] + b"items: []\n" + text[stop:])
        if rest is None or rest.get("items") != []:
            return None  # what looked like the list stands in a quotation
        starts = [match.start() for match in _dash(column).finditer(text, body, stop)]
        bounds = (body, *starts[1:], stop)
        values = self._values(text, bounds)
        return None if values is None else _Split(text, column, bounds, values)

    def _changed(self, before: _Split, text: bytes) -> _Split | None:
        """Read only the pieces of `text` that differ from `before`; None where more than these differ."""
        old, bounds, column = before.text, before.bounds, before.column
        alike = _alike(old, text)
        most = min(len(old), len(text)) - alike
        alike_after = _alike(old[len(old) - most :][::-1], text[len(text) - most :][::-1])
        # A piece is the same only if the one after it can be seen to begin where it did.
        first = max((n for n, bound in enumerate(bounds[:-1]) if bound + column + 2 <= alike), default=-1)
        last = next((n for n, bound in enumerate(bounds) if bound >= len(old) - alike_after), -1)
        if first < 0 or last <= first or len(text) > MAX_BYTES:
            return None
        shift = len(text) - len(old)
        start, stop = bounds[first], bounds[last] + shift
        dashes = [match.start() for match in _dash(column).finditer(text, start, stop)]
        ends_line = stop == len(text) or text[stop - 1 : stop] == b"\n"
        if not dashes or not ends_line or _beyond(column).search(text[start:stop]):
            return None
        changed = (start, *dashes[1:], stop)
        values = self._values(text, changed)
        if values is None:
            return None
        after = [bound + shift for bound in bounds[last + 1 :]]
        listed = (*before.values[:first], *values, *before.values[last:])
        return _Split(text, column, (*bounds[:first], *changed, *after), listed)

    def _values(self, text: bytes, bounds: Sequence[int]) -> list[Node] | None:
        listed: list[Node] = []
        for start, stop in pairwise(bounds):
            value = self._parsed(b"items:\n" + text[start:stop])
            one = value.get("items") if value is not None and len(value) == 1 else None
            if not isinstance(one, list) or len(one) != 1:
                return None
            listed += one
        return listed

    def _parsed(self, text: bytes) -> Mapping[str, Node] | None:
        if text not in self.pieces:
            self.pieces[text] = _parse(text)
        return self.pieces[text]


def _beyond(column: int) -> re.Pattern[bytes]:
    """Match where the list has ended: a line neither empty, nor a comment, nor of an item."""
    return re.compile(
        rb"^(?! {%d}| {%d}-(?:[ \n]|\Z)|[ \t]*(?:[#\n]|\Z))." % (column + 1, column), re.MULTILINE
    )


def _dash(column: int) -> re.Pattern[bytes]:
    """Match where an item begins."""
    return re.compile(rb"^ {%d}-(?=[ \n]|\Z)" % column, re.MULTILINE)


def _alike(one: bytes, other: bytes) -> int:
    """Return how many bytes both begin with. Halving lets the machine compare long stretches at once."""
    known, most = 0, min(len(one), len(other))
    while known < most:
        middle = (known + most + 1) // 2
        if one[known:middle] == other[known:middle]:
            known = middle
        else:
            most = middle - 1
    return known


def _text(raw: bytes) -> bytes:
    """Return the text with plain line breaks: YAML reads each kind of them as the same."""
    text = raw.removeprefix(_BOM)
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text


def _parse(text: bytes) -> Mapping[str, Node] | None:
    try:
        document, _ = parse(text.decode(), "")
    except UnicodeDecodeError:
        return None
    return document.value if document is not None else None


def _by_id(listed: Sequence[Node]) -> Items:
    found: dict[str, Mapping[str, Node]] = {}
    for value in listed:
        identifier = value.get("id") if isinstance(value, dict) else None
        if isinstance(value, dict) and isinstance(identifier, str):
            found.setdefault(identifier.strip(), value)
    return found
