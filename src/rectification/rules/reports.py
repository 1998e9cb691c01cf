"""Report profiles: each setting means something, and each column is told from the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rectification.catalogue import read_catalogue
from rectification.diagnostic import nearest
from rectification.profile import field_of
from rectification.rules.rule import Breach, Rule

if TYPE_CHECKING:
    from rectification.ledger import Ledger, Place
    from rectification.profile import Profile, ReportColumn

# Setting of a column -> the kinds of field that take it.
_TAKEN_BY = {
    "values": ("text", "code", "list", "codes"),
    "date": ("day",),
    "join": ("list", "codes"),
    "numbered": ("list", "codes"),
    "sum": ("number",),
}


def _profiles(ledger: Ledger) -> Iterator[tuple[Profile, Place]]:
    return zip(ledger.profiles, ledger.profile_places, strict=False)


def _columns(ledger: Ledger) -> Iterator[tuple[Place, tuple[str | int, ...], ReportColumn]]:
    for profile, place in _profiles(ledger):
        for n, column in enumerate(profile.columns):
            yield place, ("columns", n), column


def unknown_value(ledger: Ledger) -> Iterator[Breach]:
    """A word is given for a value that the field can have."""
    for place, path, column in _columns(ledger):
        codes = field_of(column.field).codes
        for value in column.values:
            if codes and value not in codes:
                facts = {"field": column.field, "found": value, "nearest": nearest(value, codes)}
                yield Breach(
                    place, (*path, "values", value), facts | {"expected": ", ".join(codes)}, of="key"
                )


def unfit_setting(ledger: Ledger) -> Iterator[Breach]:
    """A setting stands at a column of a kind that takes it."""
    for place, path, column in _columns(ledger):
        kind = field_of(column.field).kind
        for setting, kinds in _TAKEN_BY.items():
            # The number of a row is no number of the item's.
            fits = kind in kinds and not (setting == "sum" and column.field == "number")
            if getattr(column, setting) and not fits:
                yield Breach(place, (*path, setting), {"field": column.field, "found": setting}, of="key")


def heading_twice(ledger: Ledger) -> Iterator[Breach]:
    """No two columns of a form are called the same, in neither language."""
    # Read where there is a form: that takes as long as all rules on small ledgers do.
    catalogues = [read_catalogue(language).texts for language in ("zh", "en") if ledger.profiles]
    for profile, place in _profiles(ledger):
        seen: list[set[str]] = [set(), set()]
        for n, column in enumerate(profile.columns):
            names = [profile.heading_of(column, texts) for texts in catalogues]
            twice = next((name for name, known in zip(names, seen, strict=True) if name in known), None)
            if twice is not None:
                key = "heading" if column.heading else "field"
                yield Breach(place, ("columns", n, key), {"found": twice})
            for name, known in zip(names, seen, strict=True):
                known.add(name)


def no_columns(ledger: Ledger) -> Iterator[Breach]:
    """A form has columns."""
    for profile, place in _profiles(ledger):
        if not profile.columns:
            yield Breach(place, ("columns",), {"found": profile.name})


RULES = (
    Rule("L801", "error", unknown_value),
    Rule("L802", "error", unfit_setting),
    Rule("L803", "error", heading_twice),
    Rule("L804", "error", no_columns),
)
