"""`/api/v1/units.json`: the tree of units, each with the numbers of its own items and of all below it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NotRequired

from typing_extensions import TypedDict

from rectification.ledger import slug_of_unit
from rectification.model import Day, Level
from rectification.publish import Output
from rectification.publish.summary_json import Numbers, numbers

if TYPE_CHECKING:
    from rectification.ledger import Ledger
    from rectification.model import Unit
    from rectification.publish import Edition


class UnitNumbers(Numbers):
    name: str
    slug: str
    level: Level | None
    aliases: NotRequired[list[str]]
    contact: NotRequired[str]
    units: list[UnitNumbers]


class UnitTree(TypedDict):
    version: Literal[1]
    as_of: Day
    units: list[UnitNumbers]


DOCUMENTS = {"units.json": UnitTree}


def write(edition: Edition) -> Iterator[Output]:
    """Yield the one file of this format."""
    yield Output("api/v1/units.json", partial(_content, edition.ledger))


def _content(ledger: Ledger) -> bytes:
    tops = [_unit(ledger, unit) for unit in ledger.units.children.get("", ())]
    document = {"version": 1, "as_of": ledger.today, "units": tops}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def _unit(ledger: Ledger, unit: Unit) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": unit.name,
        "slug": slug_of_unit(unit),
        "level": ledger.units.level(unit),
        **numbers(ledger.of_unit(unit.name)),
        "units": [_unit(ledger, below) for below in ledger.units.children.get(unit.name, ())],
    }
    made |= {"aliases": list(unit.aliases)} if unit.aliases else {}
    made |= {"contact": unit.contact} if unit.contact else {}
    return made
