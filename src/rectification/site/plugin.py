"""The MkDocs plugin: parse, call, hand back. What a hook does is in the modules it calls."""

from __future__ import annotations

import errno
import gc
import logging
import os
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs import utils
from mkdocs.exceptions import Abort, PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.toc import AnchorLink, TableOfContents

from rectification.catalogue import Catalogue, read_catalogue
from rectification.diagnostic import Diagnostic, explain
from rectification.federation import consult
from rectification.history import History, read_history
from rectification.ledger import Readings
from rectification.ledger.sealed import FOLDER
from rectification.rules import Examination, Witness, examine, forget_the_rest, remembering, wants_history
from rectification.site import assets, navigation
from rectification.site.addresses import FOLDERS
from rectification.site.embed import Embeds, find_embeds, placeholder
from rectification.site.kept import open_cache
from rectification.site.options import Options, settings_of
from rectification.site.pagefind import SearchError
from rectification.site.preview import Preview
from rectification.site.shell import Section, token
from rectification.site.staging import discard, open_staging, place_of
from rectification.site.succession import Succession
from rectification.unwritten import only_writing, reason

if TYPE_CHECKING:
    from jinja2 import Environment
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page
    from mkdocs.utils.templates import TemplateContext

    from rectification.settings import Settings, SourceSite
    from rectification.site.build import Build

log = get_plugin_logger("rectification")

_FINDINGS = "findings-of-builds"  # a check asks for rules that a build does not ask for


