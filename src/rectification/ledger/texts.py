"""Texts of a ledger that rules look at closely, wherever they were typed, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rectification.model import Record as Model
from rectification.personal import suspect
from rectification.source import may_link

if TYPE_CHECKING:
    from rectification.ledger.place import Place
    from rectification.source import Path_


@dataclass(frozen=True, slots=True)
class Written:
    """A text, the path that leads to it from a place (`of` its key, where that is what was typed).

    `item` is the id of its item, empty outside one.
    """

    place: Place
    path: Path_
    text: str
    item: str = ""
    of: Literal["value", "key"] = "value"


def suspects(typed: Iterable[tuple[Model, Place, Path_, str]]) -> Iterator[Written]:
    """Yield the texts that hold what rules look at closely: long figures, at signs, the marks of a link.

    Texts of what is `typed`, each with its place, the path to it and the id of its item; the names of keys
    chosen freely, too. What no file holds is not looked for in its records: asking every field of 10,000
    items takes a second.
    """
    for record, place, path, item in typed:
        if place.document.suspect:
            for written in _below(record, place, path, item):
                if suspect(written.text) or may_link(written.text):
                    yield written


def _below(value: object, place: Place, path: Path_, item: str) -> Iterator[Written]:
    if isinstance(value, str):
        yield Written(place, path, value, item)
    elif isinstance(value, Model):
        # What pydantic keeps of a record: half the cost of asking it field by field.
        for name, field in value.__dict__.items():
            if field.__class__ is str:
                yield Written(place, (*path, name), field, item)
            elif field:
                yield from _below(field, place, (*path, name.rstrip("_")), item)
    elif isinstance(value, tuple):
        for n, one in enumerate(value):
            yield from _below(one, place, (*path, n), item)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield Written(place, (*path, key), key, item, "key")
            yield from _below(one, place, (*path, key), item)
