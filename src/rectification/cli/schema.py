"""`rectify schema`: the JSON Schema of this site's YAML files, for the editors of those who write them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rectification.catalogue import Catalogue, read_catalogue
from rectification.cli._project import config_file, read_settings
from rectification.cli._words import words
from rectification.cli._writing import writing

if TYPE_CHECKING:
    from rectification.settings import Settings

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
    settings = read_settings(config_file)
    folder = (output or settings.checklists / FOLDER).resolve()
    for path in write_schemas(settings, folder, read_catalogue(settings.language)):
        click.echo(settings.name_of(path))


def first_line(checklists: Path, folder: Path, kind: str) -> str:
    """Return the line by which a new YAML file in `folder` names its schema; empty where none was written."""
    if not (checklists / FOLDER / f"{kind}.json").is_file():
        return ""
    above = "../" * len(folder.relative_to(checklists).parts)
    return f"# yaml-language-server: $schema={above}{FOLDER}/{kind}.json\n"


def write_schemas(settings: Settings, folder: Path, catalogue: Catalogue) -> list[Path]:
    """Write the schema of each kind of file into `folder`; return the files written.

    Raises UnwrittenError in the words of `catalogue`.
    """
    from rectification.publish.yaml_schema import encode, schemas
    from rectification.rules import examine

    ledger = examine(settings, settings.today()).ledger
    written = []
    for name, schema in schemas(ledger).items():
        written.append(folder / f"{name}.json")
        with writing(written[-1], catalogue):
            folder.mkdir(parents=True, exist_ok=True)
            written[-1].write_bytes(encode(schema))
    return written
