"""Machine outputs: one module a format, found by being here.

A format is a module with `write(edition)`, which yields its files, each still to be made; one that tells of
the others' content has `seal(edition, sum_of)` instead, and comes after them. A module of the JSON
interface names its files and what they hold in `DOCUMENTS`: the schema, the index and the page on
the data are made from that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING, Protocol, TypeVar
from urllib.parse import quote, urlsplit

from rectification.ledger import slug_of_unit

if TYPE_CHECKING:
    from datetime import date

    from rectification.catalogue import Catalogue
    from rectification.ledger import Checklist, Ledger, Record
    from rectification.model import Unit
    from rectification.settings import Audience

# A site without a canonical address has no host; this name is reserved, so that nobody else has it either.
_NO_HOST = "rectification.invalid"


Piece = TypeVar("Piece")


class Pages(Protocol):
    """Where the pages of the site are, below its root and percent-encoded."""

    def record(self, record: Record) -> str: ...
    def checklist(self, checklist: Checklist) -> str: ...
    def unit(self, unit: Unit) -> str: ...
    def listing(self, kind: str) -> str: ...
    def pattern(self, kind: str) -> str: ...


@dataclass(frozen=True)
class Group:
    """Records one may subscribe to: all, a unit's with those of the units below it, or a checklist's.

    `name` is the last part of its feeds' paths (`units/office`), `address` its page, `depth` that of a unit.
    """

    name: str
    title: str
    address: str
    records: tuple[Record, ...]
    depth: int = 0

    @property
    def kind(self) -> str:
        """`all`, `units` or `checklists`."""
        return self.name.partition("/")[0]

    def file(self, ending: str) -> str:
        """Return the path of the group's feed with this ending (`xml`, `ics`)."""
        return feed_path(self.name, ending)


@dataclass(frozen=True)
class Output:
    """A file that is still to be made: its path below the site's root, and what makes its content.

    `records` are all the records that it tells of, None for anything in the ledger; `about` what else of the
    ledger it tells of, in words or bytes. What tells of nothing else is the same as long as these are.
    """

    path: str
    make: Callable[[], bytes]
    records: Sequence[Record] | None = None
    about: tuple[object, ...] = ()


class _Made(dict["Record", Piece]):
    """What is made of records, each once, when it is first asked for."""

    def __init__(self, make: Callable[[Record], Piece]) -> None:
        self._make = make

    def __missing__(self, record: Record) -> Piece:
        piece = self[record] = self._make(record)
        return piece


class Remembering(Protocol):
    """What makes of each record its piece of a format's files, or knows it from an edition before."""

    def __call__(self, kind: str, make: Callable[[Record], Piece], /) -> Mapping[Record, Piece]: ...


def _nothing_known(kind: str, make: Callable[[Record], Piece], /) -> Mapping[Record, Piece]:
    return _Made(make)


@dataclass(frozen=True)
class Edition:
    """What is published, in which language, and where.

    `base` is the canonical address of the site's root with `/` at its end, empty where the site names none.
    `made` is the day that its files were made, if not the ledger's. `pieces` maps records to what they add
    to the files of a format, given by its name: what that is made of is the record and the edition alone.
    """

    ledger: Ledger
    catalogue: Catalogue
    site_name: str
    base: str
    timezone: str
    pages: Pages
    audience: Audience = "public"
    made: date | None = None
    pieces: Remembering = _nothing_known

    @property
    def dated(self) -> date:
        """The day that its files say they were made."""
        return self.made or self.ledger.today

    @property
    def host(self) -> str:
        """The host that vouches for ids: the site's own, else a reserved one."""
        return urlsplit(self.base).hostname or _NO_HOST

    @property
    def root(self) -> str:
        """The address that ids are made below; only an id, where the site has no canonical address."""
        return self.base or f"https://{_NO_HOST}/"

    @property
    def notice(self) -> str:
        """What an internal edition says of itself; empty for a public one."""
        return self.catalogue.text("ui.internal_notice") if self.audience == "internal" else ""

    def link(self, address: str, within: str) -> str:
        """Return a link to `address` for the file `within`: absolute if it can be, else relative."""
        return self.base + address if self.base else "../" * within.count("/") + address

    def groups(self) -> Iterator[Group]:
        """Yield all that can be subscribed to: everything, each unit down the tree, each checklist."""
        ledger, pages = self.ledger, self.pages
        title = self.catalogue.text("feed.all")
        yield Group("all", title, pages.listing("ledger"), ledger.records)
        for depth, unit in ledger.units.tree():
            records = ledger.of_unit(unit.name)
            yield Group(name_of_unit(unit), unit.name, pages.unit(unit), records, depth)
        for checklist in ledger.checklists:
            records = ledger.by_checklist.get(checklist.slug, ())
            title = checklist.header.title
            yield Group(name_of_checklist(checklist), title, pages.checklist(checklist), records)


def name_of_unit(unit: Unit) -> str:
    """Return the name of the group that is a unit's."""
    return f"units/{slug_of_unit(unit)}"


def name_of_checklist(checklist: Checklist) -> str:
    """Return the name of the group that is a checklist's."""
    return f"checklists/{checklist.slug}"


def feed_path(name: str, ending: str) -> str:
    """Return the path of the feed of the group `name` with this ending (`xml`, `ics`)."""
    return f"feeds/{name}.{ending}"


def formats() -> list[ModuleType]:
    """Return the modules of this package, each a format, in the order of their names."""
    names = sorted(info.name for info in iter_modules(__path__))
    return [import_module(f"{__name__}.{name}") for name in names]


def outputs(edition: Edition) -> list[Callable[[], Iterable[Output]]]:
    """Return what yields the machine outputs, a call a format."""
    return [partial(module.write, edition) for module in formats() if hasattr(module, "write")]


def seals(edition: Edition, sum_of: Callable[[str], tuple[int, str]]) -> Iterator[tuple[str, bytes]]:
    """Yield the outputs that tell of the others, once these are published.

    `sum_of` returns the size and the SHA-256 of what is published at a path below the site's root.
    """
    for module in formats():
        if hasattr(module, "seal"):
            yield from module.seal(edition, sum_of)


def web_path(path: str) -> str:
    """Return a file's path as it stands in an address."""
    return quote(path)
