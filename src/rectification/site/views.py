"""The pages to stamp: of every item, checklist, unit, category and report what its page says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import nsmallest
from html import escape
from typing import TYPE_CHECKING, Any

from rectification.ledger import (
    Checklist,
    Record,
    internal_references,
    references,
    rounds,
    suspect,
    verifications,
)
from rectification.model import Category, Unit
from rectification.publish import name_of_checklist, name_of_unit
from rectification.site.addresses import FOLDERS
from rectification.site.furnish import canonical_tags
from rectification.site.recorded import Recorded, contradictions, recorded
from rectification.site.shell import Section
from rectification.site.text import plain

if TYPE_CHECKING:
    from rectification.ledger.place import Place
    from rectification.profile import Profile
    from rectification.site.keys import Keys
    from rectification.site.rendering import Rendering

_SAME_UNIT = 5  # other items of the unit named on an item's page
_ROWS = 300  # of the table on the page of a unit or a category; the ledger page has them all


@dataclass(frozen=True)
class Sheet:
    """One page to stamp: its address, the values of its tokens (ready for HTML), its contents."""

    kind: str
    address: str
    values: dict[str, str]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A page to stamp if need be: its kind, its address, what `key` is made of, what `make`s it."""

    kind: str
    address: str
    parts: Callable[[], tuple[object, ...]]
    make: Callable[[], Sheet]


