"""What a browser may do with the pages: a Content Security Policy and the headers that go with it.

The policy is made from what MkDocs rendered: the theme, hand-written pages and shells, each without the
ledger's own words. What a record brought in can therefore add neither a script nor a server to it: should
a text ever slip through `text.py` as markup, the browser still would not run it.

Sources: CSP Level 3 (https://www.w3.org/TR/CSP3/), `_headers` as Netlify and Cloudflare Pages read it.
"""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree

FILES = ("_headers", "nginx-headers.conf")
EVIDENCE = "evidence/"
# What every page allows, whatever else it loads. `style-src` is for browsers that do not tell the
# `style` attributes (bars of charts, depth in a tree) from style elements.
BASE: Mapping[str, tuple[str, ...]] = {
    "default-src": ("'self'",),
    "base-uri": ("'self'",),
    "connect-src": ("'self'",),
    "font-src": ("'self'", "data:"),
    "form-action": ("'self'",),
    "frame-src": ("'self'",),
    "img-src": ("'self'", "data:"),
    "media-src": ("'self'",),
    "object-src": ("'none'",),
    "script-src": ("'self'",),
    "style-src": ("'self'", "'unsafe-inline'"),
    "style-src-attr": ("'unsafe-inline'",),
    "style-src-elem": ("'self'",),
    "worker-src": ("'self'", "blob:"),  # the library that writes XLSX compresses in a worker made of a blob
    "frame-ancestors": ("'self'",),  # an item's page shows its evidence in a frame
}
_ONLY_IN_HEADERS = ("frame-ancestors",)  # a browser ignores it in a page
_FOR_SEARCH = "'wasm-unsafe-eval'"  # Pagefind is WebAssembly; JavaScript's own eval stays forbidden
_OTHERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer"),
            *("microphone", "midi", "payment", "screen-wake-lock", "usb", "xr-spatial-tracking"),
        )
    ),
}

_MARK = b"rectify-data"  # on every page that went through furnish.py, and on no copied file
_CHARSET = re.compile(rb"<meta\b[^>]*\bcharset\b[^>]*>", re.IGNORECASE)
_HEAD = re.compile(rb"<head\b[^>]*>", re.IGNORECASE)
# As the theme and the templates write it; runs over every page, so it takes text in large steps.
_SCRIPT = re.compile(rb"<script\b([^>]*)>([^<]*(?:<(?!/script)[^<]*)*)</script")
_NO_INLINE_SCRIPT = re.compile(
    rb"""\bsrc\s*=|\btype\s*=\s*["']?(?!text/javascript\b|application/javascript\b)[\w+-]+/"""
)
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*(:\d+)?")
# Attributes that make a browser load or send something: (element, attribute) -> directives.
_LOADING: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("script", "src"): ("script-src",),
    ("img", "src"): ("img-src",),
    ("img", "srcset"): ("img-src",),
    ("source", "srcset"): ("img-src",),
    ("input", "src"): ("img-src",),
    ("video", "poster"): ("img-src",),
    ("video", "src"): ("media-src",),
    ("audio", "src"): ("media-src",),
    ("source", "src"): ("media-src",),
    ("track", "src"): ("media-src",),
    ("iframe", "src"): ("frame-src",),
    ("embed", "src"): ("object-src",),
    ("object", "data"): ("object-src",),
    ("form", "action"): ("form-action",),
}
_LINKS: Mapping[str, tuple[str, ...]] = {
    "stylesheet": ("style-src", "style-src-elem"),
    "icon": ("img-src",),
    "modulepreload": ("script-src",),
    "manifest": ("manifest-src",),
}
# Style sheets of these servers load files from others.
_LEADS_TO = {"https://fonts.googleapis.com": ("font-src", "https://fonts.gstatic.com")}

Policy = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Loads:
    """What a page runs and loads: directive -> sources, and the parts of it that no policy of ours allows."""

    sources: Mapping[str, frozenset[str]]
    prevented: tuple[str, ...] = ()


