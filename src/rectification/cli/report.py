"""`rectify report`: the form of a profile, filled from the ledger as it stands or stood."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rectification.catalogue import read_catalogue
from rectification.cli._desk import Day
from rectification.cli._office import extract_of, ledger_of, put
from rectification.cli._project import config_file, read_project
from rectification.cli._query import unit_of, unit_option, unknown
from rectification.cli._table import print_table
from rectification.cli._words import words
from rectification.exchange import ending, fill, formats, needs_items
from rectification.exchange.form import lay_out
from rectification.ledger import ledger_on, slug_of

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.ledger import Ledger


@click.command(help=words().text("cli.report.help"))
@config_file
@click.argument("name", required=False)
@unit_option
@click.option("--asof", type=Day(), help=words().text("cli.report.asof"))
@click.option(
    "--to", "form", type=click.Choice([*formats()]), default="xlsx", help=words().text("cli.report.to")
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help=words().text("cli.export.output"),
)
def command(
    config_file: Path, name: str | None, unit: str | None, asof: date | None, form: str, output: Path | None
) -> None:
    """Write one file, or list the profiles where none is named."""
    project = read_project(config_file)
    settings, catalogue = project.settings, read_catalogue(project.settings.language)
    ledger = ledger_of(project, catalogue)
    if not ledger.profiles:
        file = settings.name_of(settings.checklists / "_reports.yml")
        raise click.UsageError(words().text("cli.report.none", file=file))
    if name is None:
        _list(ledger, catalogue)
        return
    profile = ledger.by_profile.get(name)
    if profile is None:
        raise unknown("cli.report.unknown", name, ledger.by_profile, known=", ".join(ledger.by_profile))
    # What an internal item alone names is not even told to whoever asks for a public form.
    shown = ledger if profile.audience == "internal" else ledger.public()
    unit = unit_of(unit, shown) if unit is not None else None
    if asof is not None:
        if asof > ledger.today:
            raise click.UsageError(words().text("cli.report.future", day=asof))
        days = {"due_soon_days": settings.due_soon_days, "stalled_days": settings.stalled_days}
        ledger = ledger_on(ledger, asof, **days)
    layout = lay_out(extract_of(project, catalogue, ledger), profile, unit)
    parts = (profile.name, slug_of(unit) if unit else "", str(ledger.today))
    path = output or Path(f"{'-'.join(filter(None, parts))}.{ending(form)}")
    if not layout.extract.records and needs_items(form):
        raise click.UsageError(words().text("cli.export.empty", form=form))
    if put(fill(layout, form), path, catalogue):
        click.echo(catalogue.text("cli.report.written", n=len(layout.extract.records), file=path))


def _list(ledger: Ledger, catalogue: Catalogue) -> None:
    headings = [catalogue.text(f"report.about.{key}") for key in ("name", "title", "for", "audience")]
    rows = [
        (p.name, p.title, p.for_ or "", catalogue.text(f"visibility.{p.audience}")) for p in ledger.profiles
    ]
    print_table(headings, rows)
