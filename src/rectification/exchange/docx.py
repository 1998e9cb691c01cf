"""DOCX: a report to hand in: title, day, numbers, and the ledger as a table on landscape pages."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from rectification.exchange import query_text
from rectification.ledger import count_by_status, references
from rectification.model import FLAGS, STATUSES

if TYPE_CHECKING:
    from rectification.exchange import Extract
    from rectification.ledger import Record

# Column -> width in centimetres; together what a landscape A4 page has between its margins.
_COLUMNS = {
    "number": 1.1,
    "problem": 6.2,
    "unit": 2.8,
    "owner": 2.2,
    "actions": 5.9,
    "due": 2.3,
    "state": 3.4,
    "evidence": 2.8,
}
_EAST_ASIAN_FONT = "宋体"


def write(extract: Extract) -> bytes:
    """Return the document."""
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    words = extract.catalogue
    document = docx.Document()
    for name in ("Normal", "Title", "Heading 1"):
        style: Any = document.styles[name]
        # Word takes the font of Chinese text from an attribute of its own.
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _EAST_ASIAN_FONT)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)
    section.left_margin = section.right_margin = Cm(1.5)
    section.top_margin = section.bottom_margin = Cm(1.8)
    document.core_properties.title = words.text("exchange.report", site=extract.site_name)
    document.core_properties.author = extract.site_name
    document.add_heading(words.text("exchange.report", site=extract.site_name), 0)
    colon = words.text("ui.colon")
    document.add_paragraph(f"{words.text('ledger.as_of')}{colon}{extract.ledger.today}")
    document.add_paragraph(f"{words.text('ledger.view')}{colon}{query_text(extract)}")
    document.add_paragraph(_numbers(extract))
    table: Any = document.add_table(rows=1, cols=len(_COLUMNS))
    table.style = "Table Grid"
    table.autofit = False
    rows = [[words.text(f"exchange.column.{name}") for name in _COLUMNS]]
    rows += [_row(extract, n, record) for n, record in enumerate(extract.records, 1)]
    for n, values in enumerate(rows):
        line = table.rows[0] if n == 0 else table.add_row()
        properties = line._tr.get_or_add_trPr()
        if n == 0:
            properties.append(properties.makeelement(qn("w:tblHeader"), {}))
        for cell, value, width in zip(line.cells, values, _COLUMNS.values(), strict=True):
            cell.width = Cm(width)
            run = cell.paragraphs[0].add_run(value)
            run.font.size = Pt(9)
            run.bold = n == 0
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _numbers(extract: Extract) -> str:
    words, records = extract.catalogue, extract.records
    counts = count_by_status(records)
    parts = [(words.text(f"status.{s}"), counts[s]) for s in STATUSES if s in counts]
    held = {flag: sum(flag in r.state.flags for r in records) for flag in FLAGS}
    parts += [(words.text(f"flag.{flag}"), n) for flag, n in held.items() if n]
    total = words.text("ledger.items_n", n=len(records))
    return words.text("ui.dot").join([total, *(f"{name} {n}" for name, n in parts)])


def _row(extract: Extract, number: int, record: Record) -> list[str]:
    words, item, state = extract.catalogue, record.item, record.state
    actions = "\n".join(f"{n}. {a.text}" for n, a in enumerate(item.actions, 1))
    problem = item.title if item.problem == item.title else f"{item.title}\n{item.problem}"
    notes = [f"{entry.date} {entry.note}" for entry in item.log[-1:] if entry.note]
    flags = [words.text(f"flag.{flag}") for flag in state.flags]
    status = words.text("ui.comma").join([words.text(f"status.{state.status}"), *flags])
    return [
        str(number),
        f"{item.id} {problem}",
        "\n".join([record.unit, *item.partners]),
        item.owner or "",
        actions,
        str(item.due),
        "\n".join([f"{status}{words.text('ui.in_brackets', text=state.since)}", *notes]),
        "\n".join(dict.fromkeys(references(item))),
    ]