def loads_of(html: str, own_origin: str = "") -> Loads:
    """Return what a page runs and loads, beside the files of its own site at `own_origin`."""
    found: dict[str, set[str]] = {}
    prevented = []
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    tree = etree.fromstring(html.encode() or b"<html/>", parser)
    for element in tree.iter(etree.Element) if tree is not None else ():
        name = str(element.tag).lower()
        text = element.text or ""
        if name == "script" and "src" not in element.attrib and _runs(element.get("type", "")):
            found.setdefault("script-src", set()).add(hash_of(text))
        elif name == "style" and text.strip():
            found.setdefault("style-src-elem", set()).add(hash_of(text))
        for key, value in element.attrib.items():
            attribute = str(key).lower()
            directives = _LOADING.get((name, attribute), ())
            if name == "link" and attribute == "href":
                relations = str(element.get("rel", "")).lower().split()
                directives = tuple(d for rel in relations for d in _LINKS.get(rel, ()))
            for origin in _origins(str(value), several=attribute == "srcset") if directives else ():
                if origin == own_origin:
                    continue
                for directive in directives:
                    found.setdefault(directive, set()).add(origin)
                if origin in _LEADS_TO:
                    directive, server = _LEADS_TO[origin]
                    found.setdefault(directive, set()).add(server)
            if attribute.startswith("on") or (
                attribute == "href" and str(value).strip().lower().startswith("javascript:")
            ):
                prevented.append(f'<{name} {attribute}="{value}">')
    return Loads({directive: frozenset(sources) for directive, sources in found.items()}, tuple(prevented))


