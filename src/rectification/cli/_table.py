"""Tables of the terminal: coloured where it is one, plain text where the output goes elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

_STYLES = {"overdue": "bold red", "due_soon": "yellow", "stalled": "magenta", "closed": "green"}
_BETWEEN = "  "

Cell = tuple[str, str] | str  # a text, or a text with the code that gives it its colour


def print_table(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Print a table; Chinese characters take the two columns they are wide."""
    cells = [[(cell, "") if isinstance(cell, str) else cell for cell in row] for row in rows]
    lines = _fitted(headings, cells) if sys.stdout.isatty() else _plain(headings, cells)
    click.echo("\n".join(line.rstrip() for line in lines))


def _fitted(headings: Sequence[str], rows: Iterable[Sequence[tuple[str, str]]]) -> list[str]:
    """Return the lines of a table in colours, as wide as the terminal."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in headings:
        table.add_column(Text(heading), overflow="fold")
    for row in rows:
        table.add_row(*(Text(text, _STYLES.get(code, "")) for text, code in row))
    console = Console(color_system="auto")
    with console.capture() as capture:
        console.print(table)
    return capture.get().splitlines()


def _plain(headings: Sequence[str], rows: Iterable[Sequence[tuple[str, str]]]) -> list[str]:
    """Return the lines of a table that no edge breaks.

    Not by the library that draws the other one: it takes a quarter of a millisecond a row.
    """
    from rich.cells import cell_len

    table = [list(headings), *([text for text, _ in row] for row in rows)]
    sizes = [[cell_len(text) for text in row] for row in table]
    widths = [max(column) for column in zip(*sizes, strict=True)]
    return [
        _BETWEEN.join(
            text + " " * (width - size) for text, size, width in zip(row, taken, widths, strict=True)
        )
        for row, taken in zip(table, sizes, strict=True)
    ]


def print_json(value: Any) -> None:
    """Print a value as a machine reads it."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
