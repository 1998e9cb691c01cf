"""The federation room: other sites' published ledgers, read, verified, kept, and joined to ours.

`consult` reads the sources of a site, over the network or from the copies kept of them; `join` makes one
ledger of ours and theirs. What a source publishes is data: typed by the model, never trusted as markup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rectification.federation.delivery import Delivery
from rectification.federation.join import Joined, join
from rectification.federation.refusal import CODES

if TYPE_CHECKING:
    from rectification.settings import Settings

__all__ = ["CODES", "Delivery", "Joined", "consult", "join"]


def consult(settings: Settings, *, refresh: bool) -> tuple[Delivery, ...]:
    """Return what every source of a site gives, in the order of mkdocs.yml.

    With `refresh` each is read anew, and its copy kept; where that fails, and without `refresh`, the copy
    last kept is used. Every failure is a diagnostic of the delivery; none is raised.
    """
    if not settings.sources:
        return ()
    # Here: most sites have none, and need neither a network nor the form of what others publish.
    from rectification.federation.asking import ask

    return ask(settings, refresh=refresh)
