"""A part of a document that a finding can point at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rectification.source import Document, Mark, Path_


@dataclass(frozen=True, slots=True)
class Place:
    """A path in a document: where a record stands."""

    document: Document
    path: Path_ = ()

    @property
    def file(self) -> str:
        return self.document.file

    @property
    def line(self) -> int:
        """The first line of the record, without a second parse of the file."""
        return self.document.starts.get(self.path, 1) if self.path else 1

    def mark(self, *path: str | int, of: Literal["value", "key"] = "value") -> Mark:
        """Return the line and column of what stands at `path` below this place."""
        return self.document.mark((*self.path, *path), of)
