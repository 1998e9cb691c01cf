"""What is mechanical in a YAML text, mended: each step is read back, and taken back if it did more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import yaml

from rectification.editing.append import ORDER
from rectification.editing.outline import BREAK, Outline, leaves, outline, pairs
from rectification.model import (
    CategoriesFile,
    ChecklistFile,
    Item,
    Record,
    RequestsFile,
    UnitsFile,
    build,
    day_of,
    fields_below,
)
from rectification.profile import ReportsFile
from rectification.source import Path_, parse

_FILES: tuple[type[Record], ...] = (ChecklistFile, UnitsFile, CategoriesFile, RequestsFile, ReportsFile)
_KEYS = sorted({key for kind in _FILES for key in fields_below(kind)})
_KEY = "|".join(map(re.escape, _KEYS))
# A colon that is full-width, or has no blank behind it, right after a key that is known.
_WIDE_KEY = re.compile(rf"^([ ]*(?:-[ ]+)*)({_KEY})(?:：[ \t　]*|:(?=[^\s/]))(?=(.*))")
_WIDE_IN_FLOW = re.compile(rf"({_KEY})：[ \t　]*")
_BLANKS = re.compile(r"[ \t](?:[\r\n]|$)")
_BLOCK_SCALAR = re.compile(r"[:：-][ \t　]*[|>][0-9+-]*[ \t]*(#.*)?$")


@dataclass(frozen=True, slots=True)
class Mended:
    """A text as mended so far as could be done safely.

    `readable` is False where the text is no YAML even so; `faults` counts the steps that were taken back.
    """

    text: str
    readable: bool
    faults: int = 0


def mend(text: str) -> Mended:
    """Mend key punctuation, forms of dates, key order of items, trailing blanks and the end of a text."""
    document, _ = parse(text, "")
    if document is None:
        punctuated = _punctuate(text)
        document, _ = parse(punctuated, "")
        if document is None or not _are_keys(text, punctuated):
            return Mended(text, False)
        text = punctuated
    value: Any = document.value
    faults = 0
    steps: tuple[tuple[Callable[[str, Any], str], Callable[[Any], Any]], ...] = (
        (_punctuate_flow, _with_plain_keys),
        (_dates, _with_dates),
        (_blanks, _as_it_is),
        (_last_line, _as_it_is),
        (_order, _as_it_is),
    )
    for step, meant in steps:
        mended = step(text, value)
        if mended == text:
            continue
        after, _ = parse(mended, "")
        if after is not None and _same(after.value, meant(value)):
            text, value = mended, after.value
        else:
            faults += 1
    return Mended(text, True, faults)


def _as_it_is(value: Any) -> Any:
    return value


def _punctuate(text: str) -> str:
    """Give known keys their half-width colon and its blank; block texts are left alone."""
    parts = re.split(r"(\r\n|\n|\r)", text)
    block: int | None = None
    for n in range(0, len(parts), 2):
        line = parts[n]
        depth = len(line) - len(line.lstrip(" "))
        if block is not None and (not line.strip() or depth > block):
            continue
        block = None
        line = _WIDE_KEY.sub(lambda m: f"{m[1]}{m[2]}:{' ' if m[3].strip() else ''}", line)
        if _BLOCK_SCALAR.search(line):
            block = depth
        parts[n] = line
    return "".join(parts)


def _are_keys(before: str, after: str) -> bool:
    """Tell whether every line that was given a colon now begins with a key."""
    keys = {
        key.start_mark.line for mapping in _mapping_nodes(outline(after).root) for key, _ in pairs(mapping)
    }
    lines = zip(BREAK.split(before), BREAK.split(after), strict=True)
    return keys.issuperset(n for n, (old, new) in enumerate(lines) if old != new)


def _punctuate_flow(text: str, _: Any) -> str:
    """`{date：2026-02-03}` reads as one key without a value; make it a key and its value."""
    if not _WIDE_IN_FLOW.search(text):
        return text
    found = outline(text)
    cuts = [
        (key.start_mark.index, key.start_mark.index + match.end(), f"{match[1]}: ")
        for mapping in _mapping_nodes(found.root)
        for key, value in pairs(mapping)
        if not key.style and _empty(value) and (match := _WIDE_IN_FLOW.match(key.value))
    ]
    return _replaced(text, cuts)


def _with_plain_keys(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_plain_keys(part) for part in value]
    if not isinstance(value, dict):
        return value
    plain: dict[str, Any] = {}
    for key, below in value.items():
        match = _WIDE_IN_FLOW.match(key) if below is None else None
        if match:
            plain[match[1]] = key[match.end() :] or None
        else:
            plain[key] = _with_plain_keys(below)
    return plain


def _dates(text: str, value: Any) -> str:
    days = list(_loose_days(value))
    if not days:
        return text
    found = outline(text)
    cuts = []
    for path, day in days:
        node = found.node(path)
        if node.style not in ("|", ">"):
            quote = node.style or ""
            cuts.append((node.start_mark.index, node.end_mark.index, f"{quote}{day}{quote}"))
    return _replaced(text, cuts)


def _with_dates(value: Any) -> Any:
    dated = deepcopy(value)
    for path, day in _loose_days(value):
        owner = dated
        for part in path[:-1]:
            owner = owner[part]
        owner[path[-1]] = day
    return dated


def _loose_days(value: Any) -> Iterator[tuple[Path_, str]]:
    """Yield where a day stands in another form than the model's, with the day as it is to be written."""
    kinds: tuple[tuple[type[Record], bool], ...] = (
        (ChecklistFile, "checklist" in value or "items" in value),
        (Item, "id" in value),
    )
    for kind, fits in kinds:
        for mistake in build(kind, value)[1] if fits else ():
            day = str(mistake.facts.get("nearest", ""))
            # A day that the calendar does not have is a person's to mend.
            if mistake.code == "M005" and day_of(day) is not None:
                yield mistake.path, day


