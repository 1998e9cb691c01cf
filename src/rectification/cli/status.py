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
    from rectification.catalogue import Catalogue
    from rectification.ledger import Ledger, Record


@click.command(help=words().text("cli.status.help"))
@config_file
@unit_option
@option("--json", "as_json", is_flag=True)
def command(config_file: Path, unit: str | None, as_json: bool) -> None:
    """Sum up the ledger."""
    from rectification.publish.summary_json import numbers

    desk = open_desk(config_file, combined=True)
    ledger = desk.examination.ledger
    name = unit_of(unit, ledger) if unit is not None else None
    if not as_json:
        print_summary(ledger, desk.catalogue, name)
        return
    from rectification.publish.items_json import item

    print_json(
        {
            "version": 1,
            "as_of": ledger.today,
            "all": numbers(_records(ledger, name)),
            "overdue": [item(ledger, record) for record in _late(ledger, name)],
            "units": [_unit(ledger, below) for _, below in _units(ledger, name)],
        }
    )


def print_summary(ledger: Ledger, catalogue: Catalogue, unit: str | None = None) -> None:
    """Print how a ledger, or the part of a unit with all below it, stands on its day."""
    from rectification.publish.summary_json import numbers

    say, total, late = catalogue.text, numbers(_records(ledger, unit)), _late(ledger, unit)
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
    rows = (_row(ledger, depth, name) for depth, name in _units(ledger, unit))
    print_table([say(key) for key in keys], rows)
    click.echo(say("ui.with_units_below"))


def _records(ledger: Ledger, unit: str | None) -> tuple[Record, ...]:
    return ledger.of_unit(unit) if unit is not None else ledger.records


def _late(ledger: Ledger, unit: str | None) -> list[Record]:
    late = (record for record in _records(ledger, unit) if record.state.overdue)
    return sorted(late, key=lambda r: (r.item.due, r.item.id))


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
    own = _unit(ledger, name)
    whole = own["with_below"]
    counts = (own["total"], whole["total"], whole["unfinished"], whole["by_flag"]["overdue"])
    return ("  " * depth + name, *map(str, counts))
