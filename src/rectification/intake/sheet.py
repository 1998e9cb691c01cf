"""A workbook or CSV as a grid of cells: what stands where, and over which cells a merged one reaches."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any

from rectification.exchange.csv import disarm

MAX_BYTES = 20_000_000
_MAX_UNPACKED = 400_000_000  # bytes a workbook may grow to
_MAX_CELLS = 500_000
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_BIDI = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BREAK = re.compile("\r\n?|_x000D_\n?|[\x0b\x0c\u2028\u2029]")

Value = str | int | float | date
Spot = tuple[int, int]


class UnreadableError(Exception):
    """The file is no table that can be read; `code` and `facts` make the message (`intake.unreadable`)."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


@dataclass(frozen=True)
class Cell:
    """A cell that holds something. `rows` and `columns` tell how far it reaches, the last ones included."""

    value: Value
    row: int
    column: int
    last_row: int
    last_column: int

    @property
    def spot(self) -> Spot:
        return self.row, self.column

    @property
    def text(self) -> str:
        """The cell as text: a day as YYYY-MM-DD, a whole number without a point."""
        value = self.value
        if isinstance(value, float):
            return str(int(value)) if value.is_integer() else f"{value:.12g}"
        return str(value)

    @property
    def name(self) -> str:
        """The cell's name in a spreadsheet: `C5`."""
        return f"{letters(self.column)}{self.row}"


@dataclass(frozen=True)
class Sheet:
    """One sheet. `cells` holds what is written; `at` finds it from any place a merged cell reaches."""

    name: str
    cells: Mapping[Spot, Cell]
    epoch: date = date(1899, 12, 30)
    formulas: tuple[str, ...] = ()  # cells with a formula whose value the file does not hold
    cleaned: tuple[str, ...] = ()  # cells that held control characters
    reached: Mapping[Spot, Cell] = field(default_factory=dict)

    def at(self, row: int, column: int) -> Cell | None:
        """Return the cell that stands at, or reaches over, a place."""
        return self.cells.get((row, column)) or self.reached.get((row, column))

    @property
    def last_row(self) -> int:
        return max((row for row, _ in self.cells), default=0)

    @property
    def last_column(self) -> int:
        return max((column for _, column in self.cells), default=0)

    @cached_property
    def by_row(self) -> Mapping[int, tuple[Cell, ...]]:
        """Row -> the cells written in it, from left to right."""
        rows: dict[int, list[Cell]] = {}
        for spot in sorted(self.cells):
            rows.setdefault(spot[0], []).append(self.cells[spot])
        return {row: tuple(cells) for row, cells in rows.items()}


def letters(column: int) -> str:
    """Return a column's letters: 1 is A, 27 is AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def read_sheets(path: Path) -> list[Sheet]:
    """Read every sheet of a workbook, or the one of a CSV. Raises UnreadableError."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableError("size", limit=MAX_BYTES)
        raw = path.read_bytes()
    except OSError as error:
        raise UnreadableError("file", reason=error.strerror or type(error).__name__) from error
    if raw[:4] == b"PK\x03\x04":
        return _workbook(raw)
    if raw[:4] == b"\xd0\xcf\x11\xe0":
        raise UnreadableError("old")
    return [_csv(raw, path.stem)]


def _workbook(raw: bytes) -> list[Sheet]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if sum(info.file_size for info in archive.infolist()) > _MAX_UNPACKED:
                raise UnreadableError("size", limit=_MAX_UNPACKED)
        values = load_workbook(io.BytesIO(raw), data_only=True)
        formulas = load_workbook(io.BytesIO(raw))
    except UnreadableError:
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise on a broken workbook
        raise UnreadableError("workbook", reason=str(error) or type(error).__name__) from error
    return [_worksheet(sheet, formulas[sheet.title], values.epoch) for sheet in values.worksheets]


