"""Which rows of a sheet make an item, and what stands around the table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from rectification.intake.days import day_within, read_day
from rectification.intake.headings import TOTALS
from rectification.intake.table import plain

if TYPE_CHECKING:
    from rectification.intake.sheet import Cell, Sheet, Spot
    from rectification.intake.table import Table

Outcome = Literal["placed", "extra", "heading", "sequence", "total", "derived"]
Facts = dict[str, Any]

LINE = 300  # characters of a one-line fact, as the model has it
NUMBERED = re.compile(r"[（(]?[\d一二三四五六七八九十百]+[）)、.]?")
_FOOTER = re.compile(r"(填表|填报|制表|审核|联系|备注|说明|注|签字|单位|负责人|日期|电话)[^：:]{0,8}[：:]")


@dataclass(frozen=True)
class Wishes:
    """What whoever imports says beforehand; it stands where the workbook says nothing."""

    checklist: str = ""
    title: str = ""
    unit: str = ""
    found: date | None = None
    due: date | None = None
    as_of: date | None = None


@dataclass(frozen=True)
class Note:
    """Something to know about the import: a code (`intake.note.CODE`), where, and the facts of its words."""

    code: str
    cell: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


class Rows:
    """The rows of a sheet, gone through from top to bottom; outcomes and notes are gathered on the way."""

    def __init__(self, sheet: Sheet, table: Table, wishes: Wishes) -> None:
        self.sheet, self.table, self.wishes = sheet, table, wishes
        self.header: Facts = {}
        self.remarks: list[str] = []
        self.notes: list[Note] = []
        self.outcomes: dict[Spot, Outcome] = {}
        self.section: dict[int, Cell] = {}  # first row of an item -> the section heading above it
        self.as_of = wishes.as_of
        self.columns = {column.number: column for column in table.columns}

    def note(self, code: str, cell: Cell | None = None, **facts: object) -> None:
        self.notes.append(Note(code, cell.name if cell else "", facts))

    def put(self, cell: Cell, outcome: Outcome) -> None:
        self.outcomes.setdefault(cell.spot, outcome)

    # The rows above the table, and which rows below it make an item.

    def heading(self) -> None:
        """Take the title, the day and the remarks from the rows above the table; mark the header's cells."""
        table = self.table
        above = [cell for cell in self.sheet.cells.values() if cell.row < table.first]
        # The longest line that is no label: `附件2` may stand above the title, a subtitle below it.
        named = [cell for cell in above if not _FOOTER.match(cell.text) and len(cell.text) <= LINE]
        title = max(named, key=lambda cell: len(cell.text), default=None)
        for cell in above:
            self.put(cell, "placed")
            if cell is title and not self.wishes.title:
                self.header["title"] = " ".join(cell.text.split())
            else:
                self.remarks.append(cell.text)
            day = _day_above(cell)
            if day is not None and self.as_of is None:
                self.as_of = day
                self.note("as_of", cell, found=cell.text, day=day)
        for cell in self.sheet.cells.values():
            if table.first <= cell.row <= table.last:
                self.put(cell, "heading")
        for name in self.sheet.formulas:
            self.notes.append(Note("formula", name))
        for name in self.sheet.cleaned:
            self.notes.append(Note("cleaned", name))

    def groups(self) -> list[list[int]]:
        """Return the rows of each item; totals, section headings and footers are taken out on the way."""
        subject = [c.number for c in (*self.table.of("problem"), *self.table.of("title"))]
        groups: list[list[int]] = []
        owner: Cell | None = None
        section: Cell | None = None
        waiting: list[Cell] = []
        for row in range(self.table.last + 1, self.sheet.last_row + 1):
            own = list(self.sheet.by_row.get(row, ()))
            about = next((c for n in subject if (c := self.sheet.at(row, n)) is not None), None)
            if not own and (about is None or about is not owner):
                continue
            if own and _is_total(own):
                for cell in own:
                    self.put(cell, "total")
                self.note("total", own[0], text=" ".join(c.text for c in own))
            elif len(own) == 1 and self._stands_alone(own[0], subject):
                waiting.append(own[0])
            elif own and all(_FOOTER.match(c.text) for c in own):
                waiting += own
            elif about is not None and about is owner:
                groups[-1].append(row)
            elif about is None and all(self._numbers(c) for c in own):
                for cell in own:
                    self.put(cell, "sequence")
            elif about is None and groups and not any(self._numbers(c) for c in own):
                groups[-1].append(row)
                self.note("continued", own[0], row=row)
            else:
                section = self._sections(waiting) or section
                waiting = []
                groups.append([row])
                owner = about
                if section is not None:
                    self.section[row] = section
        for cell in waiting:
            self._remark(cell)
        return groups

    def _numbers(self, cell: Cell) -> bool:
        """Tell whether a cell only counts: a table often goes on with numbered, empty rows."""
        column = self.columns.get(cell.column)
        counting = column is not None and column.field in ("sequence", "id")
        return counting and NUMBERED.fullmatch(cell.text) is not None

    def _stands_alone(self, cell: Cell, subject: Sequence[int]) -> bool:
        """Tell whether the only cell of a row is a section's heading or a remark, not an item's."""
        if cell.last_row > cell.row:
            return False
        wide = cell.last_column - cell.column >= max(2, len(self.table.columns) // 2)
        first = cell.column == min(self.columns, default=1) and cell.column not in subject
        return wide or (first and not NUMBERED.fullmatch(cell.text))

    def _sections(self, waiting: Sequence[Cell]) -> Cell | None:
        """Return the heading of the items that follow; what else stood alone goes to the checklist's note."""
        heading = next(
            (c for c in reversed(waiting) if not _FOOTER.match(c.text) and len(c.text) <= LINE), None
        )
        for cell in waiting:
            if cell is heading:
                self.put(cell, "extra" if self.table.of("category") else "placed")
                self.note("section", cell, text=cell.text)
            else:
                self._remark(cell)
        return heading

    def _remark(self, cell: Cell) -> None:
        self.put(cell, "placed")
        self.remarks.append(cell.text)
        self.note("footer", cell, text=cell.text)


def _day_above(cell: Cell) -> date | None:
    """Return the day that a row above the table names: of filling in, or the one it holds for."""
    text = cell.text
    if not isinstance(cell.value, str):
        reading = read_day(cell.value)
        return reading.day if reading and not reading.assumed else None
    return day_within(text)


def _is_total(cells: Sequence[Cell]) -> bool:
    return any(plain(cell.text) in TOTALS for cell in cells[:2])
