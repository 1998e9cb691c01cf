"""The form of a profile filled from a ledger: which rows, in which order and groups, with what lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rectification.exchange.columns import Column, Value, columns_of, word_of
from rectification.exchange.dayform import write_day
from rectification.exchange.layout import Layout, Row, counts_of
from rectification.exchange.values import value_of
from rectification.ledger import select
from rectification.profile import LEVELS, Profile, ReportColumn, field_of

if TYPE_CHECKING:
    from rectification.exchange import Extract
    from rectification.ledger import Ledger, Record

Key = Callable[["Record"], Any]


def lay_out(extract: Extract, profile: Profile, unit: str | None = None) -> Layout:
    """Fill a form from `extract.ledger`; with `unit`, with the items of that unit and of all below it.

    A form for the public is filled from the public part alone. `extract` says which ledger, in which
    language, for which site; its own records and query are not looked at.
    """
    ledger = extract.ledger if profile.audience == "internal" else extract.ledger.public()
    where = {**profile.where, **({"unit": (unit,)} if unit else {})}
    extract = replace(extract, ledger=ledger, records=(), where=where, audience=profile.audience)
    extract = replace(extract, records=_chosen(extract, profile, unit))
    columns = columns_of(profile, extract.catalogue)
    facts = _facts(extract, profile, unit)
    return Layout(
        extract,
        profile.title.format(**facts),
        columns,
        _rows(extract, profile, columns, facts),
        tuple(line.format(**facts) for line in profile.lines),
        profile.signatures,
        profile.paper,
        profile.orientation,
    )


def _chosen(extract: Extract, profile: Profile, unit: str | None) -> tuple[Record, ...]:
    found = list(select(extract.ledger, profile.where))
    if unit is not None:
        within = set(extract.ledger.of_unit(unit))
        found = [record for record in found if record in within]
    for name in reversed(profile.order):
        key = _key(extract, name.removeprefix("-"))
        keyed = [(key(record), record) for record in found]
        filled = [pair for pair in keyed if pair[0] is not None]
        filled.sort(key=lambda pair: pair[0], reverse=name.startswith("-"))
        # What says nothing comes last, whichever way the rest is sorted.
        found = [record for _, record in (*filled, *(pair for pair in keyed if pair[0] is None))]
    return tuple(found)


def _key(extract: Extract, name: str) -> Key:
    """Return what rows are sorted by: the place in its vocabulary where a field has one, else the value."""
    raw, places = value_of(name), _places(extract.ledger, name)
    if places:
        return lambda record: places.get(str(raw(extract, record)))

    def value(record: Record) -> Any:
        found = raw(extract, record)
        return None if found in ("", ()) else found

    return value


def _places(ledger: Ledger, name: str) -> Mapping[str, int]:
    """Return the order of a field's values: of the vocabulary file, the unit tree, or the engine's codes."""
    if name in ("unit", "unit_above", *LEVELS):
        listed = [unit.name for _, unit in ledger.units.tree()]
    elif name == "category":
        listed = [category.name for category in ledger.categories]
    elif name == "checklist":
        listed = [checklist.header.title for checklist in ledger.checklists]
    elif name == "year":
        listed = sorted({str(record.item.found.year) for record in ledger.records})
    else:
        field = field_of(name)
        listed = list(field.codes) if field.kind == "code" else []
    return {value: place for place, value in enumerate(dict.fromkeys(listed))}


def _facts(extract: Extract, profile: Profile, unit: str | None) -> dict[str, object]:
    """Return what the lines of a form may name (`profile.PLACES`), but for the group."""
    ledger = extract.ledger
    tops = ledger.units.children.get("", ())
    return {
        "unit": unit or (tops[0].name if len(tops) == 1 else extract.site_name),
        "site": extract.site_name,
        "as_of": write_day(ledger.today, profile.date),
        "year": ledger.today.year,
        "month": ledger.today.month,
        "day": ledger.today.day,
        "group": "",
        **counts_of(extract.records),
    }


# -- rows, their groups and their lines ----------------------------------------------------------------


def _rows(
    extract: Extract, profile: Profile, columns: Sequence[Column], facts: Mapping[str, object]
) -> tuple[Row, ...]:
    rows: list[Row] = []
    number = 0
    for name, records in _groups(extract, profile):
        own = {**facts, "group": name, **counts_of(records)}
        if profile.group is not None:
            rows.append(Row("group", text=profile.group.heading.format(**own)))
        items = []
        for record in records:
            number += 1
            items.append(Row("item", tuple(column.value(extract, record, number) for column in columns)))
        rows += items
        if profile.group is not None and profile.group.subtotal is not None:
            rows.append(Row("subtotal", _sums(columns, items), profile.group.subtotal.format(**own)))
    if profile.total is not None:
        rows.append(Row("total", _sums(columns, rows), profile.total.format(**facts)))
    return tuple(rows)


def _sums(columns: Sequence[Column], rows: Sequence[Row]) -> tuple[Value, ...]:
    """Return the sum of each column that is added up, nothing for the others."""
    items = [row.values for row in rows if row.kind == "item"]
    return tuple(
        sum(v for values in items if isinstance(v := values[n], int)) if column.summed else None
        for n, column in enumerate(columns)
    )


def _groups(extract: Extract, profile: Profile) -> list[tuple[str, list[Record]]]:
    """Return the records by group, the groups in the order of their vocabulary."""
    if profile.group is None:
        return [("", list(extract.records))]
    by = profile.group.by
    value, places = _group_of(extract, by), _places(extract.ledger, by)
    parts: dict[str, list[Record]] = {}
    for record in extract.records:
        parts.setdefault(value(record), []).append(record)
    word = _group_word(extract, profile, by)
    order = sorted(parts, key=lambda name: places.get(name, len(places)))
    return [(word(name) or extract.catalogue.text("group.none"), parts[name]) for name in order]


def _group_of(extract: Extract, by: str) -> Callable[[Record], str]:
    if by in LEVELS:
        return lambda record: unit_at(extract.ledger, record.unit, by)
    if by == "year":
        return lambda record: str(record.item.found.year)
    raw = value_of(by)
    return lambda record: str(raw(extract, record) or "")


def unit_at(ledger: Ledger, name: str, level: str) -> str:
    """Return the unit of that level which a unit belongs to; of a higher one for a unit that is above it."""
    unit = ledger.units.names.get(name)
    if unit is None:
        return name
    up_to = LEVELS[: LEVELS.index(level) + 1]
    line = (unit, *reversed(ledger.units.above(unit)))
    return next((each.name for each in line if each.level in up_to), line[-1].name)


def _group_word(extract: Extract, profile: Profile, by: str) -> Callable[[str], str]:
    """Return what names a group: in the words of the form's own column of that field, where it has one."""
    if by in LEVELS or by == "year":
        return lambda name: name
    column = next((c for c in profile.columns if c.field == by), None) or ReportColumn(field=by)
    return word_of(column, extract.catalogue)
