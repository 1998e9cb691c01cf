"""CSV that a spreadsheet opens as it is meant: UTF-8 with its mark, and no text taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rectification.exchange.columns import Column, Value
    from rectification.exchange.layout import Layout

# What a spreadsheet could take for a formula, also behind blanks (wide ones too) and in full-width signs.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠\t\r]")


def draw(layout: Layout) -> bytes:
    """Return the file: a line of headings, a line an item. Titles and subtotals are for paper."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([disarm(column.heading) for column in layout.columns])
    for values in layout.items:
        writer.writerow([_cell(column, v) for column, v in zip(layout.columns, values, strict=True)])
    return text.getvalue().encode("utf-8-sig")


def _cell(column: Column, value: Value) -> Value:
    return value if isinstance(value, int) else disarm(column.text(value))


def disarm(value: Value) -> Value:
    """Return text with a `'` before it where a spreadsheet could take it for a formula."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
