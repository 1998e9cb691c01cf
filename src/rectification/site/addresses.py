"""Where each page is: addresses that, once published, never change their meaning."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urljoin

from rectification.ledger import slug_of, slug_of_unit

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

    from rectification.ledger import Checklist, Ledger, Record
    from rectification.model import Category, Unit
    from rectification.profile import Profile


# Kind of page -> the folder its pages lie in.
FOLDERS = {
    "item": "items",
    "checklist": "checklists",
    "unit": "units",
    "category": "categories",
    "report": "reports",
}
LISTINGS = (
    *("ledger", "changes", "checklists", "units", "categories", "reports", "sources", "data", "rules"),
    "substance",
)


INDEX = "pagefind"  # the folder of the search index
INDEX_ENTRY = "pagefind-entry.json"  # its file that tells of the others


@dataclass(frozen=True)
class Addresses:
    """Addresses below the site's root, percent-encoded; `directories` chooses `ID/` over `ID.html`."""

    directories: bool

    def page(self, kind: str, name: str) -> str:
        """Address of the page of a `kind` (a key of FOLDERS) with this last part."""
        return _page(FOLDERS[kind], name, self.directories)

    def pattern(self, kind: str) -> str:
        """Address of the pages of a `kind`, with `{name}` for the last part."""
        return self.page(kind, "name").replace("/name", "/{name}")

    def name(self, address: str) -> str:
        """Return the last part of a page's address, as it stands in the address."""
        return address.rstrip("/").rsplit("/", 1)[-1].removesuffix(".html")

    def file(self, address: str) -> str:
        """Return the path, below the site's root, of the file behind the address of a page."""
        path = unquote(address)
        return f"{path}index.html" if address.endswith("/") else path

    def item(self, identifier: str) -> str:
        return self.page("item", identifier)

    def record(self, record: Record) -> str:
        return self.item(record.item.id)

    def checklist(self, checklist: Checklist) -> str:
        return self.page("checklist", checklist.slug)

    def unit(self, unit: Unit) -> str:
        return self.page("unit", slug_of_unit(unit))

    def category(self, category: Category) -> str:
        return self.page("category", category.slug or slug_of(category.name))

    def report(self, profile: Profile) -> str:
        return self.page("report", profile.name)

    def listing(self, kind: str) -> str:
        """Address of the page that lists all of a kind: `ledger`, `checklists`, `units`, `categories`."""
        return f"{kind}/" if self.directories else f"{kind}/index.html"

    def by_name(self, ledger: Ledger) -> tuple[dict[str, str], dict[str, str]]:
        """Return the address of every unit by each of its names, and of every category by its name."""
        units = {unit.name: self.unit(unit) for unit in ledger.units.listed}
        named = {name: units[unit.name] for name, unit in ledger.units.names.items()}
        return named, {category.name: self.category(category) for category in ledger.categories}


@lru_cache(maxsize=1 << 16)
def _page(folder: str, name: str, directories: bool) -> str:
    return f"{folder}/{quote(name)}/" if directories else f"{folder}/{quote(name)}.html"


class EditAddresses:
    """The forge's addresses of YAML files, made as MkDocs makes the edit links of pages.

    MkDocs counts `edit_uri` from the folder of the pages; the checklists lie beside that folder.
    """

    def __init__(self, config: MkDocsConfig, root: Path) -> None:
        self.repo = config.repo_url or ""
        self.edit_uri = config.edit_uri or ""
        self.template = config.edit_uri_template
        self.from_pages = Path(os.path.relpath(root, config.docs_dir)).as_posix()
        self.known: dict[str, str] = {}

    def __call__(self, file: str, line: int) -> str:
        """Return the address for editing `file` at `line`, empty where the site names no forge."""
        if not (self.template or self.edit_uri):
            return ""
        if file not in self.known:
            self.known[file] = self._address(quote(f"{self.from_pages}/{file}"))
        return f"{self.known[file]}#L{line}"

    def _address(self, path: str) -> str:
        repo = f"{self.repo.rstrip('/')}/" if self.repo else ""
        if self.template:
            # MkDocs' own template: it takes the path with and without its ending, and knows `{path!q}`.
            return urljoin(repo, self.template.format(path, path.rsplit(".", 1)[0]))
        if self.edit_uri.startswith(("?", "#")):
            return f"{self.repo}{self.edit_uri}{path}"
        return urljoin(repo, f"{self.edit_uri.rstrip('/')}/{path}")
