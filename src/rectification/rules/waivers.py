"""Waivers: of substance rules only, each by its code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rectification.diagnostic import Suggestions
from rectification.rules.rule import Breach, Rule, is_substance

if TYPE_CHECKING:
    from rectification.ledger import Ledger


def not_to_be_waived(ledger: Ledger) -> Iterator[Breach]:
    """What can be waived is a rule on the substance: the structure of the ledger is no matter of reasons."""
    from rectification.rules import all_rules  # the list that this rule stands in itself

    codes = {rule.code for rule in all_rules() if is_substance(rule.code)}
    known = Suggestions(sorted(codes))
    headers = ((one.place, ("checklist", "waive"), one.header.waive, "") for one in ledger.checklists)
    items = ((r.place, ("waive",), r.item.waive, r.item.id) for r in ledger.records if r.item.waive)
    for place, path, waived, identifier in (*headers, *items):
        for code in waived:
            if code not in codes:
                facts = {"found": code, "nearest": known.nearest(code)}
                yield Breach(place, (*path, code), facts, identifier, "key")


RULES = (Rule("L701", "error", not_to_be_waived),)
