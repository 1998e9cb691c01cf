"""Tables of the terminal: coloured where it is one, plain text where the output goes elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

_STYLES = {"overdue": "bold red", "due_soon": "yellow", "stalled": "magenta", "closed": "green"}
_WIDE = 10_000  # columns: what is not a terminal has no edge to break lines at

Cell = tuple[str, str] | str  # a text, or a text with the code that gives it its colour


def print_table(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Print a table; Chinese characters take the two columns they are wide."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    terminal = sys.stdout.isatty()
    table = Table(box=SIMPLE_HEAD if terminal else None, pad_edge=False, show_edge=False)
    for heading in headings:
        table.add_column(Text(heading), no_wrap=not terminal, overflow="fold")
    for row in rows:
        cells = [(cell, "") if isinstance(cell, str) else cell for cell in row]
        table.add_row(*(Text(text, _STYLES.get(code, "")) for text, code in cells))
    console = Console(width=None if terminal else _WIDE, color_system="auto" if terminal else None)
    with console.capture() as capture:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in capture.get().splitlines()))


def print_json(value: Any) -> None:
    """Print a value as a machine reads it."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
