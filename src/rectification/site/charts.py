"""Charts of a group of records: their words, their numbers, where each number leads, and their drawing.

A chart of another kind is one more function in CHARTS. Drawn at build as SVG inside the page, a chart needs
no script and prints; every number of it links to the ledger page filtered to the records behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from rectification.ledger import Ledger, Record, Where, count_by_status, trends
from rectification.model import STATUSES
from rectification.site.drawing import Row, Series, Value, draw_bars, draw_columns, draw_lines

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.ledger.trends import Part
    from rectification.site.addresses import Addresses
    from rectification.substance import Substance

MOST_ROWS = 20  # of units or categories, unless a page asks for more or fewer
_STANDING = tuple(status for status in STATUSES if status != "withdrawn")


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart ready for its template; the table of its numbers has `rows` and `series` too.

    `head` names the first column of the table. `dated`: the numbers are those of the build day. `note` says
    what the chart leaves out.
    """

    kind: str
    title: str
    head: str
    series: tuple[Series, ...]
    rows: tuple[Row, ...]
    svg: str
    dated: bool = False
    note: str = ""


@dataclass(frozen=True)
class Scope:
    """What a chart is about: the records, the query they come from, and the page that links start from."""

    ledger: Ledger
    catalogue: Catalogue
    addresses: Addresses
    records: Sequence[Record]
    where: Where
    root: str
    limit: int = MOST_ROWS
    periods: int = trends.MOST_PERIODS

    def words(self, key: str, **facts: object) -> str:
        return self.catalogue.text(f"chart.{key}", **facts)

    def to(self, **fields: str | Sequence[str]) -> str:
        """Return the address of the ledger page showing the scope's records, narrowed to `fields`."""
        query = {**self.where, **{k: (v,) if isinstance(v, str) else v for k, v in fields.items()}}
        words = "&".join(f"{k}={','.join(quote(v, safe='') for v in values)}" for k, values in query.items())
        page = self.root + self.addresses.listing("ledger")
        return f"{page}?{words}" if words else page

    def value(self, row: str, series: str, number: float, address: str, words: str = "") -> Value:
        words = words or f"{number:g}"
        return Value(number, words, self.words("value", row=row, series=series, value=words), address)


def _status(scope: Scope) -> Chart | None:
    counts = count_by_status(scope.records)
    series = (Series("total", scope.words("count"), scope.to()),)
    rows = []
    for status in STATUSES:
        if counts.get(status):
            name, address = scope.catalogue.text(f"status.{status}"), scope.to(status=status)
            number = scope.value(name, series[0].name, counts[status], address)
            rows.append(Row(name, (number,), address, number.words, key=status))
    if not rows:
        return None
    return _chart(scope, "status", scope.catalogue.text("field.status"), series, rows, draw_bars)


def _burn_up(scope: Scope) -> Chart | None:
    steps = trends.burn_up(scope.records, scope.ledger.today, scope.periods)
    if len(steps) < 2:
        return None
    closed = scope.catalogue.text("status.closed")
    series = (
        Series("found", scope.words("found"), scope.to(status=_STANDING)),
        Series("closed", closed, scope.to(status="closed")),
    )
    rows = []
    for step in steps:
        until = step.period.last.isoformat()
        found = scope.to(status=_STANDING, found_to=until)
        done = scope.to(status="closed", closed_to=until)
        name = scope.words("until", day=until)
        values = (
            scope.value(name, series[0].name, step.found, found),
            scope.value(name, series[1].name, step.closed, done),
        )
        rows.append(Row(step.period.name, values))
    return _chart(scope, "burn_up", scope.words("period"), series, rows, draw_lines)


def _closures(scope: Scope) -> Chart | None:
    found = trends.closures(scope.records, scope.ledger.today, scope.periods)
    if not found:
        return None
    series = (
        Series("on_time", scope.words("on_time"), scope.to(status="closed")),
        Series("late", scope.catalogue.text("flag.closed_late"), scope.to(flag="closed_late")),
    )
    rows = []
    for one in found:
        span = {"closed_from": one.period.first.isoformat(), "closed_to": one.period.last.isoformat()}
        name = one.period.name
        values = (
            scope.value(name, series[0].name, one.on_time, scope.to(status="closed", **span)),
            scope.value(name, series[1].name, one.late, scope.to(flag="closed_late", **span)),
        )
        rows.append(Row(name, values))
    return _chart(scope, "closures", scope.words("period"), series, rows, draw_columns)


def _ageing(scope: Scope) -> Chart | None:
    ages = trends.ageing(scope.records)
    if not any(age.count for age in ages):
        return None
    today = scope.ledger.today
    series = (Series("overdue", scope.catalogue.text("flag.overdue"), scope.to(flag="overdue")),)
    rows = []
    for age in ages:
        words = "days" if age.most is not None else "days_and_more"
        name = scope.words(words, least=age.least, most=age.most)
        dues = {"due_to": (today - timedelta(days=age.least)).isoformat()}
        if age.most is not None:
            dues["due_from"] = (today - timedelta(days=age.most)).isoformat()
        number = scope.value(name, series[0].name, age.count, scope.to(flag="overdue", **dues))
        rows.append(Row(name, (number,), number.address if age.count else "", number.words))
    return _chart(scope, "ageing", scope.words("overdue_for"), series, rows, draw_bars, dated=True)


