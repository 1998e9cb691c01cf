"""The plugin's options in mkdocs.yml, and the settings they make."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from mkdocs.config import config_options as c
from mkdocs.config.base import BaseConfigOption, Config, ValidationError
from mkdocs.config.defaults import MkDocsConfig

from rectification.catalogue import language_of
from rectification.diagnostic import nearest
from rectification.personal import sightings
from rectification.rules import all_rules
from rectification.settings import Settings

NAME = "rectification"
LEVELS = ("off", "warning", "error")


class Rules(BaseConfigOption[dict[str, dict[str, Any]]]):  # type: ignore[misc, unused-ignore]
    """What a site makes of each rule: a level, or a mapping of `level` and the rule's thresholds."""

    def __init__(self) -> None:
        super().__init__()
        self.default: dict[str, Any] = {}

    def run_validation(self, value: object) -> dict[str, dict[str, Any]]:
        if not isinstance(value, dict):
            raise ValidationError(f"Expected a mapping of rules, found {type(value).__name__}.")
        return {str(code): self._decision(str(code), chosen) for code, chosen in value.items()}

    def _decision(self, code: str, chosen: object) -> dict[str, Any]:
        rules = {rule.code: rule for rule in all_rules()}
        if code not in rules:
            raise ValidationError(f"There is no rule {code}.{_suggestion(code, rules)}")
        decision = dict(chosen) if isinstance(chosen, dict) else {"level": chosen}
        for name, given in decision.items():
            if name == "level":
                given = decision[name] = "off" if given is False else given  # as YAML 1.1 reads it
                if given not in LEVELS:
                    raise ValidationError(f"{code}: a level is one of {', '.join(LEVELS)}, not {given!r}.")
                continue
            known = rules[code].thresholds
            if name not in known:
                listed = ", ".join(["level", *known])
                raise ValidationError(f"{code} has no {name!r}, only {listed}.{_suggestion(name, known)}")
            if isinstance(given, bool) or not isinstance(given, int | float) or given < 0:
                raise ValidationError(f"{code}: {name} is a number, not {given!r}.")
        return decision


class Expressions(BaseConfigOption[tuple[str, ...]]):  # type: ignore[misc, unused-ignore]
    """A list of values or regular expressions; a number needs no quotes."""

    def __init__(self) -> None:
        super().__init__()
        self.default: Any = ()

    def run_validation(self, value: object) -> tuple[str, ...]:
        if not isinstance(value, list | tuple):
            raise ValidationError(f"Expected a list of values, found {type(value).__name__}.")
        for one in value:
            if isinstance(one, bool) or not isinstance(one, str | int) or not str(one):
                raise ValidationError(f"A value is a text or a number, not {one!r}.")
        return tuple(self._expression(str(one).strip()) for one in value)

    def _expression(self, given: str) -> str:
        """Return a value as the expression for it: `+86 …` and `a+b@…` would be none, or another."""
        if sightings(given):
            return re.escape(given)
        try:
            re.compile(given)
        except re.error as error:
            raise ValidationError(f"{given!r} is no regular expression: {error}.") from error
        return given


def _suggestion(found: str, known: Iterable[str]) -> str:
    close = nearest(found, known)
    return f" Did you mean {close}?" if close else ""


class Options(Config):  # type: ignore[no-untyped-call]
    """What may stand below `- rectification:` in mkdocs.yml."""

    checklists_dir = c.Type(str, default="checklists")
    audience = c.Choice(("public", "internal"), default="public")
    search = c.Type(bool, default=True)
    offline = c.Type(bool, default=False)
    admin = c.Optional(c.Type(dict))
    timezone = c.Choice(sorted(available_timezones()), default="UTC")
    due_soon_days = c.Type(int, default=7)
    stalled_days = c.Type(int, default=30)
    substance = c.Optional(c.Type(bool))
    allow_personal = Expressions()
    rules = Rules()


def settings_of(config: MkDocsConfig) -> Settings | None:
    """Return the settings of a site, or None where its mkdocs.yml does not list the plugin."""
    plugin = config.plugins.get(NAME)
    if plugin is None:
        return None
    options = plugin.config
    root = Path(config.config_file_path or "mkdocs.yml").resolve().parent
    language = config.theme.get("language") or config.theme.get("locale") or "en"
    return Settings(
        root=root,
        checklists=root / options.checklists_dir,
        docs=Path(config.docs_dir),
        language=language_of(str(language)),
        audience=options.audience,
        due_soon_days=options.due_soon_days,
        stalled_days=options.stalled_days,
        timezone=options.timezone,
        allow_personal=options.allow_personal,
        rules={code: one["level"] for code, one in options.rules.items() if "level" in one},
        thresholds={
            code: {name: number for name, number in one.items() if name != "level"}
            for code, one in options.rules.items()
        },
        # What is for the office's own eyes unless the site decides otherwise.
        substance=options.audience == "internal" if options.substance is None else options.substance,
    )
