"""A progress bar for a wait that grows long, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from time import monotonic
from typing import Any

import click

from rectification.ledger import yaml_files
from rectification.rules import all_rules
from rectification.settings import Settings

_PATIENCE = 1.0  # seconds before a bar is shown


@contextmanager
def progress(settings: Settings, label: str) -> Iterator[Callable[[str], None] | None]:
    """Yield what is to be told of every file read and every rule that has looked; None without a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    total = sum(1 for _ in yaml_files(settings)) + len(all_rules())
    started, done = monotonic(), 0
    bar: Any = None
    with ExitStack() as stack:

        def tell(_: str) -> None:
            nonlocal bar, done
            done += 1
            if bar is not None:
                bar.update(1)
            elif monotonic() - started > _PATIENCE:
                bar = stack.enter_context(click.progressbar(length=total, label=label, file=sys.stderr))
                bar.update(done)

        yield tell
