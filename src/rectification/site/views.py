"""What each page says: the engine's templates filled with the ledger."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache, partial
from heapq import nlargest, nsmallest
from html import escape
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup

from rectification.ledger import (
    FIELDS,
    Change,
    Checklist,
    Ledger,
    Record,
    Where,
    changes,
    count_by_status,
    count_flags,
    internal_references,
    references,
    rounds,
    select,
    suspect,
    verifications,
)
from rectification.model import FINISHED, FLAGS, STATUSES, Category, Item, LogEntry, Unit
from rectification.publish import (
    Edition,
    atom,
    feed_path,
    index_json,
    name_of_checklist,
    name_of_unit,
    schema_json,
    web_path,
)
from rectification.publish.items_json import Derived
from rectification.rules import levels_of
from rectification.rules.codes import Code, codes
from rectification.site.addresses import FOLDERS, LISTINGS
from rectification.site.charts import CHARTS, MOST_ROWS, Chart, Scope, charts_of, findings_over_time
from rectification.site.forms import Forms
from rectification.site.furnish import canonical_tags, internal_word
from rectification.site.recorded import Recorded, contradictions, recorded
from rectification.site.shell import Section
from rectification.site.templates import (
    Marks,
    TemplateMistakeError,
    environment,
    link_from,
    said_of_mistake,
)
from rectification.site.text import plain

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.history import History
    from rectification.ledger.place import Place
    from rectification.profile import Profile
    from rectification.settings import Settings
    from rectification.site.addresses import Addresses
    from rectification.site.embed import Embed
    from rectification.site.kept import Compiled
    from rectification.site.keys import Keys
    from rectification.substance import Substance

_SAME_UNIT = 5  # other items of the unit named on an item's page
_ROWS = 300  # of the table on the page of a unit or a category; the ledger page has them all
_FINDINGS_A_RULE = 100  # shown one by one on the page on the substance; the check tells of all
_STATUS_AND_DUE = attrgetter("state.status", "item.due")
_AHEAD = timedelta(days=60)  # how far a live table looks ahead of the build day


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


@dataclass(frozen=True, slots=True)
class GroupOfRecords:
    """Records shown below one heading; `count` is how many there are, shown or not."""

    name: str
    address: str
    records: Sequence[Record]
    count: int


# What a block of records can be divided by -> the value of a record.
_GROUPS: Mapping[str, Callable[[Record], str]] = {
    "unit": lambda r: r.unit,
    "category": lambda r: r.item.category or "",
    "checklist": lambda r: r.checklist.slug,
    "status": lambda r: r.state.status,
}


@dataclass
class Contents:
    """Collects the sections of a page while its template is rendered."""

    catalogue: Catalogue
    sections: list[Section] = field(default_factory=list)

    def heading(self, anchor: str, title: str = "") -> Markup:
        """Return the second-level heading of a section and note it for the table of contents."""
        title = title or self.catalogue.text(f"section.{anchor}")
        self.sections.append(Section(anchor, title))
        return _heading(anchor, title, self.catalogue.text("ui.permalink"))


@lru_cache(maxsize=1 << 12)  # most pages have the same sections
def _heading(anchor: str, title: str, hint: str) -> Markup:
    link = f'<a class="headerlink" href="#{anchor}" title="{escape(hint)}">&para;</a>'
    return Markup(f'<h2 id="{anchor}">{escape(title)}{link}</h2>')


def _root(address: str) -> str:
    """Return what leads from the page at `address` to the site's root."""
    return "../" * address.removeprefix("./").count("/")


def _query(where: Where) -> str:
    """Return a query as the ledger page reads it from its address."""
    return "&".join(f"{k}={','.join(quote(v, safe='') for v in values)}" for k, values in where.items())


