"""DOCX: a paper to hand in: title, lines, the table with its header on every page, who signs."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from rectification.exchange.archive import settle
from rectification.exchange.paper import BODY, HEADING, LATIN, SIDE, TITLE, TOP, size_of, type_size

if TYPE_CHECKING:
    from rectification.exchange.columns import Value
    from rectification.exchange.layout import Layout, Row

PRINTED = True
_TWIPS = 567  # a centimetre
# Without it a word processor parts digits from Chinese, and a date no longer fits its column.
_TIGHT = '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
_PLACE = '<w:bookmarkStart w:id="0" w:name="table"/>'  # stands for the table until the file is packed
_PADDING = 45  # beside the text of a cell, in twips
_WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def draw(layout: Layout) -> bytes:
    """Return the document."""
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.oxml import parse_xml
    from docx.shared import Cm

    document = docx.Document()
    _name_fonts(document)
    width, height = size_of(layout)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE if width > height else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(width), Cm(height)
    section.left_margin = section.right_margin = Cm(SIDE)
    section.top_margin = section.bottom_margin = Cm(TOP)
    document.core_properties.title = layout.title
    document.core_properties.author = layout.extract.site_name
    if notice := layout.extract.notice:
        document.core_properties.comments = notice
        header = section.header.paragraphs[0]._p
        header.getparent().replace(header, parse_xml(_paragraph(notice, "center", HEADING[0], 10.5)))
    width -= 2 * SIDE
    body = document.element.body
    parts = [_paragraph(layout.title, "center", TITLE[0], 22, after=120, style="Title")]
    parts += [_paragraph(line, "left", BODY[0], 12) for line in layout.lines]
    parts.append(_PLACE.replace(" ", f' xmlns:w="{_WORDS}" ', 1))
    if layout.signatures:
        colon = layout.extract.catalogue.text("ui.colon")
        stops = [round(width * n / len(layout.signatures) * _TWIPS) for n in range(1, len(layout.signatures))]
        signed = "\t".join(f"{name}{colon}" for name in layout.signatures)
        parts.append(_paragraph(signed, "left", BODY[0], 12, before=240, stops=stops))
    for part in parts:
        body.insert(len(body) - 1, parse_xml(part))  # the last child describes the section
    footer = section.footer.paragraphs[0]._p
    footer.getparent().replace(footer, parse_xml(_page_number(layout)))
    stream = io.BytesIO()
    document.save(stream)
    # The table is put in as text: as elements it takes the library seconds for a thousand rows.
    table = {_PLACE.encode(): _table(layout, width).encode()}
    return settle(stream.getvalue(), layout.extract.dated, table)


def _name_fonts(document: Any) -> None:
    """Set the type of the text, and tell for each font what stands in for it on a machine that lacks it."""
    from docx.oxml.ns import qn

    fonts = document.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts()
    for attribute, name in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", BODY[0])):
        fonts.set(qn(f"w:{attribute}"), name)
    part = next(p for p in document.part.package.iter_parts() if p.partname == "/word/fontTable.xml")
    named = "".join(
        f"<w:font w:name={quoteattr(name)}><w:altName w:val={quoteattr(','.join(others))}/>"
        '<w:charset w:val="86"/></w:font>'
        for name, *others in (TITLE, HEADING, BODY)
    )
    part._blob = part.blob.replace(b"</w:fonts>", f"{named}</w:fonts>".encode())


def _table(layout: Layout, width: float) -> str:
    """Return the table."""
    total = sum(column.width + 1 for column in layout.columns)
    points = type_size(layout)
    widths = [round(width * (column.width + 1) / total * _TWIPS) for column in layout.columns]
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{each}"/>' for each in widths)
    head = "".join(
        _cell(column.heading, each, points, HEADING[0], "center")
        for column, each in zip(layout.columns, widths, strict=True)
    )
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:left w:w="{_PADDING}" w:type="dxa"/><w:right w:w="{_PADDING}" w:type="dxa"/>'
        "</w:tblCellMar></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>"
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>"
        f"{''.join(_rows(layout, widths, points))}</w:tbl>"
    )


def _rows(layout: Layout, widths: Sequence[int], points: float) -> Iterator[str]:
    for row in layout.rows:
        if row.kind == "item":
            cells = (
                _cell(
                    column.printed(value), width, points, align="left" if isinstance(value, str) else "center"
                )
                for column, value, width in zip(layout.columns, row.values, widths, strict=True)
            )
            yield f"<w:tr>{''.join(cells)}</w:tr>"
        else:
            yield f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(_line(layout, row, widths, points))}</w:tr>"


def _side(value: Value) -> str:
    return "left" if isinstance(value, str) else "center"


def _line(layout: Layout, row: Row, widths: Sequence[int], points: float) -> Iterator[str]:
    """Yield the cells of a group's heading or a line of numbers: its text, then the sums."""
    if row.kind == "group":
        yield _cell(row.text, sum(widths), points, HEADING[0], span=len(widths))
        return
    first = next((n for n, value in enumerate(row.values) if value is not None), len(widths))
    span = max(first, 1)
    word = layout.extract.catalogue.text(f"report.{row.kind}")
    text = f"{word}{layout.extract.catalogue.text('ui.colon')}{row.text}"
    yield _cell(text, sum(widths[:span]), points, HEADING[0], span=span)
    for value, width in list(zip(row.values, widths, strict=True))[span:]:
        yield _cell("" if value is None else str(value), width, points, HEADING[0])


