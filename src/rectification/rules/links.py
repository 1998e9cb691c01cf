"""From item to item: what one names, is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rectification.diagnostic import nearest
from rectification.rules.rule import Breach, Rule

if TYPE_CHECKING:
    from rectification.ledger import Ledger


def related_to_nothing(ledger: Ledger) -> Iterator[Breach]:
    """A related item exists and is another one."""
    for record in ledger.records:
        for index, other in enumerate(record.item.related):
            if ledger.find(other) is None or other == record.item.id:
                ids = [known for known in ledger.by_id if known != record.item.id]
                facts = {"found": other, "nearest": nearest(other, ids)}
                yield Breach(record.place, ("related", index), facts, record.item.id)


def merged_into_nothing(ledger: Ledger) -> Iterator[Breach]:
    """What an item was merged into exists, is not withdrawn itself, and does not lead back."""
    for record in ledger.records:
        for index, entry in enumerate(record.item.log):
            if not entry.merged_into:
                continue
            target = ledger.find(entry.merged_into)
            if target is None or target.state.status == "withdrawn" or target.item.id == record.item.id:
                facts = {"found": entry.merged_into}
                yield Breach(record.place, ("log", index, "merged_into"), facts, record.item.id)


RULES = (
    Rule("L401", "error", related_to_nothing, whole=True),
    Rule("L402", "error", merged_into_nothing, whole=True),
)
