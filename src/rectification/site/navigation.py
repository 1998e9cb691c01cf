"""The ledger's pages in the theme's navigation: sections, breadcrumbs, the checklists by name."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from mkdocs.structure.nav import Link, Navigation, Section
from mkdocs.structure.pages import Page

from rectification.site.addresses import FOLDERS, LISTINGS
from rectification.site.shell import token

if TYPE_CHECKING:
    from mkdocs.structure import StructureItem

    from rectification.site.build import Build

# The navigation stands on every page: it names checklists and categories one by one only while they are few,
# and fewer where the pages are many: each name is a quarter of a kilobyte, ten thousand times.
_MOST_NAMED = 20
_MOST_NAMED_OF_MANY = 5
_MANY = 1000  # items
# Listings whose pages hang below them.
_PARENTS = ("checklists", "units", "categories", "reports")


def listing_of(page: Page) -> str:
    """Return which listing a page is (`ledger`, `units` …), or an empty string for any other page."""
    folder, _, name = page.file.src_uri.partition("/")
    return folder if folder in LISTINGS and name == "index.md" else ""


def place_listings(nav: Navigation, build: Build) -> dict[str, Section]:
    """Turn the listing pages into sections that hold the pages they list.

    Returns the section of each listing that the navigation shows.
    """
    sections: dict[str, Section] = {}

    def placed(items: list[StructureItem], parent: Section | None) -> None:
        for index, item in enumerate(items):
            page = _only_listing(item)
            if page is None:
                if isinstance(item, Section):
                    placed(item.children, item)
                continue
            listing = listing_of(page)
            page.title = page.title or build.catalogue.text(f"listing.{listing}")
            links = _links(listing, build)
            if listing not in _PARENTS:
                items[index], page.parent = page, parent
                continue
            section = sections[listing] = Section(str(page.title), [page, *links])
            items[index], section.parent = section, parent
            for child in section.children:
                child.parent = section

    placed(nav.items, None)
    return sections


def _only_listing(item: StructureItem) -> Page | None:
    """Return the listing page that `item` is, or is the automatic section of."""
    if isinstance(item, Section):
        return _only_listing(item.children[0]) if len(item.children) == 1 else None
    return item if isinstance(item, Page) and listing_of(item) else None


def _links(listing: str, build: Build) -> list[Link]:
    ledger, addresses, forms = build.ledger, build.addresses, build.rendering.forms
    named: dict[str, list[tuple[str, str]]] = {
        "checklists": [(c.header.title, addresses.checklist(c)) for c in ledger.checklists],
        "categories": [(c.name, addresses.category(c)) for c in ledger.categories],
        "reports": [(forms.title(p), addresses.report(p)) for p in ledger.profiles],
    }
    entries = named.get(listing, [])
    # MkDocs and the theme take a title for HTML.
    links = [Link(escape(title), address) for title, address in entries]
    most = _MOST_NAMED if len(ledger.records) < _MANY else _MOST_NAMED_OF_MANY
    return links if len(links) <= most else []


def parent_of(kind: str, sections: dict[str, Section], build: Build) -> Section | None:
    """Return the section that a stamped page hangs below, for breadcrumbs and the open tab."""
    section = sections.get("checklists" if kind == "item" else FOLDERS[kind])
    if kind != "item":
        return section
    crumb = Section(
        token("crumb"), [Link(token("crumb"), build.addresses.page("checklist", token("crumbname")))]
    )
    crumb.parent = section
    return crumb
