"""XLSX: the table on one sheet, fit to print; of a table of everything, what it is on another."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from rectification.exchange.archive import settle
from rectification.exchange.dayform import spreadsheet_form
from rectification.exchange.paper import BODY, HEADING, SIDE, TITLE, TOP, lines_in

if TYPE_CHECKING:
    from rectification.exchange.columns import Value
    from rectification.exchange.layout import Layout, Row

_MOST = 32_767  # characters a cell can hold
_LONGEST_NAME = 31  # characters of a sheet's name
_LINE, _TALLEST = 15, 409  # points of a line of the table's type, and of the tallest row a sheet can have
_INCH = 2.54  # centimetres
_PAPERS = {"A4": 9, "A3": 8}  # ECMA-376, ST_PageSetup paperSize


def write(layout: Layout) -> bytes:
    """Return the workbook."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.title = layout.title
    book.properties.creator = layout.extract.site_name
    sheet = book.active
    sheet.title = _sheet_name(layout.title)
    _table(sheet, layout, _heading(sheet, layout))
    if layout.about:
        about = book.create_sheet(layout.extract.catalogue.text("ledger.about"))
        for line, (name, fact) in enumerate(layout.about, 1):
            _fill(about.cell(line, 1), name, _styles().strong)
            _fill(about.cell(line, 2), fact, _styles().plain)
        about.column_dimensions["A"].width, about.column_dimensions["B"].width = 16, 80
    stream = io.BytesIO()
    book.save(stream)
    return settle(stream.getvalue(), layout.extract.ledger.today)


def _sheet_name(title: str) -> str:
    kept = "".join(c for c in title if c not in r"[]:*?/\'")
    return kept[:_LONGEST_NAME].strip() or "1"


def _heading(sheet: Any, layout: Layout) -> int:
    """Write title and lines; return the row of the table's header."""
    if not layout.form:
        return 1
    last = len(layout.columns)
    for row, text in enumerate((layout.title, *layout.lines), 1):
        _fill(sheet.cell(row, 1), text, _styles().title if row == 1 else _styles().line)
        _merge(sheet, row, 1, last)
    sheet.row_dimensions[1].height = 36
    return 2 + len(layout.lines)


def _table(sheet: Any, layout: Layout, top: int) -> None:
    from openpyxl.utils import get_column_letter

    styles, columns = _styles(), layout.columns
    for n, column in enumerate(columns, 1):
        _fill(sheet.cell(top, n), column.heading, styles.head if layout.form else styles.strong)
        sheet.column_dimensions[get_column_letter(n)].width = column.width
    if layout.form:
        _stretch(sheet, top, layout, [column.heading for column in columns])
    last = top
    for last, row in enumerate(layout.rows, top + 1):
        if row.kind == "item":
            for n, (column, value) in enumerate(zip(columns, row.values, strict=True), 1):
                shown = column.empty if value in (None, "") else value
                style = styles.cell if isinstance(shown, str) else styles.fact
                _fill(sheet.cell(last, n), shown, style if layout.form else styles.plain)
                if isinstance(value, date):
                    sheet.cell(last, n).number_format = spreadsheet_form(column.day_form)
            if layout.form:
                _stretch(sheet, last, layout, [c.text(v) for c, v in zip(columns, row.values, strict=True)])
        else:
            _line(sheet, last, row, layout)
    corner = get_column_letter(len(columns))
    sheet.freeze_panes = f"A{top + 1}" if layout.form else f"C{top + 1}"
    if not layout.form:
        sheet.auto_filter.ref = f"A{top}:{corner}{last}"
    elif layout.signatures:
        last = _signatures(sheet, last + 2, layout)
    sheet.print_title_rows = f"{top}:{top}"
    sheet.print_area = f"A1:{corner}{last}"
    setup = sheet.page_setup
    setup.orientation, setup.paperSize = layout.orientation, _PAPERS[layout.paper]
    if layout.form:
        setup.fitToWidth, setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        margins = sheet.page_margins
        margins.left = margins.right = SIDE / _INCH
        margins.top = margins.bottom = TOP / _INCH
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.center.text = layout.extract.catalogue.text("report.page_of", page="&P", pages="&N")


