"""The table on a sheet: where its header stands, and which field each column holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from rectification.catalogue import LANGUAGES, read_catalogue
from rectification.exchange.columns import COLUMNS
from rectification.intake.headings import DERIVED, HEADINGS, OWN
from rectification.intake.sheet import Sheet

_SEARCHED = 30  # rows a header may stand below


@dataclass(frozen=True)
class Column:
    """A column of a table: its number, its heading as written, its field; no field means `extra`."""

    number: int
    heading: str
    field: str


@dataclass(frozen=True)
class Table:
    """A table: the rows of its header, the first and last included, and its columns."""

    first: int
    last: int
    columns: tuple[Column, ...]

    def of(self, field: str) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.field == field)


def find_table(sheet: Sheet, names: Mapping[str, str] | None = None) -> Table | None:
    """Find the header: the row in which most headings are known, at least two.

    `names` are the fields of headings (as `plain` returns them) that mean something here beside the usual.
    """
    names = names or {}
    rows = range(1, min(sheet.last_row, _SEARCHED) + 1)
    columns = range(1, sheet.last_column + 1)

    def known(row: int) -> int:
        cells = (sheet.at(row, column) for column in columns)
        texts = [cell.text for cell in cells if cell is not None and len(cell.text) < 40]
        # A heading of the form counts, also one that an import makes no field of.
        own = {name for text in texts if (name := plain(text)) in names}
        return len({field_of(text) for text in texts if plain(text) not in own} - {""}) + len(own)

    best = max(rows, key=known, default=0)
    if not best or known(best) < 2:
        return None
    cells = [cell for column in columns if (cell := sheet.at(best, column)) is not None]
    first = min(cell.row for cell in cells)
    last = max(cell.last_row for cell in cells)
    # A title that reaches down into nothing is not part of the header.
    found = [
        column for number in columns if (column := _column(sheet, number, first, last, names)) is not None
    ]
    return Table(first, last, tuple(_settled(found)))


def _column(sheet: Sheet, number: int, first: int, last: int, names: Mapping[str, str]) -> Column | None:
    """Read a heading of one or more rows: the lowest words count, those above help where they say nothing."""
    parts = dict.fromkeys(
        c.text for row in range(first, last + 1) if (c := sheet.at(row, number)) is not None
    )
    words = [re.sub(r"\s+", "", part) if not part.isascii() else " ".join(part.split()) for part in parts]
    if not words:
        filled = any(cell.column == number and cell.row > last for cell in sheet.cells.values())
        return Column(number, "", "") if filled else None
    heading = words[-1]
    if (own := plain(heading)) in names:
        return Column(number, heading, names[own])
    return Column(number, heading, field_of(heading) or field_of("".join(words)))


def _settled(columns: list[Column]) -> list[Column]:
    """Give each field one column, but for actions; two columns of problems are a title and a description."""
    problems = [c for c in columns if c.field == "problem"]
    titled = any(c.field == "title" for c in columns)
    has_due = any(c.field == "due" for c in columns)
    seen: set[str] = set()
    settled = []
    for column in columns:
        field = column.field
        if field == "due_or_done":
            field = "done" if has_due else "due"
        if field == "problem" and len(problems) > 1 and not titled and column is problems[0]:
            field = "title"
        if field in seen and field not in ("actions", "derived", "sequence"):
            field = ""
        seen.add(field)
        settled.append(Column(column.number, column.heading, field))
    return settled


def field_of(heading: str) -> str:
    """Return the field a heading means, or an empty string."""
    name = plain(heading)
    known = _names()
    if name in known:
        return known[name]
    # `存在的主要问题及表现`: the longest known name in it; short ones stand in too many words.
    within = [each for each in known if len(each) >= 4 and each in name and not each.isascii()]
    return known[max(within, key=len)] if within and len(name) <= 16 else ""


def plain(heading: str) -> str:
    """Return a heading for comparing: without blanks, case, brackets and what is in them."""
    text = unicodedata.normalize("NFKC", heading).lower()
    text = re.sub(r"\(.*?\)|\[.*?\]", "", text)
    return re.sub(r"[\s*:：、,。_\"“”]+", "", text)


@cache
def _names() -> dict[str, str]:
    names = {plain(name): field for field, listed in HEADINGS.items() for name in listed}
    for words in map(read_catalogue, LANGUAGES):
        for column in COLUMNS:
            name = plain(words.text(column.heading))
            if column.heading in DERIVED:
                names.setdefault(name, "derived")
            else:
                # Without a field of its own name a heading keeps what the table above says of it.
                names.setdefault(name, OWN.get(column.heading, column.heading.rpartition(".")[2]))
    return names
