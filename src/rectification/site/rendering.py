"""What all our templates are filled with, and how they are: the words, the ledger, what they may ask."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from html import escape
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from rectification.ledger import Change, Ledger, Record, Where, changes, count_by_status, count_flags, select
from rectification.model import FINISHED, FLAGS, STATUSES
from rectification.publish import Edition, feed_path, web_path
from rectification.site.charts import MOST_ROWS, Chart, Scope, charts_of
from rectification.site.forms import Forms
from rectification.site.furnish import internal_word
from rectification.site.shell import Section
from rectification.site.templates import (
    Marks,
    TemplateMistakeError,
    environment,
    link_from,
    said_of_mistake,
)

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.history import History
    from rectification.settings import Settings
    from rectification.site.addresses import Addresses
    from rectification.site.kept import Compiled
    from rectification.substance import Substance

_STATUS_AND_DUE = attrgetter("state.status", "item.due")


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


def root_of(address: str) -> str:
    """Return what leads from the page at `address` to the site's root."""
    return "../" * address.removeprefix("./").count("/")


class Rendering:
    """Renders templates for one edition. Ours can be replaced by name in the folder `overrides`."""

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        catalogue: Catalogue,
        addresses: Addresses,
        overrides: Path | None,
        edition: Edition,
        substance: Substance | None = None,
        history: History | None = None,
        compiled: Compiled | None = None,
    ) -> None:
        """`substance` is what there is to tell of the substance, `history` what git knows of the published
        items, where the site shows them; `compiled` keeps the templates as they are compiled for these texts
        and these templates."""
        self.ledger = ledger
        self.history = history
        self.substance = substance
        self.settings = settings
        self.catalogue = catalogue
        self.addresses = addresses
        self.edition = edition
        self.forms = Forms(edition)
        self.compiled = compiled
        self._own = overrides
        address_of_unit, address_of_category = addresses.by_name(ledger)
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

    def part(self, name: str, address: str, **context: object) -> str:
        """Return a template of `partials/` rendered for the page at `address`."""
        return self.render(f"partials/{name}.html", context, address)[0]

    def render(self, template: str, context: dict[str, Any], address: str) -> tuple[str, list[Section]]:
        """Return what a template makes of a context, and its sections. Raises TemplateMistakeError."""
        contents = Contents(self.catalogue)
        root = root_of(address)
        if root not in self._marks:
            self._marks[root] = Marks(self.templates, root)
        own = {"heading": contents.heading, "link": link_from(root), "root": root}
        try:
            body = self.templates.get_template(template).render(**context, **own, marks=self._marks[root])
        except Exception as error:
            said = self.said_of(error)
            if not said:
                raise
            raise TemplateMistakeError(said) from error
        return body, contents.sections

    def said_of(self, error: Exception) -> str:
        """Say in one line what mistake of a template of the site's own an error comes from, if it does."""
        if isinstance(error, TemplateMistakeError):
            return str(error)
        return said_of_mistake(error, self._own, self.settings, self.catalogue)

    def scope(self, records: Sequence[Record], where: Where, root: str, limit: int = MOST_ROWS) -> Scope:
        """Return what charts of `records` are drawn from; `where` is the query that selects them."""
        return Scope(self.ledger, self.catalogue, self.addresses, records, where, root, limit)

    def _charts_of(self, kind: str, records: Sequence[Record], query: str, root: str) -> list[Chart]:
        return charts_of(kind, self.scope(records, {kind: (query,)}, root))

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
