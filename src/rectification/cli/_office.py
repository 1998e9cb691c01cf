"""What the commands that hand on office files share: the checked ledger, what is taken of it, the file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rectification.cli._desk import tell_of_sources
from rectification.cli._writing import write_whole, writing
from rectification.diagnostic import explain
from rectification.exchange import Extract
from rectification.federation import consult
from rectification.rules import examine

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.cli._project import Project
    from rectification.ledger import Ledger, Record, Where


def ledger_of(project: Project, catalogue: Catalogue) -> Ledger:
    """Return the project's ledger; with errors in it say them and end the command with status 1."""
    settings = project.settings
    deliveries = consult(settings, refresh=False)
    examination = examine(settings, settings.today(), deliveries=deliveries, readings=project.readings())
    tell_of_sources(examination, catalogue)
    if not examination.errors:
        return examination.ledger
    for diagnostic in examination.errors:
        text = examination.texts.get(diagnostic.file, "")
        click.echo(explain(diagnostic, text, catalogue) + "\n", err=True)
    click.echo(catalogue.text("exchange.refused", n=len(examination.errors)), err=True)
    sys.exit(1)


def extract_of(
    project: Project,
    catalogue: Catalogue,
    ledger: Ledger,
    records: tuple[Record, ...] = (),
    where: Where | None = None,
) -> Extract:
    """Return what is handed on of a ledger, with the addresses of the project's site."""
    return Extract(
        ledger,
        records,
        where or {},
        catalogue,
        project.site_name,
        project.base,
        project.settings.timezone,
        lambda record: _address(record, project),
        project.settings.audience,
    )


def _address(record: Record, project: Project) -> str:
    """Return the address of an item's page: on the site it is at home on, if that has one."""
    home = record.origin.address if record.origin is not None else ""
    return home or project.base + project.addresses.record(record)


def put(content: bytes, path: Path, catalogue: Catalogue) -> bool:
    """Write the file, or standard output for `-`; tell whether there is a file. Raises UnwrittenError."""
    if str(path) == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return False
    with writing(path, catalogue):
        if path.exists() and not path.is_file():  # a device, a pipe
            path.write_bytes(content)
        else:
            write_whole(path.resolve(), content)
    return True