def _blanks(text: str, _: Any) -> str:
    """Take blanks off the ends of lines, but not inside quoted or block texts: there they are content."""
    if not _BLANKS.search(text):
        return text
    kept: set[int] = set()
    for leaf in leaves(outline(text).root):
        first, last = leaf.start_mark.line, leaf.end_mark.line
        if leaf.style in ("|", ">"):
            kept |= set(range(first + 1, last + (leaf.end_mark.column > 0)))
        elif leaf.style:
            kept |= set(range(first, last))
    parts = re.split(r"(\r\n|\n|\r)", text)
    for n in range(0, len(parts), 2):
        parts[n] = parts[n] if n // 2 in kept else parts[n].rstrip(" \t")
    return "".join(parts)


def _last_line(text: str, _: Any) -> str:
    if BREAK.search(text[-1]):
        return text
    found = BREAK.search(text)
    return text + (found.group() if found else "\n")


def _order(text: str, _: Any) -> str:
    """Put the keys of each item into the model's order; a comment above a key goes with it."""
    found = outline(text)
    listed = found.node(("items",))
    if isinstance(listed, yaml.SequenceNode):
        items = [] if listed.flow_style else list(listed.value)
    else:
        items = [found.root] if found.node(("id",)) is not None else []
    blocks = (item for item in items if isinstance(item, yaml.MappingNode) and not item.flow_style)
    return _replaced(text, [cut for item in blocks if (cut := _ordered(found, item))])


Cut = tuple[int, int, str]


def _replaced(text: str, cuts: list[Cut]) -> str:
    """Return `text` with each cut (start, end, what is to stand there) made; cuts do not overlap."""
    parts, last = [], 0
    for start, end, new in sorted(cuts):
        parts += [text[last:start], new]
        last = end
    return "".join([*parts, text[last:]])


def _ordered(found: Outline, item: Any) -> Cut | None:
    keys = [key.value for key, _ in item.value]
    wanted = sorted(range(len(keys)), key=lambda n: ORDER.index(keys[n]) if keys[n] in ORDER else len(ORDER))
    if wanted == list(range(len(keys))):
        return None
    text, end = found.text, found.line_end(found.end(item))
    column = item.start_mark.column
    starts = [item.start_mark.index]
    for key, _ in item.value[1:]:
        start = key.start_mark.index - column
        while (above := _line_above(text, start)) is not None and text[above:start].lstrip().startswith("#"):
            start = above
        starts.append(start)
    pieces = [text[a:b] for a, b in pairwise([*starts, end])]
    # Each piece as whole lines without the first one's indentation: only the first key stands behind a dash.
    pieces = [piece if n == 0 else piece.removeprefix(" " * column) for n, piece in enumerate(pieces)]
    pieces = [piece if BREAK.search(piece[-1]) else piece + found.line_break for piece in pieces]
    if column and pieces[wanted[0]].startswith("#"):
        return None  # the comment above the key that is to come first would stand behind the dash
    joined = pieces[wanted[0]] + "".join(" " * column + pieces[n] for n in wanted[1:])
    tail = BREAK.match(text, end)
    return starts[0], tail.end() if tail else end, joined


def _line_above(text: str, start: int) -> int | None:
    """Return where the line before the one that begins at `start` begins."""
    if start <= 0:
        return None
    end = start - 2 if text.startswith("\r\n", start - 2) else start - 1
    return max(text.rfind("\n", 0, end), text.rfind("\r", 0, end)) + 1


def _mapping_nodes(node: Any) -> Iterator[Any]:
    if isinstance(node, yaml.MappingNode):
        yield node
        for _, value in node.value:
            yield from _mapping_nodes(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _mapping_nodes(value)


def _empty(node: Any) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.value and not node.style


def _same(one: Any, other: Any) -> bool:
    """Compare values; the line break at the end of a block text is no part of what an editor says."""
    if isinstance(one, str) and isinstance(other, str):
        return one.rstrip("\n") == other.rstrip("\n")
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)
