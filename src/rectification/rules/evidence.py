"""Evidence files: there, really files, what their names say, and nothing that runs or tells too much."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rectification.rules.rule import Breach, Rule

if TYPE_CHECKING:
    from rectification.ledger import EvidenceFile, Ledger, Record
    from rectification.source import Path_

_BYTES = 1_000_000  # of a megabyte


def _named(ledger: Ledger) -> Iterator[tuple[Record, Path_, EvidenceFile]]:
    """Yield every file that an item names, with the item and the path to its name."""
    for record, path, name in ledger.cited:
        file = ledger.evidence.get(name)
        if file is not None:
            yield record, path, file


def not_a_file(ledger: Ledger) -> Iterator[Breach]:
    """A named evidence file is a regular file that can be read, reached without a link."""
    for record, path, file in _named(ledger):
        if file.fault:
            facts = {"found": file.reference, "fault": file.fault}
            yield Breach(record.place, path, facts, record.item.id)


def disguised(ledger: Ledger) -> Iterator[Breach]:
    """A file holds what the ending of its name says."""
    for record, path, file in _named(ledger):
        if file.disguise:
            named = PurePosixPath(file.reference).suffix or "-"
            facts = {"found": file.reference, "ending": named, "content": file.disguise}
            yield Breach(record.place, path, facts, record.item.id)


def too_large(ledger: Ledger, megabytes: float) -> Iterator[Breach]:
    """A file is of a size that readers can load and a repository can keep."""
    for record, path, file in _named(ledger):
        if file.source_size > megabytes * _BYTES:
            size = f"{file.source_size / _BYTES:.1f}"
            facts = {"found": file.reference, "size": size, "limit": f"{megabytes:g}"}
            yield Breach(record.place, path, facts, record.item.id)


def active(ledger: Ledger) -> Iterator[Breach]:
    """No file runs anything where it is opened. Source: OWASP File Upload Cheat Sheet."""
    for record, path, file in _named(ledger):
        if file.active:
            yield Breach(record.place, path, {"found": file.reference}, record.item.id)


def uncleaned(ledger: Ledger) -> Iterator[Breach]:
    """A picture is of a kind that place, time and device can be taken out of."""
    for record, path, file in _named(ledger):
        if file.uncleaned:
            yield Breach(record.place, path, {"found": file.reference}, record.item.id)


RULES = (
    Rule("L501", "error", not_a_file),
    Rule("L502", "error", disguised),
    Rule("L503", "error", too_large, thresholds={"megabytes": 20}),
    Rule("L504", "error", active),
    Rule("L505", "error", uncleaned),
)
