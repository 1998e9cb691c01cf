"""`rectify schema`: the JSON Schema of this site's YAML files, for the editors of those who write them."""

from __future__ import annotations

from pathlib import Path

import click

from rectification.cli._project import config_file, read_settings
from rectification.cli._words import words

FOLDER = ".schema"


@click.command(help=words().text("cli.schema.help"))
@config_file
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help=words().text("cli.schema.output"),
)
def command(config_file: Path, output: Path | None) -> None:
    """Write the schemas; a vocabulary that cannot be read is left out of them, and `check` says why."""
    from rectification.publish.yaml_schema import encode, schemas
    from rectification.rules import examine

    settings = read_settings(config_file)
    folder = output or settings.checklists / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    examination = examine(settings, settings.today())
    for name, schema in schemas(examination.ledger).items():
        path = folder / f"{name}.json"
        path.write_bytes(encode(schema))
        click.echo(settings.name_of(path.resolve()))
