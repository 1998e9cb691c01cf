"""How a ledger is worked on: what the substance rules found, rates by unit and over time, its own paperwork.

Every rate comes as two counts, never as a mark, and nothing is added up into a score: see the page's caveats.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from rectification.ledger import references, rounds, verifications
from rectification.ledger.trends import Period, periods
from rectification.model import Item
from rectification.rules import Findings, Rule, all_rules

if TYPE_CHECKING:
    from datetime import date

    from rectification.diagnostic import Diagnostic
    from rectification.ledger import Ledger, Record
    from rectification.model import Request, Rhythm, Unit
    from rectification.rules import Waived

# Answers a year that a standing request asks of each unit; a single one counts in the year it is due.
ANSWERS: Mapping[Rhythm, int] = {
    "daily": 365,
    "weekly": 52,
    "monthly": 12,
    "quarterly": 4,
    "yearly": 1,
    "once": 1,
}
_REQUIRED = sum(info.is_required() for info in Item.model_fields.values())


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `total`."""

    count: int
    total: int

    @property
    def percent(self) -> int | None:
        """Rounded down; None where there is nothing to be a part of."""
        return 100 * self.count // self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Conduct:
    """How items were worked on.

    `independent`: acceptances by somebody who had no part in it, of all acceptances (every closing that
    answers a submission, those since reopened too). `evidenced`: closed items with evidence, of all closed
    ones. Neither counts what cannot be told because parts of an item are withheld. `moved`: items whose due
    date was moved, of all; `slip_days`: the days they moved in all, back less forth. `recurred`: closings
    after which the item was reopened, of all closings.
    """

    items: int
    independent: Rate
    evidenced: Rate
    moved: Rate
    slip_days: int
    recurred: Rate


@dataclass(frozen=True, slots=True)
class UnitConduct:
    """The conduct of a unit with all units below it, and what was found in its items."""

    unit: Unit
    depth: int
    conduct: Conduct
    findings: int


@dataclass(frozen=True, slots=True)
class Found:
    """What one rule found, and what is waived of it."""

    rule: Rule
    diagnostics: tuple[Diagnostic, ...]
    waived: tuple[Waived, ...]

    @property
    def items(self) -> int:
        return len({d.item for d in self.diagnostics if d.item})


@dataclass(frozen=True, slots=True)
class Step:
    """A period: the closings, moves and reopenings that fall in it, and the findings that speak of it."""

    period: Period
    independent: Rate
    evidenced: Rate
    moves: int
    reopened: int
    findings: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What the register of requests asks of one unit: standing requests, answers and figures a year."""

    unit: str
    requests: int
    answers: int
    figures: int


@dataclass(frozen=True, slots=True)
class Burden:
    """The paperwork of the ledger itself.

    `typed` are the facts that editors wrote, `least` and `most` those of the shortest and the longest item,
    `required` those that an item cannot do without. `replaced` are the requests that a derived report has
    made needless, `saved` the answers a year that this saves all units asked together.
    """

    items: int
    typed: int
    least: int
    most: int
    required: int
    asked: tuple[Asked, ...]
    replaced: tuple[Request, ...]
    saved: int


def borne_out(findings: Findings, whole: Findings, ledger: Ledger) -> Findings:
    """Return what was found in a public ledger, without what only seems so because parts are withheld.

    `whole` is what was found in the same items with all their parts.
    """
    partly = {record.item.id for record in ledger.records if record.withheld}
    found = [*whole.diagnostics, *(one.diagnostic for one in whole.waived)]
    true = {(one.code, one.item) for one in found}

    def holds(one: Diagnostic) -> bool:
        return one.item not in partly or (one.code, one.item) in true

    return Findings(
        tuple(one for one in findings.diagnostics if holds(one)),
        tuple(one for one in findings.waived if holds(one.diagnostic)),
    )


@dataclass(frozen=True)
class Substance:
    """What there is to tell of the substance of a ledger."""

    ledger: Ledger
    findings: Findings

    @cached_property
    def by_rule(self) -> tuple[Found, ...]:
        """Every substance rule that found something, or would have but for a waiver, by code."""
        found: dict[str, list[Diagnostic]] = {}
        for diagnostic in self.findings.diagnostics:
            found.setdefault(diagnostic.code, []).append(diagnostic)
        waived: dict[str, list[Waived]] = {}
        for one in self.findings.waived:
            waived.setdefault(one.diagnostic.code, []).append(one)
        return tuple(
            Found(rule, tuple(found.get(rule.code, ())), tuple(waived.get(rule.code, ())))
            for rule in all_rules()
            if rule.code in found or rule.code in waived
        )

    @cached_property
    def by_item(self) -> Mapping[str, tuple[Diagnostic, ...]]:
        """Id of an item -> what was found in it."""
        found: dict[str, list[Diagnostic]] = {}
        for diagnostic in self.findings.diagnostics:
            found.setdefault(diagnostic.item, []).append(diagnostic)
        return {item: tuple(all_) for item, all_ in found.items()}

    @cached_property
    def conduct(self) -> Conduct:
        return conduct(self.ledger, self.ledger.records)

    @cached_property
    def by_unit(self) -> tuple[UnitConduct, ...]:
        """The units that have items, themselves or below them, in the order of the tree."""
        return tuple(
            UnitConduct(unit, depth, conduct(self.ledger, records), self._count(records))
            for depth, unit in self.ledger.units.tree()
            if (records := self.ledger.of_unit(unit.name))
        )

    def _count(self, records: Iterable[Record]) -> int:
        return sum(len(self.by_item.get(record.item.id, ())) for record in records)

    @cached_property
    def trend(self) -> tuple[Step, ...]:
        """The ledger's periods from the first event to its day (see `trends.periods`)."""
        return trend(self.ledger, self.findings.diagnostics)

    @cached_property
    def burden(self) -> Burden:
        return burden(self.ledger)


