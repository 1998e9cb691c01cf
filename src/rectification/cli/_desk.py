"""Where the commands that write work: the ledger as it is, one edit, the rules, then the file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypedDict, TypeVar

import click

from rectification.catalogue import Catalogue, read_catalogue
from rectification.cli._project import config_file, read_project
from rectification.cli._words import words
from rectification.cli._writing import write_whole, writing
from rectification.diagnostic import explain, nearest
from rectification.model import day_of

if TYPE_CHECKING:
    from rectification.diagnostic import Diagnostic
    from rectification.editing import Edit, Entry, Refusal
    from rectification.ledger import Readings, Record
    from rectification.model import Status
    from rectification.rules import Examination
    from rectification.settings import Settings

_BOM = b"\xef\xbb\xbf"


class Day(click.ParamType[date]):
    """A day, in the model's form or a looser one; it is written in the model's."""

    name = "YYYY-MM-DD"

    def convert(self, value: date | str, param: click.Parameter | None, ctx: click.Context | None) -> date:
        day = value if isinstance(value, date) else day_of(value)
        if day is None:
            self.fail(words().text("cli.not_a_day", found=value), param, ctx)
        return day


@dataclass(frozen=True)
class Desk:
    """The ledger a command works on, and what is known of it from reading it."""

    settings: Settings
    catalogue: Catalogue
    examination: Examination
    readings: Readings

    def record(self, identifier: str) -> Record:
        """Return the item of that id. Raises click.UsageError naming the nearest where there is none."""
        found = self.examination.ledger.by_id.get(identifier)
        if found is not None:
            return found
        message = words().text("cli.no_item", found=identifier)
        close = nearest(identifier, self.examination.ledger.by_id)
        if close:
            message = f"{message} {words().text('findings.nearest', nearest=close)}"
        if self.examination.errors:
            message = f"{message} {words().text('cli.see_check')}"
        raise click.UsageError(message)

    def text_of(self, record: Record) -> str:
        """Return the text of the file the item stands in."""
        return self.examination.texts[record.place.file]

    def move(self, record: Record, status: Status | None, entry: Entry) -> None:
        """Add one entry to the item's log and write it; ends the command where that is not to be had."""
        from rectification.editing import append, refuse_move

        refused = refuse_move(record, status) if status else None
        if refused is not None:
            self.refuse(refused)
        self.write(
            record.place.file, self.done(append(self.text_of(record), record.place.path, "log", entry))
        )

    def done(self, edit: Edit | Refusal) -> Edit:
        """Return the edit; ends the command where there is none."""
        from rectification.editing import Refusal

        return self.refuse(edit) if isinstance(edit, Refusal) else edit

    def write(self, file: str, *edits: Edit, new: bool = False) -> None:
        """Try out the last of `edits` (each made on the one before), write it and print what is new."""
        from rectification.editing import try_out

        trial = try_out(self.settings, self.examination, {file: edits[-1].text}, self.readings)
        if trial.new_errors:
            self._refuse_errors(trial.new_errors, trial.examination.texts)
        before = None if new else self.examination.texts[file]
        self.save(file, before, edits[-1].text)
        for edit in edits:
            click.echo(self.catalogue.text("editing.written", place=f"{file}:{edit.line}"))
            click.echo(edit.added)

    def save(self, file: str, before: str | None, after: str) -> None:
        """Write one file, byte order mark and line breaks as they were; never over somebody else's change."""
        path = self.settings.root / file
        raw = path.read_bytes() if path.exists() else None
        if before != (None if raw is None else _decoded(raw)):
            click.echo(self.catalogue.text("editing.changed_meanwhile", file=file), err=True)
            sys.exit(1)
        with writing(file, self.catalogue):
            write_whole(path, (_BOM if raw and raw.startswith(_BOM) else b"") + after.encode())

    def refuse(self, refusal: Refusal) -> NoReturn:
        """Print why nothing is written, and end the command."""
        facts = {name: self._shown(name, value) for name, value in refusal.facts.items()}
        click.echo(self.catalogue.text(refusal.key, **facts), err=True)
        sys.exit(1)

    def _refuse_errors(self, errors: tuple[Diagnostic, ...], texts: Mapping[str, str]) -> NoReturn:
        for diagnostic in errors:
            click.echo(explain(diagnostic, texts.get(diagnostic.file, ""), self.catalogue) + "\n", err=True)
        click.echo(self.catalogue.text("editing.new_errors", n=len(errors)), err=True)
        sys.exit(1)

    def _shown(self, name: str, value: Any) -> object:
        """Statuses are shown as readers know them, with the code an editor types."""
        if name in ("now", "wanted"):
            return self._status(value)
        if name == "legal":
            return self.catalogue.text("ui.comma").join(self._status(status) for status in value)
        return value

    def _status(self, status: str) -> str:
        word = self.catalogue.text(f"status.{status}")
        return word + self.catalogue.text("ui.in_brackets", text=status)


