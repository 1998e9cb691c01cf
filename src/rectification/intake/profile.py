"""A report read back: what a profile put into its own words, in the words an import knows.

Only what the profile can have written is put back; anything else on the sheet is left for the import to read
as it reads every sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rectification.catalogue import LANGUAGES, read_catalogue
from rectification.exchange import cells as written
from rectification.exchange.dayform import read_day_as
from rectification.intake.placing import Intake, take_in
from rectification.intake.rows import Note, Outcome, Wishes
from rectification.intake.sheet import Cell
from rectification.intake.table import Column, Table, find_table, plain
from rectification.model import Action, build
from rectification.profile import EXTRA, field_of

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.intake.sheet import Sheet, Spot, Value
    from rectification.profile import Profile, ReportColumn

# A field whose facts other fields hold whole -> those fields: with one of them on the sheet it is derived.
_WITHIN: Mapping[str, tuple[str, ...]] = {
    "measures": ("actions",),
    "last_note": ("log",),
    "closed_on": ("log",),
    "verifier": ("log",),
    "evidence": ("log", "actions"),
    "evidence_sha256": ("log", "actions", "evidence"),
}


@dataclass(frozen=True)
class Reading:
    """A report's sheet in plain words: what is left to import, where its table is, what needs no import.

    `added` are cells that are not on the sheet: what the profile's query says of every row.
    """

    sheet: Sheet
    table: Table
    settled: Mapping[Spot, Outcome]
    notes: tuple[Note, ...]
    added: frozenset[Spot]

    def take_in(self, wishes: Wishes) -> Intake:
        """Import what is left; what needs no import is accounted for beside it."""
        found = take_in(self.sheet, self.table, wishes)
        outcomes = {spot: end for spot, end in found.outcomes.items() if spot not in self.added}
        return replace(found, notes=(*self.notes, *found.notes), outcomes={**self.settled, **outcomes})


def read_report(sheet: Sheet, profile: Profile) -> Reading | None:
    """Find a profile's table on a sheet and put its cells into plain words; None where there is no table."""
    catalogues = tuple(map(read_catalogue, LANGUAGES))
    columns = {
        plain(profile.heading_of(column, words.texts)): column
        for words in catalogues
        for column in profile.columns
    }
    fields = {column.field for column in profile.columns}
    table = find_table(sheet, {name: _intake_of(column.field, fields) for name, column in columns.items()})
    if table is None:
        return None
    own = {c.number: columns[name] for c in table.columns if (name := plain(c.heading)) in columns}
    put = _Putting(sheet, table, profile, own, catalogues)
    put.lines()
    put.values()
    named = tuple(_under_its_key(column, own.get(column.number)) for column in table.columns)
    named += tuple(put.what_all_say(fields))
    # What a merged cell reaches changes with the cell.
    reached = {spot: put.cells[cell.spot] for spot, cell in sheet.reached.items() if cell.spot in put.cells}
    left = replace(sheet, cells=put.cells, reached=reached)
    return Reading(left, replace(table, columns=named), put.settled, tuple(put.notes), frozenset(put.added))


def _intake_of(name: str, fields: set[str]) -> str:
    return "derived" if fields & set(_WITHIN.get(name, ())) else field_of(name).intake


def _under_its_key(column: Column, own: ReportColumn | None) -> Column:
    """Return a column of a free fact under the fact's own name, whatever the form calls it."""
    if own is None or not own.field.startswith(EXTRA):
        return column
    return replace(column, heading=own.field.removeprefix(EXTRA))


