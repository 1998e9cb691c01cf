"""Ids and addresses: each names one thing, for good."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rectification.ledger import slug_of
from rectification.rules.rule import Breach, Rule

if TYPE_CHECKING:
    from rectification.ledger import Ledger, Place


def foreign_prefix(ledger: Ledger) -> Iterator[Breach]:
    """An item id begins with its checklist's id, so that it tells where it belongs."""
    for record in ledger.records:
        prefix = record.checklist.header.id
        if not record.item.id.startswith(f"{prefix}-"):
            facts = {"found": record.item.id, "prefix": f"{prefix}-"}
            yield Breach(record.place, ("id",), facts, record.item.id)


def used_twice(ledger: Ledger) -> Iterator[Breach]:
    """An id is used once in the whole ledger; the later use names the earlier."""
    seen: dict[str, Place] = {}
    for record in ledger.records:
        first = seen.setdefault(record.item.id, record.place)
        if first is not record.place:
            facts = {"found": record.item.id, "first": f"{first.file}:{first.mark('id').line}"}
            yield Breach(record.place, ("id",), facts, record.item.id)


def alike(ledger: Ledger) -> Iterator[Breach]:
    """Ids that differ only in case would share one folder on some file systems."""
    seen: dict[str, str] = {}
    for record in ledger.records:
        first = seen.setdefault(record.item.id.casefold(), record.item.id)
        if first != record.item.id:
            facts = {"found": record.item.id, "first": first}
            yield Breach(record.place, ("id",), facts, record.item.id)


def checklist_twice(ledger: Ledger) -> Iterator[Breach]:
    """A checklist's id and its file's name are each used once."""
    seen: dict[str, str] = {}
    for checklist in ledger.checklists:
        for name in (f"id {checklist.header.id.casefold()}", f"address {folded(checklist.slug)}"):
            first = seen.setdefault(name, checklist.place.file)
            if first != checklist.place.file:
                facts = {"found": name.partition(" ")[2], "first": first}
                yield Breach(checklist.place, ("checklist", "id"), facts)


def address_twice(ledger: Ledger) -> Iterator[Breach]:
    """Two units, two categories or two reports never share an address."""
    units = [(unit.name, unit.slug) for unit in ledger.units.listed]
    categories = [(category.name, category.slug) for category in ledger.categories]
    reports = [(profile.name, None) for profile in ledger.profiles]
    for group, places in (
        (units, ledger.units.places),
        (categories, ledger.category_places),
        (reports, ledger.profile_places),
    ):
        seen: dict[str, str] = {}
        for (name, own), place in zip(group, places, strict=False):
            slug = folded(own or slug_of(name))
            first = seen.setdefault(slug, name)
            if first != name:
                yield Breach(place, ("slug" if own else "name",), {"found": slug, "first": first})


def folded(slug: str) -> str:
    """Return `slug` as a file system without case and with composed characters sees it."""
    return unicodedata.normalize("NFC", slug).casefold()


RULES = (
    Rule("L101", "error", foreign_prefix, each=True),
    Rule("L102", "error", used_twice),
    Rule("L103", "error", alike),
    Rule("L104", "error", checklist_twice),
    Rule("L105", "error", address_twice),
)
