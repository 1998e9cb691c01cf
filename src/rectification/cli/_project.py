"""The project a command works on: found by its mkdocs.yml, with the decisions written there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rectification.cli._words import words
from rectification.settings import Settings

if TYPE_CHECKING:
    from rectification.ledger import Readings
    from rectification.site.addresses import Addresses

config_file = click.option(
    "-f",
    "--config-file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("mkdocs.yml"),
    help=words().text("cli.config_file"),
)


@dataclass(frozen=True)
class Project:
    """A site as its mkdocs.yml describes it. `base` ends with `/`; empty where the site names no address.
    `site` is the folder it is built into; `incremental` tells whether anything is kept for the next run."""

    settings: Settings
    site_name: str
    base: str
    site: Path
    addresses: Addresses
    incremental: bool

    def readings(self) -> Readings:
        """Return what earlier commands know of the ledger, for one that looks at it as it is written."""
        from rectification.ledger.sealed import FOLDER
        from rectification.rules import remembering

        # A check, and a build, ask for other rules.
        folder = self.settings.root / FOLDER if self.incremental else None
        return remembering(folder, "findings-of-commands")

    @property
    def rules_page(self) -> str:
        """The address of the page on the rules; empty where the site names no address."""
        return self.base + self.addresses.listing("rules") if self.base else ""


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
    options = config.plugins[NAME].config
    directories = config.use_directory_urls and not options.offline
    base = f"{config.site_url.rstrip('/')}/" if config.site_url else ""
    return Project(
        *(settings, config.site_name, base, Path(config.site_dir), Addresses(directories)),
        incremental=options.incremental,
    )
