"""Official papers: their sizes, their type, and how large the type of a table can be.

Source: GB/T 9704—2012 党政机关公文格式: 方正小标宋 for titles, 黑体 for headings, 仿宋 for the text.
Each office buys the fonts itself, they are no part of this program: hence the others of each list, of which a
machine takes the first it has.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rectification.exchange.layout import Layout

TITLE = ("方正小标宋简体", "方正小标宋_GBK", "华文中宋", "STZhongsong", "宋体", "SimSun", "Noto Serif CJK SC")
HEADING = ("黑体", "SimHei", "Noto Sans CJK SC", "Microsoft YaHei")
BODY = ("仿宋_GB2312", "仿宋", "FangSong", "华文仿宋", "STFangsong", "宋体", "SimSun", "Noto Serif CJK SC")
LATIN = "Times New Roman"
SIDE, TOP = 1.5, 1.8  # margins in centimetres

_PAPERS = {"A4": (21.0, 29.7), "A3": (29.7, 42.0)}  # centimetres, upright (ISO 216)
_LARGEST, _SMALLEST = 10.5, 7.5  # points: 五号, 六号
_CENTIMETRE = 28.35  # points
# Chinese, its punctuation, and the quotation marks and dashes that a Chinese font makes as wide.
_WIDE = re.compile("[\u2010-\u2027\u2030-\u203b\u2460-\u24ff\u2e80-\uffdc]")


def size_of(layout: Layout) -> tuple[float, float]:
    """Return width and height of a sheet in centimetres, as it lies."""
    short, long = _PAPERS[layout.paper]
    return (long, short) if layout.orientation == "landscape" else (short, long)


def type_size(layout: Layout) -> float:
    """Return the size of the table's type in points, such that its columns hold the characters they say.

    A character of a column's width is half as wide as it is high; a Chinese one takes two.
    """
    width = (size_of(layout)[0] - 2 * SIDE) * _CENTIMETRE
    fits = 2 * width / sum(column.width + 1 for column in layout.columns)
    return min(max(int(fits * 2) / 2, _SMALLEST), _LARGEST)


def lines_in(text: str, width: int) -> int:
    """Return how many lines a text takes in a column that holds so many characters."""
    return sum(max(1, -(-_width(line) // max(width, 2))) for line in text.split("\n"))


def _width(line: str) -> int:
    return len(line) + len(_WIDE.findall(line))


def stack(fonts: tuple[str, ...]) -> str:
    """Return a list of fonts as CSS names them."""
    return ",".join([*(f'"{font}"' for font in fonts), "serif"])
