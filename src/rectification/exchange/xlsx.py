"""XLSX: the table on one sheet, fit to print; of a table of everything, what it is on another."""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from rectification.exchange.archive import settle
from rectification.exchange.dayform import spreadsheet_form
from rectification.exchange.paper import BODY, HEADING, SIDE, TITLE, TOP, lines_in

if TYPE_CHECKING:
    from openpyxl import Workbook

    from rectification.exchange.columns import Column, Value
    from rectification.exchange.layout import Layout, Row

_MOST = 32_767  # characters a cell can hold
_LONGEST_NAME = 31  # characters of a sheet's name
_LINE, _TALLEST = 15, 409  # points of a line of the table's type, and of the tallest row a sheet can have
_INCH = 2.54  # centimetres
_PAPERS = {"A4": 9, "A3": 8}  # ECMA-376, ST_PageSetup paperSize


def draw(layout: Layout) -> bytes:
    """Return the workbook."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.title = layout.title
    book.properties.creator = layout.extract.site_name
    book.properties.description = layout.extract.notice or None
    _add_styles(book, layout)
    sheet = book.active
    sheet.title = _sheet_name(layout.title)
    _table(sheet, layout, _heading(sheet, layout))
    if layout.about:
        about = book.create_sheet(layout.extract.catalogue.text("ledger.about"))
        for line, (name, fact) in enumerate(layout.about, 1):
            _fill(about.cell(line, 1), name, "strong")
            _fill(about.cell(line, 2), fact, "plain")
        about.column_dimensions["A"].width, about.column_dimensions["B"].width = 16, 80
    return settle(_saved(book), layout.extract.dated)


def _saved(book: Workbook) -> bytes:
    """Return a workbook's bytes. Raises OSError: each sheet goes through a temporary file."""
    from lxml.etree import SerialisationError

    stream = io.BytesIO()
    try:
        book.save(stream)
    except SerialisationError as error:
        number = getattr(errno, str(error).removeprefix("IO_"), errno.EIO)  # such as IO_ENOSPC
        told, sys.unraisablehook = sys.unraisablehook, lambda _: None
        try:
            traceback.clear_frames(error.__traceback__)
            gc.collect()  # what openpyxl still holds open fails once more as it is closed
        finally:
            sys.unraisablehook = told
        raise OSError(number, os.strerror(number), tempfile.gettempdir()) from None
    return stream.getvalue()


def _sheet_name(title: str) -> str:
    kept = "".join(c for c in title if c not in r"[]:*?/\'")
    return kept[:_LONGEST_NAME].strip() or "1"


def _heading(sheet: Any, layout: Layout) -> int:
    """Write title and lines; return the row of the table's header."""
    if not layout.form:
        return 1
    last = len(layout.columns)
    for row, text in enumerate((layout.title, *layout.lines), 1):
        _fill(sheet.cell(row, 1), text, "title" if row == 1 else "line")
        _merge(sheet, row, 1, last)
    sheet.row_dimensions[1].height = 36
    return 2 + len(layout.lines)


def _table(sheet: Any, layout: Layout, top: int) -> None:
    from openpyxl.utils import get_column_letter

    columns = layout.columns
    for n, column in enumerate(columns, 1):
        _fill(sheet.cell(top, n), column.heading, "head" if layout.form else "strong")
        sheet.column_dimensions[get_column_letter(n)].width = column.width
    if layout.form:
        _stretch(sheet, top, layout, [column.heading for column in columns])
    last = top
    for last, row in enumerate(layout.rows, top + 1):
        if row.kind == "item":
            for n, (column, value) in enumerate(zip(columns, row.values, strict=True), 1):
                shown = column.empty if value in (None, "") else value
                if shown != "" or layout.form:
                    _fill(sheet.cell(last, n), shown, _style_of(column, shown, layout.form))
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
    sheet.oddHeader.center.text = layout.extract.notice.replace("&", "&&") or None
    sheet.oddFooter.center.text = layout.extract.catalogue.text("report.page_of", page="&P", pages="&N")


def _stretch(sheet: Any, at: int, layout: Layout, texts: Sequence[str]) -> None:
    """Make a row as high as its text: not every program does when it opens a file."""
    lines = max(lines_in(t, column.width - 2) for column, t in zip(layout.columns, texts, strict=True))
    sheet.row_dimensions[at].height = min(lines * _LINE + 3, _TALLEST)