def _stretch(sheet: Any, at: int, layout: Layout, texts: Sequence[str]) -> None:
    """Make a row as high as its text: not every program does when it opens a file."""
    lines = max(lines_in(t, column.width - 2) for column, t in zip(layout.columns, texts, strict=True))
    sheet.row_dimensions[at].height = min(lines * _LINE + 3, _TALLEST)


def _line(sheet: Any, at: int, row: Row, layout: Layout) -> None:
    """Write the heading of a group, or a line of numbers with the sums in their columns."""
    last, styles = len(layout.columns), _styles()
    for n in range(1, last + 1):
        sheet.cell(at, n).border = styles.cell.border
    if row.kind == "group":
        _fill(sheet.cell(at, 1), row.text, styles.group)
        _merge(sheet, at, 1, last)
        return
    first_sum = next((n for n, value in enumerate(row.values, 1) if value is not None), last + 1)
    word, text = layout.extract.catalogue.text(f"report.{row.kind}"), row.text
    if first_sum > 2:
        _fill(sheet.cell(at, 1), word, styles.group)
        _fill(sheet.cell(at, 2), text, styles.group)
        _merge(sheet, at, 2, first_sum - 1)
    else:
        _fill(sheet.cell(at, 1), f"{word} {text}", styles.group)
    for n, value in enumerate(row.values, 1):
        if value is not None and n > 1:
            _fill(sheet.cell(at, n), value, styles.group)


def _signatures(sheet: Any, at: int, layout: Layout) -> int:
    """Write who signs, spread over the width of the table; return the last row used."""
    last, colon = len(layout.columns), layout.extract.catalogue.text("ui.colon")
    places = min(len(layout.signatures), last)
    for n, name in enumerate(layout.signatures):
        row, place = at + n // places, n % places
        first, end = place * last // places + 1, (place + 1) * last // places
        _fill(sheet.cell(row, first), f"{name}{colon}", _styles().line)
        _merge(sheet, row, first, end)
    return at + (len(layout.signatures) - 1) // places


def _merge(sheet: Any, row: int, first: int, last: int) -> None:
    if last > first:
        sheet.merge_cells(start_row=row, start_column=first, end_row=row, end_column=last)


@dataclass(frozen=True)
class _Style:
    alignment: Any
    font: Any
    border: Any = None


@dataclass(frozen=True)
class _Styles:
    plain: _Style
    strong: _Style
    title: _Style
    line: _Style
    head: _Style
    cell: _Style
    fact: _Style
    group: _Style


@cache
def _styles() -> _Styles:
    from openpyxl.styles import Alignment, Border, Font, Side

    side = Side(style="thin")
    box = Border(left=side, right=side, top=side, bottom=side)
    top = Alignment(wrap_text=True, vertical="top")
    middle = Alignment(wrap_text=True, vertical="center")
    centre = Alignment(wrap_text=True, vertical="center", horizontal="center")
    return _Styles(
        plain=_Style(top, Font()),
        strong=_Style(top, Font(bold=True)),
        title=_Style(centre, Font(name=TITLE[0], size=20)),
        line=_Style(middle, Font(name=BODY[0], size=12)),
        head=_Style(centre, Font(name=HEADING[0], size=11), box),
        cell=_Style(middle, Font(name=BODY[0], size=11), box),
        fact=_Style(centre, Font(name=BODY[0], size=11), box),
        group=_Style(middle, Font(name=HEADING[0], size=11), box),
    )


def _fill(cell: Any, value: Value, style: _Style) -> None:
    if style.border is not None:
        cell.border = style.border
    if value is None or value == "":
        return
    cell.alignment, cell.font = style.alignment, style.font
    if not isinstance(value, str):
        cell.value = value
        return
    cell.value = value if len(value) <= _MOST else f"{value[: _MOST - 1]}…"
    # Text stays text: openpyxl takes `=…` for a formula and `#N/A` for an error.
    cell.data_type = "s"
    cell.quotePrefix = value[0] in "=+-@"
