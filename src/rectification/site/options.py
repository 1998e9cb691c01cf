"""The plugin's options in mkdocs.yml, and the settings they make."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from mkdocs.config import config_options as c
from mkdocs.config.base import BaseConfigOption, Config, ValidationError
from mkdocs.config.defaults import MkDocsConfig
from pydantic import Field, StringConstraints

from rectification.catalogue import language_of, read_catalogue
from rectification.diagnostic import Diagnostic, nearest
from rectification.federation import CODES
from rectification.model import Line, Record, build
from rectification.personal import sightings
from rectification.rules import all_rules
from rectification.settings import Settings, SourceSite
from rectification.site import headers

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
        rules = {rule.code: rule.thresholds for rule in all_rules()}
        rules |= dict.fromkeys(CODES, MappingProxyType({}))
        if code not in rules:
            raise ValidationError(f"There is no rule {code}.{_suggestion(code, rules)}")
        decision = dict(chosen) if isinstance(chosen, dict) else {"level": chosen}
        for name, given in decision.items():
            if name == "level":
                given = decision[name] = "off" if given is False else given  # as YAML 1.1 reads it
                if given not in LEVELS:
                    raise ValidationError(f"{code}: a level is one of {', '.join(LEVELS)}, not {given!r}.")
                continue
            known = rules[code]
            if name not in known:
                listed = ", ".join(["level", *known])
                raise ValidationError(f"{code} has no {name!r}, only {listed}.{_suggestion(name, known)}")
            if isinstance(given, bool) or not isinstance(given, int | float) or given < 0:
                raise ValidationError(f"{code}: {name} is a number, not {given!r}.")
        return decision


class Headers(BaseConfigOption[dict[str, str] | None]):  # type: ignore[misc, unused-ignore]
    """Whether the site states its security policy: a truth value, or what the policy allows in addition.

    Becomes None for a site that states none, else a mapping of directives to sources.
    """

    def __init__(self) -> None:
        super().__init__()
        self.default: Any = True

    def run_validation(self, value: object) -> dict[str, str] | None:
        if isinstance(value, bool):
            return {} if value else None
        if not isinstance(value, dict):
            raise ValidationError(f"Expected true, false or directives, found {type(value).__name__}.")
        known = (*headers.BASE, "manifest-src")
        for directive, sources in value.items():
            if directive not in known:
                close = _suggestion(str(directive), known)
                raise ValidationError(f"There is no directive {directive!r} to add to.{close}")
            if not isinstance(sources, str) or not re.fullmatch(r"[^;,\"\s]+( +[^;,\"\s]+)*", sources):
                raise ValidationError(f"{directive}: sources are words between spaces, not {sources!r}.")
        return value


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


class _Source(Record):
    """An entry of `sources`, as mkdocs.yml has it."""

    name: Annotated[Line, StringConstraints(max_length=60)]
    from_: Line = Field(alias="from")
    under: Line | None = None
    address: Line | None = None


class _Sources(BaseConfigOption[list[_Source]]):
    """The list of sources. Raises ValidationError that names the entry, what was found and expected."""

    def run_validation(self, value: object) -> list[_Source]:
        if value is None:  # the key is left out, or left empty
            return []
        if not isinstance(value, list):
            found_kind = type(value).__name__
            raise ValidationError(f"Expected a list of `{{name: …, from: …}}`, found {found_kind}")
        found: list[_Source] = []
        for number, entry in enumerate(value):
            source, mistakes = build(_Source, entry)
            # A key that is mistyped is also missing: the first tells more.
            for mistake in sorted(mistakes, key=lambda one: one.code != "M002"):
                path = ".".join(map(str, mistake.path))
                at = f"entry {number + 1}{f', {path}' if path else ''}"
                catalogue = read_catalogue("en")
                said = Diagnostic(mistake.code, "error", "", 1, 1, mistake.facts)
                raise ValidationError(f"{at}: {said.message(catalogue)} {said.hint(catalogue)}")
            assert source is not None
            if source.name in (other.name for other in found):
                raise ValidationError(f"entry {number + 1}: the name `{source.name}` is used twice")
            for key, address in (("from", source.from_), ("address", source.address)):
                if fault := _fault(address or "", local=key == "from"):
                    raise ValidationError(f"entry {number + 1}, {key}: {fault}")
            found.append(source)
        return found


def _fault(address: str, *, local: bool) -> str:
    """Tell what is wrong with an address: http(s) without a password in it, or a folder if it may be one."""
    if "://" not in address:
        return "" if local or not address else f"`{address}` is not an http or https address"
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return f"`{address}` is not an http or https address"
    if parts.username is not None or parts.password is not None:
        return "the address holds a user's name or password; a source is read without them"
    if parts.query or parts.fragment:
        return f"`{address}` is not the address of a site's root: it holds `?` or `#`"
    return ""


class Options(Config):  # type: ignore[no-untyped-call]
    """What may stand below `- rectification:` in mkdocs.yml."""

    checklists_dir = c.Type(str, default="checklists")
    audience = c.Choice(("public", "internal"), default="public")
    search = c.Type(bool, default=True)
    offline = c.Type(bool, default=False)
    incremental = c.Type(bool, default=True)
    admin = c.Optional(c.Type(dict))
    headers = Headers()
    timezone = c.Choice(sorted(available_timezones()), default="UTC")
    due_soon_days = c.Type(int, default=7)
    stalled_days = c.Type(int, default=30)
    substance = c.Optional(c.Type(bool))
    sources = _Sources()
    refresh_sources = c.Type(bool, default=True)
    max_source_megabytes = c.Type(int, default=64)
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
        address=_root(config.site_url or ""),
        sources=_sources(options.sources, Path(config.config_file_path or "mkdocs.yml"), root),
        refresh_sources=options.refresh_sources,
        max_source_bytes=options.max_source_megabytes * 1_000_000,
    )


def _root(address: str) -> str:
    return f"{address.rstrip('/')}/" if address else ""


def _sources(entries: list[_Source], path: Path, root: Path) -> tuple[SourceSite, ...]:
    """Return the sources of a site, each with the place where mkdocs.yml names it."""
    if not entries:
        return ()
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    file = path.resolve().relative_to(root).as_posix()
    found = []
    for entry in entries:
        # MkDocs gives no marks; an entry is found again by what only it says.
        said = (entry.from_, entry.name)
        places = ((n, line.find(s)) for s in said for n, line in enumerate(lines, 1) if s in line)
        line, column = next(places, (1, 0))
        location = _root(entry.from_) if "://" in entry.from_ else entry.from_
        found.append(
            SourceSite(
                entry.name,
                location,
                entry.under or "",
                _root(entry.address or ""),
                file,
                line,
                column + 1,
            )
        )
    return tuple(found)