class RectificationPlugin(BasePlugin[Options]):  # type: ignore[no-untyped-call]
    """Publishes the checklists of a site: load, check, let MkDocs render the shells, stamp, index, swap."""

    build: Build | None = None
    serving = False
    consulted: tuple[SourceSite, ...] = ()
    last_good: Examination | None = None
    readings: Readings | None = None  # from one build of a live preview to the next
    history: History | None = None
    succession: Succession | None = None
    site: Path
    staging: Path | None = None
    shown: Build | None = None  # the last one of a live preview
    preview: Preview | None = None
    listed: dict[str, list[Section]]  # the sections of each listing page
    embeds: dict[str, Embeds]
    shells: dict[str, str]
    settings: Settings | None = None

    def on_startup(self, *, command: str, dirty: bool) -> None:
        # Being defined keeps this object across the rebuilds of a live preview.
        self.serving = command == "serve"
        self.shown = self.preview = None

    @event_priority(100)
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        # Here: a command that reads the settings of a site loads its plugin, and makes no pages.
        from rectification.site.build import Build

        settings = settings_of(config)
        assert settings is not None
        if self.preview is not None:
            self.preview.begin()
        else:
            self.listed = {}
        # A build makes many objects and few circles of them: looking for circles costs a fifth of its time.
        gc.disable()
        self.embeds, self.shells = {}, {}
        self.settings, catalogue = settings, read_catalogue(settings.language)
        self.site = Path(config.site_dir).resolve()
        others = self._others(config)
        kept = self.config.incremental and not others and not self.serving
        self.succession = Succession(settings.root, self.site, open_cache(settings.root) if kept else None)
        history = self._read_history(settings, catalogue)
        examination, mistakes = self._examine(settings, catalogue, history)
        self.staging = staging = open_staging(self.site)
        config.site_dir = str(staging)
        if self.config.offline:
            config.use_directory_urls = False  # a browser shows no index.html for a folder opened as a file
            # Instant navigation fetches pages; from a file Material stops it, and its other scripts with it.
            features = config.theme.get("features") or []
            config.theme["features"] = [one for one in features if not one.startswith("navigation.instant")]
        self.build = Build(
            *(config, settings, catalogue, examination.ledger, staging, mistakes, history),
            others=others,
            remembers=self.config.incremental,
            stamps=self.succession.remembers,
            held=self.readings.digests if self.readings is not None else {},
        )
        config.extra_css = [*assets.STYLES, *config.extra_css]
        config.extra_javascript = [*assets.scripts(offline=self.config.offline), *config.extra_javascript]
        return config

    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        build = self._build()
        if self.succession is not None and self.succession.take_over(build.files):
            build.go_ahead()

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        build = self._build()
        for kind, folder in FOLDERS.items():
            shell = File.generated(
                config,
                f"{folder}/{token('name')}.md",
                content=build.shell_source(),
                inclusion=InclusionLevel.NOT_IN_NAV,
            )
            files.append(shell)
            self.shells[shell.src_uri] = kind
        for listing in build.listings.kinds():
            uri = f"{listing}/index.md"
            wanted = listing != "sources" or build.ledger.sources
            if wanted and uri not in files.src_uris:
                files.append(File.generated(config, uri, content=build.listing_source(listing)))
        for uri, path in assets.files():
            files.append(File.generated(config, uri, abs_src_path=str(path)))
        if self.config.offline:
            uri, script = assets.bundled()
            files.append(File.generated(config, uri, content=script))
        for uri, content in build.admin():
            if isinstance(content, Path):
                files.append(File.generated(config, uri, abs_src_path=str(content)))
            else:
                files.append(File.generated(config, uri, content=content))
        return files

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        self.sections = navigation.place_listings(nav, self._build())
        return nav

    def on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        build = self._build()
        kind = self.shells.get(page.file.src_uri)
        if kind is not None:
            page.parent = navigation.parent_of(kind, self.sections, build)
            page.edit_url = token("edit") if build.editable else None
            return markdown
        source = page.file.content_string
        # Front matter stands above the Markdown; a text changed by another plugin has lines of its own.
        first_line = source[: max(0, source.rfind(markdown))].count("\n") + 1
        file = build.settings.name_of(Path(page.file.abs_src_path or page.file.src_uri))
        found = find_embeds(markdown, file, first_line, build.ledger)
        mistakes = self._say(found.diagnostics, {file: source}, build.catalogue)
        if mistakes and not self.serving:
            errors = sum(d.severity == "error" for d in found.diagnostics)
            raise PluginError(build.catalogue.text("findings.not_built", errors=errors))
        build.finish.mistakes = "\n\n".join(filter(None, (build.finish.mistakes, mistakes)))
        self.embeds[page.file.src_uri] = found
        return found.markdown

    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        build = self._build()
        if page.file.src_uri in self.shells:
            return build.shell_content()
        listing = navigation.listing_of(page)
        if listing and page.file.generated_by:
            if self.preview is None or listing not in self.listed:
                body, self.listed[listing] = build.listings.page(listing)
                build.views_on[page.file.dest_uri] = [body]
            else:  # filled when it is asked for; its sections hardly ever change
                body = token("body")
                build.unfilled[page.file.dest_uri] = listing
            sections = self.listed[listing]
            top = AnchorLink(str(page.title), page.toc.items[0].id if page.toc.items else listing, 1)
            if page.present_anchor_ids is not None:  # what links of other pages may lead to
                page.present_anchor_ids.update(section.anchor for section in sections)
            top.children = [AnchorLink(escape(section.title), section.anchor, 2) for section in sections]
            page.toc = TableOfContents([top])
            return f"{html}\n{body}"
        for number, block in enumerate(self.embeds[page.file.src_uri].blocks):
            view = build.blocks.view(block, page.file.url)
            html = html.replace(placeholder(number), view)
            build.views_on.setdefault(page.file.dest_uri, []).append(view)
        return html

    @event_priority(100)  # before a plugin that knows better
    def on_pre_page(self, page: Page, *, config: MkDocsConfig, files: Files) -> Page:
        page.update_date = self._build().moment.strftime("%Y-%m-%d")
        return page

    @event_priority(100)
    def on_page_context(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        context["build_date_utc"] = self._build().moment
        return context

    @event_priority(100)
    def on_template_context(
        self, context: TemplateContext, *, template_name: str, config: MkDocsConfig
    ) -> TemplateContext:
        context["build_date_utc"] = self._build().moment
        return context

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        if env.bytecode_cache is None:
            env.bytecode_cache = self._build().compiled
        return env

    def on_post_template(self, output_content: str, *, template_name: str, config: MkDocsConfig) -> str:
        if template_name == "sitemap.xml":
            return self._build().sitemap(output_content)
        return (
            self._build().finish.template(output_content)
            if template_name.endswith(".html")
            else output_content
        )

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        return self._build().finish.page(output, page)

    @event_priority(50)
    def _stamp(self, *, config: MkDocsConfig) -> None:
        build = self._build()
        if not self.serving:  # the preview puts a script of its own into the pages
            for warning in build.protect():
                log.warning("%s", warning)
        if self.preview is not None:
            return
        build.stamp()
        config.site_dir = str(build.files.root)

    @event_priority(-1000)  # after every plugin that still changes the site
    def _publish(self, *, config: MkDocsConfig) -> None:
        build = self._build()
        if self.preview is None:
            self._finish(build)
        config.site_dir = str(self.site)
        if config.strict and _warned():
            discard(build.staging)  # MkDocs is about to fail this build
        elif self.preview is None:
            self._put_in_place(build)
        else:
            self.preview.show(build)
            discard(build.staging)
        self.shown = build if self.serving else None
        self._let_go()
        self.build = self.staging = None
        if not self.serving:
            gc.freeze()  # the process is about to end: nothing of it is worth looking through
        gc.enable()

    def _finish(self, build: Build) -> None:
        """Write what can only be written when all else is there. Raises PluginError."""
        try:
            if build.index is not None:
                build.index.make()
        except SearchError as error:
            raise PluginError(str(error)) from error
        for warning in build.write_headers():
            log.warning("%s", warning)
        build.write_manifest()

    on_post_build = CombinedEvent(_stamp, _publish)

    @event_priority(-1000)  # nothing is left to other plugins where this raises
    def on_build_error(self, *, error: Exception) -> None:
        gc.enable()
        said = self._unwritten(error)
        if not said and self.build is not None:  # MkDocs renders some of the site's own templates, too
            said = self.build.rendering.said_of(error)
        if self.staging is not None:
            discard(self.staging)
        self._let_go()
        self.build = self.staging = None
        if said and self.settings is not None:
            log.debug("%s", said, exc_info=error)
            said = read_catalogue(self.settings.language).text("build.as_it_was", said=said)
            # Of any other error MkDocs' live server shows the traceback.
            raise (Abort if self.serving else PluginError)(said) from error

    def _others(self, config: MkDocsConfig) -> bool:
        """Tell whether other plugins act on the finished site: then nothing of the last one can be kept."""
        methods = config.plugins.events["post_build"]
        return any(getattr(method, "__self__", None) is not self for method in methods)

    def _put_in_place(self, build: Build) -> None:
        assert self.succession is not None
        remembers = self.succession.remembers
        self.succession.put_in_place(build.files, build.staging)
        if remembers and self.readings is not None:
            forget_the_rest(self.readings)
        if build.compiled is not None:
            build.compiled.prune()

    def _let_go(self) -> None:
        """Let other builds, and browsers, have what there is."""
        if self.succession is not None:
            self.succession.let_go()
        if self.preview is not None:
            self.preview.end()

    def _unwritten(self, error: Exception) -> str:
        """Say what could not be written, and why, in one line; nothing where a build fails otherwise.

        MkDocs writes files, and shows the traceback of what then fails.
        """
        if not isinstance(error, OSError) or self.settings is None:
            return ""
        named = error.filename2 or error.filename
        path = Path(os.fsdecode(named)) if isinstance(named, str | bytes) else self.site
        place = place_of(self.site, path)
        if not only_writing(error) and (place is None or named is None or error.errno == errno.ENOENT):
            return ""  # also other programs' errors, of the network for instance, are of this kind
        file = self.settings.name_of(place or path)
        return read_catalogue(self.settings.language).text("build.unwritten", file=file, reason=reason(error))

    def on_serve(
        self, server: LiveReloadServer, *, config: MkDocsConfig, builder: object
    ) -> LiveReloadServer:
        settings = settings_of(config)
        assert settings is not None
        watched = [settings.checklists, *assets.sources()]
        if config.theme.custom_dir:
            watched.append(Path(config.theme.custom_dir))
        for folder in watched:
            if folder.is_dir():
                server.watch(str(folder))
        if self.shown is not None and not self.shown.others and self.config.incremental:
            self.preview = Preview(self.site, self.shown)
            shown = server.get_app()
            assert shown is not None
            server.set_app(self.preview.app(shown, server.mount_path))
        return server

    def _read_history(self, settings: Settings, catalogue: Catalogue) -> History | None:
        """Read what git knows, where the site shows it or a rule needs it, once for as long as nothing is
        committed. What git cannot tell is no mistake of the site."""
        if not wants_history(settings):
            return None
        self.history = read_history(settings, known=self.history)
        if self.history.reason:
            log.info("%s", catalogue.text(f"history.{self.history.reason}"))
            return None
        if not self.history.complete:
            log.info("%s", catalogue.text("history.shallow", since=self.history.since))
        return self.history

    def _examine(
        self, settings: Settings, catalogue: Catalogue, history: History | None
    ) -> tuple[Examination, str]:
        """Check the ledger and say what was found. Raises PluginError where there are errors.

        MkDocs' preview would hang until a mistake is mended: it gets the last good ledger instead, with
        the mistakes to show above it.
        """
        witnesses: dict[Witness, object] = {"history": history} if history is not None else {}
        # A live preview reads its sources once, not with every key an editor types.
        refresh = settings.refresh_sources and not (self.serving and settings.sources == self.consulted)
        deliveries = consult(settings, refresh=refresh)
        self.consulted = settings.sources
        if self.readings is None:
            folder = settings.root / FOLDER if self.config.incremental else None
            # A live preview keeps what was found in memory.
            self.readings = Readings.open(folder) if self.serving else remembering(folder, _FINDINGS)
        examination = examine(
            *(settings, settings.today()),
            deliveries=deliveries,
            witnesses=witnesses,
            readings=self.readings,
        )
        said = self._say(examination.diagnostics, examination.texts, catalogue)
        if not examination.errors:
            self.last_good = examination
            return examination, ""
        refusal = catalogue.text("findings.not_built", errors=len(examination.errors))
        if not self.serving or self.last_good is None:
            raise PluginError(refusal)
        log.error("%s", refusal)
        return self.last_good, said

    def _say(self, found: Iterable[Diagnostic], texts: Mapping[str, str], catalogue: Catalogue) -> str:
        """Log diagnostics; return the errors among them as one text."""
        errors = []
        for diagnostic in found:
            text = explain(diagnostic, texts.get(diagnostic.file, ""), catalogue)
            if diagnostic.severity == "error":
                errors.append(text)
                log.error("%s", text)
            else:
                log.warning("%s", text)
        return "\n\n".join(errors)

    def _build(self) -> Build:
        assert self.build is not None, "a hook was called outside a build"
        return self.build


def _warned() -> bool:
    """Tell whether MkDocs has counted a warning in a strict build."""
    program = logging.getLogger(utils.__name__.partition(".")[0])  # ProperDocs has a logger of its own name
    counters = (h for h in program.handlers if isinstance(h, utils.CountHandler))
    return any(counter.get_counts() for counter in counters)
