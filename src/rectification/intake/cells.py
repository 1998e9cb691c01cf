"""The cells of an item, field by field: to its place with each of them, or to the item's `extra`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rectification.intake.headings import NOTHING
from rectification.intake.rows import LINE, Facts, Note, Rows, Wishes

if TYPE_CHECKING:
    from rectification.intake.sheet import Cell, Sheet, Spot
    from rectification.intake.table import Table


@dataclass(frozen=True)
class Draft:
    """An item in the making: the rows it stands in, the facts found so far, what `extra` keeps of it."""

    rows: Sequence[int]
    facts: Facts = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def row(self) -> int:
        """The first of its rows."""
        return self.rows[0]

    def add(self, key: str, text: str) -> None:
        """Keep a text in `extra`, below what stands there under the same key."""
        self.extra[key] = f"{self.extra[key]}\n{text}" if self.extra.get(key) else text


class Cells(Rows):
    """The cells of a sheet, field by field; what an item lacks is gathered beside the outcomes."""

    def __init__(self, sheet: Sheet, table: Table, wishes: Wishes) -> None:
        super().__init__(sheet, table, wishes)
        self.lacks: dict[str, list[str]] = {}

    def of(self, name: str, rows: Iterable[int]) -> list[Cell]:
        """Return the cells of a field in these rows, each once though it may reach over several."""
        found: dict[Spot, Cell] = {}
        for row in rows:
            for column in self.table.of(name):
                cell = self.sheet.at(row, column.number)
                # What a cell merged over several columns says, it says once: in the first of them.
                if cell is not None and cell.column == column.number and cell.text not in NOTHING:
                    found[cell.spot] = cell
        return list(found.values())

    def place(self, cells: Iterable[Cell]) -> None:
        """Say of these cells that they have come to their place."""
        for cell in cells:
            self.put(cell, "placed")

    def keep(self, cells: Iterable[Cell], draft: Draft) -> None:
        """Keep cells that no field takes in the item's `extra`, each under its heading."""
        for cell in cells:
            column = self.columns.get(cell.column)
            heading = column.heading if column and column.heading else cell.name.rstrip("0123456789")
            draft.add(heading[:LINE], cell.text)
            self.put(cell, "extra")

    def lack(self, option: str, where: str) -> None:
        """Say that a fact is missing, in which row, which this option would give."""
        self.lacks.setdefault(option, []).append(where)

    def lacking(self) -> tuple[Note, ...]:
        """Return what must be given as an option, and the rows that need it."""
        return tuple(
            Note(option, facts={"n": len(where), "rows": ", ".join(filter(None, where[:10]))})
            for option, where in self.lacks.items()
        )
