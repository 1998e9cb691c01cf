"""`/api/v1/summary.json`: how many items there are: in all, by category, by unit, on the day of the build."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Literal

from typing_extensions import TypedDict

from rectification.ledger import count_by_status, count_flags
from rectification.model import FINISHED, FLAGS, STATUSES, Day, Flag, Status
from rectification.publish import Output

if TYPE_CHECKING:
    from rectification.ledger import Ledger, Record
    from rectification.publish import Edition


class Numbers(TypedDict):
    total: int
    unfinished: int
    by_status: dict[Status, int]
    by_flag: dict[Flag, int]


class NamedNumbers(Numbers):
    name: str


class Summary(TypedDict):
    version: Literal[1]
    as_of: Day
    all: Numbers
    categories: list[NamedNumbers]
    units: list[NamedNumbers]


DOCUMENTS = {"summary.json": Summary}


def write(edition: Edition) -> Iterator[Output]:
    """Yield the one file of this format. A unit's numbers are of its own items; the tree is in units.json."""
    yield Output("api/v1/summary.json", partial(_content, edition.ledger))


def _content(ledger: Ledger) -> bytes:
    document: Summary = {
        "version": 1,
        "as_of": ledger.today,
        "all": numbers(ledger.records),
        "categories": [
            {"name": category.name, **numbers(ledger.by_category.get(category.name, ()))}
            for category in ledger.categories
        ],
        "units": [
            {"name": unit.name, **numbers(ledger.by_unit.get(unit.name, ()))} for unit in ledger.units.listed
        ],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def numbers(records: Iterable[Record]) -> Numbers:
    """Count records by status and by flag, naming also what none of them has."""
    records = tuple(records)
    statuses, flags = count_by_status(records), count_flags(records)
    return {
        "total": len(records),
        "unfinished": sum(number for status, number in statuses.items() if status not in FINISHED),
        "by_status": {status: statuses.get(status, 0) for status in STATUSES},
        "by_flag": {flag: flags[flag] for flag in FLAGS},
    }
