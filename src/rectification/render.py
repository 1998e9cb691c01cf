"""The ledger as plain Markdown pages, for site generators that do not load the plugin, such as Zensical.

Nothing of a record is Markdown here but what this module makes of it. Lines are escaped character by
character; an item's own Markdown is rendered and sanitised as on the site (`site/text.py`) and stands in the
page as a block of HTML, which Markdown leaves alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, urlsplit

import jinja2
from markupsafe import Markup

from rectification.catalogue import Catalogue
from rectification.ledger import (
    EvidenceFile,
    Ledger,
    Record,
    count_by_status,
    internal_references,
    references,
    select,
    slug_of,
    verifications,
)
from rectification.model import FLAGS, STATUSES
from rectification.settings import Audience
from rectification.site.text import markdown, plain

# Every character that Markdown, one of its usual extensions or a template language gives a meaning to.
_MARKS = {ord(c): f"&#{ord(c)};" for c in "\\`*_{}[]()<>#+!|&~^=:$@"}
# A title stands in a page's head as it is, whatever the theme: there is no escaping that all of them undo.
_IN_TITLES = str.maketrans({"<": "＜", ">": "＞", "&": "＆", '"': "”"})
_IN_BLOCKS = str.maketrans({"{": "&#123;", "}": "&#125;"})
# MkDocs makes pages of such files, with all that stands in them.
_AS_PAGES = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")
_AS_INDEX = ("index", "readme")


def pages(
    ledger: Ledger, catalogue: Catalogue, site_name: str, audience: Audience = "public"
) -> Iterator[tuple[str, bytes | EvidenceFile]]:
    """Yield every file: its path, with `/`, and its content or the evidence to publish there.

    One page an item, checklist, unit and category, their listings, `index.md`, and the evidence. Links are
    relative, so the pages may lie in any folder of a site. Every page for an internal `audience` says so.
    """
    templates = _templates(ledger, catalogue, site_name)
    templates.globals["notice"] = catalogue.text("ui.internal_notice") if audience == "internal" else ""

    def page(path: str, template: str, **facts: Any) -> tuple[str, bytes]:
        link = _linker(path)
        text = templates.get_template(f"{template}.md").render(link=link, file=_filer(path), **facts)
        return path, text.encode()

    attention = sorted(select(ledger, {"flag": ["attention"]}), key=lambda r: (r.item.due, r.item.id))
    yield page("index.md", "index", attention=attention)
    for listing in ("items", "checklists", "units", "categories"):
        yield page(f"{listing}/index.md", listing)
    for record in ledger.records:
        yield page(_path("items", record.item.id), "item", **_facts(ledger, record))
    for checklist in ledger.checklists:
        records = ledger.by_checklist.get(checklist.slug, ())
        yield page(_path("checklists", checklist.slug), "checklist", checklist=checklist, records=records)
    for unit in ledger.units.listed:
        facts = {"above": ledger.units.above(unit), "below": ledger.units.children.get(unit.name, ())}
        records = ledger.of_unit(unit.name)
        yield page(_path("units", unit.slug or unit.name), "unit", unit=unit, records=records, **facts)
    for category in ledger.categories:
        records = ledger.by_category.get(category.name, ())
        path = _path("categories", category.slug or category.name)
        yield page(path, "category", category=category, records=records)
    for file in ledger.evidence.values():
        yield _copy(file.reference), file


def inline(text: str) -> str:
    """Return a line of text as Markdown that shows exactly that text."""
    return " ".join(text.split()).translate(_MARKS)


def _facts(ledger: Ledger, record: Record) -> dict[str, Any]:
    item = record.item
    return {
        "record": record,
        "related": [ledger.by_id[i] for i in item.related if i in ledger.by_id],
        "merged_from": ledger.merged_into.get(item.id, ()),
        "merged_into": ledger.by_id.get(record.merged_into),
        "evidence": list(dict.fromkeys(references(item))),
        "inside": internal_references(item),
        "verifications": verifications(ledger, record),
    }


def _templates(ledger: Ledger, catalogue: Catalogue, site_name: str) -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("rectification", "templates/markdown"),
        autoescape=True,  # so that what macros and filters return counts as finished
        finalize=lambda value: value if isinstance(value, Markup) else Markup(inline(str(value))),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.filters["text"] = lambda text: Markup(f"<div>\n{str(markdown(text)).translate(_IN_BLOCKS)}\n</div>")
    made.filters["words"] = plain
    made.filters["plain_title"] = lambda text: Markup(json.dumps(_title(text), ensure_ascii=False))
    made.filters["address"] = _address
    made.globals.update(
        t=catalogue.text,
        ledger=ledger,
        site_name=site_name,
        statuses=STATUSES,
        flag_names=FLAGS,
        summary=_summary,
        categories={category.name: category for category in ledger.categories},
    )
    return made


def _summary(records: Iterable[Record]) -> dict[str, Any]:
    records = list(records)
    return {
        "total": len(records),
        "unfinished": sum(not record.state.finished for record in records),
        "statuses": count_by_status(records),
        "flags": {flag: sum(flag in record.state.flags for record in records) for flag in FLAGS},
    }


def _title(text: str) -> str:
    return " ".join(text.split()).translate(_IN_TITLES)


def _address(address: str) -> Markup:
    """Return an address of elsewhere as the target of a link."""
    assert urlsplit(address).scheme in ("http", "https", "mailto"), address  # the model takes no other
    return Markup(quote(address, safe="/:?#@!$&+,;=%~.-").replace("&", "&amp;"))


def _path(folder: str, name: str) -> str:
    stem = slug_of(name)
    return f"{folder}/{stem}{'-' if stem.lower() in _AS_INDEX else ''}.md"


def _copy(reference: str) -> str:
    return f"{reference}.txt" if PurePosixPath(reference).suffix.lower() in _AS_PAGES else reference


def _linker(path: str) -> Callable[..., Markup]:
    root = "../" * path.count("/")
    return lambda folder, name="": Markup(root + quote(_path(folder, name) if name else f"{folder}/index.md"))


def _filer(path: str) -> Callable[[str], Markup]:
    root = "../" * path.count("/")
    return lambda reference: Markup(root + quote(_copy(reference)))
