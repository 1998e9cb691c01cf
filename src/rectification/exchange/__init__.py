"""The ledger as files an office passes on: one module a format, found by being here.

A format is a module with `write(extract)`, which returns the content of one file. Its name, with `-` for `_`,
is the format's, and the file's ending where the module gives no `ENDING`; one that cannot be empty says
`NEEDS_ITEMS = True`. Unlike the outputs of `publish` these are made on demand, never by a site build.
`cells`, `columns` and `issues` hold what the formats share.
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

    `ledger` is the one its readers may see: an extract for the public is made of its public part. `base` is
    the site's own address, which ends with `/` or is empty; `timezone` is where its days begin.
    """

    ledger: Ledger
    records: tuple[Record, ...]
    where: Where
    catalogue: Catalogue
    site_name: str
    base: str
    timezone: str
    address: Callable[[Record], str]


def formats() -> Mapping[str, ModuleType]:
    """Return the formats by their names."""
    names = sorted(info.name for info in iter_modules(__path__))
    modules = {name.replace("_", "-"): import_module(f"{__name__}.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "write")}


def ending(form: str) -> str:
    """Return the ending, without its dot, of the files of the format of this name."""
    return str(getattr(formats()[form], "ENDING", form))


def needs_items(form: str) -> bool:
    """Tell whether a file of the format of this name cannot be without items."""
    return bool(getattr(formats()[form], "NEEDS_ITEMS", False))


def query_text(extract: Extract) -> str:
    """Return the extract's query in words; the word for everything where there is none."""
    words = extract.catalogue
    parts = [
        f"{words.text(f'ledger.column.{field}') if words.has(f'ledger.column.{field}') else field}"
        f"{words.text('ui.colon')}{words.text('ui.comma').join(_value(words, field, v) for v in values)}"
        for field, values in extract.where.items()
    ]
    return words.text("ui.dot").join(parts) or words.text("filter.all")


def _value(words: Catalogue, field: str, value: str) -> str:
    key = f"{field}.{value}"
    return words.text(key) if words.has(key) else value
