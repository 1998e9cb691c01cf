"""Every code a check can give, with what is told of it: what it says, why, how it looks, how to mend it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from rectification.rules import all_rules

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue

_CODE = re.compile(r"([YMLSF]\d{3})\.message")
_FACT = re.compile(r"(?<!\{)\{\w+\}(?!\})")
_ERRORS_OF_SOURCES = frozenset({"F007", "F009"})  # what else a source can do leaves the site publishable
_WARNINGS = frozenset({"Y020"})  # of the other codes that are no rules; a rule says its severity itself


@dataclass(frozen=True, slots=True)
class Code:
    """One code in the words of a catalogue; `bad` and `good` are examples in YAML.

    `severity` is the engine's, `level` what this site makes of it: `off`, `warning` or `error`. `thresholds`
    maps the name of each to its number here.
    """

    code: str
    severity: str
    level: str
    message: str
    why: str
    hint: str
    bad: str
    good: str
    thresholds: Mapping[str, float] = field(default_factory=dict)

    @property
    def family(self) -> str:
        """What it looks at, by its first letter: Y file, M fields, L ledger, S its substance, F sources."""
        return self.code[0]


def codes(
    catalogue: Catalogue,
    levels: Mapping[str, str],
    thresholds: Mapping[str, Mapping[str, float]] = MappingProxyType({}),
) -> list[Code]:
    """Return every code, files first, then fields, the ledger, its substance.

    `levels` and `thresholds` are what the site decides (see `Settings`).
    """
    listed = [match[1] for key in catalogue.section("findings") if (match := _CODE.fullmatch(key))]
    return [
        _code(name, catalogue, levels, thresholds.get(name, {}))
        for name in sorted(listed, key=lambda c: ("YMLSF".index(c[0]), c))
    ]


def _code(
    name: str, catalogue: Catalogue, levels: Mapping[str, str], thresholds: Mapping[str, float]
) -> Code:
    rule = next((rule for rule in all_rules() if rule.code == name), None)
    severity: str | None = rule.severity if rule is not None else None
    if name.startswith("F"):
        severity = "error" if name in _ERRORS_OF_SOURCES else "warning"
    # The level of a rule, or of what a source does, is a site's to choose: of its own files what cannot be
    # read, or typed, cannot be published.
    level = levels.get(name, severity) if severity else None
    severity = severity or ("warning" if name in _WARNINGS else "error")

    def said(part: str) -> str:
        return catalogue.text(f"findings.{name}.{part}")

    return Code(
        name,
        severity,
        level or severity,
        _without_facts(said("message")),
        said("why"),
        _without_facts(said("hint")),
        said("bad").rstrip("\n"),
        said("good").rstrip("\n"),
        {**rule.thresholds, **thresholds} if rule is not None else {},
    )


def _without_facts(template: str) -> str:
    """Return a message with an ellipsis for each fact it would name."""
    return _FACT.sub("…", template).replace("{{", "{").replace("}}", "}")
