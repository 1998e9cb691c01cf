"""What was accepted: a fingerprint of an item's text and evidence, by which a later change shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from rectification.ledger.visibility import references

if TYPE_CHECKING:
    from rectification.ledger.evidence import EvidenceFile
    from rectification.model import Action, Item, LogEntry

_DIGITS = 16  # hexadecimal: enough that no change goes unseen by chance, few enough to read out


def content_hash(item: Item, evidence: Mapping[str, EvidenceFile]) -> str:
    """Return the fingerprint of what a verifier accepts: the problem, cause, goal, measures and evidence.

    The first 16 hexadecimal digits of a SHA-256. White space at line ends and between words does not count;
    nor does the log, which goes on. `evidence` gives the files' own SHA-256, not that of a
    published copy. It shows a change made
    in passing; whoever forges on purpose writes a new fingerprint too, and only the history shows that.
    Source: the detached audit trail of electronic records (21 CFR 11.10(e)), reduced to a checksum.
    """

    def seen(text: str | None) -> str:
        return " ".join((text or "").split())

    def file(reference: str) -> list[str]:
        known = evidence.get(reference)
        return [reference, known.source_sha256 if known is not None else ""]

    def measure(action: Action) -> list[object]:
        files = [file(name) for name in (*action.evidence, *action.internal_evidence)]
        return [seen(action.text), str(action.due or ""), str(action.done or ""), action.unit or "", files]

    content = [
        seen(item.title),
        seen(item.problem),
        seen(item.cause),
        seen(item.goal),
        [measure(action) for action in item.actions],
    ]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def file_hashes(item: Item, evidence: Mapping[str, EvidenceFile]) -> dict[str, str]:
    """Return what is recorded of the files of an item when it is accepted: the SHA-256 of each by its name.

    It is the file's own, not that of a published copy. Links, and files that cannot be read, are left out.
    """
    names = sorted(name for name in set(references(item)) if name in evidence and not evidence[name].fault)
    return {name: evidence[name].source_sha256 for name in names}


def recorded_files(item: Item) -> LogEntry | None:
    """Return the log entry whose record of the files holds; None where nothing is recorded.

    That of the last acceptance, unless the item was reopened since; one that records no file holds, too.
    """
    found = None
    for entry in item.log:
        if entry.status == "reopened":
            found = None
        elif entry.accepted or entry.accepted_files:
            found = entry
    return found if found is not None and found.accepted_files else None


def acceptance(item: Item) -> LogEntry | None:
    """Return the log entry whose fingerprint holds for a closed item: the last since it was closed.

    None where the item is not closed, or nobody recorded a fingerprint.
    """
    found = None
    closed = False
    for entry in item.log:
        if entry.status is not None:
            closed = entry.status == "closed"
            found = None
        if closed and entry.accepted:
            found = entry
    return found


def suspect(item: Item, evidence: Mapping[str, EvidenceFile]) -> bool:
    """Tell whether a closed item no longer reads as it did when it was accepted."""
    accepted = acceptance(item)
    return accepted is not None and accepted.accepted != content_hash(item, evidence)
