"""`rectify list`: the items a query means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rectification.cli._desk import open_desk, option
from rectification.cli._project import config_file
from rectification.cli._query import query_of, unit_option, unknown, where_option
from rectification.cli._table import print_json, print_table
from rectification.cli._words import words
from rectification.model import SEVERITIES, STATUSES

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.ledger import Record

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
@unit_option
@where_option
@option("--sort", metavar="FIELD")
@option("--json", "as_json", is_flag=True)
def command(
    config_file: Path, conditions: tuple[str, ...], unit: str | None, sort: str | None, as_json: bool
) -> None:
    """List items, as many as the query means."""
    from rectification.ledger import select

    desk = open_desk(config_file, combined=True)
    ledger = desk.examination.ledger
    records = list(select(ledger, query_of(conditions, ledger, unit)))
    if sort is not None:
        field = sort.removeprefix("-")
        if field not in SORTS:
            raise unknown("cli.list.no_sort", field, SORTS, known=", ".join(SORTS))
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
