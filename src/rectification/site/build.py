"""One build of the site, from the checked ledger to the swapped-in folder."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from mkdocs.exceptions import PluginError

from rectification import publish
from rectification.engine import installed
from rectification.exchange import copies
from rectification.ledger import Ledger, publish_evidence
from rectification.publish import index_json, manifest_json
from rectification.revision import checkout_of
from rectification.rules import Findings, Witness, all_rules, check
from rectification.site import admin, headers
from rectification.site.addresses import FOLDERS, INDEX, Addresses, EditAddresses
from rectification.site.blocks import Blocks
from rectification.site.files import Files, Made
from rectification.site.finish import Finish
from rectification.site.indexing import Index
from rectification.site.integrity import files_of, sums_of
from rectification.site.kept import (
    Sheaf,
    Written,
    compiled,
    digest,
    folder_digest,
    forget,
    open_cache,
)
from rectification.site.keys import Digests, Keys
from rectification.site.listings import Listings
from rectification.site.offline import twin
from rectification.site.pieces import Pieces
from rectification.site.recorded import commit_address
from rectification.site.rendering import Rendering
from rectification.site.shell import HEADING_ID, Shell, compile_shell, for_other_sites, token
from rectification.site.staging import make_room
from rectification.site.views import Page, Views
from rectification.substance import Substance, borne_out
from rectification.unwritten import naming, only_writing
from rectification.workers import Job, beside, on_both_cores

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

    from rectification.catalogue import Catalogue
    from rectification.history import History
    from rectification.ledger import Record
    from rectification.ledger.evidence import EvidenceFile
    from rectification.settings import Settings


class _Ready(NamedTuple):
    """What our own pages are made with: the shells, and what a template of the site's own may show."""

    shells: dict[str, Shell]
    anything: bytes