def _cell(
    text: str, width: int, points: float, font: str = BODY[0], align: str = "left", span: int = 1
) -> str:
    over = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{over}<w:vAlign w:val="center"/></w:tcPr>'
        f"{_paragraph(text, align, font, points, declared=False)}</w:tc>"
    )


def _paragraph(
    text: str,
    align: str,
    font: str,
    points: float,
    *,
    before: int = 0,
    after: int = 0,
    stops: Sequence[int] = (),
    style: str = "",
    declared: bool = True,
) -> str:
    """Return a paragraph; lines and tabs of the text are kept. Distances are in twentieths of a point."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    tabs = "".join(f'<w:tab w:val="left" w:pos="{stop}"/>' for stop in stops)
    tabs = f"<w:tabs>{tabs}</w:tabs>" if tabs else ""
    # A style of the library's own colours and underlines a title; an official paper does neither.
    plain = '<w:pBdr><w:bottom w:val="nil"/></w:pBdr>' if style else ""
    lines = "<w:br/>".join(
        "<w:tab/>".join(f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in line.split("\t"))
        for line in text.split("\n")
    )
    namespace = f' xmlns:w="{_WORDS}"' if declared else ""
    return (
        f"<w:p{namespace}><w:pPr>{named}{plain}{tabs}{_TIGHT}"
        f'<w:spacing w:before="{before}" w:after="{after}" w:line="240" w:lineRule="auto"/>'
        f'<w:jc w:val="{align}"/></w:pPr>'
        f"<w:r>{_type(font, points, black=bool(style))}{lines}</w:r></w:p>"
    )


@cache
def _type(font: str, points: float, *, black: bool) -> str:
    """Return the type of a text: the font of its Chinese, its size, black where a style has a colour."""
    fonts = f"<w:rFonts w:ascii={quoteattr(LATIN)} w:hAnsi={quoteattr(LATIN)} w:eastAsia={quoteattr(font)}/>"
    colour = '<w:color w:val="000000"/>' if black else ""
    size = round(points * 2)
    return f'<w:rPr>{fonts}{colour}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'


def _page_number(layout: Layout) -> str:
    """Return the footer: the number of the page and of all pages, as fields the word processor fills."""
    said = layout.extract.catalogue.text("report.page_of", page="\0PAGE\0", pages="\0NUMPAGES\0")
    runs = []
    for n, part in enumerate(said.split("\0")):
        if n % 2:
            runs.append(f'<w:fldSimple w:instr="{part}"><w:r><w:t>1</w:t></w:r></w:fldSimple>')
        elif part:
            runs.append(f'<w:r><w:t xml:space="preserve">{escape(part)}</w:t></w:r>')
    return f'<w:p xmlns:w="{_WORDS}"><w:pPr><w:jc w:val="center"/></w:pPr>{"".join(runs)}</w:p>'
