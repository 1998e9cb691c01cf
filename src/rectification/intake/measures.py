"""Several measures in one cell, each its own: split at their numbers, never inside a date or a decimal."""

from __future__ import annotations

import re

# `1.` counts only where a line or a sentence begins, and never before a digit (2020.3.15).
_START = r"(?:^|(?<=[\n。；;！!：:])\s*)"
_MARKS = (
    re.compile(rf"{_START}[（(][一二三四五六七八九十]{{1,3}}[）)]", re.MULTILINE),
    re.compile(rf"{_START}[一二三四五六七八九十]{{1,3}}、", re.MULTILINE),
    re.compile(rf"{_START}(?:[（(]\d{{1,2}}[）)]|\d{{1,2}}[）)])", re.MULTILINE),
    re.compile(rf"{_START}\d{{1,2}}(?:[.．](?!\d)|、)", re.MULTILINE),
    re.compile("[①-⑳]"),
)
_NUMBER = "一二三四五六七八九十"


def split_measures(text: str) -> list[str]:
    """Return the measures of a cell, in order, without their numbers. Every other character is kept."""
    marked = [list(mark.finditer(text)) for mark in _MARKS]
    # The kind of number that comes first is the outer one; one number alone divides nothing.
    outer = min((found for found in marked if len(found) > 1 and _counts(found)), key=_first, default=None)
    if outer is not None:
        before = text[: outer[0].start()].strip()
        ends = [*(match.start() for match in outer[1:]), len(text)]
        parts = [text[m.end() : end] for m, end in zip(outer, ends, strict=True)]
        return _trimmed([before, *parts])
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) > 1:
        return _trimmed(lines)
    alone = next((mark for mark in _MARKS if mark.match(text)), None)
    parts = re.split("[；;]", alone.sub("", text, count=1) if alone else text)
    return _trimmed(parts)


def _first(found: list[re.Match[str]]) -> int:
    return found[0].start()


def _counts(found: list[re.Match[str]]) -> bool:
    """Tell whether the numbers begin at one: `3、` in the middle of a text is no list."""
    first = re.sub(r"\W", "", found[0].group())
    return first in ("1", "一", "①")


def _trimmed(parts: list[str]) -> list[str]:
    kept = (re.sub(r"[；;\s]+$", "", part.strip()) for part in parts)
    return [part for part in kept if part]
