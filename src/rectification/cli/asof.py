"""`rectify asof`: the ledger as it stood on a day, or in a revision."""

from __future__ import annotations

from pathlib import Path

import click

from rectification.catalogue import read_catalogue
from rectification.cli._desk import option
from rectification.cli._project import config_file, read_settings
from rectification.cli._table import print_json
from rectification.cli._words import words


@click.command(help=words().text("cli.asof.help"))
@click.argument("named", metavar="DATE|REV")
@config_file
@click.option("--to", "folder", type=click.Path(path_type=Path), help=words().text("cli.asof.to"))
@option("--json", "as_json", is_flag=True)
def command(config_file: Path, named: str, folder: Path | None, as_json: bool) -> None:
    """Show the ledger as it stood."""
    from rectification.cli._past import past, write_out
    from rectification.cli.list import print_items
    from rectification.cli.status import print_summary
    from rectification.publish.items_json import item
    from rectification.publish.summary_json import numbers

    settings = read_settings(config_file)
    catalogue = read_catalogue(settings.language)
    with past(settings, named) as found:
        ledger = found.examination.ledger
        if folder is not None:
            write_out(found.checklists, folder, catalogue)
        if found.examination.errors:
            text = catalogue.text("cli.asof.errors", n=len(found.examination.errors))
            click.echo(text, err=True)
        if as_json:
            print_json(
                {
                    "version": 1,
                    "as_of": ledger.today,
                    "commit": found.moment.commit,
                    "all": numbers(ledger.records),
                    "items": [item(ledger, record) for record in ledger.records],
                }
            )
            return
        click.echo(catalogue.text("cli.asof.commit", commit=found.moment.commit[:7]))
        print_summary(ledger, catalogue)
        click.echo()
        print_items(ledger.records, catalogue)
