"""The ledger as files an office passes on: one module a format, found by being here.

A format is a module with `write(layout)`, which returns the content of one file; its name is the file's
ending, and `PRINTED` tells that it is for paper. `layout` and `form` say what a file shows; `columns`,
`values`, `cells` and `dayform` hold what that is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.ledger import Ledger, Record, Where


@dataclass(frozen=True)
class Extract:
    """What is passed on: some records of a ledger on its day, in the words of one language.

    `ledger` is the one its readers may see: an extract for the public is made of its public part.
    """

    ledger: Ledger
    records: tuple[Record, ...]
    where: Where
    catalogue: Catalogue
    site_name: str
    address: Callable[[Record], str]


def export(extract: Extract, form: str) -> bytes:
    """Return the records in a format: every field, or, on paper, what a reader asks of them."""
    from rectification.exchange.layout import lay_out_all, lay_out_for_reading

    module = formats()[form]
    printed = getattr(module, "PRINTED", False)
    return bytes(module.write(lay_out_for_reading(extract) if printed else lay_out_all(extract)))


def formats() -> Mapping[str, ModuleType]:
    """Return the formats by their names, which are the endings of their files."""
    names = sorted(info.name for info in iter_modules(__path__))
    modules = {name: import_module(f"{__name__}.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "write")}