def conduct(ledger: Ledger, records: Sequence[Record]) -> Conduct:
    """Return how `records` were worked on."""
    answers = [v for r in records for v in verifications(ledger, r) if v.passed]
    accepted = [v for v in answers if v.independence != "withheld"]
    closed = [r for r in records if r.state.status == "closed" and _shows_evidence(r) is not None]
    ends = [round_ for record in records for round_ in rounds(record.item) if round_.end is not None]
    moved = [record for record in records if record.item.due_changes]
    reopened = sum(entry.status == "reopened" for record in records for entry in record.item.log)
    return Conduct(
        items=len(records),
        independent=Rate(sum(v.independence == "independent" for v in accepted), len(accepted)),
        evidenced=Rate(sum(_shows_evidence(record) is True for record in closed), len(closed)),
        moved=Rate(len(moved), len(records)),
        slip_days=sum(record.state.slip_days for record in moved),
        recurred=Rate(min(reopened, len(ends)), len(ends)),
    )


def _shows_evidence(record: Record) -> bool | None:
    """Tell whether an item shows evidence; None where it shows none and some may be withheld."""
    return True if any(references(record.item)) else None if record.withheld else False


def trend(ledger: Ledger, diagnostics: Iterable[Diagnostic]) -> tuple[Step, ...]:
    """Return the periods of the ledger, each with what falls in it.

    A closing counts on its day, as it was accepted; a finding on the day of what it speaks of.
    """
    accepted = [
        (v.entry.date, v.independence, _shows_evidence(record))
        for record in ledger.records
        for v in verifications(ledger, record)
        if v.passed
    ]
    moves = [change.on for record in ledger.records for change in record.item.due_changes]
    reopened = [e.date for r in ledger.records for e in r.item.log if e.status == "reopened"]
    spoken = [d.day for d in diagnostics if d.day is not None and d.day <= ledger.today]
    days = [day for day, *_ in accepted] + moves + reopened + spoken
    if not days:
        return ()

    def within(days: Iterable[date], period: Period) -> int:
        return sum(period.first <= day <= period.last for day in days)

    steps = []
    for period in periods(min(days), ledger.today):
        here = [one for one in accepted if period.first <= one[0] <= period.last]
        verifiers = [how for _, how, _ in here if how != "withheld"]
        shown = [evidence for *_, evidence in here if evidence is not None]
        steps.append(
            Step(
                period,
                Rate(verifiers.count("independent"), len(verifiers)),
                Rate(sum(shown), len(shown)),
                within(moves, period),
                within(reopened, period),
                within(spoken, period),
            )
        )
    return tuple(steps)


def burden(ledger: Ledger) -> Burden:
    """Return what keeping this ledger, and answering the requests of its register, costs in writing."""
    typed = [sum(1 for _ in _facts(record.written)) for record in ledger.records]
    standing = [one for one in ledger.requests if one.ended is None or one.ended > ledger.today]
    replaced = tuple(one for one in ledger.requests if one not in standing and one.replaced_by)
    requests: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    figures: Counter[str] = Counter()
    for request in standing:
        for unit in {ledger.units.canonical(name) for name in request.of}:
            requests[unit] += 1
            answers[unit] += ANSWERS[request.every]
            figures[unit] += ANSWERS[request.every] * max(1, len(request.fields))
    order = [unit.name for _, unit in ledger.units.tree()]
    order += sorted(requests.keys() - set(order))
    return Burden(
        items=len(typed),
        typed=sum(typed),
        least=min(typed, default=0),
        most=max(typed, default=0),
        required=_REQUIRED,
        asked=tuple(
            Asked(name, requests[name], answers[name], figures[name]) for name in order if name in requests
        ),
        replaced=replaced,
        saved=sum(ANSWERS[one.every] * len(set(one.of)) for one in replaced),
    )


def _facts(value: object) -> Iterator[object]:
    """Yield every value that was written: each date, number, name and text."""
    if isinstance(value, Mapping):
        for below in value.values():
            yield from _facts(below)
    elif isinstance(value, list):
        for below in value:
            yield from _facts(below)
    elif value is not None:
        yield value
