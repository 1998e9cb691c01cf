"""The quick reading of a text that there is nothing to say of, and what tells that another calls for care."""

from __future__ import annotations

import re
from array import array
from sys import intern
from typing import TYPE_CHECKING, Any

import yaml
from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from rectification.source.tree import MAX_DEPTH, MAX_NODES, Node, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# PyYAML's stubs make every mark optional; an event that comes from the parser always has both of its marks.
Event = Any

# Only from the start of a run of blanks: from each of them in turn, a run without a `#` costs its square.
LOST_COMMENT = re.compile(r"(?<![ \t])[ \t]+#[^\s#]")
# Where one may stand: what an anchor, an alias or a tag begins with. And an escape of what may be hidden.
_MARKER = re.compile(r"[&*!](?<![^\s\[\]{},:?-].)")
_HIDING = re.compile(r"\\[xuU0abvfeNLP]")


def needs_care(text: str) -> bool:
    """Tell whether a text may hold what is refused, or warned of, though libyaml takes it."""
    return (
        may_lose_a_comment(text)
        or "<<" in text
        or (any(mark in text for mark in "&*!") and _MARKER.search(text) is not None)
        or ("\\" in text and _HIDING.search(text) is not None)
    )


def may_lose_a_comment(text: str) -> bool:
    """Tell whether a text has a `#` that may cut a plain value short."""
    return (" #" in text or "\t#" in text) and LOST_COMMENT.search(text) is not None


class _CareError(Exception):
    """A text is to be read with care after all."""


def read_plainly(text: str) -> Tree | None:
    """Read a text that there is nothing to say of, as nearly all are, in half the time that care takes.

    None for any other: `read_carefully` finds out what there is to say.
    """
    if needs_care(text):
        return None
    loader = yaml.CBaseLoader(text)
    reading = _PlainReading(loader.get_event)
    try:
        return reading.whole()
    except (yaml.YAMLError, _CareError):
        return None
    finally:
        loader.dispose()


class _PlainReading:
    """One pass over events of which none is expected to be refused."""

    def __init__(self, get: Callable[[], Event]) -> None:
        self.get = get
        self.positions = array("I")
        self.entries: dict[str, Sequence[int]] = {}

    def whole(self) -> Tree | None:
        """Return what a stream of one document says; None where it is another. Raises _CareError."""
        get = self.get
        get()  # the start of the stream
        if type(get()) is not DocumentStartEvent or type(top := get()) is not MappingStartEvent:
            return None
        value = self.below(top, 1)
        assert isinstance(value, dict)
        whole = type(get()) is DocumentEndEvent and type(get()) is StreamEndEvent
        if not whole or len(self.positions) > MAX_NODES:
            return None
        return Tree(value, self.entries, self.positions)

    def below(self, start: Event, depth: int, name: str = "") -> Node:
        """Return the collection that an event opens; `name` is its key. Raises _CareError."""
        if depth > MAX_DEPTH:
            raise _CareError
        get, positions, note = self.get, self.positions, self.positions.append
        event: Event
        note(start.start_mark.index)
        if type(start) is MappingStartEvent:
            mapping: dict[str, Node] = {}
            while type(event := get()) is ScalarEvent:
                note(event.start_mark.index)  # type: ignore[union-attr]
                key = intern(event.value)
                if key in mapping:
                    raise _CareError
                event = get()
                if type(event) is ScalarEvent:
                    note(event.start_mark.index)  # type: ignore[union-attr]
                    mapping[key] = event.value if event.value or event.style else None
                else:
                    mapping[key] = self.below(event, depth + 1, key)
            if type(event) is not MappingEndEvent:
                raise _CareError
            return mapping
        if type(start) is not SequenceStartEvent:
            raise _CareError
        listed: list[Node] = []
        numbers = array("I")
        while type(event := get()) is not SequenceEndEvent:
            numbers.append(len(positions))
            if type(event) is ScalarEvent:
                note(event.start_mark.index)  # type: ignore[union-attr]
                listed.append(event.value if event.value or event.style else None)
            else:
                listed.append(self.below(event, depth + 1))
        if depth == 2 and listed:
            self.entries[name] = numbers
        return listed