class Views:
    """Makes the pages to stamp of one edition."""

    def __init__(
        self,
        rendering: Rendering,
        edit_address: Callable[[str, int], str],
        commit_address: Callable[[str], str] = lambda oid: "",
    ) -> None:
        """`edit_address` gives where a line of a file is edited, `commit_address` the page of a commit, if
        there is one."""
        self._of = rendering
        self._edit_address, self._commit_address = edit_address, commit_address
        self._by_due: dict[str, list[Record]] = {}
        self._told_of_units: dict[str, bytes] = {}

    def load(self) -> None:
        """Load the templates of all pages to stamp: once, before that is shared out to processes."""
        for kind in (*FOLDERS, "federated") if self._of.ledger.sources else FOLDERS:
            self._of.templates.get_template(f"{kind}.html")

    # -- pages stamped out -------------------------------------------------------------------------

    def pages(self, keys: Keys) -> Iterator[Page]:
        """Yield every page to stamp: one a record, checklist, unit, category and report."""
        for records in self._of.ledger.by_checklist.values():
            yield from self.item_pages(keys, records)
        yield from self.group_pages(keys)

    def item_pages(self, keys: Keys, records: Sequence[Record]) -> Iterator[Page]:
        """Yield the pages of the items of a checklist, which are `records`."""
        around = zip((None, *records), records, (*records[1:], None), strict=False)
        for before, record, after in around:
            yield Page(
                "item" if record.origin is None else "federated",
                self._of.addresses.record(record),
                partial(self._about_item, keys, record, before, after),
                partial(self.item, record, before, after),
            )

    def about_items(
        self, keys: Keys, records: Sequence[Record], files: Mapping[str, str]
    ) -> tuple[object, ...] | None:
        """Return what the pages of the items of a checklist, which are `records`, are made from, taken
        together: all that `_about_item` tells of each.

        None where that is to be asked of each. `files` tells what the files of the ledger hold.
        """
        if self._of.substance is not None or self._of.history is not None:
            return None
        if any(record.origin is not None for record in records):
            return None
        ledger, line = self._of.ledger, keys.line
        names = {record.place.document.file for record in records}
        held: list[str | None] = []
        if any(self._edit_address(name, 1) for name in names):  # which names lines
            held = [files.get(name) for name in sorted(names)]
            if None in held:
                return None
        units = {record.unit for record in records}
        merged: list[object] = []
        if ledger.merged_into:
            for record in records:
                merged.append([line(other) for other in ledger.merged_into.get(record.item.id, ())])
                merged.append(line(ledger.by_id.get(record.merged_into)))
        return (
            keys.group(records),
            [self._told_of_unit(keys, unit) for unit in sorted(units)],
            [line(ledger.by_id.get(other)) for record in records for other in record.item.related],
            merged,
            held,
        )

    def _told_of_unit(self, keys: Keys, unit: str) -> bytes:
        """Return what the page of an item tells of the others of its unit."""
        known = self._told_of_units.get(unit)
        if known is None:
            first = self._unfinished_first(unit)
            told = (unit, len(first), [keys.line(record) for record in first[: _SAME_UNIT + 1]])
            known = self._told_of_units[unit] = repr(told).encode("utf-8", "surrogatepass")
        return known

    def group_pages(self, keys: Keys) -> Iterator[Page]:
        """Yield the pages of checklists, units, categories and reports."""
        addresses, ledger = self._of.addresses, self._of.ledger
        for checklist in ledger.checklists:
            records = ledger.by_checklist.get(checklist.slug, ())
            about = partial(self._about, keys, records, keys.header(checklist), checklist.place)
            yield Page("checklist", addresses.checklist(checklist), about, partial(self.checklist, checklist))
        for unit in ledger.units.listed:
            # A form's title and its copies come from everything in the form.
            whole = keys.everything() if ledger.profiles else b""
            place = ledger.units.place_of.get(unit.name)
            about = partial(self._about, keys, ledger.of_unit(unit.name), whole, place)
            yield Page("unit", addresses.unit(unit), about, partial(self.unit, unit))
        for category in ledger.categories:
            records = ledger.by_category.get(category.name, ())
            about = partial(self._about, keys, records, b"", ledger.place_of_category.get(category.name))
            yield Page("category", addresses.category(category), about, partial(self.category, category))
        for profile in ledger.profiles:
            place = ledger.place_of_profile[profile.name]
            about = partial(self._about, keys, ledger.records, keys.everything(), place)
            yield Page("report", addresses.report(profile), about, partial(self.report, profile))

    def _about(
        self, keys: Keys, records: Sequence[Record], more: bytes, place: Place | None
    ) -> tuple[object, ...]:
        """Return what the page of a group of records is made from."""
        edit = self._edit_address(place.file, place.line) if place is not None else ""
        return keys.group(records), more, edit

    def _about_item(
        self, keys: Keys, record: Record, before: Record | None, after: Record | None
    ) -> tuple[object, ...]:
        """Return what the page of an item is made from: all that `item` puts into it."""
        item, own, place = record.item, record.origin is None, record.place
        findings = self._of.substance.by_item.get(item.id, ()) if self._of.substance else ()
        edit = self._edit_address(place.file, place.line) if own else ""
        line = keys.line
        return (
            keys.record(record),
            line(before),
            line(after),
            [line(other) for other in self._same_unit(record)],
            len(self._unfinished_first(record.unit)),
            [line(self._of.ledger.by_id.get(other)) for other in item.related],
            [line(other) for other in self._of.ledger.merged_into.get(item.id, ())],
            line(self._of.ledger.by_id.get(record.merged_into)),
            findings,
            contradictions(record, findings),
            self._recorded(item.id) if own else (),
            edit,
            self._edit_address(place.file, place.line_of("log")) if edit else "",
        )

    def _same_unit(self, record: Record) -> tuple[Record, ...]:
        """Return the other items of the unit that an item's page names."""
        same_unit = self._unfinished_first(record.unit)
        return tuple(r for r in same_unit[: _SAME_UNIT + 1] if r is not record)[:_SAME_UNIT]

    def item(self, record: Record, before: Record | None, after: Record | None) -> Sheet:
        """Return the page of an item; one of another site has a short page that leads to its own."""
        item, own, place = record.item, record.origin is None, record.place
        findings = self._of.substance.by_item.get(item.id, ()) if self._of.substance else ()
        edit = self._edit_address(place.file, place.line) if own else ""
        context: dict[str, Any] = {
            "record": record,
            "item": item,
            "state": record.state,
            "source": record.source,
            "before": before,
            "after": after,
            "same_unit": self._same_unit(record),
            "same_unit_total": len(self._unfinished_first(record.unit)) - 1,
            "related": [self._of.ledger.by_id[i] for i in item.related if i in self._of.ledger.by_id],
            "merged_from": self._of.ledger.merged_into.get(item.id, ()),
            "merged_into": self._of.ledger.by_id.get(record.merged_into),
            "evidence": list(dict.fromkeys(references(item))),
            "inside": internal_references(item),
            "unit": self._of.ledger.units.names.get(record.unit),
            "verifications": verifications(self._of.ledger, record),
            "rounds": rounds(item),
            "suspect": own and suspect(item, self._of.ledger.evidence),
            "findings": findings,
            "contradictions": contradictions(record, findings),
            "recorded": self._recorded(item.id) if own else (),
            "edit": edit,
            # Where the log stands is looked up in the text: not for nothing.
            "edit_log": self._edit_address(place.file, place.line_of("log")) if edit else "",
        }
        crumb = (record.checklist.header.title, self._of.addresses.checklist(record.checklist))
        description = f"{self._of.catalogue.text('status.' + record.state.status)} · {plain(item.problem)}"
        title = f"{item.id} {item.title}"
        address = self._of.addresses.record(record)
        kind = "item" if own else "federated"
        return self._sheet(kind, address, title, description, context, edit, crumb, item.title)

    def _recorded(self, identifier: str) -> tuple[Recorded, ...]:
        """Return what git recorded of an item; who did it is for the office's own eyes."""
        if self._of.history is None:
            return ()
        internal = self._of.settings.audience == "internal"
        return recorded(self._of.history, identifier, self._commit_address, authors=internal)

    def _unfinished_first(self, unit: str) -> list[Record]:
        """Return a unit's own records, unfinished ones first, by due date; sorted once a unit."""
        if unit not in self._by_due:
            records = self._of.ledger.by_unit[unit]
            self._by_due[unit] = sorted(records, key=lambda r: (r.state.finished, r.item.due, r.item.id))
        return self._by_due[unit]

    @staticmethod
    def _most_urgent(records: Sequence[Record]) -> Sequence[Record]:
        """Return the records that a page with very many of them shows: what is unfinished first, by due date.

        Fewer come as they are: in the order of their checklists.
        """
        if len(records) <= _ROWS:
            return records
        return nsmallest(_ROWS, records, key=lambda r: (r.state.finished, r.item.due, r.item.id))

    def checklist(self, checklist: Checklist) -> Sheet:
        records = self._of.ledger.by_checklist.get(checklist.slug, ())
        context = {
            "checklist": checklist,
            "records": records,
            "feed": name_of_checklist(checklist),
            "data": f"checklists/{checklist.slug}.json",
        }
        description = plain(checklist.header.note or checklist.header.title)
        own = checklist.origin is None
        edit = self._edit_address(checklist.place.file, checklist.place.line) if own else ""
        title = checklist.header.title
        return self._sheet(
            "checklist", self._of.addresses.checklist(checklist), title, description, context, edit
        )

    def unit(self, unit: Unit) -> Sheet:
        units = self._of.ledger.units
        records = self._of.ledger.of_unit(unit.name)
        context = {
            "unit": unit,
            "records": records,
            "shown": self._most_urgent(records),
            "above": units.above(unit),
            "below": units.children.get(unit.name, ()),
            "level": units.level(unit),
            "feed": name_of_unit(unit),
            "data": f"{name_of_unit(unit)}.json",
        }
        description = self._of.catalogue.text("ui.unit_description", unit=unit.name)
        place = units.place_of.get(unit.name)
        edit = self._edit_address(place.file, place.line) if place else ""
        return self._sheet("unit", self._of.addresses.unit(unit), unit.name, description, context, edit)

    def category(self, category: Category) -> Sheet:
        records = self._of.ledger.by_category.get(category.name, ())
        context = {"category": category, "records": records, "shown": self._most_urgent(records)}
        description = plain(category.description or category.name)
        place = self._of.ledger.place_of_category.get(category.name)
        edit = self._edit_address(place.file, place.line) if place else ""
        address = self._of.addresses.category(category)
        return self._sheet("category", address, category.name, description, context, edit)

    def report(self, profile: Profile) -> Sheet:
        title, address = self._of.forms.title(profile), self._of.addresses.report(profile)
        description = self._of.catalogue.text("report.description", title=title)
        place = self._of.ledger.place_of_profile[profile.name]
        edit = self._edit_address(place.file, place.line)
        return self._sheet("report", address, title, description, self._of.forms.page(profile), edit)

    def _sheet(
        self,
        kind: str,
        address: str,
        title: str,
        description: str,
        context: dict[str, Any],
        edit: str,
        crumb: tuple[str, str] = ("", ""),
        heading: str = "",
    ) -> Sheet:
        body, sections = self._of.render(f"{kind}.html", context, address)
        values = {
            "title": escape(title),
            "heading": escape(heading or title),
            "description": escape(description),
            "name": self._of.addresses.name(address),
            "body": body,
            "edit": escape(edit),
            "crumb": escape(crumb[0]),
            "crumbname": self._of.addresses.name(crumb[1]),
        }
        record = context.get("record")
        if record is not None and record.origin is not None:
            own_address = self._of.edition.base + address if self._of.edition.base else ""
            values["canonical"] = canonical_tags(record.origin.address or own_address)
        return Sheet(kind, address, values, tuple(sections))
