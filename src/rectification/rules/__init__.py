"""The rules room: one module a family of checks, found by being here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, cast

from rectification.diagnostic import Diagnostic, Severity, in_order
from rectification.federation import Delivery, join
from rectification.ledger import Ledger, load
from rectification.rules.rule import Breach, Rule

if TYPE_CHECKING:
    from datetime import date

    from rectification.settings import Settings

__all__ = ["Breach", "Examination", "Rule", "all_rules", "check", "examine"]


@dataclass(frozen=True)
class Examination:
    """A ledger with all that was found in it, and the texts of its files for excerpts."""

    ledger: Ledger
    diagnostics: tuple[Diagnostic, ...]
    texts: Mapping[str, str]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(d for d in self.diagnostics if d.severity == "error")

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return tuple(d for d in self.diagnostics if d.severity == "warning")


def examine(
    settings: Settings,
    today: date,
    tell: Callable[[str], None] | None = None,
    edits: Mapping[str, str] | None = None,
    deliveries: tuple[Delivery, ...] = (),
) -> Examination:
    """Load a site's checklists and run every rule: all errors of all files, in the order of the files.

    `tell` is called with the name of each file once it is read; `edits` maps names of files to texts
    examined in their place, before anything is written. `deliveries` are what the site's sources gave: the
    ledger is then the combined one, of which only the site's own part is checked.
    """
    loading = load(settings, today, tell, edits)
    broken = any(d.severity == "error" for d in loading.diagnostics)
    joined = join(loading.ledger, deliveries, settings)
    # An item may refer to one of a source that has given nothing.
    missing = len(settings.sources) > sum(delivery.documents is not None for delivery in deliveries)
    found = check(joined.ledger.own(), settings.rules, whole=not (broken or missing))
    diagnostics = (*loading.diagnostics, *joined.diagnostics, *found)
    texts = loading.texts | _texts_of(settings) if deliveries else loading.texts
    return Examination(joined.ledger, tuple(in_order(diagnostics)), texts)


def _texts_of(settings: Settings) -> dict[str, str]:
    """Return the text of the file that names the sources, as far as it can be read."""
    texts = {}
    for file in {source.file for source in settings.sources}:
        with suppress(OSError):
            texts[file] = (settings.root / file).read_text("utf-8", "replace")
    return texts


def check(ledger: Ledger, levels: Mapping[str, str], *, whole: bool = True) -> list[Diagnostic]:
    """Run the rules over a ledger.

    `levels` maps a code to `off`, `warning` or `error` for this site; `whole` tells whether every file
    of the ledger could be read.
    """
    found = []
    for rule in all_rules():
        level = levels.get(rule.code, rule.severity)
        if level == "off" or (rule.whole and not whole):
            continue
        for breach in rule.check(ledger):
            mark = breach.place.mark(*breach.path, of=breach.of)
            severity = cast("Severity", level)
            found.append(Diagnostic(rule.code, severity, breach.place.file, *mark, breach.facts, breach.item))
    return found


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return the rules of every module of this package that lists some in `RULES`, by code."""
    modules = (import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__))
    return tuple(sorted((r for m in modules for r in getattr(m, "RULES", ())), key=lambda rule: rule.code))
