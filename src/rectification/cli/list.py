"""`rectify list`: the items a query means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rectification.cli._desk import open_desk, option
from rectification.cli._project import config_file
from rectification.cli._table import print_json, print_table
from rectification.cli._words import words
from rectification.diagnostic import nearest
from rectification.model import SEVERITIES, STATUSES, day_of

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.ledger import Ledger, Record

SORTS: Mapping[str, Callable[[Record], Any]] = {
    "id": lambda r: r.item.id,
    "title": lambda r: r.item.title,
    "unit": lambda r: r.unit,
    "found": lambda r: r.item.found,
    "due": lambda r: r.item.due,
    "since": lambda r: r.state.since,
    "status": lambda r: STATUSES.index(r.state.status),
    "severity": lambda r: SEVERITIES.index(r.item.severity) if r.item.severity else len(SEVERITIES),
    "days_open": lambda r: r.state.days_open,
}


@click.command(help=words().text("cli.list.help"))
@config_file
@option("--where", multiple=True, metavar="FIELD=VALUE")
@option("--sort", metavar="FIELD")
@option("--json", "as_json", is_flag=True)
def command(config_file: Path, where: tuple[str, ...], sort: str | None, as_json: bool) -> None:
    """List items, as many as the query means."""
    from rectification.ledger import select

    desk = open_desk(config_file, combined=True)
    ledger = desk.examination.ledger
    records = list(select(ledger, _query(ledger, where)))
    if sort is not None:
        field = sort.removeprefix("-")
        if field not in SORTS:
            raise click.UsageError(_unknown("cli.list.no_sort", field, tuple(SORTS)))
        records.sort(key=SORTS[field], reverse=sort.startswith("-"))
    if as_json:
        from rectification.publish.items_json import item

        items = [item(ledger, record) for record in records]
        print_json({"version": 1, "as_of": ledger.today, "items": items})
        return
    print_items(records, desk.catalogue)


def print_items(records: Sequence[Record], catalogue: Catalogue) -> None:
    """Print a table of items."""
    say = catalogue.text
    headings = [say(f"ledger.column.{name}") for name in ("id", "status", "flag", "due", "unit", "title")]
    print_table(
        headings,
        (
            (
                r.item.id,
                (say(f"status.{r.state.status}"), r.state.status),
                (
                    say("ui.comma").join(say(f"flag.{f}") for f in r.state.flags),
                    next(iter(r.state.flags), ""),
                ),
                r.item.due.isoformat(),
                r.unit,
                r.item.title,
            )
            for r in records
        ),
    )
    click.echo(say("ledger.items_n", n=len(records)))


def _query(ledger: Ledger, where: tuple[str, ...]) -> dict[str, list[str]]:
    """Return `FIELD=VALUE[,VALUE]` words as a query; one field given twice may have any of its values."""
    from rectification.ledger import FIELDS, RANGES, choices

    query: dict[str, list[str]] = {}
    for word in where:
        field, equals, given = word.partition("=")
        if not equals:
            raise click.UsageError(words().text("cli.list.no_equals", found=word))
        if field not in FIELDS and field not in RANGES:
            raise click.UsageError(_unknown("cli.list.no_field", field, (*FIELDS, *RANGES)))
        known = () if field in RANGES else choices(ledger, field)
        # A name may hold a comma itself.
        values = [given] if given in known else [value.strip() for value in given.split(",")]
        for value in values:
            if field in RANGES:
                day = day_of(value)
                if day is None:
                    raise click.UsageError(words().text("cli.not_a_day", found=value))
                value = day.isoformat()
            elif value not in known:
                raise click.UsageError(_unknown("cli.list.no_value", value, known, field=field))
            query.setdefault(field, []).append(value)
    return query


def _unknown(key: str, found: str, known: tuple[str, ...], **facts: str) -> str:
    """Return the message for an unknown name, with the nearest, or else all where they are few."""
    message = words().text(key, found=found, **facts)
    close = nearest(found, known)
    if close:
        return f"{message} {words().text('findings.nearest', nearest=close)}"
    return (
        f"{message} {words().text('cli.list.known', known=', '.join(known))}" if len(known) < 20 else message
    )
