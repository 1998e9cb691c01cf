"""CSV that a spreadsheet opens as it is meant: UTF-8 with its mark, and no text taken for a formula."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from rectification.exchange.columns import headings, row

if TYPE_CHECKING:
    from rectification.exchange import Extract
    from rectification.exchange.columns import Value

# What a spreadsheet could take for a formula, also behind blanks (wide ones too) and in full-width signs.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠\t\r]")


def write(extract: Extract) -> bytes:
    """Return the file: a line of headings, a line a record."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings(extract.catalogue))
    writer.writerows([disarm(value) for value in row(extract, record)] for record in extract.records)
    return text.getvalue().encode("utf-8-sig")


def disarm(value: Value) -> Value:
    """Return text with a `'` before it where a spreadsheet could take it for a formula."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