class Views:
    """Renders the body of every kind of page. Engine templates can be replaced by name in `overrides/`."""

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        catalogue: Catalogue,
        addresses: Addresses,
        edit_address: Callable[[str, int], str],
        overrides: Path | None,
        edition: Edition,
        substance: Substance | None = None,
        history: History | None = None,
        commit_address: Callable[[str], str] = lambda oid: "",
        compiled: Compiled | None = None,
    ) -> None:
        """`substance` is what there is to tell of the substance, `history` what git knows of the published
        items, where the site shows them; `commit_address` gives the page of a commit, if there is one;
        `compiled` keeps the templates as they are compiled for these texts and these templates."""
        self.ledger = ledger
        self.history = history
        self.commit_address = commit_address
        self.substance = substance
        self.settings = settings
        self.catalogue = catalogue
        self.addresses = addresses
        self.edit_address = edit_address
        self.edition = edition
        self.forms = Forms(edition)
        self._compiled = compiled
        self._by_due: dict[str, list[Record]] = {}
        self._told_of_units: dict[str, bytes] = {}
        address_of_unit, address_of_category = addresses.by_name(ledger)
        self._own = overrides
        self.templates = environment(catalogue, overrides, compiled)
        self.templates.globals.update(
            t=catalogue.text,
            ledger=ledger,
            settings=settings,
            addresses=addresses,
            count_by_status=count_by_status,
            statuses=STATUSES,
            flags=FLAGS,
            kind_of_evidence=kind_of_evidence,
            preview_of=preview_of,
            summary=self.summary,
            feed_path=feed_path,
            web_path=web_path,
            needing_attention=self._needing_attention,
            recent_changes=self._recent_changes,
            texts=self._texts,
            charts_of=self._charts_of,
            forms=self.forms,
            substance=substance,
            history=history,
            field_name=catalogue.field_name,
            address_of_unit=address_of_unit,
            address_of_category=address_of_category,
            internal_word=internal_word(catalogue, settings),
        )
        self._marks: dict[str, Marks] = {}

    def load(self) -> None:
        """Load the templates of all pages to stamp: once, before that is shared out to processes."""
        for kind in (*FOLDERS, "federated") if self.ledger.sources else FOLDERS:
            self.templates.get_template(f"{kind}.html")

    # -- pages stamped out -------------------------------------------------------------------------

    def pages(self, keys: Keys) -> Iterator[Page]:
        """Yield every page to stamp: one a record, checklist, unit, category and report."""
        for records in self.ledger.by_checklist.values():
            yield from self.item_pages(keys, records)
        yield from self.group_pages(keys)

    def item_pages(self, keys: Keys, records: Sequence[Record]) -> Iterator[Page]:
        """Yield the pages of the items of a checklist, which are `records`."""
        around = zip((None, *records), records, (*records[1:], None), strict=False)
        for before, record, after in around:
            yield Page(
                "item" if record.origin is None else "federated",
                self.addresses.record(record),
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
        if self.substance is not None or self.history is not None:
            return None
        if any(record.origin is not None for record in records):
            return None
        ledger, line = self.ledger, keys.line
        names = {record.place.document.file for record in records}
        held: list[str | None] = []
        if any(self.edit_address(name, 1) for name in names):  # which names lines
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
        addresses, ledger = self.addresses, self.ledger
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
        edit = self.edit_address(place.file, place.line) if place is not None else ""
        return keys.group(records), more, edit

    def _about_item(
        self, keys: Keys, record: Record, before: Record | None, after: Record | None
    ) -> tuple[object, ...]:
        """Return what the page of an item is made from: all that `item` puts into it."""
        item, own, place = record.item, record.origin is None, record.place
        findings = self.substance.by_item.get(item.id, ()) if self.substance else ()
        edit = self.edit_address(place.file, place.line) if own else ""
        line = keys.line
        return (
            keys.record(record),
            line(before),
            line(after),
            [line(other) for other in self._same_unit(record)],
            len(self._unfinished_first(record.unit)),
            [line(self.ledger.by_id.get(other)) for other in item.related],
            [line(other) for other in self.ledger.merged_into.get(item.id, ())],
            line(self.ledger.by_id.get(record.merged_into)),
            findings,
            contradictions(record, findings),
            self._recorded(item.id) if own else (),
            edit,
            self.edit_address(place.file, place.line_of("log")) if edit else "",
        )

    def _same_unit(self, record: Record) -> tuple[Record, ...]:
        """Return the other items of the unit that an item's page names."""
        same_unit = self._unfinished_first(record.unit)
        return tuple(r for r in same_unit[: _SAME_UNIT + 1] if r is not record)[:_SAME_UNIT]

    def item(self, record: Record, before: Record | None, after: Record | None) -> Sheet:
        """Return the page of an item; one of another site has a short page that leads to its own."""
        item, own, place = record.item, record.origin is None, record.place
        findings = self.substance.by_item.get(item.id, ()) if self.substance else ()
        edit = self.edit_address(place.file, place.line) if own else ""
        context: dict[str, Any] = {
            "record": record,
            "item": item,
            "state": record.state,
            "source": record.source,
            "before": before,
            "after": after,
            "same_unit": self._same_unit(record),
            "same_unit_total": len(self._unfinished_first(record.unit)) - 1,
            "related": [self.ledger.by_id[i] for i in item.related if i in self.ledger.by_id],
            "merged_from": self.ledger.merged_into.get(item.id, ()),
            "merged_into": self.ledger.by_id.get(record.merged_into),
            "evidence": list(dict.fromkeys(references(item))),
            "inside": internal_references(item),
            "unit": self.ledger.units.names.get(record.unit),
            "verifications": verifications(self.ledger, record),
            "rounds": rounds(item),
            "suspect": own and suspect(item, self.ledger.evidence),
            "findings": findings,
            "contradictions": contradictions(record, findings),
            "recorded": self._recorded(item.id) if own else (),
            "edit": edit,
            # Where the log stands is looked up in the text: not for nothing.
            "edit_log": self.edit_address(place.file, place.line_of("log")) if edit else "",
        }
        crumb = (record.checklist.header.title, self.addresses.checklist(record.checklist))
        description = f"{self.catalogue.text('status.' + record.state.status)} · {plain(item.problem)}"
        title = f"{item.id} {item.title}"
        address = self.addresses.record(record)
        kind = "item" if own else "federated"
        return self._sheet(kind, address, title, description, context, edit, crumb, item.title)

    def _recorded(self, identifier: str) -> tuple[Recorded, ...]:
        """Return what git recorded of an item; who did it is for the office's own eyes."""
        if self.history is None:
            return ()
        internal = self.settings.audience == "internal"
        return recorded(self.history, identifier, self.commit_address, authors=internal)

    def _unfinished_first(self, unit: str) -> list[Record]:
        """Return a unit's own records, unfinished ones first, by due date; sorted once a unit."""
        if unit not in self._by_due:
            records = self.ledger.by_unit[unit]
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
        records = self.ledger.by_checklist.get(checklist.slug, ())
        context = {
            "checklist": checklist,
            "records": records,
            "feed": name_of_checklist(checklist),
            "data": f"checklists/{checklist.slug}.json",
        }
        description = plain(checklist.header.note or checklist.header.title)
        own = checklist.origin is None
        edit = self.edit_address(checklist.place.file, checklist.place.line) if own else ""
        title = checklist.header.title
        return self._sheet(
            "checklist", self.addresses.checklist(checklist), title, description, context, edit
        )

    def unit(self, unit: Unit) -> Sheet:
        units = self.ledger.units
        records = self.ledger.of_unit(unit.name)
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
        description = self.catalogue.text("ui.unit_description", unit=unit.name)
        place = units.place_of.get(unit.name)
        edit = self.edit_address(place.file, place.line) if place else ""
        return self._sheet("unit", self.addresses.unit(unit), unit.name, description, context, edit)

    def category(self, category: Category) -> Sheet:
        records = self.ledger.by_category.get(category.name, ())
        context = {"category": category, "records": records, "shown": self._most_urgent(records)}
        description = plain(category.description or category.name)
        place = self.ledger.place_of_category.get(category.name)
        edit = self.edit_address(place.file, place.line) if place else ""
        address = self.addresses.category(category)
        return self._sheet("category", address, category.name, description, context, edit)

    def report(self, profile: Profile) -> Sheet:
        title, address = self.forms.title(profile), self.addresses.report(profile)
        description = self.catalogue.text("report.description", title=title)
        place = self.ledger.place_of_profile[profile.name]
        edit = self.edit_address(place.file, place.line)
        return self._sheet("report", address, title, description, self.forms.page(profile), edit)

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
        body, sections = self._render(f"{kind}.html", context, address)
        values = {
            "title": escape(title),
            "heading": escape(heading or title),
            "description": escape(description),
            "name": self.addresses.name(address),
            "body": body,
            "edit": escape(edit),
            "crumb": escape(crumb[0]),
            "crumbname": self.addresses.name(crumb[1]),
        }
        record = context.get("record")
        if record is not None and record.origin is not None:
            own_address = self.edition.base + address if self.edition.base else ""
            values["canonical"] = canonical_tags(record.origin.address or own_address)
        return Sheet(kind, address, values, tuple(sections))

    # -- pages that MkDocs makes -------------------------------------------------------------------

    def listings(self) -> tuple[str, ...]:
        """Return the listing pages of this site, of LISTINGS."""
        return tuple(one for one in LISTINGS if one != "substance" or self.substance is not None)

    def listing(self, kind: str) -> tuple[str, list[Section]]:
        """Return the body and the sections of a listing page (one of LISTINGS)."""
        making: dict[str, Callable[[], dict[str, Any]]] = {
            "data": self._data,
            "rules": self._rules,
            "substance": self._findings,
        }
        context = making[kind]() if kind in making else {}
        return self._render(f"{kind}.html", context, self.addresses.listing(kind))

    def _data(self) -> dict[str, Any]:
        """Return what the page on the data shows: what one can subscribe to, every file, its fields."""
        make = partial(schema_json.definitions, self.catalogue)
        definitions = self._compiled.known("definitions", make) if self._compiled is not None else make()
        return {
            "groups": list(self.edition.groups()),
            "most": atom.MOST,
            "files": [(p, index_json.stem(p), holds) for p, holds in schema_json.documents().items()],
            "definitions": {name: schema_json.fields(schema) for name, schema in definitions.items()},
            "revisions": index_json.REVISIONS,
            "parts": partial(index_json.parts, self.edition),
        }

    def _findings(self) -> dict[str, Any]:
        """Return what the page on the substance shows beside `substance`: the codes' words, the trend."""
        assert self.substance is not None
        known = {code.code: code for code in codes(self.catalogue, levels_of(self.settings))}
        return {
            "codes": known,
            "chart": findings_over_time(self.substance, self._scope(self.ledger.records, {}, "../")),
            "most": _FINDINGS_A_RULE,
            "required": [name for name, info in Item.model_fields.items() if info.is_required()],
            "derived": len(Derived.__annotations__),
        }

    def _rules(self) -> dict[str, Any]:
        """Return what the page on the rules shows: every code, by family."""
        families: dict[str, list[Code]] = {}
        for code in codes(self.catalogue, levels_of(self.settings), self.settings.thresholds):
            families.setdefault(code.family, []).append(code)
        return {"families": families}

    def embed(self, block: Embed, address: str) -> str:
        """Return a live view for a hand-written page at `address`."""
        records = select(self.ledger, {k: v for k, v in block.where.items() if k != "flag"})
        live = [flag for flag in block.where.get("flag", ()) if flag in ("overdue", "due_soon")]
        live = live if block.view in ("table", "cards") else []
        if "flag" in block.where and not live:
            wanted = set(block.where["flag"])
            records = tuple(r for r in records if not wanted.isdisjoint(FIELDS["flag"](self.ledger, r)))
        context: dict[str, Any] = {"block": block, "records": records, "live": live}
        context["where"] = _query(block.where)
        if block.chart is not None:
            scope = self._scope(records, block.where, _root(address), block.limit)
            context["chart"] = CHARTS[block.chart](scope)
        context["groups"] = self._groups(block, records, _root(address)) if block.chart is None else []
        context["entries"] = _latest(records, block.limit)
        return self._render(f"partials/embed-{block.view}.html", context, address)[0]

    def _groups(self, block: Embed, records: Sequence[Record], root: str) -> list[GroupOfRecords]:
        """Return the records of a block, divided as it asks, each group with what it shows of them.

        Without a division that is one group without a name.
        """
        flags = block.where.get("flag", ())
        live = block.view != "counts" and not {"overdue", "due_soon"}.isdisjoint(flags)

        def group(name: str, address: str, records: Sequence[Record]) -> GroupOfRecords:
            count = sum(not live or not set(flags).isdisjoint(r.state.flags) for r in records)
            if live:
                records = tuple(self._candidates(records, flags, block.limit))
            elif block.view != "counts":
                records = records[: block.limit]
            return GroupOfRecords(name, address, records, count)

        if block.group is None:
            return [group("", "", records)]
        named = self._named(block.group)
        parts: dict[str, list[Record]] = {name: [] for name in named}
        for record in records:
            parts.setdefault(_GROUPS[block.group](record), []).append(record)
        groups = []
        for value, part in parts.items():
            name, address = named.get(value, (value or self.catalogue.text("group.none"), ""))
            made = group(name, root + address if address else "", part)
            if made.records:
                groups.append(made)
        return groups or ([] if block.view == "counts" else [group("", "", [])])

    def _named(self, by: str) -> dict[str, tuple[str, str]]:
        """Return the values a division can have, in order of showing -> (name, address below the root)."""
        addresses = self.addresses
        if by == "unit":
            return {u.name: (u.name, addresses.unit(u)) for _, u in self.ledger.units.tree()}
        if by == "category":
            return {c.name: (c.name, addresses.category(c)) for c in self.ledger.categories}
        if by == "checklist":
            lists = self.ledger.checklists
            return {c.slug: (c.header.title, addresses.checklist(c)) for c in lists}
        page = addresses.listing("ledger")
        return {s: (self.catalogue.text(f"status.{s}"), f"{page}?status={s}") for s in STATUSES}

    def _scope(self, records: Sequence[Record], where: Where, root: str, limit: int = MOST_ROWS) -> Scope:
        return Scope(self.ledger, self.catalogue, self.addresses, records, where, root, limit)

    def _charts_of(self, kind: str, records: Sequence[Record], query: str, root: str) -> list[Chart]:
        return charts_of(kind, self._scope(records, {kind: (query,)}, root))

    def _candidates(self, records: Sequence[Record], flags: Sequence[str], limit: int) -> Iterator[Record]:
        """Yield, by due date, what has a flag today or may get it in the reader's next weeks.

        The browser shows those rows of it that have the flag on the reader's day.
        """
        horizon = self.ledger.today + _AHEAD
        known = [r for r in records if set(r.state.flags) & set(flags)]
        yield from sorted(known, key=lambda r: r.item.due)[:limit]
        shown = set(known)
        ahead = [
            r
            for r in records
            if r not in shown and not r.state.finished and self.ledger.today <= r.item.due <= horizon
        ]
        yield from sorted(ahead, key=lambda r: r.item.due)[:limit]

    def part(self, name: str, address: str, **context: object) -> str:
        """Return a template of `partials/` rendered for the page at `address`."""
        return self._render(f"partials/{name}.html", context, address)[0]

    def _render(self, template: str, context: dict[str, Any], address: str) -> tuple[str, list[Section]]:
        """Return what a template makes of a context, and its sections. Raises TemplateMistakeError."""
        contents = Contents(self.catalogue)
        root = _root(address)
        if root not in self._marks:
            self._marks[root] = Marks(self.templates, root)
        own = {"heading": contents.heading, "link": link_from(root), "root": root}
        try:
            body = self.templates.get_template(template).render(**context, **own, marks=self._marks[root])
        except Exception as error:
            said = said_of_mistake(error, self._own, self.settings, self.catalogue)
            if not said:
                raise
            raise TemplateMistakeError(said) from error
        return body, contents.sections

    def _texts(self, *sections: str) -> str:
        """Return sections of the catalogue as JSON."""
        return json.dumps(self.catalogue.flat(*sections), ensure_ascii=False, separators=(",", ":"))

    def _recent_changes(self, days: int) -> list[Change]:
        """Return what happened in so many days up to the build day, newest first."""
        first = self.ledger.today - timedelta(days=days - 1)
        return changes(self.ledger.records, first)

    def _needing_attention(self) -> list[Record]:
        """Return what asks for attention on the build day, the longest overdue first."""
        return sorted(select(self.ledger, {"flag": ["attention"]}), key=lambda r: (r.item.due, r.item.id))

    # -- shared by templates -----------------------------------------------------------------------

    def summary(self, records: Iterable[Record]) -> dict[str, Any]:
        """Return the numbers of a group of records.

        `dues` counts the unfinished ones by due date, from which the browser makes the overdue and
        due-soon numbers of the reader's day.
        """
        records = list(records)
        unfinished: Counter[date] = Counter()
        for (status, due), count in Counter(map(_STATUS_AND_DUE, records)).items():
            if status not in FINISHED:
                unfinished[due] += count
        flags = count_flags(records)
        return {
            "total": len(records),
            "statuses": count_by_status(records),
            "unfinished": unfinished.total(),
            "flags": {flag: flags[flag] for flag in FLAGS},
            "dues": {due.isoformat(): unfinished[due] for due in sorted(unfinished)},
        }


_PREVIEWS = {"png": "image", "jpg": "image", "jpeg": "image", "gif": "image", "webp": "image", "pdf": "pdf"}


def preview_of(reference: str) -> str:
    """Return how a browser can show a file of evidence in a page: `image`, `pdf`, or nothing."""
    return _PREVIEWS.get(Path(reference).suffix.lstrip(".").lower(), "")


def kind_of_evidence(reference: str) -> str:
    """Return `link` for an address, else the file's ending in capitals (`PDF`)."""
    if "://" in reference or reference.startswith("mailto:"):
        return "link"
    return Path(reference).suffix.lstrip(".").upper() or "FILE"


def _latest(records: Iterable[Record], limit: int) -> list[tuple[Record, LogEntry]]:
    written = [record for record in records if record.item.log]
    # So many records have an entry of this day or later; what nothing has stirred since has none.
    since = min(nlargest(limit, (record.item.log[-1].date for record in written)), default=date.min)
    # What another site derived is not known to be what its log says.
    recent = (r for r in written if r.origin is not None or r.state.stirred >= since)
    entries = ((record, entry) for record in recent for entry in record.item.log)
    return nlargest(limit, entries, key=lambda pair: (pair[1].date, pair[0].item.id))
