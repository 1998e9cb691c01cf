"""`rectify export`: the ledger, or what a query means of it, as a file to pass on."""

from __future__ import annotations

from pathlib import Path

import click

from rectification.catalogue import read_catalogue
from rectification.cli._office import extract_of, ledger_of, put
from rectification.cli._project import config_file, read_project
from rectification.cli._query import query_of, unit_option, where_option
from rectification.cli._words import words
from rectification.exchange import ending, export, formats, needs_items
from rectification.ledger import select


@click.command(help=words().text("cli.export.help"))
@config_file
@click.option(
    "--to", "form", type=click.Choice([*formats()]), required=True, help=words().text("cli.export.to")
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help=words().text("cli.export.output"),
)
@unit_option
@where_option
def command(
    config_file: Path, form: str, output: Path | None, conditions: tuple[str, ...], unit: str | None
) -> None:
    """Write one file. Exit status: 0 written, 1 not written, 2 wrong usage."""
    project = read_project(config_file)
    catalogue = read_catalogue(project.settings.language)
    whole = ledger_of(project, catalogue)
    ledger = whole if project.settings.audience == "internal" else whole.public()
    where = query_of(conditions, ledger, unit)
    extract = extract_of(project, catalogue, ledger, select(ledger, where), where)
    if not extract.records and needs_items(form):
        raise click.UsageError(words().text("cli.export.empty", form=form))
    path = output or Path(f"{catalogue.text('ledger.file_name')}-{ledger.today}.{ending(form)}")
    if put(export(extract, form), path, catalogue):
        click.echo(catalogue.text("exchange.written", n=len(extract.records), file=path))
