"""Where a record comes from that was not typed on this site: other sites' ledgers, shown in ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class Origin:
    """The home of a record of another site.

    `sources` are the names of the sites it came through, ours first, its home last; `site` is the address
    of the home's root with `/` at its end and `address` that of its page there, both empty where the home
    names none. `as_of` is the day its facts were published.
    """

    sources: tuple[str, ...]
    site: str
    address: str
    as_of: date

    def evidence(self, reference: str) -> str:
        """Return where a piece of evidence is: evidence stays at home. Empty where home has no address."""
        if "://" in reference or reference.startswith("mailto:"):
            return reference
        return self.site + quote(reference) if self.site else ""


@dataclass(frozen=True, slots=True)
class SourceState:
    """How one source of a combined ledger stands.

    `as_of` is the day its data were published and `fetched` the day we read them (both None where there is
    no good copy); `fresh` tells whether it was read just now rather than taken from the copy last kept;
    `items` counts those it gave.
    """

    name: str
    address: str
    as_of: date | None
    fetched: date | None
    fresh: bool
    items: int
