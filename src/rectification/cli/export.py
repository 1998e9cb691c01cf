"""`rectify export`: the ledger, or what a query means of it, as a file to pass on."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from rectification.catalogue import Catalogue, read_catalogue
from rectification.cli._desk import tell_of_sources
from rectification.cli._project import Project, config_file, read_project
from rectification.cli._words import words
from rectification.diagnostic import explain, nearest
from rectification.exchange import Extract, ending, formats, needs_items
from rectification.federation import consult
from rectification.ledger import FIELDS, RANGES, Ledger, Record, Where, choices, select
from rectification.model import Day, build
from rectification.model import Record as Model
from rectification.rules import examine


class _Limit(Model):
    """The value of a range's field."""

    day: Day


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
@click.option(
    "--where", "conditions", multiple=True, metavar="FIELD=VALUE", help=words().text("cli.export.where")
)
def command(config_file: Path, form: str, output: Path | None, conditions: tuple[str, ...]) -> None:
    """Write one file. Exit status: 0 written, 1 errors in the checklists, 2 wrong usage."""
    project = read_project(config_file)
    settings = project.settings
    catalogue = read_catalogue(settings.language)
    deliveries = consult(settings, refresh=False)
    examination = examine(settings, settings.today(), deliveries=deliveries)
    tell_of_sources(examination, catalogue)
    if examination.errors:
        for diagnostic in examination.errors:
            click.echo(
                explain(diagnostic, examination.texts.get(diagnostic.file, ""), catalogue) + "\n", err=True
            )
        click.echo(catalogue.text("exchange.refused", n=len(examination.errors)), err=True)
        sys.exit(1)
    ledger = examination.ledger if settings.audience == "internal" else examination.ledger.public()
    where = query_of(conditions, ledger, words())
    records = select(ledger, where)
    if not records and needs_items(form):
        raise click.UsageError(words().text("cli.export.empty", form=form))
    extract = Extract(
        ledger,
        records,
        where,
        catalogue,
        project.site_name,
        project.base,
        settings.timezone,
        lambda record: _address(record, project),
    )
    content = formats()[form].write(extract)
    if str(output) == "-":
        sys.stdout.buffer.write(content)
        return
    path = output or Path(f"{catalogue.text('ledger.file_name')}-{ledger.today}.{ending(form)}")
    try:
        path.write_bytes(content)
    except OSError as error:
        raise click.UsageError(f"{path}: {error.strerror}") from error
    click.echo(catalogue.text("exchange.written", n=len(records), file=path))


def _address(record: Record, project: Project) -> str:
    """Return the address of an item's page: on the site it is at home on, if that has one."""
    home = record.origin.address if record.origin is not None else ""
    return home or project.base + project.addresses.record(record)


def query_of(conditions: Iterable[str], ledger: Ledger, words: Catalogue) -> Where:
    """Return the query that FIELD=VALUE conditions mean; commas part values.

    Raises click.UsageError naming the nearest field or value where one means nothing in this ledger.
    """
    where: dict[str, tuple[str, ...]] = {}
    for condition in conditions:
        field, mark, text = (part.strip() for part in condition.partition("="))
        if not mark or not text:
            raise click.UsageError(words.text("cli.export.no_value", found=condition))
        if field not in FIELDS and field not in RANGES:
            fields = (*FIELDS, *RANGES)
            raise _unknown(words, "cli.export.no_field", field, fields, known=", ".join(fields))
        if field in RANGES:
            if build(_Limit, {"day": text})[0] is None:
                raise click.UsageError(words.text("cli.export.no_day", field=field, found=text))
            where[field] = (text,)
            continue
        known = choices(ledger, field)
        # A name may hold a comma itself.
        values = (
            [text] if text in known else [part.strip() for part in re.split("[,，]", text) if part.strip()]
        )
        for value in values:
            if value not in known:
                shown = ", ".join(known[:12])
                raise _unknown(words, "cli.export.no_such", value, known, field=field, known=shown)
        where[field] = (*where.get(field, ()), *values)
    return where


def _unknown(
    words: Catalogue, key: str, found: str, choices: Iterable[str], **facts: object
) -> click.UsageError:
    close = nearest(found, choices)
    hint = f" {words.text('findings.nearest', nearest=close)}" if close else ""
    return click.UsageError(words.text(key, found=found, **facts) + hint)
