"""`rectify diff`: what changed in the ledger between two days or revisions."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import click

from rectification.catalogue import read_catalogue
from rectification.cli._difference import FORMATS
from rectification.cli._project import config_file, read_project
from rectification.cli._words import words


@click.command(help=words().text("cli.diff.help"))
@click.argument("before", metavar="A")
@click.argument("after", metavar="[B]", required=False)
@config_file
@click.option(
    "--format",
    "style",
    type=click.Choice(list(FORMATS)),
    default="text",
    help=words().text("cli.diff.format"),
)
@click.option("--exit-code", is_flag=True, help=words().text("cli.diff.exit_code"))
def command(config_file: Path, before: str, after: str | None, style: str, exit_code: bool) -> None:
    """Tell what changed."""
    from rectification.cli._past import past
    from rectification.ledger import difference
    from rectification.rules import examine

    project = read_project(config_file)
    settings = project.settings
    catalogue = read_catalogue(settings.language)
    with ExitStack() as stack:
        old = stack.enter_context(past(settings, before)).examination
        if after is None:
            new = examine(settings, settings.today(), readings=project.readings())
        else:
            new = stack.enter_context(past(settings, after)).examination
        found = difference(old.ledger, new.ledger)
        if errors := len(old.errors) + len(new.errors):
            click.echo(catalogue.text("cli.asof.errors", n=errors), err=True)
        click.echo(FORMATS[style](found, catalogue))
    sys.exit(1 if exit_code and found.any else 0)
