"""`rectify sources`: the sites whose ledgers are shown in this one, and how each stands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rectification.catalogue import read_catalogue
from rectification.cli._desk import option
from rectification.cli._project import config_file, read_project
from rectification.cli._table import print_json, print_table
from rectification.cli._words import words
from rectification.diagnostic import explain

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.diagnostic import Diagnostic


@click.command(help=words().text("cli.sources.help"))
@config_file
@option("--refresh", is_flag=True)
@option("--json", "as_json", is_flag=True)
def command(config_file: Path, refresh: bool, as_json: bool) -> None:
    """Tell of every source. Exit status: 0 all well, 1 trouble with a source, 2 wrong usage."""
    from rectification.federation import consult
    from rectification.rules import examine

    project = read_project(config_file)
    settings = project.settings
    catalogue = read_catalogue(settings.language)
    say = catalogue.text
    deliveries = consult(settings, refresh=refresh)
    examination = examine(settings, settings.today(), deliveries=deliveries, readings=project.readings())
    found = [d for d in examination.diagnostics if d.code.startswith("F")]
    states = examination.ledger.sources
    if as_json:
        told = [
            {
                "name": state.name,
                "from": delivery.source.location,
                "address": state.address,
                "as_of": state.as_of,
                "fetched": state.fetched,
                "fresh": state.fresh,
                "items": state.items,
            }
            for state, delivery in zip(states, deliveries, strict=True)
        ]
        print_json({"version": 1, "sources": told, "findings": [_finding(d, catalogue) for d in found]})
    elif not states:
        click.echo(say("cli.sources.none"))
    else:
        columns = ("name", "items", "as_of", "fetched", "state", "location")
        rows = [
            (
                state.name,
                str(state.items),
                str(state.as_of or ""),
                str(state.fetched or ""),
                say(f"sources.{'fresh' if state.fresh else 'copy' if state.as_of else 'missing'}"),
                delivery.source.location,
            )
            for state, delivery in zip(states, deliveries, strict=True)
        ]
        print_table([say(f"sources.{column}") for column in columns], rows)
    for diagnostic in found if not as_json else ():
        text = examination.texts.get(diagnostic.file, "")
        click.echo("\n" + explain(diagnostic, text, catalogue), err=True)
    sys.exit(1 if found else 0)


def _finding(diagnostic: Diagnostic, catalogue: Catalogue) -> dict[str, str]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "source": str(diagnostic.facts["source"]),
        "message": diagnostic.message(catalogue),
        "hint": diagnostic.hint(catalogue),
    }
