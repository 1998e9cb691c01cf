"""Checklists that lie among the pages: MkDocs copies what it finds there, internal items and all."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rectification.diagnostic import Diagnostic, lines_of
from rectification.source import MAX_BYTES

if TYPE_CHECKING:
    from rectification.settings import Settings

_ENDINGS = (".yml", ".yaml")
# A header, or an item kept as a file of its own: no other YAML among pages has these keys at its top.
_CHECKLIST = re.compile(r"^checklist[ \t]*:", re.MULTILINE)
_ITEM = [re.compile(rf"^{key}[ \t]*:", re.MULTILINE) for key in ("id", "problem", "unit")]


def stray(settings: Settings) -> Iterator[Diagnostic]:
    """Yield a finding for each checklist, or item, below the folder of the pages."""
    if settings.docs is None:
        return
    checklists = Path(os.path.realpath(settings.checklists))
    for path in files_below(settings.docs, _ENDINGS):
        # A link is judged by what it leads to: that is what would be published.
        inside = Path(os.path.realpath(path)).is_relative_to(checklists)
        line = _line_of_checklist(path)
        if inside or line:
            file = settings.name_of(path)
            folder = settings.name_of(settings.checklists)
            facts = {"found": file, "docs": settings.name_of(settings.docs), "expected": folder}
            yield Diagnostic("Y028", "error", file, line or 1, 1, facts)


def files_below(docs: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    """Yield the files with these endings that MkDocs would publish: it follows links, too."""
    seen = set()
    for folder, below, names in os.walk(docs, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:
            below.clear()
            continue
        seen.add(real)
        below.sort()
        yield from (Path(folder, name) for name in sorted(names) if name.lower().endswith(endings))


def _line_of_checklist(path: Path) -> int:
    """Return the line where a text shows itself to be a checklist; 0 where it is none, or no text."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return 0
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError:
        return 0
    found = _CHECKLIST.search(text)
    if found is None and all(key.search(text) for key in _ITEM):
        found = _ITEM[0].search(text)
    return len(lines_of(text[: found.start()])) if found is not None else 0
