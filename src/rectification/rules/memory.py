"""What rules found in records that have not changed since: found once, told again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rectification.diagnostic import Diagnostic
    from rectification.ledger import Ledger, Place, Record
    from rectification.source import Path_


@dataclass(frozen=True, slots=True)
class Finding:
    """A diagnostic, what of which place it points at, and the reason that waives it (None: it stands)."""

    place: Place
    path: Path_
    of: Literal["value", "key"]
    words: str
    diagnostic: Diagnostic
    waiver: str | None


Look = Callable[["Ledger"], Iterable[Finding]]


@dataclass
class Memory:
    """The findings in each record of a ledger, by what was looked for.

    Records are told apart by being the same objects: `ledger.Readings` keep them as long as they say the
    same. A memory is of one kind of ledger: of all of it, or of what everybody may see.
    """

    _known: dict[int, Record] = field(default_factory=dict)  # by the identity of their places
    _found: dict[Hashable, list[Finding]] = field(default_factory=dict)
    _shared: Ledger | None = None

    @property
    def fresh(self) -> bool:
        """Whether nothing has been checked yet."""
        return self._shared is None

    def pass_over(
        self,
        ledger: Ledger,
        known: Mapping[int, Record] = MappingProxyType({}),
        found: Mapping[Hashable, list[Finding]] = MappingProxyType({}),
    ) -> Pass:
        """Begin to check a ledger. A fresh memory takes in what was `found` in records that are `known`."""
        if self._shared is None or not _alike(self._shared, ledger):
            new = self._shared is None
            self._known, self._found = (dict(known), dict(found)) if new else ({}, {})
        self._shared = ledger
        return Pass(self, ledger)


class Pass:
    """One check of a ledger."""

    def __init__(self, memory: Memory, ledger: Ledger) -> None:
        self._memory = memory
        self._ledger = ledger
        known = memory._known
        self._now = {id(record.place): record for record in ledger.records}
        self._order = {place: n for n, place in enumerate(self._now)}
        changed = tuple(r for r in ledger.records if known.get(id(r.place)) is not r)
        self._changed = replace(ledger, records=changed)
        self._new = {id(record.place) for record in changed}
        self._found: dict[Hashable, list[Finding]] = {}

    def unknown(self, key: Hashable) -> Ledger:
        """Return the ledger of the records that are not known to what is looked for.

        `key` says what that is: the rule with all that it judges by.
        """
        return self._changed if key in self._memory._found else self._ledger

    def findings(self, key: Hashable, new: Iterable[Finding]) -> list[Finding]:
        """Return all that is found, once it is known what is found in records that were not known."""
        before = self._memory._found.get(key)
        found = list(new)
        if before is not None:
            kept = (one for one in before if id(one.place) in self._now and id(one.place) not in self._new)
            found = [*kept, *found]
            found.sort(key=lambda one: self._order[id(one.place)])
        self._found[key] = found
        return found

    def end(self) -> Mapping[Hashable, list[Finding]]:
        """Remember what was found; what was not looked for this time is forgotten. Returns it."""
        self._memory._known, self._memory._found = self._now, self._found
        return self._found


def _alike(one: Ledger, other: Ledger) -> bool:
    """Tell whether all that records share is the same in two ledgers."""
    return (
        one.today == other.today
        and one.units == other.units
        and one.categories == other.categories
        and one.evidence == other.evidence
    )
