"""`/admin/`: editing in the browser with Sveltia CMS, for those without git; configured from the model.

Only where the plugin's option `admin` asks for it. The page talks to the site's own server, to the forge, and
to a local folder; nothing else (see `scripts/vendor.py` for the addresses taken out of the program).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from importlib.resources import files as package_files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin
from urllib.parse import urlsplit

from rectification.model import (
    Category,
    Header,
    Item,
    Record,
    Request,
    Unit,
)

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from rectification.catalogue import Catalogue
    from rectification.ledger import Ledger

FOLDER = "admin"
BACKENDS = ("github", "gitlab", "gitea")
_LOCALES = "cms@{version}/locales"
_LONG = ("problem", "cause", "goal", "text", "note", "reason", "description")


def files(config: Mapping[str, Any], page: str) -> Iterator[tuple[str, bytes | Path]]:
    """Yield what lies in `/admin/`: (address below the site's root, content or file of the package)."""
    package = Path(str(package_files("rectification"))) / FOLDER
    manifest = json.loads((package / "vendor.json").read_text("utf-8"))
    locales = _LOCALES.format(version=manifest["@sveltia/cms"]["version"])
    for path in sorted(package.iterdir()):
        below = f"{locales}/{path.name}" if path.stem in ("zh-CN", "en-US", "en-GB") else path.name
        yield f"{FOLDER}/{below}", path
    yield f"{FOLDER}/cms/package.json", json.dumps({"version": manifest["@sveltia/cms"]["version"]}).encode()
    # JSON is YAML, and the program looks for this name.
    yield f"{FOLDER}/config.yml", json.dumps(config, ensure_ascii=False, indent=1).encode()
    yield f"{FOLDER}/index.html", page.encode()


def page(catalogue: Catalogue, site_name: str, backend: Mapping[str, Any]) -> str:
    """Return the page: the program, and what it may talk to."""
    hosts = {
        "github": "https://api.github.com https://*.githubusercontent.com",
        "gitlab": "https://gitlab.com",
    }
    own = " ".join(
        sorted(
            {
                f"{part.scheme}://{part.netloc}"
                for part in map(urlsplit, (str(backend.get(key, "")) for key in ("base_url", "api_root")))
                if part.netloc
            }
        )
    )
    forge = own or hosts.get(backend["name"], "")
    policy = (
        f"default-src 'self'; connect-src 'self' blob: data: {forge}; img-src 'self' data: blob: {forge}; "
        "script-src 'self' blob:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
        "media-src 'self' blob:; object-src 'none'; base-uri 'self'"
    )
    title = escape(catalogue.text("admin.title", site=site_name))
    return f"""<!doctype html>
<html lang="{catalogue.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">
<title>{title}</title>
<link rel="icon" href="data:,">
<link href="config.yml" type="text/yaml" rel="cms-config-url">
</head>
<body>
<noscript>{escape(catalogue.text("admin.noscript"))}</noscript>
<script src="sveltia-cms.js"></script>
</body>
</html>
"""


def backend_of(chosen: Mapping[str, Any], repo_url: str, edit_uri: str) -> dict[str, Any]:
    """Return the program's back end: what the site says, and else what its repository's address tells.

    Raises ValueError where neither names a repository.
    """
    parts = urlsplit(repo_url)
    host = parts.netloc
    kind = "github" if host == "github.com" else "gitlab" if "gitlab" in host else "gitea"
    words = edit_uri.strip("/").split("/")
    branch = words[words.index("edit") + 1] if "edit" in words[:-1] else "main"
    found: dict[str, Any] = {
        "name": kind,
        "repo": parts.path.strip("/").removesuffix(".git"),
        "branch": branch,
    }
    if host and kind != "github":
        found["base_url"] = f"{parts.scheme}://{host}"
        found["api_root"] = f"{parts.scheme}://{host}/api/v{'4' if kind == 'gitlab' else '1'}"
    found |= dict(chosen)
    if found["name"] not in BACKENDS or "/" not in str(found["repo"]):
        raise ValueError("admin")
    return found


def config_of(
    ledger: Ledger, catalogue: Catalogue, backend: Mapping[str, Any], folder: str, site: str
) -> dict[str, Any]:
    """Return the program's configuration. `folder` is that of the checklists, from the repository's root."""
    words = _Words(ledger, catalogue)
    single = []
    collections = []
    for checklist in ledger.checklists:
        file = checklist.place.file
        title = checklist.header.title
        head = {**words.record(Header), "name": "checklist", "label": catalogue.text("field.checklist")}
        if Path(file).stem != "checklist":
            items = {
                **words.record(Item, many=True),
                "name": "items",
                "label": catalogue.text("section.items"),
            }
            items |= {"summary": "{{fields.id}} {{fields.title}}", "collapsed": True}
            name = f"{folder}/{Path(file).name}"
            single.append({"name": checklist.slug, "label": title, "file": name, "fields": [head, items]})
        else:
            place = f"{folder}/{checklist.slug}"
            single.append(
                {"name": checklist.slug, "label": title, "file": f"{place}/checklist.yml", "fields": [head]}
            )
            collections.append(
                {
                    "name": checklist.slug,
                    "label": title,
                    "folder": place,
                    "create": True,
                    "extension": "yml",
                    "format": "yaml",
                    "identifier_field": "id",
                    "slug": "{{fields.id}}",
                    "summary": "{{fields.id}} {{fields.title}}",
                    "filter": {"field": "id", "pattern": ".+"},
                    "fields": words.fields(Item),
                }
            )
    lists: list[tuple[str, str, type[Record], str, bool]] = [
        ("units", "_units", Unit, "listing.units", ledger.units.known),
        ("categories", "_categories", Category, "listing.categories", ledger.categories_known),
        ("requests", "_requests", Request, "admin.requests", bool(ledger.requests)),
    ]
    for key, stem, kind, label, known in lists:
        if known:
            field = {**words.record(kind, many=True), "name": key, "label": catalogue.text(label)}
            field["summary"] = "{{fields.id}} {{fields.title}}" if key == "requests" else "{{fields.name}}"
            single.append(
                {
                    "name": stem.strip("_"),
                    "label": catalogue.text(label),
                    "file": f"{folder}/{stem}.yml",
                    "fields": [field],
                }
            )
    files = {"name": "files", "label": catalogue.text("admin.files"), "files": single, "format": "yaml"}
    return {
        "backend": dict(backend),
        **({"site_url": site, "display_url": site} if site else {}),
        "media_folder": f"{folder}/evidence",
        "public_folder": "evidence",
        "output": {"omit_empty_optional_fields": True, "yaml": {"quote": "none", "indent_size": 2}},
        "collections": [*collections, files],
    }


class _Words:
    """The fields of the model as the program's widgets, in the words of the site's language."""

    def __init__(self, ledger: Ledger, catalogue: Catalogue) -> None:
        self.ledger = ledger
        self.catalogue = catalogue

    def record(self, kind: type[Record], *, many: bool = False) -> dict[str, Any]:
        return {"widget": "list" if many else "object", "fields": self.fields(kind)}

    def fields(self, kind: type[Record]) -> list[dict[str, Any]]:
        return [self.field(kind, info.alias or name, info) for name, info in kind.model_fields.items()]

    def field(self, kind: type[Record], name: str, info: FieldInfo) -> dict[str, Any]:
        """Return one field: its name, label, hint and widget."""
        made = {
            "name": name,
            "label": self.catalogue.text(f"admin.field.{name}"),
            "required": info.is_required(),
        }
        hint = f"yaml.{kind.__name__}.{name}"
        made |= {"hint": self.catalogue.text(hint)} if self.catalogue.has(hint) else {}
        return {**made, **self.widget(kind, name, info.annotation)}

    def widget(self, kind: type[Record], name: str, annotation: Any) -> dict[str, Any]:
        names = self._offered(kind, name)
        inner = next((part for part in get_args(annotation) if part is not type(None)), annotation)
        if get_origin(annotation) is Literal:
            return self._select(name, get_args(annotation))
        if get_origin(inner) is Literal:
            return self._select(name, get_args(inner))
        if get_origin(annotation) is tuple:
            element = get_args(annotation)[0]
            if isinstance(element, type) and issubclass(element, Record):
                return self.record(element, many=True)
            return {"widget": "select", "options": names, "multiple": True} if names else {"widget": "list"}
        if isinstance(inner, type) and issubclass(inner, Record):
            return self.record(inner)
        if "date" in str(inner):
            return {"widget": "datetime", "type": "date", "format": "YYYY-MM-DD", "picker_utc": False}
        if inner is bool:
            return {"widget": "boolean"}
        if inner is int:
            return {"widget": "number", "value_type": "int", "min": 0}
        if get_origin(annotation) is not None and "Mapping" in str(annotation):
            return {"widget": "keyvalue"}
        if names:
            return {"widget": "select", "options": names}
        return {"widget": "text" if name in _LONG else "string"}

    def _offered(self, kind: type[Record], name: str) -> list[str]:
        of_units = name in ("unit", "partners", "competent") or (kind is Request and name in ("by", "of"))
        if of_units and self.ledger.units.known:
            return [unit.name for _, unit in self.ledger.units.tree()]
        if name == "category" and self.ledger.categories_known:
            return [category.name for category in self.ledger.categories]
        return []

    def _select(self, name: str, values: tuple[str, ...]) -> dict[str, Any]:
        named = ("status", "severity", "mode", "level", "visibility")
        section = name if name in named else "rhythm" if name == "every" else ""
        options = [
            {"value": value, "label": self.catalogue.text(f"{section}.{value}") if section else value}
            for value in values
        ]
        return {"widget": "select", "options": options}
