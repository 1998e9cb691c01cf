"""XLSX: the ledger on one sheet, what it is and as of when on another."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING, Any

from rectification.exchange import query_text
from rectification.exchange.columns import COLUMNS, headings, row

if TYPE_CHECKING:
    from rectification.exchange import Extract

_MOST = 32_767  # characters a cell can hold


def write(extract: Extract) -> bytes:
    """Return the workbook."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    words = extract.catalogue
    book = Workbook()
    sheet = book.active
    sheet.title = words.text("listing.ledger")
    for n, heading in enumerate(headings(words), 1):
        _fill(sheet.cell(1, n), heading, bold=True)
        sheet.column_dimensions[get_column_letter(n)].width = COLUMNS[n - 1].width
    for line, record in enumerate(extract.records, 2):
        for n, value in enumerate(row(extract, record), 1):
            _fill(sheet.cell(line, n), value)
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    about = book.create_sheet(words.text("ledger.about"))
    facts: tuple[tuple[str, str | int], ...] = (
        (words.text("ledger.as_of"), str(extract.ledger.today)),
        (words.text("ledger.items"), len(extract.records)),
        (words.text("ledger.view"), query_text(extract)),
        (words.text("ledger.site"), extract.site_name),
    )
    for line, (name, fact) in enumerate(facts, 1):
        _fill(about.cell(line, 1), name, bold=True)
        _fill(about.cell(line, 2), fact)
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 16, 80
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@cache
def _styles() -> tuple[Any, Any]:
    from openpyxl.styles import Alignment, Font

    return Alignment(wrap_text=True, vertical="top"), Font(bold=True)


def _fill(cell: Any, value: str | int | None, *, bold: bool = False) -> None:
    if value is None or value == "":
        return
    cell.alignment, strong = _styles()
    if bold:
        cell.font = strong
    if isinstance(value, int):
        cell.value = value
        return
    cell.value = value if len(value) <= _MOST else f"{value[: _MOST - 1]}…"
    # Text stays text: openpyxl takes `=…` for a formula and `#N/A` for an error.
    cell.data_type = "s"
    cell.quotePrefix = value[0] in "=+-@"
