"""The project a command works on: found by its mkdocs.yml, with the decisions written there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from rectification.cli._words import words
from rectification.settings import Settings

config_file = click.option(
    "-f",
    "--config-file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("mkdocs.yml"),
    help=words().text("cli.config_file"),
)


@dataclass(frozen=True)
class Project:
    """A site's settings, and the address of its page on the rules (empty where the site has no address)."""

    settings: Settings
    rules_page: str


def read_settings(path: Path) -> Settings:
    """Read the settings of the site whose mkdocs.yml is `path`. Raises click.UsageError where it is wrong."""
    return read_project(path).settings


def read_project(path: Path) -> Project:
    """Read what a site's mkdocs.yml decides. Raises click.UsageError where it is wrong or missing."""
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    from rectification.site.addresses import Addresses
    from rectification.site.options import NAME, settings_of

    try:
        config = load_config(str(path))
    except MkDocsException as error:
        raise click.UsageError(f"{path}: {error}") from error
    settings = settings_of(config)
    if settings is None:
        raise click.UsageError(words().text("cli.no_plugin", file=path))
    directories = config.use_directory_urls and not config.plugins[NAME].config.offline
    page = Addresses(directories).listing("rules")
    return Project(settings, f"{config.site_url}{page}" if config.site_url else "")
