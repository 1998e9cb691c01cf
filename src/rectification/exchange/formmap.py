"""The map of forms: which form asks which fact, under which name, in which words; and what nobody asks.

Forms of several levels ask for the same facts under names of their own: this is what makes the difference
visible, beside the proof that no editor has to type for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rectification.exchange.columns import word_of
from rectification.profile import EXTRA, FIELDS, field_of

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.profile import Profile, ReportColumn

Difference = Literal["name", "date", "words", "part"]

# A fact that more than one field shows, whole or in part -> the field whose name it goes by.
_NAMED_BY = {"actions": "actions", "progress": "log", "done": "closed_on", "evidence": "evidence"}
_PART_OF = {
    "satisfied": "feedback",
    "asked": "feedback",
    "notice_from": "notice",
    "notice_to": "notice",
    "notice_contact": "notice",
    "source_document": "source",
    "source_date": "source",
}


@dataclass(frozen=True)
class Question:
    """How a form asks for a fact: the field it shows, what it calls it, the form of its days."""

    field: str
    heading: str
    date: str = ""


@dataclass(frozen=True)
class Line:
    """A fact: its name on this site, how each form asks for it (None: not at all), where they differ."""

    fact: str
    name: str
    asked: tuple[Question | None, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Words:
    """A vocabulary for which a form has words of its own: each value here, and on each form."""

    name: str
    values: tuple[tuple[str, tuple[str | None, ...]], ...]


@dataclass(frozen=True)
class FormMap:
    """`lines` are the facts asked for, `unasked` the names of those no form asks for."""

    profiles: tuple[Profile, ...]
    lines: tuple[Line, ...]
    words: tuple[Words, ...]
    unasked: tuple[str, ...]

    def count(self, difference: Difference | None = None) -> int:
        """Return how many facts more than one form asks for; of these, with a difference of that kind."""
        shared = [line for line in self.lines if sum(q is not None for q in line.asked) > 1]
        return sum(difference is None or difference in line.differences for line in shared)


def form_map(profiles: Sequence[Profile], words: Catalogue) -> FormMap:
    """Lay the forms beside each other, the facts in the order of `profile.FIELDS`."""
    asked = [{_fact(c.field): c for c in reversed(profile.columns)} for profile in profiles]
    extras = sorted({fact for each in asked for fact in each if fact.startswith(EXTRA)})
    facts = [fact for fact in dict.fromkeys(map(_fact, FIELDS)) if fact != "number"]
    lines, vocabularies, unasked = [], [], []
    for fact in (*facts, *extras):
        columns = [each.get(fact) for each in asked]
        if not any(columns):
            # What follows from other facts is not missed where nobody asks for it.
            unasked += [_name(fact, words)] if field_of(fact).intake != "derived" else []
            continue
        lines.append(_line(fact, profiles, columns, words))
        if any(column is not None and column.values for column in columns) and field_of(fact).codes:
            vocabularies.append(_words(fact, columns, words))
    return FormMap(tuple(profiles), tuple(lines), tuple(vocabularies), tuple(unasked))


def _fact(name: str) -> str:
    whole = _PART_OF.get(name, name)
    return _NAMED_BY.get(FIELDS[whole].intake, whole) if whole in FIELDS else whole


def _name(fact: str, words: Catalogue) -> str:
    return fact.removeprefix(EXTRA) if fact.startswith(EXTRA) else words.text(FIELDS[fact].heading)


def _line(
    fact: str, profiles: Sequence[Profile], columns: Sequence[ReportColumn | None], words: Catalogue
) -> Line:
    questions = tuple(
        Question(
            column.field,
            profile.heading_of(column, words.texts),
            (column.date or profile.date) if field_of(column.field).kind == "day" else "",
        )
        if column is not None
        else None
        for profile, column in zip(profiles, columns, strict=True)
    )
    asked = [question for question in questions if question is not None]
    said = [_said(column, words) for column in columns if column is not None]
    differences: list[tuple[Difference, bool]] = [
        ("name", len({q.heading for q in asked}) > 1),
        ("date", len({q.date for q in asked}) > 1),
        ("words", any(one != said[0] for one in said)),
        ("part", len({q.field for q in asked}) > 1),
    ]
    return Line(fact, _name(fact, words), questions, tuple(name for name, differs in differences if differs))


def _said(column: ReportColumn, words: Catalogue) -> tuple[str, ...]:
    word = word_of(column, words)
    return tuple(word(code) for code in field_of(column.field).codes) or tuple(sorted(column.values.values()))


def _words(fact: str, columns: Sequence[ReportColumn | None], words: Catalogue) -> Words:
    field = field_of(fact)
    spoken = [word_of(column, words) if column is not None else None for column in columns]
    return Words(
        _name(fact, words),
        tuple(
            (words.text(f"{field.section}.{code}"), tuple(w(code) if w else None for w in spoken))
            for code in field.codes
        ),
    )
