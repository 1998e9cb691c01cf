"""`rectify status`: how the whole ledger stands."""

from __future__ import annotations

from pathlib import Path

import click

from rectification.cli._desk import open_desk, option
from rectification.cli._project import config_file
from rectification.cli._table import print_json, print_table
from rectification.cli._words import words
from rectification.model import FLAGS, STATUSES


@click.command(help=words().text("cli.status.help"))
@config_file
@option("--json", "as_json", is_flag=True)
def command(config_file: Path, as_json: bool) -> None:
    """Sum up the ledger."""
    from rectification.publish.summary_json import numbers

    desk = open_desk(config_file, combined=True)
    ledger, say = desk.examination.ledger, desk.catalogue.text
    total = numbers(ledger.records)
    late = sorted((r for r in ledger.records if r.state.overdue), key=lambda r: (r.item.due, r.item.id))
    units = {u.name: numbers(ledger.by_unit[u.name]) for u in ledger.units.listed if u.name in ledger.by_unit}
    if as_json:
        from rectification.publish.items_json import item

        print_json(
            {
                "version": 1,
                "as_of": ledger.today,
                "all": total,
                "overdue": [item(ledger, record) for record in late],
                "units": [{"name": name, **found} for name, found in units.items()],
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
    headings = [say("field.unit"), say("count.total"), say("count.unfinished"), say("flag.overdue")]
    print_table(
        headings,
        (
            (name, str(n["total"]), str(n["unfinished"]), str(n["by_flag"]["overdue"]))
            for name, n in units.items()
        ),
    )
