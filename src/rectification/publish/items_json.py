"""`/api/v1/items.json`: every item with its facts as typed and its state as derived."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rectification.ledger import references

if TYPE_CHECKING:
    from rectification.ledger import Ledger, Record


def write(ledger: Ledger) -> Iterator[tuple[str, bytes]]:
    """Yield the one file of this format. `as_of` is the day the derived values hold for."""
    document = {
        "version": 1,
        "as_of": ledger.today.isoformat(),
        "items": [item(ledger, record) for record in ledger.records],
    }
    yield "api/v1/items.json", json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def item(ledger: Ledger, record: Record) -> dict[str, Any]:
    """Return one item: the facts under the keys an editor types, the derived ones under `derived`."""
    state = record.state
    facts = record.item.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    source = record.source.model_dump(mode="json", exclude_none=True)
    names = dict.fromkeys(references(record.item))
    files = [ledger.evidence[name] for name in names if name in ledger.evidence]
    facts |= {"unit": record.unit, "checklist": record.checklist.slug}
    facts |= {"source": source} if source else {}
    facts["derived"] = {
        "status": state.status,
        "since": state.since.isoformat(),
        "flags": list(state.flags),
        "days_left": state.days_left,
        "days_open": state.days_open,
        "original_due": state.original_due.isoformat(),
        "slip_days": state.slip_days,
        "actions_done": state.actions_done,
        "evidence": [{"file": f.reference, "size": f.size, "sha256": f.sha256} for f in files],
    }
    return facts
