"""Every cell of a table to its place in a checklist: a fact of an item, `extra`, or left out for a reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rectification.intake.cells import Cells, Draft
from rectification.intake.dates import place_due, place_found
from rectification.intake.headings import SECTION
from rectification.intake.own_lists import place_own_lists
from rectification.intake.particulars import place_texts, place_unit, place_words
from rectification.intake.progress import place_actions, place_evidence, place_log
from rectification.intake.rows import LINE, NUMBERED, Facts, Note, Outcome, Wishes
from rectification.intake.words import first_sentence, is_id

if TYPE_CHECKING:
    from rectification.intake.sheet import Cell, Sheet, Spot
    from rectification.intake.table import Column, Table


@dataclass(frozen=True)
class Intake:
    """What came of a table. `missing` names the options that must be given before it can be written."""

    header: Facts
    items: tuple[Facts, ...]
    notes: tuple[Note, ...]
    missing: tuple[Note, ...]
    outcomes: Mapping[Spot, Outcome]
    unplaced: tuple[Cell, ...]

    def count(self, *outcomes: Outcome) -> int:
        """Return how many cells came to one of these ends."""
        return sum(1 for outcome in self.outcomes.values() if outcome in outcomes)


def take_in(sheet: Sheet, table: Table, wishes: Wishes) -> Intake:
    """Place every cell of a sheet. What is missing or was assumed is in the result; nothing is raised."""
    placing = _Placing(sheet, table, wishes)
    placing.heading()
    groups = placing.groups()
    placing.checklist(groups)
    items = tuple(placing.item(rows) for rows in groups)
    if placing.titled:
        placing.note("titled", n=placing.titled)
    unplaced = tuple(cell for spot, cell in sheet.cells.items() if spot not in placing.outcomes)
    return Intake(placing.header, items, tuple(placing.notes), placing.lacking(), placing.outcomes, unplaced)


class _Placing(Cells):
    """One pass over a sheet, top to bottom; it gathers outcomes and notes on the way."""

    def __init__(self, sheet: Sheet, table: Table, wishes: Wishes) -> None:
        super().__init__(sheet, table, wishes)
        self.ids: set[str] = set()  # ids of the workbook that may be kept and are not yet used
        self.taken: frozenset[str] = frozenset()
        self.titled = self.numbered = 0
        self.last_found: date | None = None

    # The checklist.

    def checklist(self, groups: Sequence[Sequence[int]]) -> None:
        """Settle the head of the checklist: its id, its title, and what stood around the table."""
        names = {c.text for c in self._all("checklist", groups)}
        if self.wishes.title:
            self.header["title"] = self.wishes.title
        elif len(names) == 1:
            if "title" in self.header:
                self.remarks.insert(0, self.header["title"])
            self.header["title"] = next(iter(names))
        elif "title" not in self.header:
            self.lack("title", "")
        ids = [c.text for c in self._all("id", groups)]
        prefixes = {
            m[1] for text in ids if (m := re.fullmatch(r"([A-Za-z0-9._-]*?)[-_.]?\d+", text)) and m[1]
        }
        if self.wishes.checklist:
            self.header["id"] = self.wishes.checklist
        elif len(prefixes) == 1 and all(text.startswith(tuple(prefixes)) for text in ids):
            self.header["id"] = prefixes.pop()
            self.note("checklist", found=self.header["id"])
        else:
            self.lack("checklist", "")
        if self.remarks:
            self.header["note"] = "\n\n".join(self.remarks)
        self.header = {k: self.header[k] for k in ("id", "title", "note") if k in self.header}
        self.taken = frozenset(ids)
        self.ids = {text for text in ids if self._legal_id(text)}

    def _all(self, field: str, groups: Iterable[Iterable[int]]) -> list[Cell]:
        columns = self.table.of(field)
        found = (self.sheet.at(r, c.number) for rows in groups for r in rows for c in columns)
        return [cell for cell in found if cell is not None]

    def _legal_id(self, text: str) -> bool:
        prefix = self.header.get("id", "")
        return bool(prefix) and text.startswith(prefix) and is_id(text)

    # One item.

    def item(self, rows: Sequence[int]) -> Facts:
        """Make one item of its rows, its facts in the order an editor writes them."""
        draft = Draft(rows)
        self._id(draft)
        self._subject(draft)
        place_unit(self, draft)
        self.last_found = place_found(self, draft, self.last_found) or self.last_found
        place_due(self, draft)
        place_words(self, draft)
        place_texts(self, draft)
        place_actions(self, draft)
        place_log(self, draft)
        place_own_lists(self, draft)
        place_evidence(self, draft)
        self._section(draft)
        self._rest(draft)
        facts = {**draft.facts, "extra": draft.extra}
        return {name: facts[name] for name in _ORDER if facts.get(name) not in (None, "", [], {})}

    def _id(self, draft: Draft) -> None:
        for cell in self.of("id", draft.rows):
            if "id" not in draft.facts and cell.text in self.ids:
                self.ids.discard(cell.text)
                draft.facts["id"] = cell.text
                self.put(cell, "placed")
            elif NUMBERED.fullmatch(cell.text):
                self.put(cell, "sequence")
            else:
                self.keep([cell], draft)
                self.note("id", cell, found=cell.text)
        for cell in self.of("sequence", draft.rows):
            if NUMBERED.fullmatch(cell.text):
                self.put(cell, "sequence")
            else:
                self.keep([cell], draft)
        if "id" not in draft.facts:
            draft.facts["id"] = self._next_id()

    def _next_id(self) -> str:
        prefix = self.header.get("id", "?")
        self.numbered += 1
        while f"{prefix}-{self.numbered:03}" in self.taken:
            self.numbered += 1
        return f"{prefix}-{self.numbered:03}"

    def _subject(self, draft: Draft) -> None:
        titles, problems = self.of("title", draft.rows), self.of("problem", draft.rows)
        self.place([*titles, *problems])
        title = " ".join(" ".join(cell.text for cell in titles).split())
        problem = "\n".join(cell.text for cell in problems)
        if len(title) > LINE:
            problem, title = "\n".join(filter(None, ["\n".join(c.text for c in titles), problem])), ""
        if problem and not title:
            title = first_sentence(problem)
            self.titled += title != problem
        if not title:
            self.lack("problem", str(draft.row))
        draft.facts["title"], draft.facts["problem"] = title, problem or title

    def _section(self, draft: Draft) -> None:
        """Take the section heading above an item for its category, unless a column holds that."""
        section = self.section.get(draft.row)
        if section is None:
            return
        if self.table.of("category"):
            draft.add(SECTION[section.text.isascii()], section.text)
        else:
            draft.facts["category"] = section.text

    def _rest(self, draft: Draft) -> None:
        """Keep what no field took: under its heading in `extra`, or left out where it is derived."""
        for column in self.table.columns:
            for row in draft.rows:
                cell = self.sheet.at(row, column.number)
                if cell is None or cell.column != column.number:
                    continue
                if column.field == "derived":
                    self.put(cell, "derived")
                elif column.field == "checklist" and cell.text == self.header.get("title"):
                    self.put(cell, "placed")
                elif not column.field or (cell.spot not in self.outcomes):
                    # A merged cell is kept with every item it reaches over.
                    self.keep([cell], draft)
        # A cell beyond the last heading has none to be kept under but its column's letter.
        for row in draft.rows:
            beyond = (c for c in self.sheet.by_row.get(row, ()) if c.spot not in self.outcomes)
            self.keep(beyond, draft)


_ORDER = (
    "id", "title", "problem", "unit", "found", "due", "category", "severity", "mode", "owner", "partners",
    "cause", "goal", "source", "actions", "log", "due_changes", "feedback", "notice", "related",
    "visibility", "waive", "extra",
)  # fmt: skip


def columns_with_examples(sheet: Sheet, table: Table) -> list[tuple[Column, str, str]]:
    """Return each column with the name of its first filled cell below the header, and what stands there."""
    found = []
    for column in table.columns:
        below = (c for c in sheet.cells.values() if c.column == column.number and c.row > table.last)
        first = next(below, None)
        found.append((column, first.name if first else "", first.text if first else ""))
    return found
