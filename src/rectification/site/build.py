"""One build of the site, from the checked ledger to the swapped-in folder."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin, urlsplit
from xml.sax.saxutils import escape as xml_escape

from mkdocs.exceptions import PluginError

from rectification import publish
from rectification.exchange import copies
from rectification.ledger import Ledger, publish_evidence
from rectification.publish import index_json, manifest_json
from rectification.revision import checkout_of
from rectification.rules import Witness, all_rules, check
from rectification.site import admin, headers, search
from rectification.site.addresses import FOLDERS, Addresses
from rectification.site.furnish import attribute, browser_data, feed_link, furnish, head_tags
from rectification.site.integrity import files_of, sums_of
from rectification.site.offline import twin
from rectification.site.recorded import commit_address
from rectification.site.shell import HEADING_ID, compile_shell, for_other_sites, token
from rectification.site.views import LISTINGS, Sheet, Views
from rectification.site.workers import on_both_cores
from rectification.substance import Substance

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

    from rectification.catalogue import Catalogue
    from rectification.history import History
    from rectification.settings import Settings

_SHELL_ENTRY = re.compile(r"\s*<url>(?:(?!</url>).)*?rectify0[a-z]+0token.*?</url>", re.DOTALL)


class Build:
    """The ledger of one build and the pages made from it."""

    def __init__(
        self,
        config: MkDocsConfig,
        settings: Settings,
        catalogue: Catalogue,
        ledger: Ledger,
        staging: Path,
        mistakes: str = "",
        history: History | None = None,
    ) -> None:
        """`mistakes` is what a live preview says is wrong while it shows the last good ledger; `history` is
        what git knows of it, which a site shows that shows the substance."""
        self.config = config
        self.settings = settings
        self.catalogue = catalogue
        self.ledger = ledger
        self.history = history if settings.substance else None
        if settings.audience == "public":
            self.ledger = ledger.public()
            hidden = ledger.by_id.keys() - self.ledger.by_id.keys()
            self.history = self.history.public(hidden) if self.history is not None else None
        self.staging = staging
        self.mistakes = mistakes
        self.checkout = checkout_of(settings.root, _sources(config, settings))
        self.addresses = Addresses(config.use_directory_urls)
        self.edition = publish.Edition(
            self.ledger,
            catalogue,
            site_name=config.site_name,
            base=config.site_url or "",
            timezone=settings.timezone,
            pages=self.addresses,
        )
        overrides = config.theme.custom_dir
        self.views = Views(
            self.ledger,
            settings,
            catalogue,
            self.addresses,
            _EditAddresses(config, settings.root),
            Path(overrides) if overrides else None,
            self.edition,
            self._substance() if settings.substance else None,
            self.history,
            commit_address(config.repo_url or ""),
        )
        self.with_search: bool = config.plugins["rectification"].config.search
        self.offline: bool = config.plugins["rectification"].config.offline
        self.views_on: dict[str, list[str]] = {}  # a page's file -> what it shows of the ledger
        self.policy: headers.Policy | None = None

    def _substance(self) -> Substance:
        """Judge what is published here, and nothing else: a public page may not name what is internal, and
        what comes from other sites is judged where it is written."""
        own = self.ledger.own()
        rules = [rule for rule in all_rules() if rule.substance]
        witnesses: dict[Witness, object] = {"history": self.history} if self.history is not None else {}
        return Substance(own, check(own, self.settings, rules, witnesses=witnesses))

    # -- pages handed to MkDocs --------------------------------------------------------------------

    def shell_source(self) -> str:
        """Return the Markdown of a shell: tokens where a record's own words will stand."""
        head = f"title: {token('title')}\ndescription: {token('description')}\nsearch: {{exclude: true}}"
        return f"---\n{head}\n---\n\n# {token('heading')}\n\n## {token('section')}\n"

    def listing_source(self, kind: str) -> str:
        """Return the Markdown of a listing page: its title; the body comes from the template."""
        title = self.catalogue.text(f"listing.{kind}")
        description = self.catalogue.text(f"listing_description.{kind}")
        # A JSON string is a YAML string whatever stands in it, a colon for instance.
        head = f"title: {json.dumps(title)}\ndescription: {json.dumps(description)}"
        hide = "\nhide: [navigation, toc]" if kind == "ledger" else ""  # one wide table, nothing beside it
        return f"---\n{head}{hide}\n---\n\n# {title}\n"

    def shell_content(self) -> str:
        """Return the HTML that MkDocs puts into a shell."""
        return f'<h1 id="{HEADING_ID}">{token("heading")}</h1>\n{token("body")}'

    def finish_page(self, html: str, page: Page) -> str:
        """Give a rendered page its social tags, the scripts' data and the search box."""
        description = str(page.meta.get("description") or self.config.site_description or "")
        title = self.config.site_name if page.is_homepage else str(page.title)
        # A listing leads to items; as a find of its own it would only stand in their way.
        indexed = page.file.src_uri not in {f"{listing}/index.md" for listing in LISTINGS}
        feeds = self._alternates("../" * page.url.removeprefix("./").count("/"), page.file.src_uri)
        return self._finish(html, title, description, page.canonical_url or "", feeds, indexed=indexed)

    def finish_template(self, html: str) -> str:
        """Do the same for a page that is no document: the theme's 404.html."""
        # It is shown at any address: what it links to must be named in full.
        feeds = self._alternates(self.edition.base) if self.edition.base else ""
        return self._finish(
            html, self.config.site_name, self.config.site_description or "", "", feeds, indexed=False
        )

    def _alternates(self, root: str, source: str = "") -> str:
        """Return what tells a feed reader of a page's feeds; `root` leads from the page to the site's root.

        `source` is the page's Markdown file: the shells of units and checklists have feeds of their own.
        """
        text = self.catalogue.text
        links = [feed_link(f"{root}{publish.feed_path('all', 'xml')}", text("feed.link.all"))]
        for folder in ("units", "checklists"):
            if source == f"{folder}/{token('name')}.md":
                feed, title = f"{folder}/{token('name')}", token("title")
                atom, ics = publish.feed_path(feed, "xml"), publish.feed_path(feed, "ics")
                links.append(feed_link(root + atom, text("feed.link.group", group=title)))
                links.append(
                    feed_link(root + ics, text("feed.link.calendar", group=title), media="text/calendar")
                )
        return "\n".join(links)

    def _finish(
        self, html: str, title: str, description: str, address: str, feeds: str, *, indexed: bool
    ) -> str:
        site_name = attribute(self.config.site_name)
        tags = (attribute(title), attribute(description), attribute(address))
        head = head_tags(*tags, site_name, self.catalogue.language)
        day = self.ledger.today.isoformat()
        item_page = self.addresses.page("item", token("id")).replace(token("id"), "{id}")
        data = browser_data(self.catalogue, self.settings, day, item_page, search=self.with_search)
        box = self.views.part("search", "") if self.with_search else ""
        notice = self.views.part("mistakes", "", mistakes=self.mistakes) if self.mistakes else ""
        return furnish(html, "\n".join(filter(None, (head, feeds, data))), box, notice, indexed=indexed)

    def sitemap(self, xml: str) -> str:
        """Return the sitemap with the stamped pages in place of their shells."""
        xml = _SHELL_ENTRY.sub("", xml)
        if not self.config.site_url:
            return xml
        base = self.config.site_url
        places = (xml_escape(base + address) for address in self._addresses())
        lines = [f"    <url>\n         <loc>{place}</loc>\n    </url>" for place in places]
        return xml.replace("</urlset>", "\n".join([*lines, "</urlset>"]))

    def _addresses(self) -> list[str]:
        # What has its home on another site is listed there.
        return [
            *(self.addresses.record(r) for r in self.ledger.records if r.origin is None),
            *(self.addresses.checklist(c) for c in self.ledger.checklists if c.origin is None),
            *map(self.addresses.unit, self.ledger.units.listed),
            *map(self.addresses.category, self.ledger.categories),
            *map(self.addresses.report, self.ledger.profiles),
        ]

    # -- files of our own --------------------------------------------------------------------------

    def stamp(self) -> None:
        """Stamp every record's page and write the machine outputs, then the evidence."""
        shells = {}
        for kind in FOLDERS:
            path = self.addresses.file(self.staging, self.addresses.page(kind, token("name")))
            html = path.read_text("utf-8")
            shells[kind] = compile_shell(html)
            if kind == "item" and self.ledger.sources:
                shells["federated"] = compile_shell(for_other_sites(html))
            path.unlink()
            if self.config.use_directory_urls:
                path.parent.rmdir()

        def make(sheet: Sheet) -> None:
            html = shells[sheet.kind].stamp(sheet.values, sheet.sections)
            _write(self.addresses.file(self.staging, sheet.address), html)

        for folder in FOLDERS.values():
            (self.staging / folder).mkdir(parents=True, exist_ok=True)
        making = self.views.sheets()

        def put(output: Callable[[], Iterable[tuple[str, bytes]]]) -> None:
            for name, content in output():
                _write(self.staging / name, content)
                if self.offline and (copy := twin(name, content)) is not None:
                    _write(self.staging / copy[0], copy[1])

        # The outputs come first: each is many pages' worth of work, which the pages after it then even out.
        outputs = [*publish.outputs(self.edition), *copies.outputs(self.edition)]
        jobs = [partial(put, output) for output in outputs]
        on_both_cores([*jobs, *(partial(_call, sheet, make) for sheet in making)])
        put(lambda: publish.seals(self.edition, lambda name: (self.staging / name).read_bytes()))
        for file in self.ledger.evidence.values():
            path = self.staging / file.reference
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                same = publish_evidence(file, path)
            except (OSError, ValueError) as error:
                raise PluginError(self.catalogue.text("evidence.changed", file=file.reference)) from error
            if not same:  # its page already shows another SHA-256
                raise PluginError(self.catalogue.text("evidence.changed", file=file.reference))

    def admin(self) -> Iterator[tuple[str, bytes | Path]]:
        """Yield the files of the editing page, if the site wants one. Raises PluginError without a forge."""
        chosen = self.config.plugins["rectification"].config.admin
        if chosen is None:
            return
        config, text = self.config, self.catalogue.text
        try:
            backend = admin.backend_of(chosen, config.repo_url or "", config.edit_uri or "")
        except ValueError as error:
            raise PluginError(text("admin.no_repository", known=", ".join(admin.BACKENDS))) from error
        folder = self.settings.name_of(self.settings.checklists)
        made = admin.config_of(self.ledger.own(), self.catalogue, backend, folder, config.site_url or "")
        yield from admin.files(made, admin.page(self.catalogue, config.site_name, backend))

    def index(self) -> None:
        """Write the search index over all pages. Raises search.SearchError."""
        if self.with_search:
            search.index_pages(self.staging, [record.item.id for record in self.ledger.records])

    def protect(self) -> list[str]:
        """Give what MkDocs rendered its security policy; return what that prevents, as warnings."""
        chosen = self.config.plugins["rectification"].config.headers
        if chosen is None:
            return []
        place = urlsplit(self.config.site_url or "")
        origin = f"{place.scheme}://{place.netloc}"
        # Not every browser takes a file for part of its own site: pages opened as files state no policy.
        self.policy, prevented = headers.protect(
            *(self.staging, self.views_on, chosen),
            origin=origin,
            search=self.with_search,
            in_pages=not self.offline,
        )
        return [self.catalogue.text("headers.prevented", page=page, part=part) for page, part in prevented]

    def write_headers(self) -> list[str]:
        """Write the headers for web servers; return the scripts that their policy stops, as warnings."""
        if self.policy is None:
            return []
        base = urlsplit(self.config.site_url or "").path or "/"
        with_admin = self.config.plugins["rectification"].config.admin is not None
        apart = f"{admin.FOLDER}/" if with_admin else ""
        stopped = headers.write_files(self.staging, self.policy, base=base, apart=apart)
        return [self.catalogue.text("headers.stranger", page=page, part=part) for page, part in stopped]

    def write_manifest(self) -> None:
        """Write the list of all files: nothing may be written after it."""
        paths = (path for path, regular in files_of(self.staging) if regular and path != manifest_json.PATH)
        sums = sums_of(self.staging, paths)
        content = manifest_json.manifest(self.edition, self.checkout, sums, index_json.REVISIONS[0][0])
        _write(self.staging / manifest_json.PATH, content)


def _sources(config: MkDocsConfig, settings: Settings) -> Iterator[Path]:
    """Yield the files and folders a site is made from."""
    yield settings.checklists
    for path in (config.docs_dir, config.theme.custom_dir, config.config_file_path):
        if path:
            yield Path(path)


def _call(making: Callable[[], Sheet], make: Callable[[Sheet], None]) -> None:
    make(making())


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir()
    except FileExistsError:
        pass
    except FileNotFoundError:
        path.parent.mkdir(parents=True)
    path.write_bytes(content)


class _EditAddresses:
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
