"""Extracts made in memory: items of one checklist, as `rectify export` would hand them to a format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from rectification.catalogue import read_catalogue
from rectification.exchange import Extract
from rectification.ledger import Checklist, Ledger, Record, derive
from rectification.ledger.place import Place
from rectification.model import Header, Item, build
from rectification.rules import examine
from rectification.settings import Settings
from rectification.source import Document

from .conftest import GOOD, TODAY

ROOT = Path(__file__).parents[1]
BASE = "https://ledger.example.org/"


def item(**facts: object) -> Item:
    made, mistakes = build(Item, {**GOOD, **facts})
    assert made is not None, mistakes
    return made


def extract_of(*items: Item, checklist: str = "甲清单", **changes: Any) -> Extract:
    """Return an extract of these items; `changes` are fields of Extract, or the day as `today`."""
    header, mistakes = build(Header, {"id": "A", "title": checklist})
    assert header is not None, mistakes
    place = Place(Document.absent("checklists/a.yml"))
    within = Checklist("a", header, place)
    today = changes.pop("today", TODAY)
    records = [
        Record(each, within, place, derive(each, today, due_soon_days=7, stalled_days=30), each.unit)
        for each in items
    ]
    return _extract(Ledger(today, (within,), tuple(records)), **changes)


def sample(language: str = "zh", audience: str = "public", today: date = TODAY) -> Extract:
    """Return an extract of all of the ledger that the project itself holds."""
    done = examine(Settings(ROOT, ROOT / "checklists", timezone="Asia/Shanghai"), today)
    assert done.errors == ()
    ledger = done.ledger if audience == "internal" else done.ledger.public()
    return _extract(ledger, catalogue=read_catalogue(language), timezone="Asia/Shanghai")


def _extract(ledger: Ledger, **changes: Any) -> Extract:
    base = changes.get("base", BASE)
    extract = Extract(
        ledger,
        ledger.records,
        {},
        read_catalogue("zh"),
        "示例台账",
        base,
        "UTC",
        lambda record: f"{base}items/{record.item.id}/",
    )
    return replace(extract, **changes)


def texts_of(value: Any) -> Iterable[str]:
    """Yield every text in a document, keys aside."""
    if isinstance(value, str):
        yield value
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for part in parts:
        yield from texts_of(part)
