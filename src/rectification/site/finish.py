"""What is done to the pages that MkDocs has rendered, before it writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape as xml_escape

from rectification import publish
from rectification.site.addresses import LISTINGS
from rectification.site.furnish import attribute, browser_data, feed_link, furnish, head_tags
from rectification.site.rendering import root_of
from rectification.site.shell import token

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

    from rectification.catalogue import Catalogue
    from rectification.settings import Settings
    from rectification.site.addresses import Addresses
    from rectification.site.rendering import Rendering

_SHELL_ENTRY = re.compile(r"\s*<url>(?:(?!</url>).)*?rectify0[a-z]+0token.*?</url>", re.DOTALL)


class Finish:
    """Finishes the pages of one edition. `mistakes` is what a live preview says above each."""

    def __init__(
        self,
        config: MkDocsConfig,
        settings: Settings,
        catalogue: Catalogue,
        edition: publish.Edition,
        addresses: Addresses,
        rendering: Rendering,
        mistakes: str,
        *,
        search: bool,
    ) -> None:
        self._config, self._settings, self._catalogue = config, settings, catalogue
        self._edition, self._addresses = edition, addresses
        self._rendering, self._search = rendering, search
        self.mistakes = mistakes

    def page(self, html: str, page: Page) -> str:
        """Give a rendered page its social tags, the scripts' data and the search box."""
        description = str(page.meta.get("description") or self._config.site_description or "")
        title = self._config.site_name if page.is_homepage else str(page.title)
        # A listing leads to items; as a find of its own it would only stand in their way.
        indexed = page.file.src_uri not in {f"{listing}/index.md" for listing in LISTINGS}
        feeds = self._alternates(root_of(page.url), page.file.src_uri)
        return self._finish(html, title, description, page.canonical_url or "", feeds, indexed=indexed)

    def template(self, html: str) -> str:
        """Do the same for a page that is no document: the theme's 404.html."""
        # It is shown at any address: what it links to must be named in full.
        feeds = self._alternates(self._edition.base) if self._edition.base else ""
        return self._finish(
            html, self._config.site_name, self._config.site_description or "", "", feeds, indexed=False
        )

    def _alternates(self, root: str, source: str = "") -> str:
        """Return what tells a feed reader of a page's feeds; `root` leads from the page to the site's root.

        `source` is the page's Markdown file: the shells of units and checklists have feeds of their own.
        """
        text = self._catalogue.text
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
        site_name = attribute(self._config.site_name)
        tags = (attribute(title), attribute(description), attribute(address))
        head = head_tags(*tags, site_name, self._catalogue.language)
        day = self._edition.ledger.today.isoformat()
        item_page = self._addresses.page("item", token("id")).replace(token("id"), "{id}")
        data = browser_data(self._catalogue, self._settings, day, item_page, search=self._search)
        box = self._rendering.part("search", "") if self._search else ""
        notice = self._rendering.part("mistakes", "", mistakes=self.mistakes) if self.mistakes else ""
        internal = self._settings.audience == "internal"
        banner = self._rendering.part("audience", "") if internal else ""
        robots = '<meta name="robots" content="noindex">' if internal else ""
        parts = "\n".join(filter(None, (robots, head, feeds, data)))
        return furnish(html, parts, box, notice, indexed=indexed, banner=banner)

    def sitemap(self, xml: str, addresses: Iterable[str]) -> str:
        """Return the sitemap with the pages at `addresses` in place of the shells."""
        xml = _SHELL_ENTRY.sub("", xml)
        if not self._config.site_url:
            return xml
        base = self._config.site_url
        places = (xml_escape(base + address) for address in addresses)
        lines = [f"    <url>\n         <loc>{place}</loc>\n    </url>" for place in places]
        return xml.replace("</urlset>", "\n".join([*lines, "</urlset>"]))
