"""Errors as values: what a check found, where, and the facts its message is made of."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from heapq import nlargest
from typing import TYPE_CHECKING, Literal
from unicodedata import east_asian_width

from rectification.personal import mask

if TYPE_CHECKING:
    from datetime import date

    from rectification.catalogue import Catalogue

Severity = Literal["error", "warning"]

_SHOWN = 60  # characters of a found value quoted in a message
_NAMED_KINDS = (
    "kind",
    "expected_kind",
    "fault",
    "content",
)  # facts that are words of ours, and so in the catalogue
_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_SUGGESTED = 100  # words that get a suggestion
_COMPARED = 100  # choices compared letter by letter with what was found
_NARROW = string.ascii_letters + string.digits + string.punctuation + " "
_WINDOW = 100  # characters of a long line shown in an excerpt


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding of a check.

    `file` is relative to the project's root, with `/`; `line` and `column` start at 1 and the column
    counts Unicode code points. `facts` are the values its message speaks of: the words come from the
    catalogue (`findings.CODE`), so that the same finding reads in Chinese and in English. `day` is the day
    of what a finding on the substance speaks of.
    """

    code: str
    severity: Severity
    file: str
    line: int
    column: int
    facts: Mapping[str, object] = field(default_factory=dict)
    item: str = ""
    day: date | None = None

    def message(self, catalogue: Catalogue) -> str:
        """What is wrong: the value found and what was expected."""
        return self.told(catalogue)[0]

    def hint(self, catalogue: Catalogue) -> str:
        """How to mend it, with the nearest valid value where there is one."""
        return self.told(catalogue)[1]

    def told(self, catalogue: Catalogue) -> tuple[str, str]:
        """Return the message and the hint."""
        facts = self._shown(catalogue)
        message = catalogue.text(f"findings.{self.code}.message", **facts)
        hint = catalogue.text(f"findings.{self.code}.hint", **facts)
        nearest = mask(str(self.facts.get("nearest") or ""))
        if nearest:
            hint = f"{catalogue.text('findings.nearest', nearest=nearest)} {hint}"
        return message, hint

    def _shown(self, catalogue: Catalogue) -> dict[str, object]:
        facts: dict[str, object] = {}
        for name, value in self.facts.items():
            if isinstance(value, tuple):  # words of ours, all of them
                words = (catalogue.text(f"kinds.{word}") for word in value)
                facts[name] = catalogue.text("ui.comma").join(words)
            elif name in _NAMED_KINDS and catalogue.has(f"kinds.{value}"):
                facts[name] = catalogue.text(f"kinds.{value}")
            else:
                facts[name] = shown(value) if isinstance(value, str) and name != "known" else value
        return facts


# Dates and names of units are told of again and again.
@lru_cache(maxsize=1 << 12)
def shown(value: str) -> str:
    """Return `value` fit for a message: one short line, nothing invisible, personal data masked."""
    visible = mask(value)
    if not visible.isprintable():
        visible = "".join(
            c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in visible
        )
    return visible if len(visible) <= _SHOWN else visible[: _SHOWN - 1] + "…"


def nearest(value: str, choices: Iterable[str]) -> str:
    """Return the choice most like `value`, or an empty string where none is close."""
    likely = list(choices)
    if len(likely) > _COMPARED:
        # Comparing letter by letter is dear; what begins (or ends) alike is looked for first.
        likely = nlargest(_COMPARED, likely, key=lambda choice: _shared(value, choice))
    close = get_close_matches(value, likely, n=1, cutoff=0.5)
    return close[0] if close else ""


class Suggestions:
    """The nearest of the same choices for word after word; after a hundred different words, none.

    Thousands of unknown words have one cause, and no list of near ones mends it.
    """

    def __init__(self, choices: Iterable[str]) -> None:
        self.choices = list(choices)
        self.known: dict[str, str] = {}

    def nearest(self, value: str) -> str:
        """Return the choice most like `value`, or an empty string where none is close."""
        if value not in self.known and len(self.known) < _SUGGESTED:
            self.known[value] = nearest(value, self.choices)
        return self.known.get(value, "")


def _shared(one: str, other: str) -> int:
    """Count the letters that two words have in common at their beginning and at their end."""
    length = min(len(one), len(other))
    start = next((n for n in range(length) if one[n] != other[n]), length)
    return start + next((n for n in range(length - start) if one[-1 - n] != other[-1 - n]), length - start)


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort by file, line, column and code: the order an editor mends them in."""
    return sorted(diagnostics, key=lambda d: (d.file, d.line, d.column, d.code))


# A file with a thousand findings is split once, not a thousand times: findings come file by file.
@lru_cache(maxsize=1)
def lines_of(text: str) -> tuple[str, ...]:
    """Return the lines of a text, as an editor counts them."""
    # Nearly every text has one kind of line break: that is found four times as fast.
    return tuple(_LINE_BREAK.split(text) if "\r" in text else text.split("\n"))


def line_of(diagnostic: Diagnostic, text: str) -> str:
    """Return the line a finding points at, personal data masked; nothing where the text has no such line.

    Whatever a finding is about: reports are printed, kept and shown to more people than the file is.
    """
    lines = lines_of(text)
    return mask(lines[diagnostic.line - 1]) if diagnostic.line <= len(lines) else ""


def explain(diagnostic: Diagnostic, text: str, catalogue: Catalogue) -> str:
    """Return a diagnostic as an editor reads it: place, message, the line with a caret, and how to mend it.

    `text` is the whole text of the file; without it (a file that cannot be read) there is no excerpt.
    """
    place = f"{diagnostic.file}:{diagnostic.line}:{diagnostic.column}"
    severity = catalogue.text(f"severity_of_finding.{diagnostic.severity}")
    item = f" [{diagnostic.item}]" if diagnostic.item else ""
    message, hint = diagnostic.told(catalogue)
    parts = [f"{place}: {severity} {diagnostic.code}{item}", f"  {message}"]
    if text and diagnostic.line <= len(lines_of(text)):
        parts += _excerpt(line_of(diagnostic, text), diagnostic.line, diagnostic.column)
    parts.append(f"  = {hint}")
    return "\n".join(parts)


def _excerpt(line: str, number: int, column: int) -> list[str]:
    """Return the line and a caret below the column, cut to a window where the line is long."""
    start = max(0, column - 1 - _WINDOW // 2) if len(line) > _WINDOW else 0
    piece = line[start : start + _WINDOW]
    gutter = f"{number:>6} | "
    visible = piece
    if not piece.isprintable():
        visible = "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in piece)
    # A Chinese character takes two columns of a terminal; a tab is kept, so that both lines shift alike.
    before = visible[: max(0, column - 1 - start)]
    padding = " " * len(before)
    if before.strip(_NARROW):
        padding = "".join("\t" if c == "\t" else "  " if east_asian_width(c) in "WF" else " " for c in before)
    return [f"{gutter}{visible}", f"{' ' * (len(gutter) - 2)}| {padding}^"]