class _Putting:
    """One pass over a sheet: takes out the lines a form adds, and puts the rest into plain words."""

    def __init__(
        self,
        sheet: Sheet,
        table: Table,
        profile: Profile,
        own: Mapping[int, ReportColumn],
        catalogues: tuple[Catalogue, ...],
    ) -> None:
        self.sheet, self.table, self.profile = sheet, table, profile
        self.own, self.catalogues = own, catalogues
        self.cells = dict(sheet.cells)
        self.settled: dict[Spot, Outcome] = {}
        self.notes: list[Note] = []
        self.told: set[tuple[int, str]] = set()
        self.added: list[Spot] = []

    def settle(self, cell: Cell, outcome: Outcome) -> None:
        self.settled[cell.spot] = outcome
        del self.cells[cell.spot]

    # Lines of the form that are no items.

    def lines(self) -> None:
        sums = {words.text(f"report.{kind}") for words in self.catalogues for kind in ("subtotal", "total")}
        signed = {
            name + words.text("ui.colon") for words in self.catalogues for name in self.profile.signatures
        }
        signed |= {text.strip() for text in signed}
        for row, cells in self.sheet.by_row.items():
            if row <= self.table.last:
                continue
            if cells[0].text in sums or cells[0].text.split(" ")[0] in sums:
                self._settle_all(cells, "total")
            elif all(cell.text in signed for cell in cells) or (len(cells) == 1 and self._heads(cells[0])):
                self._settle_all(cells, "derived")

    def _heads(self, cell: Cell) -> bool:
        """Tell whether the only cell of a row is the heading of a group, and the items say the same."""
        group = self.profile.group
        if group is None or cell.column > 1 or cell.last_column < len(self.table.columns):
            return False
        shown = {column.field for column in self.own.values()}
        # A category that no column shows is taken from the heading, as in any other sheet.
        return not (group.by == "category" and "category" not in shown and group.heading == "{group}")

    def _settle_all(self, cells: tuple[Cell, ...], outcome: Outcome) -> None:
        for cell in cells:
            self.settle(cell, outcome)

    # Cells of items.

    def values(self) -> None:
        for cell in tuple(self.cells.values()):
            column = self.own.get(cell.column)
            if column is None or cell.row <= self.table.last:
                continue
            if cell.text == (column.empty or self.profile.empty or ""):
                self.settle(cell, "derived")
                continue
            self.cells[cell.spot] = replace(cell, value=self._plain(cell, column))

    def what_all_say(self, fields: set[str]) -> Iterator[Column]:
        """Yield a column for each field of which the query leaves one value, where no column shows it."""
        number = self.sheet.last_column
        left = [cell for cell in self.cells.values() if cell.row > self.table.last]
        # A cell that stands alone over others is a heading, and no item.
        rows = sorted({cell.row for cell in left if cell.last_column == cell.column})
        for name in ("status", "category", "severity", "mode"):
            values = self.profile.where.get(name, ())
            if len(values) != 1 or name in fields:
                continue
            number += 1
            field = field_of(name)
            word = self.catalogues[0].text(f"{field.section}.{values[0]}") if field.section else values[0]
            for row in rows:
                self.added.append((row, number))
                self.cells[row, number] = Cell(word, row, number, row, number)
            yield Column(number, name, field.intake)

    def _plain(self, cell: Cell, column: ReportColumn) -> Value:
        kind = field_of(column.field).kind
        if kind == "day" and isinstance(cell.value, str):
            return read_day_as(cell.text, column.date or self.profile.date) or cell.value
        if kind in ("text", "code") and column.values:
            return self._word(cell, column, cell.text)
        if kind == "list":
            parts = [self._word(cell, column, part) for part in _parts(cell.text, column)]
            if column.field == "measures":
                return self._measures(parts) or cell.value
            return "\n".join(parts)
        return cell.value

    def _word(self, cell: Cell, column: ReportColumn, text: str) -> str:
        """Return the site's word for a word of the form; of several it may stand for, the first."""
        field = field_of(column.field)
        meant = [value for value, word in column.values.items() if word == text]
        if not meant:
            return text
        codes = [code for code in field.codes if code in meant] or meant
        words = self.catalogues[0]
        said = [words.text(f"{field.section}.{code}") if field.section else code for code in codes]
        if len(codes) > 1 and (cell.column, text) not in self.told:
            self.told.add((cell.column, text))
            facts = {"found": text, "known": ", ".join(codes), "taken": codes[0]}
            self.notes.append(Note("ambiguous", cell.name, facts))
        return said[0]

    def _measures(self, parts: list[str]) -> str:
        """Return measures as the export writes actions, so that none is parted a second time."""
        told = (dict(zip(("text", "visibility"), written.read_mark(part), strict=True)) for part in parts)
        actions = [action for facts in told if (action := build(Action, facts)[0]) is not None]
        return written.actions_text(actions, self.catalogues[0]) if len(actions) == len(parts) else ""


def _parts(text: str, column: ReportColumn) -> Iterator[str]:
    """Yield the entries of a list as the form wrote it, without their numbers."""
    join = column.join or "\n"
    if not column.numbered:
        yield from filter(None, text.split(join))
        return
    number = 1
    rest = text.removeprefix("1. ")
    while (at := rest.find(f"{join}{number + 1}. ")) >= 0:
        number += 1
        yield rest[:at]
        rest = rest[at + len(f"{join}{number}. ") :]
    yield rest
