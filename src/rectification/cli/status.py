"""`rectify status`: how the ledger stands, or what of it belongs to a unit and all units below it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rectification.cli._desk import open_desk, option
from rectification.cli._project import config_file
from rectification.cli._query import unit_of, unit_option
from rectification.cli._table import print_json, print_table
from rectification.cli._words import words
from rectification.model import FLAGS, STATUSES

if TYPE_CHECKING:
    from rectification.ledger import Ledger


@click.command(help=words().text("cli.status.help"))
@config_file
@unit_option
@option("--json", "as_json", is_flag=True)
def command(config_file: Path, unit: str | None, as_json: bool) -> None:
    """Sum up the ledger."""
    from rectification.publish.summary_json import numbers

    desk = open_desk(config_file)
    ledger, say = desk.examination.ledger, desk.catalogue.text
    name = unit_of(unit, ledger) if unit is not None else None
    records = ledger.of_unit(name) if name is not None else ledger.records
    total = numbers(records)
    late = sorted((r for r in records if r.state.overdue), key=lambda r: (r.item.due, r.item.id))
    units = list(_units(ledger, name))
    if as_json:
        from rectification.publish.items_json import item

        print_json(
            {
                "version": 1,
                "as_of": ledger.today,
                "all": total,
                "overdue": [item(ledger, record) for record in late],
                "units": [
                    {
                        "name": n,
                        **numbers(ledger.by_unit.get(n, ())),
                        "with_below": numbers(ledger.of_unit(n)),
                    }
                    for _, n in units
                ],
            }
        )
        return
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
    keys = ("field.unit", "count.own", "count.total", "count.unfinished", "flag.overdue")
    print_table([say(key) for key in keys], (_row(ledger, depth, n) for depth, n in units))
    click.echo(say("ui.with_units_below"))


def _units(ledger: Ledger, top: str | None) -> Iterator[tuple[int, str]]:
    """Yield each unit that has items, itself or below it, with its depth; with `top`, from that unit down."""
    tree = [(depth, unit) for depth, unit in ledger.units.tree() if ledger.of_unit(unit.name)]
    within = ledger.units.names.get(top) if top is not None else None
    below = {unit.name for unit in ledger.units.below(within)} if within is not None else None
    shown = [(depth, unit.name) for depth, unit in tree if below is None or unit.name in below]
    first = shown[0][0] if shown else 0
    return ((depth - first, name) for depth, name in shown)


def _unit(ledger: Ledger, name: str) -> dict[str, Any]:
    """Return the numbers of a unit's own items, and of those with all below it."""
    from rectification.publish.summary_json import numbers

    own, whole = numbers(ledger.by_unit.get(name, ())), numbers(ledger.of_unit(name))
    return {"name": name, **own, "with_below": whole}


def _row(ledger: Ledger, depth: int, name: str) -> tuple[str, ...]:
    from rectification.publish.summary_json import numbers

    found = numbers(ledger.of_unit(name))
    counts = (
        len(ledger.by_unit.get(name, ())),
        found["total"],
        found["unfinished"],
        found["by_flag"]["overdue"],
    )
    return ("  " * depth + name, *map(str, counts))
