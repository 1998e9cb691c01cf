"""`rectify status`: how the whole ledger stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rectification.cli._desk import open_desk, option
from rectification.cli._project import config_file
from rectification.cli._table import print_json, print_table
from rectification.cli._words import words
from rectification.model import FLAGS, STATUSES

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.ledger import Ledger, Record
    from rectification.publish.summary_json import Numbers


@click.command(help=words().text("cli.status.help"))
@config_file
@option("--json", "as_json", is_flag=True)
def command(config_file: Path, as_json: bool) -> None:
    """Sum up the ledger."""
    from rectification.publish.summary_json import numbers

    desk = open_desk(config_file, combined=True)
    ledger = desk.examination.ledger
    if as_json:
        from rectification.publish.items_json import item

        print_json(
            {
                "version": 1,
                "as_of": ledger.today,
                "all": numbers(ledger.records),
                "overdue": [item(ledger, record) for record in _late(ledger)],
                "units": [{"name": name, **found} for name, found in _units(ledger).items()],
            }
        )
        return
    print_summary(ledger, desk.catalogue)


def _late(ledger: Ledger) -> list[Record]:
    return sorted((r for r in ledger.records if r.state.overdue), key=lambda r: (r.item.due, r.item.id))


def _units(ledger: Ledger) -> dict[str, Numbers]:
    from rectification.publish.summary_json import numbers

    listed = (unit.name for unit in ledger.units.listed if unit.name in ledger.by_unit)
    return {name: numbers(ledger.by_unit[name]) for name in listed}


def print_summary(ledger: Ledger, catalogue: Catalogue) -> None:
    """Print how a ledger stands on its day: numbers, overdue items, units."""
    from rectification.publish.summary_json import numbers

    say, total, late, units = catalogue.text, numbers(ledger.records), _late(ledger), _units(ledger)
    click.echo(f"{say('ledger.as_of')}{say('ui.colon')}{ledger.today}")
    click.echo(say("cli.status.total", n=total["total"], unfinished=total["unfinished"]) + "\n")
    counts: list[tuple[str, str, int]] = [(say(f"status.{s}"), s, total["by_status"][s]) for s in STATUSES]
    counts += [(say(f"flag.{f}"), f, total["by_flag"][f]) for f in FLAGS]
    print_table(
        [say("field.status"), say("ledger.items")], [((word, code), str(n)) for word, code, n in counts]
    )
    if late:
        click.echo(f"\n{say('flag.overdue')}")
        headings = [say(f"ledger.column.{name}") for name in ("id", "due", "left", "unit", "title")]
        print_table(
            headings,
            (
                (
                    r.item.id,
                    str(r.item.due),
                    (say("due.overdue", n=-(r.state.days_left or 0)), "overdue"),
                    r.unit,
                    r.item.title,
                )
                for r in late
            ),
        )
    click.echo(f"\n{say('listing.units')}")
    headings = [say("field.unit"), say("count.total"), say("count.unfinished"), say("flag.overdue")]
    print_table(
        headings,
        (
            (name, str(n["total"]), str(n["unfinished"]), str(n["by_flag"]["overdue"]))
            for name, n in units.items()
        ),
    )
