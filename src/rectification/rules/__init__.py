"""The rules room: one module a family of checks, found by being here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from rectification.diagnostic import Diagnostic, Severity, in_order
from rectification.federation import Delivery, join
from rectification.ledger import Checklist, Ledger, Readings, load
from rectification.rules.kept import Asked, Row, Store, findings_of, rows_of
from rectification.rules.memory import Finding, Look, Memory, Pass
from rectification.rules.rule import Breach, Rule, Witness, is_substance
from rectification.workers import alone, idle, on_both_cores

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from rectification.ledger import Record
    from rectification.settings import Settings

    Holders = Mapping[int, Record | Checklist]

_WORTH_A_PROCESS = 2000  # records
_TOO_MUCH = 50_000

__all__ = [
    "Breach",
    "Examination",
    "Findings",
    "Memories",
    "Rule",
    "Waived",
    "Witness",
    "all_rules",
    "blocks",
    "check",
    "examine",
    "forget_the_rest",
    "is_substance",
    "keep_no_more",
    "level_of",
    "levels_of",
    "remembering",
    "wants_history",
]


@dataclass(frozen=True)
class Waived:
    """A finding that its item (or checklist) waives, and the reason given."""

    diagnostic: Diagnostic
    reason: str


@dataclass(frozen=True)
class Findings:
    """What the rules found in a ledger: what stands, and what is waived."""

    diagnostics: tuple[Diagnostic, ...] = ()
    waived: tuple[Waived, ...] = ()


@dataclass(frozen=True)
class Examination:
    """A ledger with all that was found in it, and the texts of its files for excerpts."""

    ledger: Ledger
    diagnostics: tuple[Diagnostic, ...]
    texts: Mapping[str, str]
    waived: tuple[Waived, ...] = ()

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(d for d in self.diagnostics if d.severity == "error")

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return tuple(d for d in self.diagnostics if d.severity == "warning")

    @property
    def blocking(self) -> tuple[Diagnostic, ...]:
        """What is to be mended before anything else happens: all but the warnings on the substance."""
        return tuple(d for d in self.diagnostics if blocks(d))


@dataclass
class Memories:
    """What rules found before: in records, whole and as everybody may see them, and in a sealed folder."""

    whole: Memory = field(default_factory=Memory)
    public: Memory = field(default_factory=Memory)
    store: Store | None = None


def forget_the_rest(readings: Readings) -> None:
    """Delete from the folder of `remembering` what the last examination did not ask for."""
    readings.save()
    memories: Memories = readings.notes["rules"]
    if memories.store is not None:
        memories.store.keep()


def remembering(folder: Path | None, findings: str = "findings") -> Readings:
    """Return what earlier runs left below `folder`: of the files read, and of what rules found in them.

    With None, or where the folder cannot be used, that is nothing. Runs that ask for other rules keep what
    these found under another name: one would overwrite the other's `findings`.
    """
    readings = Readings.open(folder)
    readings.notes["rules"] = Memories(store=Store.open(folder, findings) if folder is not None else None)
    return readings


def keep_no_more(readings: Readings) -> None:
    """Let what rules find from here on be known to this run alone, not to the next ones."""
    memories: Memories | None = readings.notes.get("rules")
    if memories is not None:
        memories.store = None


def blocks(diagnostic: Diagnostic) -> bool:
    """Tell whether a finding stands in the way: a warning on the substance does not."""
    return diagnostic.severity == "error" or not is_substance(diagnostic.code)


def examine(
    settings: Settings,
    today: date,
    tell: Callable[[str], None] | None = None,
    edits: Mapping[str, str] | None = None,
    deliveries: tuple[Delivery, ...] = (),
    *,
    substance: bool = False,
    witnesses: Mapping[Witness, object] = MappingProxyType({}),
    readings: Readings | None = None,
) -> Examination:
    """Load a site's checklists and run every rule: all errors of all files, in the order of the files.

    `tell` is called with the name of each file once it is read, and with the code of each rule once it has
    looked; `edits` maps names of files to texts examined in their place, before anything is written.
    `deliveries` are what the site's sources gave: the ledger is then the combined one, of which only the
    site's own part is checked. Without `substance` only those substance rules run that are errors on this
    site. `witnesses` are as for `check`. What `readings` know is neither read nor judged again.
    """
    rules = [
        rule
        for rule in all_rules()
        if substance or not rule.substance or settings.rules.get(rule.code) == "error"
    ]
    # What is said of the substance is said of many items: their places are kept at hand.
    lean = not (settings.substance or any(rule.substance for rule in rules))
    loading = load(settings, today, tell, edits, readings, lean=lean)
    broken = any(d.severity == "error" for d in loading.diagnostics)
    joined = join(loading.ledger, deliveries, settings)
    # An item may refer to one of a source that has given nothing.
    missing = len(settings.sources) > sum(delivery.documents is not None for delivery in deliveries)
    own = joined.ledger.own()
    memory: Memories | None = None
    if readings is not None:
        memory = readings.notes.setdefault("rules", Memories())
        if memory.store is not None:
            memory.store.begin(own, settings, readings.digests)
    whole = not (broken or missing)
    found = check(own, settings, rules, whole=whole, witnesses=witnesses, memory=memory, tell=tell)
    diagnostics = tuple(in_order([*loading.diagnostics, *joined.diagnostics, *found.diagnostics]))
    texts = loading.texts | _texts_of(settings) if deliveries else loading.texts
    return Examination(joined.ledger, diagnostics, texts, found.waived)


def _texts_of(settings: Settings) -> dict[str, str]:
    """Return the text of the file that names the sources, as far as it can be read."""
    texts = {}
    for file in {source.file for source in settings.sources}:
        with suppress(OSError):
            texts[file] = (settings.root / file).read_text("utf-8", "replace")
    return texts


def wants_history(settings: Settings) -> bool:
    """Tell whether a site asks git: it shows what the substance rules find, or such a rule is an error."""
    asking = (rule.code for rule in all_rules() if rule.witness == "history")
    return settings.substance or any(settings.rules.get(code) == "error" for code in asking)


def check(
    ledger: Ledger,
    settings: Settings,
    rules: Iterable[Rule],
    *,
    whole: bool = True,
    witnesses: Mapping[Witness, object] = MappingProxyType({}),
    memory: Memories | None = None,
    tell: Callable[[str], None] | None = None,
) -> Findings:
    """Run `rules` over a ledger, at the levels and with the thresholds of its site.

    `whole` tells whether every file of the ledger could be read. `witnesses` maps `history` to what git
    knows of the ledger, and `base` to the ledger it is compared with; rules that need one of them and do
    not get it do not run. `memory` is what was found before, in records that are still the same objects or,
    by its store, in files that are still the same. `tell` is called with the codes of rules that have looked.
    """
    asked = _asked(settings, rules, whole=whole, witnesses=witnesses)
    public = ledger.public() if any(one.public for one in asked) else ledger
    holders: dict[int, Record | Checklist] = {id(one.place): one for one in ledger.checklists}
    holders |= {id(one.place): one for one in ledger.records}
    looks = [partial(_findings, one, witnesses, holders) for one in asked]
    found: list[Diagnostic] = []
    waived: list[Waived] = []
    for findings in _found(ledger, public, asked, looks, memory, tell or _nobody):
        for one in findings:
            if one.waiver is None:
                found.append(one.diagnostic)
            else:
                waived.append(Waived(one.diagnostic, one.waiver))
    return Findings(tuple(found), tuple(waived))


def _nobody(_: str) -> None:
    """Tell nobody."""


def _asked(
    settings: Settings, rules: Iterable[Rule], *, whole: bool, witnesses: Mapping[Witness, object]
) -> list[Asked]:
    """Return the rules that run, as a site asks them."""
    asked = []
    for rule in rules:
        level = level_of(rule, settings)
        if level == "off" or (rule.whole and not whole) or (rule.witness and rule.witness not in witnesses):
            continue
        known: dict[str, Any] = {**rule.thresholds, **settings.thresholds.get(rule.code, {})}
        known |= {name: getattr(settings, name) for name in rule.options}
        public = rule.published and settings.audience == "public"
        asked.append(Asked(rule, cast("Severity", level), known, public))
    return asked


def _found(
    ledger: Ledger,
    public: Ledger,
    asked: Sequence[Asked],
    looks: Sequence[Look],
    memory: Memories | None,
    tell: Callable[[str], None],
) -> Iterator[Iterable[Finding]]:
    """Yield what each rule finds, looking only at what `memory` does not know."""
    store = memory.store if memory is not None else None
    subjects = [public if one.public else ledger for one in asked]
    passes = _passes(ledger, public, asked, memory) if memory is not None else {}
    told: dict[int, list[Finding]] = {}
    jobs: dict[int, _Job] = {}
    for n, (one, subject, look) in enumerate(zip(asked, subjects, looks, strict=True)):
        if one.rule.grounds is not None and store is not None:
            known = store.compared(one, subject)
            if known is not None:
                told[n] = known
                continue
        if one.rule.each or one.rule.grounds:
            each = passes.get(one.public) if one.rule.each else None
            jobs[n] = _Job(one, each.unknown(one.key) if each is not None else subject, look)
    told |= _side_by_side(jobs, tell)
    for n, (one, subject, look) in enumerate(zip(asked, subjects, looks, strict=True)):
        if one.rule.each and one.public in passes:
            yield passes[one.public].findings(one.key, told.pop(n))
        elif n in told:
            found = told.pop(n)
            if n in jobs and store is not None and one.rule.grounds is not None:
                store.note_compared(one, subject, found)
            yield found
        else:
            yield look(subject)
            tell(one.rule.code)
    for flag, over in passes.items():
        all_found = over.end()
        if store is not None:
            each_asked = [one for one in asked if one.rule.each and one.public is flag]
            store.note(flag, public if flag else ledger, each_asked, all_found)


def _passes(ledger: Ledger, public: Ledger, asked: Sequence[Asked], memory: Memories) -> dict[bool, Pass]:
    """Begin to check the ledger, and what everybody may see of it, where rules ask for records one by one."""
    passes: dict[bool, Pass] = {}
    for flag in (False, True):
        each = [one for one in asked if one.rule.each and one.public is flag]
        if each:
            known, subject = (memory.public, public) if flag else (memory.whole, ledger)
            recalls = memory.store is not None and known.fresh
            recalled = memory.store.recall(flag, subject, each) if memory.store and recalls else ()
            passes[flag] = known.pass_over(subject, *recalled)
    return passes


@dataclass(frozen=True)
class _Job:
    """A rule that is to look at a ledger; what it finds stands in records."""

    asked: Asked
    ledger: Ledger
    look: Look

    def found(self) -> list[Finding]:
        return list(self.look(self.ledger))


def _side_by_side(jobs: Mapping[int, _Job], tell: Callable[[str], None]) -> dict[int, list[Finding]]:
    """Do each job, on two processes where they are worth it, and return what was found.

    Each process comes to hold much of the ledger on its own: of a very large one that is too much memory.
    """
    records = max((len(job.ledger.records) for job in jobs.values()), default=0)
    if not (_WORTH_A_PROCESS <= records <= _TOO_MUCH and idle() and alone()):
        found_here = {}
        for n, job in jobs.items():
            found_here[n] = job.found()
            tell(job.asked.rule.code)
        return found_here
    here = os.getpid()

    def done(n: int) -> tuple[int, list[Finding], list[Row]]:
        job = jobs[n]
        found = job.found()
        if os.getpid() == here:
            tell(job.asked.rule.code)
            return n, found, []
        return n, [], rows_of(found, {id(r.place): m for m, r in enumerate(job.ledger.records)})

    # What compares records is dear, and comes first.
    order = sorted(jobs, key=lambda n: jobs[n].asked.rule.grounds is None)
    told = {}
    for n, found, rows in on_both_cores([partial(done, n) for n in order], least=2):
        one = jobs[n].asked
        told[n] = found or list(findings_of(rows, one.rule.code, one.level, jobs[n].ledger.records))
    return told


def _findings(
    asked: Asked,
    witnesses: Mapping[Witness, object],
    holders: Mapping[int, Record | Checklist],
    ledger: Ledger,
) -> Iterator[Finding]:
    """Yield what a rule finds in a ledger. `holders` are the records and checklists, by their places."""
    rule = asked.rule
    witness = {rule.witness: witnesses[rule.witness]} if rule.witness else {}
    for breach in rule.check(ledger, **asked.known, **witness):
        diagnostic = Diagnostic(
            rule.code,
            asked.level,
            breach.place.file,
            *breach.place.mark(*breach.path, of=breach.of, words=breach.words),
            breach.facts,
            breach.item,
            breach.day,
        )
        holder = holders.get(id(breach.place)) if rule.substance else None
        waiver = _waives(holder).get(rule.code) if holder is not None else None
        yield Finding(breach.place, breach.path, breach.of, breach.words, diagnostic, waiver)


def _waives(holder: Record | Checklist) -> Mapping[str, str]:
    """Return what an item, or a checklist, waives: code of a rule -> reason."""
    return holder.header.waive if isinstance(holder, Checklist) else holder.item.waive


def level_of(rule: Rule, settings: Settings) -> str:
    """Return what a site makes of a rule: `off`, `warning` or `error`."""
    own = "off" if rule.published and settings.audience == "internal" else rule.severity
    return settings.rules.get(rule.code, own)


def levels_of(settings: Settings) -> dict[str, str]:
    """Return the levels of a site that are not the engine's: chosen ones, and those its audience makes."""
    levels = {rule.code: level_of(rule, settings) for rule in all_rules()}
    own = {rule.code: rule.severity for rule in all_rules()}
    return {code: level for code, level in levels.items() if level != own[code]}


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return the rules of every module of this package that lists some in `RULES`, by code."""
    modules = (import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__))
    return tuple(sorted((r for m in modules for r in getattr(m, "RULES", ())), key=lambda rule: rule.code))
