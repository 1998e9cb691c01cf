"""The ledger as files an office passes on: one module a format, found by being here.

A format is a module that makes the content of one file: of a table as it is laid out, with `draw(layout)`,
or of the items, with `write(extract)`. Its name, with `-` for `_`, is the format's, and the file's ending
where the module gives no `ENDING`; one that cannot be empty says `NEEDS_ITEMS = True`, one for paper
`PRINTED = True`. One of several parts is a package that holds them. `layout` and `form` say what a table
shows; `columns`, `values`, `cells`, `dayform` and `issues` hold what the formats share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from rectification.catalogue import Catalogue
    from rectification.exchange.layout import Layout
    from rectification.ledger import Ledger, Record, Where
    from rectification.settings import Audience


@dataclass(frozen=True)
class Extract:
    """What is passed on: some records of a ledger on its day, in the words of one language.

    `ledger` is the one its readers may see: an extract for the public is made of its public part. `base` is
    the site's own address, which ends with `/` or is empty; `timezone` is where its days begin. An extract
    for an internal `audience` says so in every format that has a place for it. `made` is the day that its
    files were made, if not the ledger's.
    """

    ledger: Ledger
    records: tuple[Record, ...]
    where: Where
    catalogue: Catalogue
    site_name: str
    base: str
    timezone: str
    address: Callable[[Record], str]
    audience: Audience = "public"
    made: date | None = None

    @property
    def dated(self) -> date:
        """The day that its files say they were made."""
        return self.made or self.ledger.today

    @property
    def notice(self) -> str:
        """What an internal extract says of itself; empty for a public one."""
        return self.catalogue.text("ui.internal_notice") if self.audience == "internal" else ""


def export(extract: Extract, form: str) -> bytes:
    """Return the records in a format: every field, or, on paper, what a reader asks of them."""
    from rectification.exchange.layout import lay_out_all, lay_out_for_reading

    printed = getattr(formats()[form], "PRINTED", False)
    return fill(lay_out_for_reading(extract) if printed else lay_out_all(extract), form)


def fill(layout: Layout, form: str) -> bytes:
    """Return a table in a format; a format of items takes those the table shows."""
    module = formats()[form]
    return bytes(module.draw(layout) if hasattr(module, "draw") else module.write(layout.extract))


def formats() -> Mapping[str, ModuleType]:
    """Return the formats by their names."""
    names = sorted(info.name for info in iter_modules(__path__))
    modules = {name.replace("_", "-"): import_module(f"{__name__}.{name}") for name in names}
    return {
        name: module
        for name, module in modules.items()
        if hasattr(module, "write") or hasattr(module, "draw")
    }


def ending(form: str) -> str:
    """Return the ending, without its dot, of the files of the format of this name."""
    return str(getattr(formats()[form], "ENDING", form))


def needs_items(form: str) -> bool:
    """Tell whether a file of the format of this name cannot be without items."""
    return bool(getattr(formats()[form], "NEEDS_ITEMS", False))


def query_text(extract: Extract) -> str:
    """Return the extract's query in words; the word for everything where there is none."""
    words = extract.catalogue

    def word(field: str, value: str) -> str:
        key = f"{field}.{value}"
        return words.text(key) if words.has(key) else value

    parts = [
        f"{words.text(f'ledger.column.{field}') if words.has(f'ledger.column.{field}') else field}"
        f"{words.text('ui.colon')}{words.text('ui.comma').join(word(field, v) for v in values)}"
        for field, values in extract.where.items()
    ]
    return words.text("ui.dot").join(parts) or words.text("filter.all")