def _worksheet(sheet: Any, formulas: Any, epoch: datetime) -> Sheet:
    reach = {(r.min_row, r.min_col): (r.max_row, r.max_col) for r in sheet.merged_cells.ranges}
    cells: dict[Spot, Cell] = {}
    cleaned, lost = [], []
    # Not iter_rows: it makes a cell for every place up to the last one formatted, often a million.
    for spot, found in sorted(sheet._cells.items()):
        value, changed = _typed(found.value, found.number_format or "")
        last = reach.get(spot, spot)
        cell = Cell(value if value is not None else "", *spot, *last)
        if changed:
            cleaned.append(cell.name)
        if value is None:
            formula = formulas._cells.get(spot)
            if formula is not None and formula.data_type == "f":
                lost.append(cell.name)
            continue
        cells[spot] = cell
    # A spreadsheet that counts from 1904 is four years and a day ahead.
    first = epoch.date() if epoch.year == 1904 else date(1899, 12, 30)
    return _grid(sheet.title, cells, first, lost, cleaned)


def _typed(value: object, form: str) -> tuple[Value | None, bool]:
    """Return a cell's value as what it shows, and whether something invisible was taken out of it."""
    if value is None:
        return None, False
    if isinstance(value, bool):
        return str(value).upper(), False
    if isinstance(value, datetime):
        return value.date(), False
    if isinstance(value, date):
        return value, False
    if isinstance(value, time):
        return value.isoformat(), False
    if isinstance(value, int | float):
        if "%" in form:
            return f"{value * 100:.10g}%", False
        if re.fullmatch("0{2,}", form) and value == int(value):
            return str(int(value)).zfill(len(form)), False
        return value, False
    return _clean(str(value))


def _clean(text: str) -> tuple[str | None, bool]:
    broken = _BREAK.sub("\n", text)
    seen = _BIDI.sub("", _CONTROL.sub("", broken))
    lines = [line.rstrip() for line in seen.split("\n")]
    return "\n".join(lines).strip() or None, seen != broken


def _csv(raw: bytes, name: str) -> Sheet:
    text = _decoded(raw)
    csv.field_size_limit(MAX_BYTES)
    delimiter = max(",;\t", key=lambda mark: _fit(text, mark))
    cells: dict[Spot, Cell] = {}
    cleaned = []
    try:
        for r, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            for c, value in enumerate(row, 1):
                # A `'` that keeps a spreadsheet from calculating is no part of the text.
                plain = value[1:] if value[:1] == "'" and disarm(value[1:]) == value else value
                shown, changed = _clean(plain)
                if changed:
                    cleaned.append(f"{letters(c)}{r}")
                if shown is not None:
                    cells[r, c] = Cell(shown, r, c, r, c)
    except csv.Error as error:
        raise UnreadableError("csv", reason=str(error)) from error
    return _grid(name, cells, date(1899, 12, 30), [], cleaned)


def _decoded(raw: bytes) -> str:
    codings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for coding in codings:
        try:
            return raw.decode(coding)
        except UnicodeDecodeError:
            continue
    raise UnreadableError("coding")


def _fit(text: str, delimiter: str) -> tuple[int, int]:
    """Tell how well a delimiter parts the first lines: how many columns most of them have."""
    lines = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            lines.append(sum(1 for value in row if value.strip()))
            if len(lines) == 40:
                break
    except csv.Error:
        return 0, 0
    return max(lines, default=0), sum(lines)


def _grid(
    name: str, cells: dict[Spot, Cell], epoch: date, lost: Sequence[str], cleaned: Sequence[str]
) -> Sheet:
    if len(cells) > _MAX_CELLS:
        raise UnreadableError("cells", limit=_MAX_CELLS)
    # A merge that runs on below the last cell, often to the end of the sheet, reaches nothing there.
    last_row = max((row for row, _ in cells), default=0)
    last_column = max((column for _, column in cells), default=0)
    reached = {
        (row, column): cell
        for cell in cells.values()
        if (cell.last_row, cell.last_column) != cell.spot
        for row in range(cell.row, min(cell.last_row, last_row) + 1)
        for column in range(cell.column, min(cell.last_column, last_column) + 1)
    }
    return Sheet(name, cells, epoch, tuple(lost), tuple(cleaned), reached)