class _Ahead(NamedTuple):
    """What was made ahead of the pages: the machine outputs, and what tells of each checklist's items."""

    made: list[Made]
    told: dict[str, str | None]


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
        *,
        others: bool = False,
        remembers: bool = False,
        stamps: bool = False,
        held: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`mistakes` is what a live preview says is wrong while it shows the last good ledger; `history` is
        what git knows of it, which a site shows that shows the substance. `others` tells whether other
        plugins may change what is written; `remembers` whether anything may be kept for the next build,
        `stamps` whether this one writes all of the site, and may keep what it knows for the next one. `held`
        tells what each file of the ledger holds, by a digest."""
        self.config = config
        self.settings = settings
        self.catalogue = catalogue
        self.ledger = ledger
        self.history = history if settings.substance else None
        if settings.audience == "public":
            self.ledger = ledger.public()
            hidden = ledger.by_id.keys() - self.ledger.by_id.keys()
            self.history = self.history.public(hidden) if self.history is not None else None
        found = self._found(ledger, history) if settings.substance else None
        self.staging = staging
        self.others = others
        self.checkout = checkout_of(settings.root, _sources(config, settings))
        self.moment = settings.made(self.checkout.committed if self.checkout is not None else None)
        self.addresses = Addresses(config.use_directory_urls)
        self.edition = publish.Edition(
            self.ledger,
            catalogue,
            site_name=config.site_name,
            base=config.site_url or "",
            timezone=settings.timezone,
            pages=self.addresses,
            audience=settings.audience,
            made=self.moment.astimezone(ZoneInfo(settings.timezone)).date(),
        )
        overrides = config.theme.custom_dir
        templates = folder_digest(Path(overrides) if overrides else None)
        self.compiled = compiled(settings.root, catalogue.language, templates) if remembers else None
        self._digests = Digests(ledger, held, open_cache(settings.root, "items") if stamps else None)
        self._held = held
        self.pieces = Pieces(settings.root, self.ledger, lambda: self.keys) if stamps else None
        if self.pieces is not None:
            self.edition = replace(self.edition, pieces=self.pieces.of)
        self.rendering = Rendering(
            *(self.ledger, settings, catalogue, self.addresses, Path(overrides) if overrides else None),
            self.edition,
            Substance(self.ledger.own(), found) if found is not None else None,
            self.history,
            self.compiled,
        )
        edit_address = EditAddresses(config, settings.root)
        self.editable = bool(edit_address("x", 1))
        self.views = Views(self.rendering, edit_address, commit_address(config.repo_url or ""))
        self.listings, self.blocks = Listings(self.rendering), Blocks(self.rendering)
        search: bool = config.plugins["rectification"].config.search
        self.offline: bool = config.plugins["rectification"].config.offline
        self.views_on: dict[str, list[str]] = {}  # a page's file -> what it shows of the ledger
        self.unfilled: dict[str, str] = {}  # a listing page's file -> its kind, where `offer` is to fill it
        self.files = Files(staging)
        ids = [record.item.id for record in self.ledger.records]
        parts = open_cache(settings.root, "search") if search and remembers else None
        self.index = Index(self.files, ids, parts) if search else None
        self.finish = Finish(
            *(config, settings, catalogue, self.edition, self.addresses, self.rendering, mistakes),
            search=search,
        )
        self.policy: headers.Policy | None = None
        self._ahead: Callable[[], _Ahead] | None = None

    def _found(self, whole: Ledger, history: History | None) -> Findings:
        """Judge what is published here, and nothing else: a public page may not name what is internal, and
        what comes from other sites is judged where it is written. But what the whole ledger does not bear
        out is no finding."""
        rules = [rule for rule in all_rules() if rule.substance]

        def judge(ledger: Ledger, history: History | None) -> Findings:
            witnesses: dict[Witness, object] = {"history": history} if history is not None else {}
            return check(ledger.own(), self.settings, rules, witnesses=witnesses)

        found = judge(self.ledger, self.history)
        if not any(record.withheld for record in self.ledger.records):
            return found
        return borne_out(found, judge(whole, history), self.ledger)

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

    def sitemap(self, xml: str) -> str:
        """Return the sitemap with the stamped pages in place of their shells."""
        return self.finish.sitemap(xml, self._addresses())

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

    def go_ahead(self) -> None:
        """Let what hangs on nothing of MkDocs' be made beside what it does meanwhile: the machine outputs.

        They go where the last site lies: where MkDocs writes, it may still write a file of the same name.
        """
        self.keys.everything()  # both will ask for it
        self._ahead = beside(self._make_ahead)

    def _make_ahead(self) -> _Ahead:
        made = [one for output in self._outputs() for one in self._put_all(output)]
        return _Ahead(made, {slug: self._told(records) for slug, records in self.ledger.by_checklist.items()})

    def _told(self, records: Sequence[Record]) -> str | None:
        """Return a digest of what the pages of a checklist's items show, taken together."""
        about = self.views.about_items(self.keys, records, self._held)
        return digest(*about) if about is not None else None

    def stamp(self) -> None:
        """Stamp every record's page and write the machine outputs, then the evidence."""
        ahead = self._ahead() if self._ahead is not None else None
        jobs: list[Job[list[Made]]] = []
        if ahead is not None:
            self.files.note(ahead.made)
        ready = self._ready()
        if ahead is None:
            # Large ones come first: the pages of items after them even out what each process has to do.
            jobs += [partial(self._put_all, one) for one in self._outputs()]
        self.views.load()
        jobs += [partial(self._stamp, page, ready) for page in self.views.group_pages(self.keys)]
        for slug, records in self.ledger.by_checklist.items():
            jobs += self._sheaf(slug, records, ahead.told[slug] if ahead else self._told(records), ready)
        for made in on_both_cores(jobs):
            self.files.note(made)
        self._seal()
        for file in self.ledger.evidence.values():
            self.files.note(self._hand_out(file))
        later = {*headers.FILES, manifest_json.PATH}
        stale = self.files.kept.looks.keys() - self.files.made.keys() - self.files.rendered - later
        if self.index is not None:  # it is made when all pages are there
            stale = {name for name in stale if not name.startswith(f"{INDEX}/")}
        forget(self.files.root, stale)

    def offer(self) -> Iterator[tuple[str, Job[list[Made]]]]:
        """Yield what `stamp` and `write_manifest` would make for whoever makes it when it is asked for.

        That is the path of each file, and what makes it; last come the files that tell of all others, which
        are to be made before them. What is made is to be handed to `note`.
        """
        shells = {}
        for name in self.unfilled:
            path = self.staging / name
            shells[name] = compile_shell(path.read_text("utf-8"))
            path.unlink()
        ready = self._ready()
        for name, shell in shells.items():
            yield name, partial(self._fill, name, shell)
        for output in chain.from_iterable(output() for output in self._outputs()):
            make = partial(self._put, output)
            yield from ((name, make) for name in self._names(output))
        for page in self.views.pages(self.keys):
            yield self.addresses.file(page.address), partial(self._stamp, page, ready)
        for file in self.ledger.evidence.values():
            yield file.reference, partial(self._hand_out, file)

    def tell_of_all(self) -> None:
        """Write the files that tell of all others: these are made already."""
        self._seal()
        self.write_manifest()

    def _ready(self) -> _Ready:
        """Put what MkDocs wrote in its place, and return what our own files are made with."""
        shells = self._shells()
        self.files.bring(self.staging)
        for folder in FOLDERS.values():
            (self.files.root / folder).mkdir(parents=True, exist_ok=True)
        # A template of the site's own may show anything.
        return _Ready(shells, self.keys.everything() if self._own_templates() else b"")

    @cached_property
    def keys(self) -> Keys:
        """What the keys of pages and files are made with."""
        return Keys(self.ledger, self._common(), self._digests)

    def _outputs(self) -> list[Callable[[], Iterable[publish.Output]]]:
        return [*publish.outputs(self.edition), *copies.outputs(self.edition)]

    def _seal(self) -> None:
        def sum_of(path: str) -> tuple[int, str]:
            return self.files.made[path].size, self.files.made[path].sha256

        for path, content in publish.seals(self.edition, sum_of):
            self.files.note([Made(path, self.files.anew(path, content))])

    def _shells(self) -> dict[str, Shell]:
        """Take what MkDocs made of each kind of page, ready to be stamped."""
        shells = {}
        for kind in FOLDERS:
            path = self.staging / self.addresses.file(self.addresses.page(kind, token("name")))
            html = path.read_text("utf-8")
            shells[kind] = compile_shell(html)
            if kind == "item" and self.ledger.sources:
                shells["federated"] = compile_shell(for_other_sites(html))
            path.unlink()
            if self.config.use_directory_urls:
                path.parent.rmdir()
        return shells

    def _common(self) -> Iterator[object]:
        """Yield what every page and file may depend on, beside the ledger and what makes them."""
        config = self.config
        yield installed()
        yield self.settings
        yield self.offline
        yield self.edition.site_name, self.edition.base, self.edition.timezone, self.edition.made
        yield config.use_directory_urls
        yield config.repo_url, config.edit_uri, config.edit_uri_template
        yield os.path.relpath(self.settings.root, config.docs_dir)
        yield folder_digest(Path(config.theme.custom_dir) if config.theme.custom_dir else None)
        yield self.rendering.substance is not None
        yield (self.history.complete, self.history.since) if self.history is not None else None

    def _own_templates(self) -> bool:
        """Tell whether the site brings templates in place of ours."""
        if not self.config.theme.custom_dir:
            return False
        own, ours = Path(self.config.theme.custom_dir), Path(__file__).parents[1] / "templates"
        return any((own / path.relative_to(ours)).exists() for path in ours.rglob("*.html"))

    def _stamp(self, page: Page, ready: _Ready) -> list[Made]:
        """Write a record's page, unless it is there already."""
        shell = ready.shells[page.kind]
        key = self.keys.page(shell.digest, ready.anything, *page.parts())
        name = self.addresses.file(page.address)
        known = self.files.known(name, key)
        if known is not None:
            return [Made(name, known)]
        sheet = page.make()
        # What a template of the site runs is looked at in every build.
        runs = "<script" in sheet.values["body"].lower()
        content = shell.stamp(sheet.values, sheet.sections)
        return [Made(name, self.files.write(name, content, "" if runs else key), runs)]

    def _sheaf(
        self, slug: str, records: Sequence[Record], told: str | None, ready: _Ready
    ) -> list[Job[list[Made]]]:
        """Return what makes the pages of a checklist's items; nothing where all are there already.

        `told` is what they show, all together, which is looked at first: that takes a tenth of looking at
        each.
        """
        if told is not None:
            key = self.keys.page(ready.shells["item"].digest, ready.anything, told)
            known = self.files.kept.sheaves.get(slug)
            if known is not None and known.key == key and all(map(self.files.kept.lies, known.names)):
                self.files.sheaves[slug] = known
                self.files.made |= {name: self.files.kept.files[name] for name in known.names}
                return []
        pages = list(self.views.item_pages(self.keys, records))
        if told is not None:
            self.files.sheaves[slug] = Sheaf(key, [self.addresses.file(page.address) for page in pages])
        return [partial(self._stamp, page, ready) for page in pages]

    def _fill(self, name: str, shell: Shell) -> list[Made]:
        """Write a listing page."""
        body, _ = self.listings.page(self.unfilled[name])
        return [Made(name, self.files.write(name, shell.stamp({"body": body}, ()), ""))]

    def _put_all(self, output: Callable[[], Iterable[publish.Output]]) -> list[Made]:
        made = [made for one in output() for made in self._put(one)]
        if self.pieces is not None:
            self.pieces.save()
        return made

    def _names(self, output: publish.Output) -> list[str]:
        """Return the path of a file, and that of its copy for a site opened as files."""
        copied = twin(output.path, b"") if self.offline else None
        return [output.path, copied[0]] if copied is not None else [output.path]

    def _put(self, output: publish.Output) -> list[Made]:
        """Write a file, and its copy for a site opened as files, unless both are there already."""
        told = self.keys.everything() if output.records is None else self.keys.group(output.records)
        key = self.keys.page(told, *output.about)
        names = self._names(output)
        if all(self.files.kept.has(name, key) for name in names):
            return [Made(name, self.files.kept.files[name], name.endswith(".html")) for name in names]
        content = output.make()
        files = [(output.path, content), twin(output.path, content) if self.offline else None]
        return [
            Made(name, self.files.write(name, made, key), name.endswith(".html"))
            for name, made in filter(None, files)
        ]

    def _hand_out(self, file: EvidenceFile) -> list[Made]:
        """Publish a file of evidence. Raises PluginError where it is no longer what was looked at."""
        key = digest(installed(), file.source_sha256, file.sha256)
        page = file.reference.endswith(".html")
        known = self.files.known(file.reference, key)
        if known is not None:
            return [Made(file.reference, known, page)]
        path = self.files.root / file.reference
        make_room(path)
        try:
            same = publish_evidence(file, path)
        except (OSError, ValueError) as error:
            if only_writing(error):
                with naming(path):
                    raise
            raise PluginError(self.catalogue.text("evidence.changed", file=file.reference)) from error
        if not same:  # its page already shows another SHA-256
            raise PluginError(self.catalogue.text("evidence.changed", file=file.reference))
        found = path.stat()
        return [Made(file.reference, Written(key, found.st_size, found.st_mtime_ns, file.sha256), page)]

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
            search=self.index is not None,
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
        # Other plugins may have changed any page.
        pages = {name for name in self.files.rendered if name.endswith(".html")} | self.files.running
        files, stopped = headers.for_servers(
            self.files.root, self.policy, base=base, apart=apart, pages=None if self.others else pages
        )
        for name, text in files.items():
            if name not in self.files.rendered:  # a file of this name that the site brings itself is kept
                self.files.note([Made(name, self.files.anew(name, text.encode()))])
        return [self.catalogue.text("headers.stranger", page=page, part=part) for page, part in stopped]

    def write_manifest(self) -> None:
        """Write the list of all files: nothing may be written after it."""
        if self.others:  # what another plugin wrote, only the finished site tells
            found = (
                path for path, regular in files_of(self.files.root) if regular and path != manifest_json.PATH
            )
            sums = sums_of(self.files.root, found)
        else:
            sums = sums_of(self.files.root, self.files.rendered)
            sums |= {name: (one.size, one.sha256) for name, one in self.files.made.items()}
        content = manifest_json.manifest(self.edition, self.checkout, sums, index_json.REVISIONS[0][0])
        self.files.note([Made(manifest_json.PATH, self.files.anew(manifest_json.PATH, content))])


def _sources(config: MkDocsConfig, settings: Settings) -> Iterator[Path]:
    """Yield the files and folders a site is made from."""
    yield settings.checklists
    for path in (config.docs_dir, config.theme.custom_dir, config.config_file_path):
        if path:
            yield Path(path)
