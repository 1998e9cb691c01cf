"""What a group of records adds up to: over time, by age, by unit, by category. Numbers only, no words.

A number here is one a reader can count again: the records behind it are those a query names (see `query`),
but for past days, whose numbers follow the logs as they stood then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rectification.ledger.ledger import count_by_status

if TYPE_CHECKING:
    from rectification.ledger.ledger import Ledger, Record
    from rectification.model import Status, Unit

AGES: tuple[tuple[int, int | None], ...] = ((1, 7), (8, 30), (31, 90), (91, 180), (181, None))
_WEEKS_UP_TO = 4  # months
MOST_PERIODS = 30  # of a trend, unless fewer are asked for


@dataclass(frozen=True, slots=True)
class Period:
    """A week, month, quarter or year, both days included.

    `name` is `2026-03-02` (a week's Monday), `2026-03`, `2026-Q1` or `2026`.
    """

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a group had come by the end of a period: items found so far, and those of them closed."""

    period: Period
    found: int
    closed: int


@dataclass(frozen=True, slots=True)
class Closures:
    """Items closed in a period, by their due date."""

    period: Period
    on_time: int
    late: int


@dataclass(frozen=True, slots=True)
class Age:
    """Items overdue for `least` to `most` days; without `most`, for `least` days or more."""

    least: int
    most: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a group that has one name: a unit with all below it, or a category."""

    name: str
    statuses: Mapping[Status, int]

    @property
    def total(self) -> int:
        return sum(self.statuses.values())


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """How those asked judged the items of a unit, in persons."""

    name: str
    satisfied: int
    total: int


def periods(first: date, last: date, most: int = MOST_PERIODS) -> tuple[Period, ...]:
    """Return the periods from `first` to `last`: months, or, of a short time, weeks.

    More than `most` months become quarters, and more quarters years. The last period ends on `last`: nothing
    is told about days to come.
    """
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months <= _WEEKS_UP_TO and (last - first).days < 7 * most:
        step, start = 0, first - timedelta(days=first.weekday())
    else:
        step = 1 if months <= most else 3 if months <= 3 * most else 12
        start = date(first.year, (first.month - 1) // step * step + 1, 1)
    found: list[Period] = []
    while start <= last:
        after = start + timedelta(days=7) if step == 0 else _months_after(start, step)
        found.append(Period(_name(start, step), start, min(after - timedelta(days=1), last)))
        start = after
    return tuple(found)


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _name(start: date, step: int) -> str:
    if step == 0:
        return start.isoformat()
    names = {1: f"{start:%Y-%m}", 3: f"{start.year:04}-Q{(start.month + 2) // 3}", 12: f"{start.year:04}"}
    return names[step]


def burn_up(records: Iterable[Record], today: date, most: int = MOST_PERIODS) -> tuple[Progress, ...]:
    """Return the items found and closed so far, at the end of each period (at most `most`) up to `today`.

    A reopened item is open again from the day of its reopening; a withdrawn one leaves the total on the
    day of its withdrawal.
    """
    changes: dict[date, list[int]] = {}

    def change(day: date, found: int, closed: int) -> None:
        sums = changes.setdefault(day, [0, 0])
        sums[0] += found
        sums[1] += closed

    for record in records:
        item = record.item
        change(item.found, 1, 0)
        closed = False
        for entry in item.log:
            if entry.status is None:
                continue
            if (entry.status == "closed") != closed:
                closed = not closed
                change(entry.date, 0, 1 if closed else -1)
            if entry.status == "withdrawn":
                change(entry.date, -1, 0)
    days = sorted(day for day in changes if day <= today)
    if not days:
        return ()
    steps: list[Progress] = []
    found = done = at = 0
    for period in periods(days[0], today, most):
        while at < len(days) and days[at] <= period.last:
            found += changes[days[at]][0]
            done += changes[days[at]][1]
            at += 1
        steps.append(Progress(period, found, done))
    return tuple(steps)


def closures(records: Iterable[Record], today: date, most: int = MOST_PERIODS) -> tuple[Closures, ...]:
    """Return the items closed in each period, from the first closing to `today`.

    Only closings that stand: an item reopened since counts where it is closed again.
    """
    closed = sorted(
        (r.state.since, r.state.closed_late)
        for r in records
        if r.state.status == "closed" and r.state.since <= today
    )
    if not closed:
        return ()
    return tuple(
        Closures(period, late.count(False), late.count(True))
        for period in periods(closed[0][0], today, most)
        for late in ([late for day, late in closed if period.first <= day <= period.last],)
    )


def ageing(records: Iterable[Record]) -> tuple[Age, ...]:
    """Return how long the overdue items have been overdue, on the day their states were derived for."""
    days = [-r.state.days_left for r in records if r.state.overdue and r.state.days_left is not None]
    return tuple(
        Age(least, most, sum(least <= n and (most is None or n <= most) for n in days))
        for least, most in AGES
    )


def by_unit(ledger: Ledger, records: Iterable[Record], above: Unit | None = None) -> tuple[Part, ...]:
    """Return the parts of the units right below `above`, each with all units below it, in file order.

    Without `above`: of the topmost units, or, where one of them stands over all records and has none of its
    own, of those below it. Records of `above` itself, and of units outside it, are in no part.
    """
    groups = _grouped((record.unit, record) for record in records)
    below = {name: _right_below(ledger, name, above) for name in groups}
    heads = set(below.values())
    while above is None and len(heads) == 1:
        only = next(iter(heads))
        head = ledger.units.names.get(only)
        if head is None or only in groups:
            break
        below = {name: _right_below(ledger, name, head) for name in groups}
        heads = set(below.values())
    parts = _grouped((below[name], record) for name, found in groups.items() for record in found)
    order = [unit.name for unit in ledger.units.listed if unit.name in parts]
    order += sorted(parts.keys() - {*order, ""})
    return tuple(Part(name, count_by_status(parts[name])) for name in order)


def _right_below(ledger: Ledger, name: str, above: Unit | None) -> str:
    """Return the unit right below `above` that `name` belongs to, empty where it does not."""
    unit = ledger.units.names.get(name)
    if unit is None:
        return "" if above else name
    line = [u.name for u in (*ledger.units.above(unit), unit)]
    if above is None:
        return line[0]
    if above.name not in line[:-1]:
        return ""
    return line[line.index(above.name) + 1]


def by_category(ledger: Ledger, records: Iterable[Record]) -> tuple[Part, ...]:
    """Return the parts of the categories, in the order of the vocabulary; records without one are in none."""
    groups = _grouped((record.item.category or "", record) for record in records)
    order = [category.name for category in ledger.categories] or sorted(groups)
    return tuple(Part(name, count_by_status(groups[name])) for name in order if name and name in groups)


def satisfaction(records: Iterable[Record]) -> tuple[Satisfaction, ...]:
    """Return how satisfied those asked were, by the items' own unit; the least satisfied first.

    The judgements of several items of a unit are added up person by person.
    """
    sums: dict[str, list[int]] = {}
    for record in records:
        feedback = record.item.feedback
        if feedback is not None and feedback.total:
            asked = sums.setdefault(record.unit, [0, 0])
            asked[0] += feedback.satisfied
            asked[1] += feedback.total
    found = [Satisfaction(name, satisfied, total) for name, (satisfied, total) in sums.items()]
    return tuple(sorted(found, key=lambda s: (s.satisfied / s.total, s.name)))


def _grouped(pairs: Iterable[tuple[str, Record]]) -> dict[str, list[Record]]:
    groups: dict[str, list[Record]] = {}
    for key, record in pairs:
        groups.setdefault(key, []).append(record)
    return groups
