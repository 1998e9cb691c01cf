"""A rule as data: a code, a severity and one pure function over the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from rectification.diagnostic import Severity

if TYPE_CHECKING:
    from datetime import date

    from rectification.ledger import Place, Record


@dataclass(frozen=True, slots=True)
class Breach:
    """One place where a rule is broken. `path` leads from `place` to the value (or key) at fault.

    `words` are those of the value that are at fault, where not all of it is. `day` is the day of what a
    substance rule speaks of: of a closing, a moved due date, a submission.
    """

    place: Place
    path: tuple[str | int, ...]
    facts: Mapping[str, object] = field(default_factory=dict)
    item: str = ""
    of: Literal["value", "key"] = "value"
    day: date | None = None
    words: str = ""


Witness = Literal["", "history", "base"]


@dataclass(frozen=True, slots=True)
class Rule:
    """`check(ledger, …)` yields every breach; its words are in the catalogue below `findings.CODE`.

    `thresholds` are what a site may set in mkdocs.yml under the rule's code: `check` gets each by its name.
    A rule that needs the `whole` ledger does not run on what is left of one where a file could not be read.
    A rule that needs a `witness` gets it by that name: what git knows (`history`), or the ledger as of the
    revision compared with (`base`); without one it does not run.
    A rule on what is `published` gets the ledger as everybody will see it, and is off on an internal site
    that does not give it a level. `options` name the fields of `Settings` that `check` gets, by those names.
    A rule that looks at `each` record by itself finds the same in it for as long as neither it changes, nor
    the day, the units, the categories or the evidence it names: what it found is then remembered. So it is of
    a rule that compares records and says on what `grounds`: all that it looks at in one, in plain values.
    """

    code: str
    severity: Severity
    check: Callable[..., Iterator[Breach]]
    whole: bool = False
    thresholds: Mapping[str, float] = field(default_factory=dict)
    witness: Witness = ""
    published: bool = False
    options: tuple[str, ...] = ()
    each: bool = False
    grounds: Callable[[Record], tuple[object, ...]] | None = None

    @property
    def substance(self) -> bool:
        """Whether it looks at what an item says rather than at how it is kept: then it does not block."""
        return is_substance(self.code)


def is_substance(code: str) -> bool:
    """Tell whether a code is one of the substance rules, which can be waived and do not block."""
    return code.startswith("S")
