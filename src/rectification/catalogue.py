"""The interface language: every text a reader or an editor sees, by key, from `locales/*.yml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Catalogue:
    """All texts of one language.

    `texts` maps a dotted key (`status.closed`) to a `str.format` template. A count-dependent text is
    stored under `KEY.one` and `KEY.other`.
    """

    language: str
    texts: Mapping[str, str]

    def text(self, key: str, /, **facts: object) -> str:
        """Return the text for `key` with `facts` filled in.

        Where the catalogue tells one from many, the fact named `n` chooses. Raises KeyError for an
        unknown key: a missing text is a bug, caught by the test that compares the catalogues.
        """
        if "n" in facts:
            form = "one" if facts["n"] in (1, -1) else "other"
            template = self.texts.get(f"{key}.{form}")
            if template is not None:
                return template.format(**facts)
        template = self.texts[key]
        return template.format(**facts) if facts else template

    def has(self, key: str) -> bool:
        """Tell whether the catalogue knows `key` as it stands."""
        return key in self.texts

    def mark(self, text: str, visibility: str = "internal") -> str:
        """Return a text of an item with the mark of what is internal, where it is."""
        return f"{self.text('ui.internal_mark')}{text}" if visibility == "internal" else text

    def field_name(self, field: str) -> str:
        """Return what a field of an item is called; one that is unknown here goes by its key."""
        keys = (f"{section}.{field}" for section in ("field", "section", "admin.field"))
        return next((self.texts[key] for key in keys if key in self.texts), field)

    def section(self, prefix: str) -> dict[str, str]:
        """Return the texts below `prefix`, keyed by what follows it."""
        dotted = f"{prefix}."
        return {key[len(dotted) :]: text for key, text in self.texts.items() if key.startswith(dotted)}

    def flat(self, *prefixes: str) -> dict[str, str]:
        """Return the texts below any of `prefixes`, under their whole keys."""
        return {f"{prefix}.{key}": text for prefix in prefixes for key, text in self.section(prefix).items()}


def language_of(theme_language: str | None) -> str:
    """Map a theme language (`zh`, `zh-Hant`, `zh_CN`, `en`, `de` …) to a catalogue: Chinese or English."""
    tag = (theme_language or "en").replace("_", "-").lower()
    return "zh" if tag == "zh" or tag.startswith("zh-") else "en"


def read_catalogue(language: str) -> Catalogue:
    """Read one catalogue from the package. Not cached: a live preview must see an edit."""
    source = files("rectification").joinpath("locales", f"{language}.yml").read_text("utf-8")
    return Catalogue(language, dict(_flatten(yaml.load(source, yaml.CBaseLoader), "")))


def _flatten(node: Any, prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
