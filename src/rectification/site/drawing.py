"""Draws figures with pygal, and writes what it draws as plain SVG for the middle of a page.

pygal lays out scales, bars, lines and their links. What it would add for a picture on its own (a style sheet,
scripts, ids, comments with the day, hover boxes) is left out: the page's styles give the colours, by the
class of a series, so that they follow the page from light to dark and to paper.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from pygal import HorizontalStackedBar, Line, StackedBar
from pygal.config import Config, SerieConfig
from pygal.serie import Serie
from pygal.style import Style

WIDTH = 400  # units of every drawing; the page scales it to the room there is
_HEIGHT = 210
_ROW = 38  # height of a bar with its name above it
_BAR = 15
_FONT = 11
_SHARE_LABELS = 7  # names below an axis that find room side by side


@dataclass(frozen=True, slots=True)
class Series:
    """One of the series of a figure: `key` is the class that gives its colour."""

    key: str
    name: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A number of a figure, in words, and the address of the records behind it."""

    number: float
    words: str
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Row:
    """The values that belong to one name, one a series; `total` stands at the end of the row.

    With a `key` the row has a colour of its own, rather than that of its series.
    """

    name: str
    values: tuple[Value, ...]
    address: str = ""
    total: str = ""
    key: str = ""


def draw_bars(label: str, series: Sequence[Series], rows: Sequence[Row], most: float = 0) -> str:
    """Return lying bars, a row each: its name above it, its series one after another.

    `most` is the number a bar of full width stands for; the largest one, if it is not given. Where there is
    one series only, its numbers stand at the ends of the rows.
    """
    most = most or max(sum(value.number for value in row.values) for row in rows)
    room = WIDTH / (most or 1)
    chart = _Bars(rows, height=_ROW * len(rows), range=(0, most), x_labels=[row.name for row in rows[::-1]])

    def fits(value: Value) -> bool:
        return len(series) > 1 and value.number * room >= _width(value.words) + 6

    for n, one in enumerate(series):
        chart.add(one.name, [_mark(row.values[n], fits, key=row.key) for row in rows[::-1]])
    return _svg(chart, label, series)


def draw_columns(label: str, series: Sequence[Series], rows: Sequence[Row]) -> str:
    """Return standing bars, one a row, their series one upon another."""
    most = max(sum(value.number for value in row.values) for row in rows)
    ticks = _ticks(most)
    unit = (_HEIGHT - 36) / ticks[-1]
    chart = _Columns(**_axes(rows, ticks))

    def fits(value: Value) -> bool:
        return value.number * unit >= _FONT + 2 and _width(value.words) <= chart.thickness + 2

    for n, one in enumerate(series):
        chart.add(one.name, [_mark(row.values[n], fits) for row in rows])
    return _svg(chart, label, series)


def draw_lines(label: str, series: Sequence[Series], rows: Sequence[Row]) -> str:
    """Return lines over the rows, one a series, the last value of each written at its end."""
    most = max(value.number for row in rows for value in row.values)
    chart = _Lines(**_axes(rows, _ticks(most)))
    last = rows[-1].values
    for n, one in enumerate(series):
        chart.add(
            one.name,
            [_mark(row.values[n], lambda value: value in last, least=0) for row in rows],
            dots_size=3,
        )
    return _svg(chart, label, series)


# -- pygal -----------------------------------------------------------------------------------------------


class _Plain:
    """What our figures have in common: given margins, and neither a style sheet nor a script inside."""

    svg: Any

    def __init__(self, **options: Any) -> None:
        super().__init__(_look())  # type: ignore[call-arg]
        for name, value in options.items():
            setattr(self, name, value)

    def __getattribute__(self, name: str) -> Any:
        # What pygal's own does, without its three further look-ups of `state`: a third of a drawing's time.
        state = object.__getattribute__(self, "__dict__").get("state")
        if state is not None and name != "state" and name in state.__dict__ and not name.startswith("__"):
            return state.__dict__[name]
        return object.__getattribute__(self, name)

    def _compute_margin(self) -> None:
        # pygal's own margins count 0.6 of the font size a letter, which cuts Chinese off: they are given.
        self._legend_at_left_width = self._x_labels_height = 0
        self._title: list[str] = []
        self._x_title: list[str] = []
        self._y_title: list[str] = []
        self._x_title_height = self._y_title_height = 0

    def prepare_values(self, raw: Any, offset: int = 0) -> list[Serie]:
        # pygal's own copies and converts what ours never holds, at a fifth of a drawing's time.
        self._adapt = float
        return [
            Serie(
                offset + n,
                [mark["value"] if mark else 0 for mark in marks],
                SerieConfig(**options),
                {i: mark for i, mark in enumerate(marks) if mark},
            )
            for n, (marks, options) in enumerate(raw)
        ]

    def _tooltip_data(self, *_: object, **__: object) -> None:
        """Leave out what pygal's script would show in a hover box."""

    def _draw(self) -> None:
        self.svg.add_styles = self.svg.add_scripts = lambda: None
        super()._draw()  # type: ignore[misc]


