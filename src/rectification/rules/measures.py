"""Measures: concrete enough to be checked, and thought out for this problem."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rectification.rules.rule import Breach, Rule
from rectification.rules.similarity import twins
from rectification.rules.wording import Reading, read_measure

if TYPE_CHECKING:
    from rectification.ledger import Ledger, Record
    from rectification.source import Path_

_ALIKE = {"similarity": 0.85, "least": 12}

Said = list[tuple["Record", "Path_", str]]


def slogan(ledger: Ledger, *, score: float) -> Iterator[Breach]:
    """A measure holds something to be checked: set phrases alone (`score` or more) are none."""
    for record in ledger.records:
        readings = [read_measure(action.text) for action in record.item.actions]
        if _all_talk(readings):
            continue  # which the next rule tells of, once
        for n, (action, reading) in enumerate(zip(record.item.actions, readings, strict=True)):
            if reading.score >= score and not reading.plain_talk:
                facts = {"found": action.text, "phrases": ", ".join(reading.phrases[:5]) or "-"}
                yield Breach(record.place, ("actions", n, "text"), facts, record.item.id, day=action.due)


def only_talk(ledger: Ledger) -> Iterator[Breach]:
    """Some measure does more than to meet, to study, or to send a notice."""
    for record in ledger.records:
        actions = record.item.actions
        if _all_talk(read_measure(action.text) for action in actions):
            first = next(action.text for action in actions if read_measure(action.text).talk)
            yield Breach(
                record.place, ("actions",), {"n": len(actions), "found": first}, record.item.id, "key"
            )


def _all_talk(readings: Iterable[Reading]) -> bool:
    """Tell whether measures are meetings, studying and notices, with nothing beside them but set phrases."""
    talk = False
    for one in readings:
        if not one.talk and one.score < 1:
            return False
        talk = talk or one.talk
    return talk


def same_measure(ledger: Ledger, *, similarity: float, least: float) -> Iterator[Breach]:
    """A measure is not another item's over again."""
    said: Said = [
        (record, ("actions", n, "text"), action.text)
        for record in _by_age(ledger)
        for n, action in enumerate(record.item.actions)
    ]
    yield from _twins(said, similarity, least)


def same_acceptance(ledger: Ledger, *, similarity: float, least: float) -> Iterator[Breach]:
    """What a verifier found is not what was found of another problem, word for word."""
    said: Said = [
        (record, ("log", n, "note"), entry.note)
        for record in _by_age(ledger)
        for n, entry in enumerate(record.item.log)
        if entry.status == "closed" and entry.note
    ]
    yield from _twins(said, similarity, least)


def _measures(record: Record) -> tuple[object, ...]:
    item = record.item
    return item.id, str(item.found), record.unit, tuple(action.text for action in item.actions)


def _acceptances(record: Record) -> tuple[object, ...]:
    item = record.item
    said = tuple((n, str(e.date), e.note) for n, e in enumerate(item.log) if e.status == "closed" and e.note)
    return item.id, str(item.found), record.unit, said


def _by_age(ledger: Ledger) -> list[Record]:
    """Return the records, the first found first: the later of two alike is the copy."""
    return sorted(ledger.records, key=lambda record: record.item.found)


def _twins(said: Said, similarity: float, least: float) -> Iterator[Breach]:
    found = twins(
        [text for *_, text in said],
        [record.item.id for record, *_ in said],
        similarity=similarity,
        least=int(least),
    )
    for twin in found:
        record, path, _ = said[twin.index]
        first = said[twin.first][0]
        # Rounded down: two texts that differ are not called the same.
        facts = {"twin": first.item.id, "percent": int(100 * twin.resemblance), "unit": first.unit}
        day = record.item.log[int(path[1])].date if path[0] == "log" else record.item.found
        yield Breach(record.place, path, facts, record.item.id, day=day)


RULES = (
    Rule("S101", "warning", slogan, thresholds={"score": 1.0}, each=True),
    Rule("S102", "warning", only_talk, each=True),
    Rule("S103", "warning", same_measure, thresholds=_ALIKE, grounds=_measures),
    Rule("S104", "warning", same_acceptance, thresholds=_ALIKE, grounds=_acceptances),
)
