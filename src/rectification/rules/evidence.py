"""Evidence files: there, and really files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rectification.rules.rule import Breach, Rule

if TYPE_CHECKING:
    from rectification.ledger import Ledger
    from rectification.model import Item


def named_evidence(item: Item) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield every piece of evidence an item names with the path to it, files and links."""
    for n, action in enumerate(item.actions):
        for k, name in enumerate(action.evidence):
            yield ("actions", n, "evidence", k), name
    for n, entry in enumerate(item.log):
        for k, name in enumerate(entry.evidence):
            yield ("log", n, "evidence", k), name


def not_a_file(ledger: Ledger) -> Iterator[Breach]:
    """A named evidence file is a regular file that can be read, reached without a link."""
    for record in ledger.records:
        for path, name in named_evidence(record.item):
            file = ledger.evidence.get(name)
            if file is not None and file.fault:
                facts = {"found": name, "fault": file.fault}
                yield Breach(record.place, path, facts, record.item.id)


RULES = (Rule("L501", "error", not_a_file),)