class _Bars(_Plain, HorizontalStackedBar):  # type: ignore[misc]
    """Lying bars whose names stand above them, where they have the whole width of the page."""

    _series_margin = (1 - _BAR / _ROW) / 2

    def __init__(self, rows: Sequence[Row], **options: Any) -> None:
        super().__init__(margin=0, show_x_labels=False, **options)
        self.names = {row.name: row for row in rows}

    def _set_view(self) -> None:
        super()._set_view()
        # Bars begin at the edge and may reach the other one.
        self.view.box._ymin, self.view.box._ymax = 0, 1
        self.view.box._xmin, self.view.box._xmax = self.range

    def _y_axis(self) -> None:
        axis = self.svg.node(self.nodes["plot"], class_="names")
        for name, position in self._y_labels[::-1]:
            row = self.names[name]
            y = self.view.y(position) - _BAR / 2 - 5
            link = {"tag": "a", "href": row.address} if row.address else {}
            shown = _shortened(name, WIDTH - _width(row.total) - 14)
            text = self.svg.node(self.svg.node(axis, **link), "text", x=0, y=y)
            text.text = shown
            if shown != name:
                self.svg.node(text, "title").text = name
            self.svg.node(axis, "text", x=WIDTH, y=y, class_="total").text = row.total

    def _plot(self) -> None:
        super()._plot()
        # pygal counts rows from below; they are read, and reached by the keyboard, from above.
        for bars in self.nodes["plot"].iter("g"):
            if bars.attrib.get("class") == "bars":
                bars[:] = bars[::-1]


class _Columns(_Plain, StackedBar):  # type: ignore[misc]
    """Standing bars, no wider than looks well."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        step = (WIDTH - options["margin_left"] - options["margin_right"]) / len(options["x_labels"])
        self.thickness = min(step * 0.72, 34.0)
        self._series_margin = (1 - self.thickness / step) / 2


class _Lines(_Plain, Line):  # type: ignore[misc]
    """Lines whose last values stand behind their ends."""

    def line(self, serie: Any, rescale: bool = False) -> None:
        area = self.svg.serie(serie)["plot"]
        self.svg.line(area, self._fill([self.view(point) for point in serie.points]), class_="area")
        super().line(serie, rescale)

    def _static_value(self, serie_node: Any, value: str, x: float, y: float, *_: object) -> None:
        if value:
            # pygal gives a place beside the dot; ours is behind it, a later series a little lower.
            node = serie_node["text_overlay"]
            dy = -_FONT * 1.05 if "serie-0" in node.attrib["class"] else -_FONT * 0.4
            self.svg.node(node, "text", class_="end", x=x - _FONT + 6, y=y + dy).text = value


class _Look(Config):  # type: ignore[misc]
    """What all figures share; never changed, so that none needs a copy of it."""

    def copy(self) -> _Look:
        return self


@cache
def _look() -> _Look:
    return _Look(
        width=WIDTH,
        js=(),
        css=(),
        style=Style(label_font_size=_FONT, value_font_size=_FONT),
        show_legend=False,
        print_values=True,
        print_zeroes=False,
        truncate_label=-1,
    )


def _axes(rows: Sequence[Row], ticks: Sequence[int]) -> dict[str, Any]:
    """Return the options of a figure with a scale at its left and the rows' names below it."""
    every = math.ceil(len(rows) / _SHARE_LABELS)
    # Counted from the end: the newest row is named.
    named = [row.name for n, row in enumerate(rows[::-1]) if n % every == 0]
    return {
        "height": _HEIGHT,
        "margin_top": 8,
        "margin_bottom": 24,
        "margin_left": 8 + _width(str(ticks[-1])),
        "margin_right": 26,
        "x_labels": [row.name for row in rows],
        "x_labels_major": named,
        "show_minor_x_labels": False,
        "y_labels": list(ticks),
        "range": (0, ticks[-1]),
        "value_formatter": lambda number: f"{number:g}",
    }


