"""Requests for information: each asked once, defined once, and not in more haste than the level above."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rectification.model import RHYTHMS
from rectification.rules.rule import Breach, Rule
from rectification.rules.similarity import bare

if TYPE_CHECKING:
    from rectification.ledger import Ledger, Place
    from rectification.model import Request, RequestedField

Asked = dict[str, list[tuple[int, int]]]  # what is asked -> (number of the request, number of its field)


def _standing(ledger: Ledger) -> list[tuple[Request, Place]]:
    """Return the requests that are in force."""
    pairs = zip(ledger.requests, ledger.request_places, strict=True)
    return [(one, place) for one, place in pairs if one.ended is None or one.ended > ledger.today]


def _asked(standing: list[tuple[Request, Place]]) -> Asked:
    found: Asked = {}
    for n, (request, _) in enumerate(standing):
        for k, field in enumerate(request.fields):
            found.setdefault(bare(field.name), []).append((n, k))
    return found


def _targets(ledger: Ledger, request: Request) -> set[str]:
    """Return the units asked, each with all below it: who asks a county has the county ask its towns."""
    units = ledger.units
    named = [(name, units.names.get(name)) for name in request.of]
    return {b for name, u in named for b in ([name] if u is None else [x.name for x in units.below(u)])}


def asked_twice(ledger: Ledger) -> Iterator[Breach]:
    """The same information is asked of the same unit by one unit only; the others take it from there.

    Source: the demand, in the essays the project grew out of, that departments stop asking villages for the
    same data each on its own form.
    """
    standing = _standing(ledger)
    targets = [_targets(ledger, request) for request, _ in standing]
    for places in _asked(standing).values():
        for at, (n, k) in enumerate(places):
            request, place = standing[n]
            asker = ledger.units.canonical(request.by)
            others = [
                standing[m][0]
                for m, _ in places[:at]
                if ledger.units.canonical(standing[m][0].by) != asker and targets[m] & targets[n]
            ]
            if others:
                ids = ", ".join(one.id for one in others)
                facts = {"found": request.fields[k].name, "others": ids, "n": len(others) + 1}
                yield Breach(place, ("fields", k, "name"), facts, day=request.due)


def defined_twice(ledger: Ledger) -> Iterator[Breach]:
    """What is asked under one name has one definition."""
    standing = _standing(ledger)

    def said(field: RequestedField) -> str:
        return bare(field.definition or "")

    for places in _asked(standing).values():
        for at, (n, k) in enumerate(places):
            request, place = standing[n]
            field = request.fields[k]
            if not said(field):
                continue
            others = [
                standing[m][0].id
                for m, j in places[:at]
                if said(standing[m][0].fields[j]) not in ("", said(field))
            ]
            if others:
                facts = {"found": field.name, "others": ", ".join(dict.fromkeys(others))}
                yield Breach(place, ("fields", k, "definition"), facts, day=request.due)


def tightened(ledger: Ledger, *, days: float) -> Iterator[Breach]:
    """A request passed on leaves those below the time it was given, but for `days` to gather answers.

    Nor is it asked more often. Source: 层层加码, named among the forms of formalism by the essays the project
    grew out of.
    """
    standing = _standing(ledger)
    by_id = {request.id: request for request, _ in standing}
    for request, place in standing:
        above = by_id.get(request.follows or "")
        if above is None or above is request:
            continue
        earlier = (above.due - request.due).days if above.due and request.due else 0
        if earlier > days:
            yield Breach(place, ("due",), {"above": above.id, "days": earlier}, day=request.due)
        elif RHYTHMS.index(request.every) < RHYTHMS.index(above.every) and above.every != "once":
            yield Breach(place, ("every",), {"above": above.id, "days": max(0, earlier)}, day=request.due)


RULES = (
    Rule("S701", "warning", asked_twice),
    Rule("S702", "warning", defined_twice),
    Rule("S703", "warning", tightened, thresholds={"days": 3}),
)
