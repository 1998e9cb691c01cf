"""Personal data: what everybody can read, hand-written pages too, names no private person's numbers.

On a public site internal items are not judged, as nothing of them is published; on an internal site the
rules are off unless it gives them a level. Source: Personal Information Protection Law of the PRC, articles
6 (no more than needed), 25 (no publication without consent) and 28 (identity and bank data are sensitive).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rectification.ledger import Place, Written
from rectification.personal import Kind, mask, sightings
from rectification.rules.rule import Breach, Rule

if TYPE_CHECKING:
    from rectification.ledger import Ledger


def _naming(kind: Kind) -> Callable[..., Iterator[Breach]]:
    """Return the check that no text holds personal data of that kind.

    `allow_personal` are expressions for values that a site may publish all the same, as they are written or
    without blanks and hyphens.
    """

    def check(ledger: Ledger, allow_personal: tuple[str, ...]) -> Iterator[Breach]:
        allowed = [re.compile(expression, re.IGNORECASE) for expression in allow_personal]
        pages = (Written(Place(page), (), page.text) for page in ledger.pages)
        for written in (*ledger.suspects, *pages):
            told = set()
            for found in sightings(written.text):
                words = written.text[found.start : found.end]
                bare = re.sub(r"[\s-]", "", words)
                if found.kind != kind or words in told:
                    continue
                if any(one.fullmatch(words) or one.fullmatch(bare) for one in allowed):
                    continue
                told.add(words)
                facts = {"found": mask(words)}
                yield Breach(written.place, written.path, facts, written.item, of=written.of, words=words)

    return check


RULES = (
    Rule("L901", "error", _naming("resident_id"), published=True, options=("allow_personal",)),
    Rule("L902", "error", _naming("mobile"), published=True, options=("allow_personal",)),
    Rule("L903", "error", _naming("bank_card"), published=True, options=("allow_personal",)),
    Rule("L904", "error", _naming("private_mail"), published=True, options=("allow_personal",)),
)