def _ticks(most: float) -> list[int]:
    """Return whole numbers from 0 to `most` or a little more, in steps of 1, 2 or 5, ten times these …"""
    step = next(s * 10**power for power in range(9) for s in (1, 2, 5) if most <= 4 * s * 10**power)
    return list(range(0, step * max(1, math.ceil(most / step)) + 1, step))


def _mark(
    value: Value, shown: Callable[[Value], bool], *, least: float = 1e-9, key: str = ""
) -> dict[str, Any] | None:
    """Return a value as pygal takes it: with its link, and its number where there is room for it."""
    if value.number < least:
        return None
    words = value.words if shown(value) else ""
    # The title inside a link names it, for a pointer resting on it and for a screen reader alike.
    return {
        "value": value.number,
        "xlink": {"href": value.address} | ({"class_": f"rx-of--{key}"} if key else {}),
        "tooltip": value.label,
        "formatter": lambda _: words,
    }


# -- SVG -------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"-?\d+\.\d+")
_HREF = "{http://www.w3.org/1999/xlink}href"
_KEPT = frozenset({"d", "x", "y", "cx", "cy", "r", "width", "height", "transform"})
_LEFT_OUT = frozenset({"defs", "desc", "background", "titles", "plot tooltip-overlay"})
_NOISE = frozenset({"reactive", "tooltip-trigger", "always_show", "nofill", "rect", "dot", "left", "top"})
_WRAPPERS = frozenset({"graph", "guides", "bars", "bar", "dots"})


def _svg(chart: Any, label: str, series: Sequence[Series]) -> str:
    root = chart.render_tree()
    classes = {f"series serie-{n} color-{n}": f"series rx-of--{one.key}" for n, one in enumerate(series)}
    inner = "".join(_written(child, "svg", classes) for child in root)
    kind = type(chart).__name__.strip("_").lower()
    size = f"0 0 {WIDTH} {chart.height}"
    head = f'class="rx-drawing rx-drawing--{kind}" viewBox="{size}" role="group" aria-label="{escape(label)}"'
    return f"<svg {head}>{inner}</svg>"


def _written(node: Any, parent: str, classes: dict[str, str]) -> str:
    """Return an element of pygal's tree as SVG, without what is only for its own scripts or styles.

    `classes` maps pygal's classes to ours, and remembers what has been found out about others.
    """
    tag = node.tag
    if not isinstance(tag, str):
        return ""  # a comment
    names = node.attrib.get("class", "")
    if tag in _LEFT_OUT or names in _LEFT_OUT or (tag == "title" and parent not in ("a", "text")):
        return ""
    inner = "".join([_written(child, tag, classes) for child in node])
    if node.text:
        inner = escape(node.text, quote=False) + inner
    if not inner and tag in ("g", "a", "text"):
        return ""
    if names in ("bar", "dots"):
        return inner if tag == "g" and "<a " in inner else ""  # no link: a zero, and no mark
    if names not in classes:
        words = names.split(" ")
        classes[names] = "-" if words[0] in _WRAPPERS else " ".join(w for w in words if w not in _NOISE)
    name = classes[names]
    if name == "-":
        return inner
    attributes = f' class="{name}"' if name else ""
    for key, value in node.attrib.items():
        if key in _KEPT:
            attributes += f' {key}="{_NUMBER.sub(_round, value) if "." in value else value}"'
        elif key == _HREF:
            # The old name: Material's instant navigation takes whatever has a plain `href` for an HTML link.
            attributes += f' xlink:href="{escape(value)}"'
    if tag == "g" and not attributes:
        return inner
    return f"<{tag}{attributes}>{inner}</{tag}>" if inner else f"<{tag}{attributes}/>"


def _round(match: re.Match[str]) -> str:
    return f"{float(match[0]):.1f}".removesuffix(".0")


def _width(text: str) -> float:
    """Return about how wide a text is: Chinese letters are as wide as they are high."""
    return sum(_FONT if unicodedata.east_asian_width(c) in "WF" else 0.62 * _FONT for c in text)


def _shortened(text: str, room: float) -> str:
    """Return as much of a text as there is room for."""
    if _width(text) <= room:
        return text
    kept = text
    while kept and _width(kept + "…") > room:
        kept = kept[:-1]
    return kept + "…"
