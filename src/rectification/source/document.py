"""One YAML file as read: its text, its value, and the line and column of each part of it."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from functools import cached_property, partial
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

from rectification.diagnostic import lines_of
from rectification.personal import perhaps
from rectification.source.careful import read_carefully
from rectification.source.plain import read_plainly
from rectification.source.text import LINE_BREAK, Mark, decode, hidden_characters, raw_of
from rectification.source.tree import NOTHING, Node, Numbers, Path_, Tree, starts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from rectification.diagnostic import Diagnostic

# Of Markdown: a link or the address of a reference, and an address in angle brackets.
_LINK = re.compile(r"\][(:]")
_ANGLED = re.compile(r"<[A-Za-z]")


class Document:
    """One YAML file as read: its name, its text, its value and where each part of it stands."""

    def __init__(
        self,
        file: str,
        text: str,
        tree: Tree | Callable[[], Tree] = NOTHING,
        starts: Mapping[str, Sequence[int]] | None = None,
        suspect: bool | None = None,
    ) -> None:
        """Hold what was read.

        A `tree` that is to be called for is built when it is first asked about; `starts` are then the places
        in the text of the entries of each list right below its top. `suspect` is what is known of the text.
        """
        if suspect is not None:
            self.__dict__["suspect"] = suspect
        self.file = file
        self.text = text
        self._given = tree
        self._starts = starts if starts is not None else starts_of(self.tree)
        # Number of a list or mapping -> the numbers of what stands in it, in the entry last asked about: with
        # no such memory, thousands of mistakes in one list would cost the square of their number.
        self._numbers: dict[int, Numbers] = {}
        self._counted: int | None = None

    @classmethod
    def absent(cls, file: str) -> Document:
        """Return what stands for a file that is not there: everything in it is at its first line."""
        return cls(file, "")

    @cached_property
    def tree(self) -> Tree:
        return self._given if isinstance(self._given, Tree) else self._given()

    def let_go(self) -> None:
        """Keep the text alone: its value and its places are read from it again where they are asked for."""
        self._given = partial(_again, self.file, self.text)
        self.__dict__.pop("tree", None)
        self._numbers = {}

    @property
    def value(self) -> dict[str, Node]:
        return self.tree.value

    @cached_property
    def suspect(self) -> bool:
        """Whether the text may hold personal data, or a link: then its parts are looked at one by one."""
        return perhaps(self.text) or may_link(self.text)

    def mark(self, path: Path_, of: Literal["value", "key"] = "value") -> Mark:
        """Return the place of the value (or the key) at `path`; of its nearest parent where there is none."""
        number = self._number(path, of)
        return self._mark(self.tree.positions[number]) if number is not None else Mark(1, 1)

    def find(self, path: Path_, words: str, of: Literal["value", "key"] = "value") -> Mark:
        """Return the place of `words` in the value (or key) at `path`.

        Where they do not stand there as they are (an escape, a folded line), it is the value's own place.
        """
        number = self._number(path, of)
        start, *following = (0,) if number is None else self.tree.positions[number : number + 2]
        at = self.text.find(words, start, *following)
        return self._mark(at if at >= 0 else start)

    def line_of(self, path: Path_) -> int:
        """Return the line where an entry of a list right below the top starts; 1 for any other path."""
        start = self._start(path)
        return bisect_right(self._line_starts, start) if start is not None else 1

    def line_after(self, path: Path_) -> int:
        """Return the last line of an entry of such a list: before the next, or the last of the text."""
        *above, place = path or ("",)
        start = self._start((*above, place + 1)) if isinstance(place, int) else None
        return bisect_right(self._line_starts, start) - 1 if start is not None else self.last_line

    def _start(self, path: Path_) -> int | None:
        if len(path) != 2 or not isinstance(path[1], int):
            return None
        starts = self._starts.get(str(path[0]), ())
        return starts[path[1]] if 0 <= path[1] < len(starts) else None

    def _entry(self, path: Path_) -> int | None:
        """Return the number of the entry that a path begins with; None where it leads elsewhere."""
        if len(path) < 2 or not isinstance(path[1], int):
            return None
        numbers = self.tree.entries.get(str(path[0]), ())
        return numbers[path[1]] if 0 <= path[1] < len(numbers) else None

    def _number(self, path: Path_, of: Literal["value", "key"]) -> int | None:
        """Return the number of what stands at `path`, of its nearest parent without it; None above all."""
        tree, at = self.tree, self._entry(path)
        node: Node = tree.value
        key, number, rest = None, 0, path
        if at is not None:
            above = tree.value[str(path[0])]
            assert isinstance(above, list)
            node, number, rest = above[int(path[1])], at, path[2:]
        found = at is not None
        if at != self._counted:
            self._counted, self._numbers = at, {}
        known = self._numbers
        for part in rest:
            below = known.get(number)
            if below is None:
                below = known[number] = Numbers(node, number)
            at = below.of(part)
            if at is None:
                # The nearest parent is the one to point at, by its value; above the topmost is the file.
                return number if found else None
            key = at - 1 if isinstance(node, dict) else None
            node, number, found = node[part], at, True  # type: ignore[index]
        if not found:
            return None
        return key if of == "key" and key is not None else number

    def _mark(self, index: int) -> Mark:
        line = bisect_right(self._line_starts, index)
        return Mark(line, index - self._line_starts[line - 1] + 1)

    @cached_property
    def _line_starts(self) -> Sequence[int]:
        """The index of the first character of each line."""
        if "\r" in self.text:
            return array("I", (0, *(match.end() for match in LINE_BREAK.finditer(self.text))))
        lengths = map(len, self.text.split("\n")[:-1])
        return array("I", accumulate(lengths, lambda start, length: start + length + 1, initial=0))

    @property
    def split(self) -> tuple[str, ...]:
        """The lines of the text, as an editor counts them."""
        return lines_of(self.text)

    @property
    def last_line(self) -> int:
        """The number of the last line."""
        return len(self._line_starts)


def may_link(text: str) -> bool:
    """Tell whether a text holds the marks of a link; two expressions, each found by its first letter."""
    return _LINK.search(text) is not None or _ANGLED.search(text) is not None


def read(path: Path, file: str) -> tuple[Document | None, str, list[Diagnostic]]:
    """Read one YAML file.

    `file` is the name diagnostics give it. Returns the document (None where it cannot be used), its text
    as far as it could be read (for excerpts), and the diagnostics. Raises nothing for bad input.
    """
    raw, refused = raw_of(path, file)
    return (None, "", [refused]) if refused is not None else parse_raw(raw, file)


def parse_raw(raw: bytes, file: str) -> tuple[Document | None, str, list[Diagnostic]]:
    """Parse what a YAML file holds. Returns what `read` does."""
    text, refused = decode(raw, file)
    if refused is not None:
        return None, text, [refused]
    document, diagnostics = parse(text, file)
    return document, text, diagnostics


def parse(text: str, file: str) -> tuple[Document | None, list[Diagnostic]]:
    """Parse one YAML text. Returns the document, or None with the diagnostics that say why."""
    tree, diagnostics = _tree_of(text, file)
    return Document(file, text, tree) if tree is not None else None, diagnostics


def _tree_of(text: str, file: str) -> tuple[Tree | None, list[Diagnostic]]:
    hidden = hidden_characters(text, file)
    if hidden:
        return None, hidden
    tree = read_plainly(text)
    return (tree, []) if tree is not None else read_carefully(text, file)


def _again(file: str, text: str) -> Tree:
    tree, _ = _tree_of(text, file)
    return tree if tree is not None else NOTHING
