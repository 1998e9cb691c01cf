"""A new item: its number and its six facts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rectification.editing.flow import Entry, block_lines


def next_id(prefix: str, ids: Iterable[str]) -> str:
    """Return the id after the highest of `ids` below `prefix`, as wide as they are (three digits at first).

    Gaps are left alone: an id that is missing may have been used, and ids are never used again.
    """
    numbers = [match[1] for i in ids if (match := re.fullmatch(re.escape(prefix) + r"-([0-9]{1,9})", i))]
    width = max(map(len, numbers), default=3)
    return f"{prefix}-{max(map(int, numbers), default=0) + 1:0{width}}"


def item_file(entry: Entry) -> str:
    """Return the text of a file that holds one item."""
    return "".join(f"{line}\n" for line in block_lines(entry))