def _units(scope: Scope) -> Chart | None:
    asked = scope.where.get("unit", ())
    above = scope.ledger.units.names.get(asked[0]) if len(asked) == 1 else None
    parts = trends.by_unit(scope.ledger, scope.records, above)
    if not parts or (above is None and len(parts) < 2):
        return None
    places, _ = scope.addresses.by_name(scope.ledger)
    own = len(scope.records) - sum(part.total for part in parts) if above is not None else 0
    note = scope.words("own", unit=above.name, n=own) if above is not None and own else ""
    head = scope.catalogue.text("field.unit")
    title = scope.words("title.units_below", unit=above.name) if above is not None else ""
    return _parts(scope, "units", "unit", head, parts, places, note, title)


def _categories(scope: Scope) -> Chart | None:
    parts = trends.by_category(scope.ledger, scope.records)
    if len(parts) < 2:
        return None
    _, places = scope.addresses.by_name(scope.ledger)
    none = len(scope.records) - sum(part.total for part in parts)
    note = scope.words("uncategorised", n=none) if none else ""
    return _parts(
        scope, "categories", "category", scope.catalogue.text("field.category"), parts, places, note
    )


def _parts(
    scope: Scope,
    kind: str,
    field: str,
    head: str,
    parts: Sequence[Part],
    places: Mapping[str, str],
    note: str,
    title: str = "",
) -> Chart:
    """Return the chart of parts by status: of many, the largest, in their own order."""
    largest = sorted(parts, key=lambda part: -part.total)[: scope.limit]
    if len(parts) > len(largest):
        note = "".join((scope.words("smaller", n=len(parts) - len(largest)), note))
        parts = [part for part in parts if part in largest]
    held = [status for status in STATUSES if any(part.statuses.get(status) for part in parts)]
    series = [Series(s, scope.catalogue.text(f"status.{s}"), scope.to(status=s)) for s in held]
    rows = []
    for part in parts:
        values = tuple(
            scope.value(
                part.name, one.name, part.statuses.get(s, 0), scope.to(**{field: part.name}, status=s)
            )
            for s, one in zip(held, series, strict=True)
        )
        place = places.get(part.name)
        address = scope.root + place if place else scope.to(**{field: part.name})
        rows.append(Row(part.name, values, address, str(part.total)))
    return _chart(scope, kind, head, series, rows, draw_bars, note=note, title=title)


def _satisfaction(scope: Scope) -> Chart | None:
    found = trends.satisfaction(scope.records)[: scope.limit]
    if not found:
        return None
    series = (Series("satisfied", scope.words("satisfied")),)
    rows = []
    for one in found:
        share = 100 * one.satisfied / one.total
        words = scope.words("share", percent=round(share), satisfied=one.satisfied, total=one.total)
        number = scope.value(one.name, series[0].name, share, scope.to(unit=one.name), words)
        rows.append(Row(one.name, (number,), number.address, words))

    def draw(label: str, series: Sequence[Series], rows: Sequence[Row]) -> str:
        return draw_bars(label, series, rows, most=100)

    return _chart(scope, "satisfaction", scope.catalogue.text("field.unit"), series, rows, draw)


def findings_over_time(substance: Substance, scope: Scope) -> Chart | None:
    """Return the findings by the period of what they speak of; None where there is no more than one."""
    steps = substance.trend
    if len(steps) < 2 or not any(step.findings for step in steps):
        return None
    series = (Series("found", scope.words("findings"), "#findings"),)
    rows = [
        Row(name, (scope.value(name, series[0].name, step.findings, "#findings"),))
        for step in steps
        for name in (step.period.name,)
    ]
    return _chart(scope, "findings", scope.words("period"), series, rows, draw_columns)


CHARTS: Mapping[str, Callable[[Scope], Chart | None]] = {
    "status": _status,
    "burn_up": _burn_up,
    "closures": _closures,
    "ageing": _ageing,
    "units": _units,
    "categories": _categories,
    "satisfaction": _satisfaction,
}

# What a page of a kind shows below its counts, as far as there are numbers for it. Pages of units are many:
# they show two charts at most, and all pages few periods, to stay light and quick to build.
ON_PAGE = {
    "unit": ("units", "burn_up"),
    "checklist": ("burn_up", "units", "ageing"),
    "category": ("burn_up", "units", "ageing"),
}
PERIODS_ON_PAGE = 12
FEWEST_RECORDS = 3  # fewer are told by their table


def charts_of(kind: str, scope: Scope) -> list[Chart]:
    """Return the charts that fit the page of a `kind`: a few, and none of a handful of records."""
    if len(scope.records) < FEWEST_RECORDS:
        return []
    scope = replace(scope, periods=PERIODS_ON_PAGE)
    return [chart for name in ON_PAGE[kind] if (chart := CHARTS[name](scope)) is not None]


def _chart(
    scope: Scope,
    kind: str,
    head: str,
    series: Iterable[Series],
    rows: Iterable[Row],
    draw: Callable[[str, Sequence[Series], Sequence[Row]], str],
    *,
    dated: bool = False,
    note: str = "",
    title: str = "",
) -> Chart:
    title = title or scope.words(f"title.{kind}")
    series, rows = tuple(series), tuple(rows)
    return Chart(kind, title, head, series, rows, draw(title, series, rows), dated, note)
