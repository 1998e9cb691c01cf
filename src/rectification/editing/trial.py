"""An edit is tried out on the whole ledger before a byte is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rectification.rules import Examination, examine, keep_no_more

if TYPE_CHECKING:
    from rectification.diagnostic import Diagnostic
    from rectification.ledger import Readings
    from rectification.settings import Settings


@dataclass(frozen=True)
class Trial:
    """The ledger as it would be, and the errors it has not had before."""

    examination: Examination
    new_errors: tuple[Diagnostic, ...]


def try_out(
    settings: Settings, before: Examination, edits: Mapping[str, str], readings: Readings | None = None
) -> Trial:
    """Examine the ledger with `edits` (name of a file -> its text) in place of what the files hold.

    `readings` are those that the ledger was read with: what is not edited is neither read nor judged again.
    """
    if readings is not None:
        keep_no_more(readings)  # an edit may come to nothing
    after = examine(settings, before.ledger.today, edits=edits, readings=readings)
    known = Counter(_kind(d) for d in before.errors)
    new = []
    for diagnostic in after.errors:
        if known[_kind(diagnostic)]:
            known[_kind(diagnostic)] -= 1
        else:
            new.append(diagnostic)
    return Trial(after, tuple(new))


def _kind(diagnostic: Diagnostic) -> Iterable[str]:
    # Neither line nor facts: an edit above moves the one, and facts may name lines too.
    return diagnostic.code, diagnostic.file, diagnostic.item
