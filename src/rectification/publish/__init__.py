"""Machine outputs: one module a format, found by being here."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rectification.ledger import Ledger


def outputs(ledger: Ledger) -> Iterator[tuple[str, bytes]]:
    """Yield every machine output of a ledger as (path below the site's root, content)."""
    for info in sorted(iter_modules(__path__), key=lambda info: info.name):
        yield from import_module(f"{__name__}.{info.name}").write(ledger)
