"""`rectify check`: every mistake of every file, at its line."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from rectification.catalogue import Catalogue, read_catalogue
from rectification.cli._mishap import debug
from rectification.cli._progress import progress
from rectification.cli._project import config_file, read_project
from rectification.cli._words import words
from rectification.diagnostic import Diagnostic, nearest
from rectification.federation import consult
from rectification.history import History, read_history
from rectification.ledger.sealed import FOLDER
from rectification.report import Report, formats, identity
from rectification.revision import RevisionError, as_of, top_of
from rectification.rules import (
    Examination,
    Witness,
    all_rules,
    blocks,
    examine,
    forget_the_rest,
    levels_of,
    remembering,
    wants_history,
)
from rectification.rules.codes import Code, codes
from rectification.settings import Settings


@click.command(help=words().text("cli.check.help"))
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@config_file
@click.option(
    "--format",
    "style",
    type=click.Choice(list(formats())),
    default="text",
    help=words().text("cli.check.format"),
)
@click.option("--base", metavar="REV", help=words().text("cli.check.base"))
@click.option("--history/--no-history", default=None, help=words().text("cli.check.history"))
@click.option("--cache/--no-cache", default=True, help=words().text("cli.check.cache"))
@click.option("--strict", is_flag=True, help=words().text("cli.check.strict"))
@click.option("--explain", metavar="CODE", help=words().text("cli.check.explain"))
@debug
def command(
    paths: tuple[Path, ...],
    config_file: Path,
    style: str,
    base: str | None,
    history: bool | None,
    cache: bool,
    strict: bool,
    explain: str | None,
) -> None:
    """Check all checklists. Exit status: 0 clean, 1 findings, 2 wrong usage, 3 internal error.

    Warnings on the substance alone do not make it 1, unless they are asked to (`--strict`).
    """
    if explain is not None:
        click.echo(explanation(explain, config_file))
        return
    project = read_project(config_file)
    settings = project.settings
    chosen = [_name_of(path, settings) for path in paths]
    catalogue = read_catalogue(settings.language)
    asked = wants_history(settings) if history is None else history
    witnesses: dict[Witness, object] = {}
    if asked:
        known = read_history(settings)
        _tell_what_is_unknown(known, catalogue, wanted=bool(history))
        witnesses["history"] = known
    before = _base(settings, base, history=asked) if base is not None else None
    if before is not None:
        witnesses["base"] = before.ledger
    readings = remembering(settings.root / FOLDER if cache and project.incremental else None)
    with progress(settings, catalogue.text("findings.reading")) as tell:
        # As they were last read: a check uses no network.
        deliveries = consult(settings, refresh=False)
        examination = examine(
            *(settings, settings.today(), tell),
            deliveries=deliveries,
            substance=True,
            witnesses=witnesses,
            readings=readings,
        )
    if not examination.errors:  # else rules may not have been asked that will be, once they are mended
        forget_the_rest(readings)
    # What is wrong at a source is mended there: `rectify sources` and a build tell of it.
    found: Sequence[Diagnostic] = [
        d for d in examination.diagnostics if d.severity == "error" or d.code[0] != "F"
    ]
    if before is not None:
        found = [d for d in introduced(examination, before) if d in found]
    if chosen:
        found = [d for d in found if any(_lies_in(d.file, name) for name in chosen)]
    ledger = examination.ledger.own()
    report = Report(
        found,
        examination.texts,
        catalogue,
        items=len(ledger.records),
        checklists=len(ledger.checklists),
        levels=levels_of(settings),
        prefix=_prefix(settings),
        rules_page=project.rules_page,
    )
    for piece in formats()[style](report):
        click.echo(piece)
    sys.exit(1 if any(strict or blocks(d) for d in found) else 0)


def _base(settings: Settings, revision: str, *, history: bool) -> Examination:
    """Examine the ledger as of `revision`. Raises click.UsageError where there is no such revision."""
    witnesses: dict[Witness, object] = (
        {"history": read_history(settings, revision=revision)} if history else {}
    )
    try:
        with as_of(settings, revision) as before:
            examination = examine(before, settings.today(), substance=True, witnesses=witnesses)
            return replace(examination, ledger=replace(examination.ledger, revision=revision))
    except RevisionError as error:
        raise click.UsageError(words().text(f"cli.check.{error.reason}", revision=revision)) from error


def _tell_what_is_unknown(history: History, catalogue: Catalogue, *, wanted: bool) -> None:
    """Say on stderr what git cannot tell; that there is no repository only where its word was `wanted`."""
    if history.reason:
        if wanted or history.reason in ("no_git", "unreadable"):
            click.echo(catalogue.text(f"history.{history.reason}"), err=True)
    elif not history.complete:
        click.echo(catalogue.text("history.shallow", since=history.since), err=True)
    if wanted and history.unread:
        first = history.unread[0]
        facts = {"file": first.file, "commit": first.commit.short}
        click.echo(catalogue.text("history.unread", n=len(history.unread), **facts), err=True)


def introduced(examination: Examination, before: Examination) -> list[Diagnostic]:
    """Return the findings that the ledger `before` did not have, and all of the whole-ledger rules."""
    known = Counter(identity(diagnostic, before.texts) for diagnostic in before.diagnostics)
    always = {rule.code for rule in all_rules() if rule.whole and not rule.substance}
    new = []
    for diagnostic in examination.diagnostics:
        same = identity(diagnostic, examination.texts)
        known[same] -= 1
        if known[same] < 0 or diagnostic.code in always:
            new.append(diagnostic)
    return new


def explanation(code: str, config_file: Path) -> str:
    """Return what there is to say of a code, in the language of the site or, without one, of the terminal.

    Raises click.UsageError for an unknown code.
    """
    catalogue = words()
    levels: Mapping[str, str] = {}
    thresholds: Mapping[str, Mapping[str, float]] = {}
    if config_file.is_file():
        settings = read_project(config_file).settings
        catalogue = read_catalogue(settings.language)
        levels, thresholds = levels_of(settings), settings.thresholds
    known = {one.code: one for one in codes(catalogue, levels, thresholds)}
    wanted = code.strip().upper()
    if wanted not in known:
        close = nearest(wanted, known) or next(iter(known))
        raise click.UsageError(words().text("cli.check.no_code", code=code, nearest=close))
    return _told(known[wanted], catalogue.text)


def _told(code: Code, text: Callable[[str], str]) -> str:
    level = text(f"rules.level.{code.level}")
    head = f"{code.code} · {level}\n{code.message}"
    parts = [head, f"{text('rules.why')}\n{_indented(code.why)}"]
    parts.append(f"{text('rules.bad')}\n{_indented(code.bad)}")
    parts.append(f"{text('rules.good')}\n{_indented(code.good)}")
    if code.thresholds:
        listed = ", ".join(f"{name}: {number:g}" for name, number in code.thresholds.items())
        parts.append(f"{text('rules.thresholds')}\n{_indented(listed)}")
    parts.append(f"{text('rules.mend')}\n{_indented(code.hint)}")
    return "\n\n".join(parts)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.split("\n"))


def _name_of(path: Path, settings: Settings) -> str:
    """Return the name that findings give a path. Raises click.UsageError outside the checklists."""
    # The last part is not followed: a link in the checklists is itself what is wrong.
    whole = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
    checklists = settings.checklists.resolve()
    if not whole.is_relative_to(checklists):
        name = settings.name_of(settings.checklists)
        raise click.UsageError(words().text("cli.check.outside", path=path, folder=name))
    return settings.name_of(settings.checklists / whole.relative_to(checklists))


def _lies_in(file: str, name: str) -> bool:
    return file == name or file.startswith(f"{name}/")


def _prefix(settings: Settings) -> str:
    """Return what leads from the top of the repository to the project: forges name files from there."""
    top = top_of(settings.root)
    inside = settings.root.relative_to(top).as_posix() if top else "."
    return "" if inside == "." else f"{inside}/"
