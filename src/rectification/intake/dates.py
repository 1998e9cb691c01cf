"""When an item was found, is due and was done with, as its cells say it or whoever imports wishes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rectification.intake.days import Role, read_day
from rectification.intake.words import mode_in

if TYPE_CHECKING:
    from rectification.intake.cells import Cells, Draft
    from rectification.intake.sheet import Cell


def place_found(cells: Cells, draft: Draft, near: date | None) -> date | None:
    """Place the day an item was found; return it where a cell says it. A day without a year is `near`'s."""
    said: date | None = None
    for cell in cells.of("found", draft.rows):
        day = _day(cells, cell, "start", near)
        if day is not None and said is None:
            draft.facts["found"] = said = day
            cells.put(cell, "placed")
        else:
            _keep(cells, cell, day, draft)
    if said is None and cells.wishes.found:
        draft.facts["found"] = cells.wishes.found
        cells.note("wished", field="found", row=draft.row, value=cells.wishes.found)
    if "found" not in draft.facts:
        cells.lack("found", str(draft.row))
    return said


def place_due(cells: Cells, draft: Draft) -> None:
    """Place the day an item is due, and its mode where the cell names one; of several days the last one."""
    facts = draft.facts
    dues: list[date] = []
    for cell in cells.of("due", draft.rows):
        mode, rest = mode_in(cell.text)
        if mode:
            facts["mode"] = mode
            cells.note("mode", cell, found=cell.text, mode=mode)
        day = None if mode and not rest else _due(cells, cell, rest if mode else None, facts.get("found"))
        if day is not None:
            dues.append(day)
            cells.put(cell, "placed")
        elif mode and not rest:
            cells.put(cell, "placed")
        else:
            _keep(cells, cell, None, draft)
    if dues:
        facts["due"] = max(dues)
        if len(set(dues)) > 1:
            cells.note("last_due", row=draft.row, day=max(dues))
    elif facts.get("mode") == "immediate" and (day := facts.get("found") or cells.as_of):
        facts["due"] = day
        cells.note("immediate", row=draft.row, day=day)
    elif cells.wishes.due:
        facts["due"] = cells.wishes.due
        cells.note("wished", field="due", row=draft.row, value=cells.wishes.due)
    if "due" not in facts:
        cells.lack("due", str(draft.row))


def place_done(cells: Cells, draft: Draft) -> date | None:
    """Return the day an item was done with; a second one is kept as it is written."""
    done: date | None = None
    for cell in cells.of("done", draft.rows):
        day = _day(cells, cell, "end", draft.facts.get("found"))
        if day is not None and done is None:
            done = day
            cells.put(cell, "placed")
        else:
            _keep(cells, cell, day, draft)
    return done


def _day(cells: Cells, cell: Cell, role: Role, near: date | None) -> date | None:
    reading = read_day(cell.value, role, near or cells.as_of, cells.sheet.epoch)
    if reading is not None and reading.assumed:
        cells.note(f"day_{reading.assumed}", cell, found=cell.text, day=reading.day)
    return reading.day if reading else None


def _due(cells: Cells, cell: Cell, rest: str | None, found: date | None) -> date | None:
    if rest is None:
        return _day(cells, cell, "end", found)
    reading = read_day(rest, "end", found or cells.as_of)
    if reading is not None and reading.assumed:
        cells.note(f"day_{reading.assumed}", cell, found=cell.text, day=reading.day)
    return reading.day if reading else None


def _keep(cells: Cells, cell: Cell, day: date | None, draft: Draft) -> None:
    if day is None:
        cells.note("no_day", cell, found=cell.text)
    cells.keep([cell], draft)
