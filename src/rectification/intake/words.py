"""What the words of a cell mean: a status, a mode, names, a title.

The words are those of the lists in `headings`, and those that an export of ours writes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from rectification.catalogue import LANGUAGES, read_catalogue
from rectification.exchange import cells as written
from rectification.intake.headings import MODE_WORDS, SEVERITY_WORDS, STATUS_WORDS, VISIBILITY_WORDS
from rectification.model import Identifier, Record, build

WORDS_OF = {"severity": SEVERITY_WORDS, "mode": MODE_WORDS, "visibility": VISIBILITY_WORDS}
_TITLE = 60  # characters of a title made of a problem's first sentence


class _Named(Record):
    id: Identifier


def is_id(text: str) -> bool:
    """Tell whether a text can be the id of an item."""
    return build(_Named, {"id": text})[0] is not None


def first_sentence(problem: str) -> str:
    parts = (
        re.sub(r"^\s*(?:[（(]?[\d一二三四五六七八九十]{1,2}[）)]|\d{1,2}(?:[.．](?!\d)|、)|[①-⑳])\s*", "", p)
        for p in re.split(r"[。；;！？!?\n]", problem)
    )  # without the number of the first of several
    first = next((part.strip() for part in parts if part.strip()), problem)
    return first if len(first) <= _TITLE else f"{first[: _TITLE - 1].rstrip('，、, ')}…"


def measure(text: str) -> dict[str, Any]:
    said, visibility = written.read_mark(text)
    return {"text": said, **({"visibility": "internal"} if visibility == "internal" else {})}


def names_in(text: str) -> list[str]:
    return [name for part in re.split(r"[、，,；;/／\n]", text) if (name := part.strip())]


def _word(text: str) -> str:
    return re.sub(r"[\s。；;，,.!！]+", " ", unicodedata.normalize("NFKC", text)).strip().lower()


def code_of(text: str, words: Mapping[str, tuple[str, ...]]) -> str:
    word = _word(text)
    own = _own(text, words)
    return own or next((c for c, listed in words.items() if {word, word.replace(" ", "")} & {*listed}), "")


def _own(text: str, words: Mapping[str, tuple[str, ...]]) -> str:
    sections = {id(listed): name for name, listed in (*WORDS_OF.items(), ("status", STATUS_WORDS))}
    return _own_words(sections[id(words)]).get(text, "")


@cache
def _own_words(section: str) -> dict[str, str]:
    return {
        word: code
        for catalogue in map(read_catalogue, LANGUAGES)
        for code, word in catalogue.section(section).items()
    }


def own_status(text: str) -> str:
    return _own(text, STATUS_WORDS)


def state_in(text: str) -> str:
    """Return the status a cell means: a word of completion, a day beside it allowed, and no more."""
    bare = re.sub(r"(?:于|在)?\d{4}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?", "", text)
    bare = re.sub(r"[（()）]", "", bare)
    return code_of(bare, STATUS_WORDS)


def mode_in(text: str) -> tuple[str, str]:
    """Return the mode that a due cell names, and what is left of it."""
    for mode, words in MODE_WORDS.items():
        for word in words:
            if word in text.lower():
                rest = re.sub(re.escape(word), "", text, flags=re.IGNORECASE)
                return mode, rest.strip(" ，,、；;。并（）()\n")
    return "", text


def as_day(key: str, value: Any) -> Any:
    """Return the days of our own texts as days; everything else as it is."""
    days = ("date", "due", "done", "review", "from", "to", "on")
    return date.fromisoformat(value) if key in days and isinstance(value, str) else value
