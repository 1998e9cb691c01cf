"""`rectify import`: a ledger kept as a workbook or CSV becomes a checklist, after a preview."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rectification.catalogue import Catalogue, read_catalogue
from rectification.cli._project import config_file, read_settings
from rectification.cli._query import unknown
from rectification.cli._words import words
from rectification.cli._writing import write_new, write_whole, writing
from rectification.cli.schema import first_line
from rectification.diagnostic import explain, shown
from rectification.intake import (
    Intake,
    Note,
    Sheet,
    Table,
    UnreadableError,
    Wishes,
    columns_with_examples,
    examine_draft,
    find_table,
    read_report,
    read_sheets,
    take_in,
    write_checklist,
)
from rectification.rules import examine

if TYPE_CHECKING:
    from rectification.intake.profile import Reading
    from rectification.profile import Profile
    from rectification.settings import Settings

_DAY = click.DateTime(["%Y-%m-%d"])
_PLACES = 20  # rows or cells named for one note; their number is told where there are more


@click.command(help=words().text("cli.import.help"))
@config_file
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--checklist", default="", metavar="ID", help=words().text("cli.import.checklist"))
@click.option("--title", default="", help=words().text("cli.import.title"))
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help=words().text("cli.import.output"),
)
@click.option("--profile", "of", default="", metavar="NAME", help=words().text("cli.import.profile"))
@click.option("--sheet", "sheet_name", default="", metavar="NAME", help=words().text("cli.import.sheet"))
@click.option("--found", type=_DAY, metavar="YYYY-MM-DD", help=words().text("cli.import.found"))
@click.option("--due", type=_DAY, metavar="YYYY-MM-DD", help=words().text("cli.import.due"))
@click.option("--unit", default="", metavar="NAME", help=words().text("cli.import.unit"))
@click.option("--as-of", type=_DAY, metavar="YYYY-MM-DD", help=words().text("cli.import.as_of"))
@click.option("--yes", is_flag=True, help=words().text("cli.import.yes"))
@click.option("--force", is_flag=True, help=words().text("cli.import.force"))
@click.option("--with-findings", is_flag=True, help=words().text("cli.import.with_findings"))
def command(
    config_file: Path,
    file: Path,
    checklist: str,
    title: str,
    output: Path | None,
    of: str,
    sheet_name: str,
    found: datetime | None,
    due: datetime | None,
    unit: str,
    as_of: datetime | None,
    yes: bool,
    force: bool,
    with_findings: bool,
) -> None:
    """Show what becomes of every cell, run the rules, ask, write."""
    settings = read_settings(config_file)
    catalogue = read_catalogue(settings.language)
    profile = _profile(settings, of) if of else None
    sheet, table, reading = _chosen(file, sheet_name, profile, catalogue)
    found_day, due_day, as_of_day = (day.date() if day else None for day in (found, due, as_of))
    wishes = Wishes(checklist.strip(), title.strip(), unit.strip(), found_day, due_day, as_of_day)
    intake = reading.take_in(wishes) if reading else take_in(sheet, table, wishes)
    _preview(sheet, table, intake, catalogue)
    if intake.missing or intake.unplaced:
        if intake.missing:
            click.echo(catalogue.text("intake.missing"))
        for need in intake.missing:
            click.echo(f"  {catalogue.text(f'intake.need.{need.code}', **need.facts)}")
        click.echo(catalogue.text("intake.not_written"))
        sys.exit(1)
    path = output or settings.checklists / f"{intake.header['id'].lower()}.yml"
    if path.exists() and not force:
        raise click.UsageError(catalogue.text("intake.exists", file=path))
    inside = path.resolve().parent == settings.checklists.resolve()
    schema = first_line(settings.checklists, settings.checklists, "checklist") if inside else ""
    text = schema + write_checklist(intake.header, intake.items)
    findings, texts = examine_draft(settings, settings.today(), path.name, text)
    for diagnostic in findings:
        click.echo(explain(diagnostic, texts.get(diagnostic.file, ""), catalogue) + "\n")
    if findings and not with_findings:
        click.echo(catalogue.text("intake.findings", n=len(findings)))
        sys.exit(1)
    if not findings:
        click.echo(catalogue.text("intake.clean"))
    if not yes and not click.confirm(catalogue.text("intake.ask", file=path)):
        click.echo(catalogue.text("intake.not_written"))
        sys.exit(1)
    with writing(path, catalogue):
        # A file that came to be while the question stood is not overwritten either.
        write = write_whole if force else write_new
        write(path, text.encode())
    click.echo(catalogue.text("intake.written", n=len(intake.items), file=path))


def _profile(settings: Settings, name: str) -> Profile:
    """Return a profile of the site. Raises click.UsageError where there is none of that name."""
    known = examine(settings, settings.today()).ledger.by_profile
    if name not in known:
        raise unknown("cli.report.unknown", name, known, known=", ".join(known))
    return known[name]


def _chosen(
    file: Path, name: str, profile: Profile | None, catalogue: Catalogue
) -> tuple[Sheet, Table, Reading | None]:
    """Return the sheet that is meant and its table: the named one, else the first with a header.

    With a profile the table is read in its words.
    """
    try:
        sheets = read_sheets(file)
    except UnreadableError as error:
        message = catalogue.text(f"intake.unreadable.{error.code}", **error.facts)
        raise click.UsageError(f"{file}: {message}") from error
    if name:
        known = ", ".join(sheet.name for sheet in sheets)
        sheets = [sheet for sheet in sheets if sheet.name == name]
        if not sheets:
            raise click.UsageError(catalogue.text("intake.no_sheet", found=name, known=known))
    tables: list[tuple[Sheet, Table, Reading | None]] = []
    for sheet in sheets:
        reading = read_report(sheet, profile) if profile else None
        table = reading.table if reading else None if profile else find_table(sheet)
        if table is not None:
            tables.append((sheet, table, reading))
    if not tables:
        raise click.UsageError(f"{file}: {catalogue.text('intake.no_table')}")
    others = [sheet.name for sheet in sheets if sheet is not tables[0][0] and sheet.cells]
    if others:
        click.echo(catalogue.text("intake.other_sheets", names=", ".join(map(shown, others))))
    return tables[0]


def _preview(sheet: Sheet, table: Table, intake: Intake, catalogue: Catalogue) -> None:
    """Print where each column goes, what was assumed, and that no cell is lost."""
    click.echo(catalogue.text("intake.columns", sheet=shown(sheet.name), row=table.first))
    for column, cell, example in columns_with_examples(sheet, table):
        left_out = column.field in ("derived", "sequence")
        facts = {
            "heading": shown(column.heading) or catalogue.text("intake.no_heading"),
            "field": catalogue.text("intake.left_out") if left_out else column.field or "extra",
        }
        key = "column" if cell else "empty_column"
        click.echo(f"  {catalogue.text(f'intake.{key}', **facts, cell=cell, example=shown(example))}")
    if intake.notes:
        click.echo(catalogue.text("intake.notes", n=len(intake.notes)))
    for note in _together(intake.notes):
        said = {k: shown(v) if isinstance(v, str) and k != "row" else v for k, v in note.facts.items()}
        place = f"{note.cell}{catalogue.text('ui.colon')}" if note.cell else ""
        click.echo(f"  {place}{catalogue.text(f'intake.note.{note.code}', **said)}")
    for lost in intake.unplaced:
        click.echo(catalogue.text("intake.unplaced", cell=lost.name, text=shown(lost.text)))
    click.echo(catalogue.text("intake.counts", **counts(sheet, intake), items=len(intake.items)))


def _together(notes: Iterable[Note]) -> list[Note]:
    """Return the notes with those that say the same of several rows or cells made one."""
    places: dict[tuple[object, ...], list[str]] = {}
    kept: dict[tuple[object, ...], Note] = {}
    for note in notes:
        rest = tuple((name, value) for name, value in note.facts.items() if name != "row")
        key = (note.code, bool(note.cell), rest)
        kept.setdefault(key, note)
        places.setdefault(key, []).append(note.cell or str(note.facts.get("row", "")))
    joined = {
        key: ", ".join(listed[:_PLACES]) + (f" … ({len(listed)})" if len(listed) > _PLACES else "")
        for key, listed in places.items()
    }
    return [
        replace(note, cell=joined[key])
        if note.cell
        else replace(note, facts={**note.facts, "row": joined[key]})
        for key, note in kept.items()
    ]


def counts(sheet: Sheet, intake: Intake) -> dict[str, int]:
    """Return how many cells there are and what became of them: the total is the sum of the rest."""
    ends = {name: intake.count(name) for name in ("placed", "extra", "heading", "sequence", "derived")}
    totals = intake.count("total")
    left = ends["heading"] + ends["sequence"] + ends["derived"] + totals
    return {"total": len(sheet.cells), "left": left, "totals": totals, **ends}