def _decoded(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def open_desk(path: Path, *, combined: bool = False) -> Desk:
    """Load the ledger of the site whose mkdocs.yml is `path`.

    A `combined` one holds what its sources have given, as it was last read: no command but `sources` uses
    the network. What is written to is the site's own.
    """
    from rectification.federation import consult
    from rectification.rules import examine

    project = read_project(path)
    settings, readings = project.settings, project.readings()
    deliveries = consult(settings, refresh=False) if combined else ()
    examination = examine(settings, settings.today(), deliveries=deliveries, readings=readings)
    catalogue = read_catalogue(settings.language)
    tell_of_sources(examination, catalogue)
    return Desk(settings, catalogue, examination, readings)


def tell_of_sources(examination: Examination, catalogue: Catalogue) -> None:
    """Print what is wrong with the sources of a combined ledger: without one it is not what it seems."""
    for diagnostic in examination.diagnostics:
        if diagnostic.code.startswith("F"):
            said = f"{diagnostic.code} {diagnostic.message(catalogue)} {diagnostic.hint(catalogue)}"
            click.echo(said, err=True)


Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def item_command(name: str) -> Callable[[Decorated], click.Command]:
    """Make a command `name` that works on one item: its help, its argument, the site's configuration."""

    def decorate(function: Decorated) -> click.Command:
        identified = click.argument("identifier", metavar="ID")(config_file(function))
        return click.command(name, help=words().text(f"cli.{name}.help"))(identified)

    return decorate


def option(*names: str, **decisions: Any) -> Callable[[Decorated], Decorated]:
    """Make an option whose help stands in the catalogue under its name."""
    return click.option(*names, help=words().text(f"cli.option.{names[0].lstrip('-')}"), **decisions)


def evidence_names(desk: Desk, given: tuple[str, ...]) -> tuple[str, ...]:
    """Return evidence as the model names it: a path to a file below the checklists becomes `evidence/…`."""
    names = []
    for name in given:
        path = Path(name).absolute()
        inside = path.is_file() and path.is_relative_to(desk.settings.checklists.absolute())
        names.append(path.relative_to(desk.settings.checklists.absolute()).as_posix() if inside else name)
    return tuple(names)


class Accepted(TypedDict):
    """What is recorded of an item when it is accepted."""

    accepted: str
    accepted_files: dict[str, str]


def acceptance_of(desk: Desk, record: Record, names: Iterable[str]) -> Accepted:
    """Return what is recorded of an item that is accepted as it is now, with `names` as more evidence."""
    from rectification.ledger import content_hash, file_hashes, inspect

    known = desk.examination.ledger.evidence
    new = {name: inspect(desk.settings.checklists, name) for name in names if name.startswith("evidence/")}
    given = {name: file.source_sha256 for name, file in sorted(new.items()) if not file.fault}
    return {
        "accepted": content_hash(record.item, known),
        "accepted_files": file_hashes(record.item, known) | given,
    }
