"""HTML to print, or to save as PDF from a browser: one page that stands alone, its header on every sheet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import escape
from typing import TYPE_CHECKING

from rectification.exchange.paper import BODY, HEADING, SIDE, TITLE, TOP, size_of, stack, type_size

if TYPE_CHECKING:
    from rectification.exchange.columns import Column, Value
    from rectification.exchange.layout import Layout, Row

PRINTED = True


_STYLE = f"""\
@page{{size:%s %s;margin:{TOP}cm {SIDE}cm}}
*{{box-sizing:border-box}}
body{{margin:0 auto;padding:12mm;max-width:%gcm;color:#000;background:#fff;font:%gpt/1.4 {stack(BODY)}}}
h1{{margin:0 0 4mm;text-align:center;font:normal 20pt/1.3 {stack(TITLE)}}}
.notice{{margin:0 0 4mm;border:1pt solid;padding:1mm 2mm;text-align:center;font-size:12pt}}
.lines p{{margin:0 0 1mm;font-size:12pt}}
.table{{overflow-x:auto}}
table{{width:100%%;border-collapse:collapse;table-layout:fixed;min-width:%dpx}}
th,td{{border:.5pt solid #000;padding:.8mm;vertical-align:middle;overflow-wrap:anywhere}}
th,td{{white-space:pre-line}}
thead{{display:table-header-group}}
th{{font-weight:normal;font-family:{stack(HEADING)};text-align:center}}
tbody th{{text-align:left}}
tr{{break-inside:avoid}}
td.n{{text-align:right}}
.signatures{{display:flex;flex-wrap:wrap;gap:4mm;margin-top:8mm;font-size:12pt}}
.signatures span{{flex:1;min-width:40mm}}
@media print{{body{{padding:0;max-width:none}}.table{{overflow:visible}}table{{min-width:0}}}}"""
_WIDEST = 950  # pixels a table takes on a screen at least: a phone scrolls, a desk does not
_PIXELS = 0.67  # half a point is that wide on a screen, and a character half as wide as high


def draw(layout: Layout) -> bytes:
    """Return the page."""
    total = sum(column.width + 1 for column in layout.columns)
    paper = (layout.paper, layout.orientation, size_of(layout)[0], type_size(layout))
    style = _STYLE % (*paper, min(round(total * type_size(layout) * _PIXELS), _WIDEST))
    words = layout.extract.catalogue
    widths = "".join(f'<col style="width:{(column.width + 1) / total:.2%}">' for column in layout.columns)
    head = "".join(f'<th scope="col">{escape(column.heading)}</th>' for column in layout.columns)
    parts = [
        "<!doctype html>",
        f'<html lang="{words.language}">',
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">',
        f'<meta name="robots" content="noindex"><title>{escape(layout.title)}</title>',
        '<link rel="icon" href="data:,">',  # else a browser asks the site for one
        f"<style>\n{style}\n</style></head>",
        "<body><main>",
        *([f'<p class="notice">{escape(layout.extract.notice)}</p>'] if layout.extract.notice else []),
        f"<h1>{escape(layout.title)}</h1>",
        '<div class="lines">' + "".join(f"<p>{escape(line)}</p>" for line in layout.lines) + "</div>",
        f'<div class="table" tabindex="0"><table><colgroup>{widths}</colgroup>',
        f"<thead><tr>{head}</tr></thead>\n<tbody>",
        *_rows(layout),
        "</tbody></table></div>",
    ]
    if layout.signatures:
        colon = words.text("ui.colon")
        names = "".join(f"<span>{escape(name + colon)}</span>" for name in layout.signatures)
        parts.append(f'<div class="signatures">{names}</div>')
    return ("\n".join([*parts, "</main></body></html>"]) + "\n").encode()


def table_rows(layout: Layout) -> str:
    """Return the rows of the table's body, for a page that has a table of its own."""
    return "\n".join(_rows(layout))


def _rows(layout: Layout) -> Iterator[str]:
    for row in layout.rows:
        if row.kind == "item":
            cells = map(_cell, layout.columns, row.values)
            yield f"<tr>{''.join(cells)}</tr>"
        else:
            yield f"<tr>{_line(layout, row)}</tr>"


def _line(layout: Layout, row: Row) -> str:
    columns = len(layout.columns)
    if row.kind == "group":
        return f'<th scope="colgroup" colspan="{columns}">{escape(row.text)}</th>'
    words = layout.extract.catalogue
    first = next((n for n, value in enumerate(row.values) if value is not None), columns)
    text = f"{words.text(f'report.{row.kind}')}{words.text('ui.colon')}{row.text}"
    sums = ("" if value is None else str(value) for value in row.values[max(first, 1) :])
    return f'<th scope="row" colspan="{max(first, 1)}">{escape(text)}</th>' + "".join(
        f'<td class="n">{each}</td>' for each in sums
    )


def _cell(column: Column, value: Value) -> str:
    text = escape(column.printed(value))
    if isinstance(value, date):
        return f'<td><time datetime="{value}">{text}</time></td>'
    return f'<td class="n">{text}</td>' if isinstance(value, int) else f"<td>{text}</td>"
