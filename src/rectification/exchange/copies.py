"""The copies of each form that a site hands out: one of everything, one for each unit that reports by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

from rectification.exchange import Extract
from rectification.exchange import fill as written
from rectification.exchange.form import lay_out
from rectification.ledger import select, slug_of_unit
from rectification.publish import Output

if TYPE_CHECKING:
    from rectification.exchange.layout import Layout
    from rectification.ledger import Record
    from rectification.model import Unit
    from rectification.profile import Profile
    from rectification.publish import Edition

FOLDER = "reports"
HANDED_OUT = ("xlsx", "docx", "csv", "html")  # formats, as a reader is offered them


@dataclass(frozen=True)
class Copy:
    """A form filled for all (`unit` is None), or for a unit and all below it, `depth` down the tree."""

    profile: Profile
    unit: Unit | None = None
    depth: int = 0

    def path(self, ending: str) -> str:
        """Return where the copy lies below the site's root: `reports/NAME/units/SLUG.xlsx`."""
        name = f"units/{slug_of_unit(self.unit)}" if self.unit is not None else "all"
        return f"{FOLDER}/{self.profile.name}/{name}.{ending}"


def copies(edition: Edition) -> Iterator[Copy]:
    """Yield every copy: of each form first the one of everything, then the units' down the tree.

    A unit has one where the form names its own level, or all, and it, or a unit below it, has an item in the
    form. Without levels there is none: a large ledger has many units, and every copy costs time.
    """
    ledger = edition.ledger
    for profile in ledger.profiles:
        yield Copy(profile)
        listed = set()
        for record in select(ledger, profile.where):
            unit = ledger.units.names.get(record.unit)
            if unit is not None:
                listed |= {each.name for each in (unit, *ledger.units.above(unit))}
        for depth, unit in ledger.units.tree():
            if unit.name in listed and ("all" in profile.levels or unit.level in profile.levels):
                yield Copy(profile, unit, depth)


def fill(edition: Edition, copy: Copy) -> Layout:
    """Return a copy as it is laid out."""
    extract = Extract(
        edition.ledger,
        (),
        {},
        edition.catalogue,
        edition.site_name,
        edition.base,
        edition.timezone,
        lambda record: _home(record) or edition.base + edition.pages.record(record),
        made=edition.dated,
    )
    return lay_out(extract, copy.profile, copy.unit.name if copy.unit is not None else None)


def _home(record: Record) -> str:
    """Return the address of a record of another site on that site; empty for one of our own."""
    return record.origin.address if record.origin is not None else ""


def outputs(edition: Edition) -> list[Callable[[], Iterator[Output]]]:
    """Return what makes the files of every copy, a call a copy."""
    return [partial(_files, edition, copy) for copy in copies(edition)]


def _files(edition: Edition, copy: Copy) -> Iterator[Output]:
    layout = cache(partial(fill, edition, copy))

    def make(ending: str) -> bytes:
        return written(layout(), ending)

    for ending in HANDED_OUT:
        yield Output(copy.path(ending), partial(make, ending), about=(edition.dated,))
