"""A part of a document that a finding can point at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rectification.source import Document, Mark, Path_

_WHOLE: Mapping[str, tuple[int, ...]] = {}


@dataclass(frozen=True, slots=True)
class Place:
    """A path in a document: where a record stands.

    `kept` names lists of the record that are shorter than the document has them, each with the places there
    of what is left.
    """

    document: Document
    path: Path_ = ()
    kept: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: _WHOLE)

    @property
    def file(self) -> str:
        return self.document.file

    @property
    def line(self) -> int:
        """The first line of the record."""
        return self.document.line_of(self.path)

    @property
    def end(self) -> int:
        """The last line of the record: the one before the next in its list, or the last of the file."""
        return self.document.line_after(self.path)

    def line_of(self, key: str) -> int:
        """The line of one of the record's own keys, as it stands in the text; without it, the record's first.

        Looks at the text alone, which a remembered file has without its values.
        """
        for number, line in enumerate(self.document.split[self.line - 1 : self.end], self.line):
            if line.lstrip(" -").startswith(f"{key}:"):
                return number
        return self.line

    def mark(self, *path: str | int, of: Literal["value", "key"] = "value", words: str = "") -> Mark:
        """Return the line and column of what stands at `path` below this place, or of `words` in it."""
        if path[:1] and (kept := self.kept.get(str(path[0]))) is not None and len(path) > 1:
            path = (path[0], kept[int(path[1])], *path[2:])
        if words:
            return self.document.find((*self.path, *path), words, of)
        return self.document.mark((*self.path, *path), of)
