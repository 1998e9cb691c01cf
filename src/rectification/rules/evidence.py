"""Evidence files: there, really files, what their names say, and nothing that runs or tells too much."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rectification.ledger import recorded_files, references
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


def altered(ledger: Ledger) -> Iterator[Breach]:
    """A file that was accepted is the one that was accepted: its SHA-256 is the one that was recorded.

    Source: the integrity of electronic records (21 CFR 11.10(a): to discern invalid or altered records).
    """
    for record in ledger.records:
        entry = recorded_files(record.item)
        if entry is None:
            continue
        n = next(n for n, one in enumerate(record.item.log) if one is entry)
        named = set(references(record.item))
        for name, recorded in entry.accepted_files.items():
            file = ledger.evidence.get(name) if name in named else None
            if file is not None and file.fault:
                continue  # which `not_a_file` tells of
            found = file.source_sha256 if file is not None else ""
            if found != recorded:
                facts = {
                    "found": name,
                    "accepted": str(entry.date),
                    "fault": "changed" if found else "dropped",
                }
                yield Breach(record.place, ("log", n, "accepted_files", name), facts, record.item.id)


def signed(ledger: Ledger) -> Iterator[Breach]:
    """An office file that everybody can load does not say who sat at the machine.

    Source: Personal Information Protection Law of the PRC, article 6 (no more than needed).
    """
    for record, path, file in _named(ledger):
        if file.authors:
            facts = {"found": file.reference, "properties": file.authors}
            yield Breach(record.place, path, facts, record.item.id)


def two_minds(ledger: Ledger) -> Iterator[Breach]:
    """What is called internal evidence in one place is not evidence for everybody in another.

    As the public part names it, the file would be published, and nobody would notice.
    """
    inside = [(record, path, name) for record, path, name in ledger.cited if path[2] == "internal_evidence"]
    public = ledger.public().records if inside else ()
    shown = {name for record in public for name in references(record.item)}
    for record, path, name in inside:
        if name in shown:
            yield Breach(record.place, path, {"found": name}, record.item.id)


RULES = (
    Rule("L501", "error", not_a_file, each=True),
    Rule("L502", "error", disguised, each=True),
    Rule("L503", "error", too_large, thresholds={"megabytes": 20}, each=True),
    Rule("L504", "error", active, each=True),
    Rule("L505", "error", uncleaned, each=True),
    Rule("L506", "error", altered, each=True),
    Rule("L507", "warning", signed, published=True, each=True),
    Rule("L508", "error", two_minds),
)
