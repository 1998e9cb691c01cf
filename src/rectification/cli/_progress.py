"""A progress bar for a wait that grows long, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from time import monotonic
from typing import Any

import click

from rectification.ledger import yaml_files
from rectification.settings import Settings

_PATIENCE = 1.0  # seconds before a bar is shown
_FEW = 20  # files: fewer are read before a bar says anything


@contextmanager
def progress(settings: Settings, label: str) -> Iterator[Callable[[str], None] | None]:
    """Yield what is to be told of every file read; None where nobody would see a bar."""
    if not sys.stderr.isatty():
        yield None
        return
    total = sum(1 for _ in yaml_files(settings))
    if total < _FEW:
        yield None
        return
    started, read = monotonic(), 0
    bar: Any = None
    with ExitStack() as stack:

        def tell(file: str) -> None:
            nonlocal bar, read
            read += 1
            if bar is not None:
                bar.update(1)
            elif monotonic() - started > _PATIENCE:
                bar = stack.enter_context(click.progressbar(length=total, label=label, file=sys.stderr))
                bar.update(read)

        yield tell
