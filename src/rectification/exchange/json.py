"""JSON: the items as the site's own interface gives them (see `publish.items_json`), with the query."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rectification.publish.items_json import item

if TYPE_CHECKING:
    from rectification.exchange import Extract


def write(extract: Extract) -> bytes:
    """Return the file. `as_of` is the day the derived values hold for."""
    document = {
        "version": 1,
        "as_of": extract.ledger.today.isoformat(),
        "site": extract.site_name,
        "audience": extract.audience,
        "where": {field: list(values) for field, values in extract.where.items()},
        "items": [item(extract.ledger, record) for record in extract.records],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
