"""What was accepted: a fingerprint of an item's text and evidence, by which a later change shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

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
