"""`/api/v1/site.json`: what the site is called, where its pages are, and the heads of its checklists.

With items.json and units.json it holds all that another site needs to show this ledger in its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from typing_extensions import TypedDict

from rectification.model import Day
from rectification.publish.items_json import PublishedHeader, header
from rectification.settings import Audience

if TYPE_CHECKING:
    from rectification.publish import Edition


class Site(TypedDict):
    version: Literal[1]
    as_of: Day
    name: str
    address: str
    audience: Audience
    item_page: str
    checklist_page: str
    checklists: list[PublishedHeader]


DOCUMENTS = {"site.json": Site}


def write(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """Yield the one file of this format."""
    document = {
        "version": 1,
        "as_of": edition.ledger.today.isoformat(),
        "name": edition.site_name,
        "address": edition.base,
        "audience": edition.audience,
        "item_page": edition.pages.pattern("item"),
        "checklist_page": edition.pages.pattern("checklist"),
        "checklists": [header(checklist) for checklist in edition.ledger.checklists],
    }
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    yield "api/v1/site.json", content.encode()
