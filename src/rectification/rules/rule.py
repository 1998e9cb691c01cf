"""A rule as data: a code, a severity and one pure function over the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from rectification.diagnostic import Severity

if TYPE_CHECKING:
    from rectification.ledger import Ledger, Place


@dataclass(frozen=True, slots=True)
class Breach:
    """One place where a rule is broken. `path` leads from `place` to the value (or key) at fault."""

    place: Place
    path: tuple[str | int, ...]
    facts: Mapping[str, object] = field(default_factory=dict)
    item: str = ""
    of: Literal["value", "key"] = "value"


@dataclass(frozen=True, slots=True)
class Rule:
    """`check` yields every breach in a ledger; the words are in the catalogue under `findings.CODE`.

    A rule that needs the `whole` ledger does not run on what is left of one where a file could not be read.
    """

    code: str
    severity: Severity
    check: Callable[[Ledger], Iterator[Breach]]
    whole: bool = False