def _line(sheet: Any, at: int, row: Row, layout: Layout) -> None:
    """Write the heading of a group, or a line of numbers with the sums in their columns."""
    last = len(layout.columns)
    for n in range(1, last + 1):
        sheet.cell(at, n).style = "group"
    if row.kind == "group":
        _fill(sheet.cell(at, 1), row.text, "group")
        _merge(sheet, at, 1, last)
        return
    first_sum = next((n for n, value in enumerate(row.values, 1) if value is not None), last + 1)
    word, text = layout.extract.catalogue.text(f"report.{row.kind}"), row.text
    if first_sum > 2:
        _fill(sheet.cell(at, 1), word, "group")
        _fill(sheet.cell(at, 2), text, "group")
        _merge(sheet, at, 2, first_sum - 1)
    else:
        _fill(sheet.cell(at, 1), f"{word} {text}", "group")
    for n, value in enumerate(row.values, 1):
        if value is not None and n > 1:
            _fill(sheet.cell(at, n), value, "group")


def _signatures(sheet: Any, at: int, layout: Layout) -> int:
    """Write who signs, spread over the width of the table; return the last row used."""
    last, colon = len(layout.columns), layout.extract.catalogue.text("ui.colon")
    places = min(len(layout.signatures), last)
    for n, name in enumerate(layout.signatures):
        row, place = at + n // places, n % places
        first, end = place * last // places + 1, (place + 1) * last // places
        _fill(sheet.cell(row, first), f"{name}{colon}", "line")
        _merge(sheet, row, first, end)
    return at + (len(layout.signatures) - 1) // places


def _merge(sheet: Any, row: int, first: int, last: int) -> None:
    if last > first:
        sheet.merge_cells(start_row=row, start_column=first, end_row=row, end_column=last)


def _add_styles(book: Any, layout: Layout) -> None:
    """Name the types of cell once a workbook: given to each cell on its own they take most of the time."""
    from openpyxl.styles import Alignment, Border, Font, NamedStyle, Side

    side = Side(style="thin")
    box = Border(left=side, right=side, top=side, bottom=side)
    top = Alignment(wrap_text=True, vertical="top")
    middle = Alignment(wrap_text=True, vertical="center")
    centre = Alignment(wrap_text=True, vertical="center", horizontal="center")
    styles = [
        NamedStyle("plain", alignment=top),
        NamedStyle("strong", alignment=top, font=Font(bold=True)),
        NamedStyle("title", alignment=centre, font=Font(name=TITLE[0], size=20)),
        NamedStyle("line", alignment=middle, font=Font(name=BODY[0], size=12)),
        NamedStyle("head", alignment=centre, font=Font(name=HEADING[0], size=11), border=box),
        NamedStyle("text", alignment=middle, font=Font(name=BODY[0], size=11), border=box),
        NamedStyle("fact", alignment=centre, font=Font(name=BODY[0], size=11), border=box),
        NamedStyle("group", alignment=middle, font=Font(name=HEADING[0], size=11), border=box),
    ]
    for form in dict.fromkeys(column.day_form for column in layout.columns):
        shape = spreadsheet_form(form)
        styles += [
            NamedStyle(f"plain {form}", alignment=top, number_format=shape),
            NamedStyle(
                f"day {form}",
                alignment=centre,
                font=Font(name=BODY[0], size=11),
                border=box,
                number_format=shape,
            ),
        ]
    for style in styles:
        book.add_named_style(style)


def _style_of(column: Column, value: Value, form: bool) -> str:
    if isinstance(value, date):
        return f"{'day' if form else 'plain'} {column.day_form}"
    if not form:
        return "plain"
    return "text" if isinstance(value, str) else "fact"


def _fill(cell: Any, value: Value, style: str) -> None:
    cell.style = style
    if value is None or value == "":
        return
    if not isinstance(value, str):
        # The library gives a day a form of its own when it takes the value.
        form = cell.number_format if isinstance(value, date) else None
        cell.value = value
        if form is not None:
            cell.number_format = form
        return
    cell.value = value if len(value) <= _MOST else f"{value[: _MOST - 1]}…"
    # Text stays text: openpyxl takes `=…` for a formula and `#N/A` for an error.
    cell.data_type = "s"
    if value[0] in "=+-@":
        cell.quotePrefix = True