def hash_of(text: str) -> str:
    """Return an inline script or style as a source of a policy."""
    # A browser makes one line break of CRLF before it looks at a page.
    digest = sha256(text.replace("\r\n", "\n").replace("\r", "\n").encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"


def _runs(media: str) -> bool:
    """Tell whether a script element of this type is more than data."""
    return "/" not in media or media.strip().lower() in ("text/javascript", "application/javascript")


def _origins(value: str, *, several: bool) -> Iterator[str]:
    for part in value.split(",") if several else (value,):
        words = part.split()
        address = urlsplit(words[0]) if words else None
        if address is not None and _HOST.fullmatch(address.netloc):
            yield f"{address.scheme}://{address.netloc}" if address.scheme else address.netloc


def policy_of(pages: Iterable[Loads], *, search: bool, chosen: Mapping[str, str]) -> Policy:
    """Return the policy under which all `pages` work.

    `chosen` adds what no page tells, in the words of CSP: directive -> sources between spaces.
    """
    made = {directive: list(sources) for directive, sources in BASE.items()}
    if search:
        made["script-src"].append(_FOR_SEARCH)
    stated = Loads({directive: frozenset(text.split()) for directive, text in chosen.items()})
    return _widened({directive: tuple(sources) for directive, sources in made.items()}, [*pages, stated])


def _agreed(sources: Collection[str]) -> Iterator[str]:
    """Yield the sources of a directive once each, without those that the others make void."""
    for source in dict.fromkeys(sources):
        if source == "'none'" and len(set(sources)) > 1:
            continue
        if source.startswith("'sha") and "'unsafe-inline'" in sources:
            continue  # a hash would switch 'unsafe-inline' off again
        yield source


def written(policy: Policy, *, in_page: bool = False) -> str:
    """Return a policy as a header's value, or as that of a `meta` element."""
    return "; ".join(
        f"{directive} {' '.join(sources)}"
        for directive, sources in policy.items()
        if not (in_page and directive in _ONLY_IN_HEADERS)
    )


def protect(
    site: Path,
    views: Mapping[str, Iterable[str]],
    chosen: Mapping[str, str],
    *,
    origin: str,
    search: bool,
    in_pages: bool,
) -> tuple[Policy, list[tuple[str, str]]]:
    """Give all that MkDocs rendered below `site` its policy; return that, and what it prevents, by page.

    `views` are the parts of pages that hold the ledger's words, by the page's file: what stands in them is
    trusted with nothing. `in_pages` writes the policy into the pages too.
    """
    rendered = [(p, p.read_bytes()) for p in sorted(site.rglob("*.html"))]
    rendered = [(path, content) for path, content in rendered if _MARK in content]
    loads = {}
    for path, content in rendered:
        html, name = content.decode(), path.relative_to(site).as_posix()
        for view in views.get(name, ()):
            html = html.replace(view, "")
        loads[name] = loads_of(html, origin)
    policy = policy_of(loads.values(), search=search, chosen=chosen)
    for path, content in rendered if in_pages else ():
        path.write_bytes(with_policy(content, policy))
    return policy, [(name, part) for name, page in loads.items() for part in page.prevented]


def with_policy(page: bytes, policy: Policy) -> bytes:
    """Return a page that states its policy itself, for servers whose headers nobody can set."""
    place = _CHARSET.search(page) or _HEAD.search(page)
    if place is None:
        return page
    # As early as can be: a policy holds for what comes after it. The character set stays within the
    # first 1,024 bytes, where browsers look for it.
    value = escape(written(policy, in_page=True)).replace("&#x27;", "'")
    meta = f'\n<meta http-equiv="Content-Security-Policy" content="{value}">'
    return page[: place.end()] + meta.encode() + page[place.end() :]


def for_servers(
    site: Path, policy: Policy, *, base: str, apart: str, pages: Iterable[str] | None = None
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return the files for web servers (name -> text) of the finished `site`, and the inline scripts that no
    browser will run: (page, how the script begins).

    `base` is the path of the site on its server; `apart` a folder of the site's root, `/` at its end, whose
    pages have a policy of their own, or empty. `pages` are the paths of those that may bring something that
    the policy does not know; without them all are looked at.
    """
    strange: list[tuple[str, str]] = []
    copied: list[Loads] = []
    known: dict[bytes, bool] = {}
    for name in sorted(_pages(site) if pages is None else pages):
        content = (site / name).read_bytes()
        if _MARK not in content:
            # A page that somebody wrote whole, such as a redirection, works under the headers too. Evidence
            # is what others handed in.
            if not name.startswith(tuple(filter(None, (apart, EVIDENCE)))):
                copied.append(loads_of(content.decode("utf-8", "replace")))
            continue
        for attributes, text in _SCRIPT.findall(content):
            if text not in known:
                known[text] = hash_of(text.decode("utf-8", "replace")) in policy["script-src"]
            if not known[text] and text.strip() and not _NO_INLINE_SCRIPT.search(attributes):
                strange.append((name, text.decode("utf-8", "replace").strip()[:60]))
    entries = [path.name + "/" * path.is_dir() for path in sorted(site.iterdir()) if path.name not in FILES]
    made = dict(header_files(_widened(policy, copied), entries, base, apart))
    return made, [] if "'unsafe-inline'" in policy["script-src"] else strange


def _pages(site: Path) -> Iterator[str]:
    root = len(str(site)) + 1
    for folder, _, names in os.walk(site):  # on a large ledger twice as fast as Path.rglob
        for name in names:
            if name.endswith(".html"):
                yield f"{folder}{os.sep}{name}"[root:].replace(os.sep, "/")


def _widened(policy: Policy, pages: Iterable[Loads]) -> Policy:
    made = {directive: [*sources] for directive, sources in policy.items()}
    for page in pages:
        for directive, sources in sorted(page.sources.items()):
            made.setdefault(directive, list(BASE["default-src"])).extend(sorted(sources))
    return {directive: tuple(_agreed(sources)) for directive, sources in made.items()}


def header_files(policy: Policy, entries: Iterable[str], base: str, apart: str) -> Iterator[tuple[str, str]]:
    """Yield the files for web servers: (name, text).

    `base` is the path of the site on its server, `/` at both ends. Where there is a folder `apart` whose
    pages have a policy of their own, the rules name every other one of `entries` (those of the site's root,
    folders with `/` at their end): two policies for one page would both hold.
    """
    csp = {"Content-Security-Policy": written(policy)}
    paths = [""] if not apart else [""] + [f"{e}*" if e.endswith("/") else e for e in entries if e != apart]
    rules = [(f"{base}*", _OTHERS if apart else csp | _OTHERS)]
    rules += [(f"{base}{path}", csp) for path in paths] if apart else []
    lines = [line for path, headers in rules for line in (path, *(f"  {k}: {v}" for k, v in headers.items()))]
    yield FILES[0], "\n".join(lines) + "\n"

    def directives(headers: Mapping[str, str], indent: str = "") -> Iterator[str]:
        return (f'{indent}add_header {name} "{value}" always;' for name, value in headers.items())

    lines = [
        "# Inside the server block of the site:  include /path/to/site/nginx-headers.conf;",
        "# nginx drops all of these in a location that has an add_header of its own: include them there too.",
        "# Strict-Transport-Security is the server's to set: it knows whether it speaks HTTPS.",
        *directives(csp | _OTHERS),
    ]
    if apart:
        lines += [f"location {base}{apart} {{", *directives(_OTHERS, "  "), "}"]
    yield FILES[1], "\n".join(lines) + "\n"
