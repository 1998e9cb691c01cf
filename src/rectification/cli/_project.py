"""The project a command works on: found by its mkdocs.yml, with the decisions written there."""

from __future__ import annotations

from pathlib import Path

import click

from rectification.cli._words import words
from rectification.settings import Settings

config_file = click.option(
    "-f",
    "--config-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=Path("mkdocs.yml"),
    help=words().text("cli.config_file"),
)


def read_settings(path: Path) -> Settings:
    """Read the settings of the site whose mkdocs.yml is `path`. Raises click.UsageError where it is wrong."""
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    from rectification.site.options import settings_of

    try:
        config = load_config(str(path))
    except MkDocsException as error:
        raise click.UsageError(f"{path}: {error}") from error
    settings = settings_of(config)
    if settings is None:
        raise click.UsageError(words().text("cli.no_plugin", file=path))
    return settings
