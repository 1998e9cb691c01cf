"""`rectify show`: one item, in full."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rectification.cli._desk import Desk, item_command, open_desk, option
from rectification.cli._table import print_json, print_table

if TYPE_CHECKING:
    from rectification.ledger import Record


@item_command("show")
@option("--json", "as_json", is_flag=True)
def command(config_file: Path, identifier: str, as_json: bool) -> None:
    """Show one item."""
    desk = open_desk(config_file, combined=True)
    record, say = desk.record(identifier), desk.catalogue.text
    if as_json:
        from rectification.publish.items_json import item

        print_json(item(desk.examination.ledger, record))
        return
    click.echo(f"{record.item.id}  {desk.catalogue.mark(record.item.title, record.item.visibility)}")
    if record.origin is None:
        click.echo(f"{record.place.file}:{record.place.line}\n")
    else:
        click.echo(f"{say('ui.arrow').join(record.origin.sources)}  {record.origin.address}")
        click.echo(say("ui.origin_as_of", day=record.origin.as_of) + "\n")
    colon = say("ui.colon")
    for name, value in _facts(desk, record):
        lines = value.splitlines()
        click.echo(f"{name}{colon}{value}" if len(lines) < 2 else f"{name}{colon}")
        for line in lines if len(lines) > 1 else ():
            click.echo(f"  {line}".rstrip())
    if record.item.actions:
        click.echo(f"\n{say('section.actions')}")
        headings = [say("ledger.column.due"), say("ui.actual"), say("section.actions")]
        rows = [
            (str(a.due or ""), str(a.done or ""), " ".join(desk.catalogue.mark(a.text, a.visibility).split()))
            for a in record.item.actions
        ]
        print_table(headings, rows)
    if record.item.log:
        click.echo(f"\n{say('section.timeline')}")
        headings = [say("data.date"), say("field.status"), say("cli.show.by"), say("section.timeline")]
        print_table(
            headings,
            (
                (
                    str(entry.date),
                    (say(f"status.{entry.status}"), entry.status) if entry.status else "",
                    entry.by or "",
                    " ".join(desk.catalogue.mark(entry.note or entry.reason or "", entry.visibility).split()),
                )
                for entry in record.item.log
            ),
        )


def _facts(desk: Desk, record: Record) -> Iterator[tuple[str, str]]:
    item, state, say = record.item, record.state, desk.catalogue.text
    flags = say("ui.comma").join(say(f"flag.{flag}") for flag in state.flags)
    status = say(f"status.{state.status}") + (say("ui.in_brackets", text=flags) if flags else "")
    due = item.due.isoformat()
    if state.slip_days:
        original = say("ui.original_due", n=state.slip_days, day=state.original_due)
        due = f"{due} {original}"
    partners = say("ui.comma").join(item.partners)
    yield say("field.status"), status
    yield say("field.unit"), record.unit
    yield say("field.found"), item.found.isoformat()
    yield say("field.due"), due
    for name, value in (
        ("field.category", item.category),
        ("ledger.column.severity", say(f"severity.{item.severity}") if item.severity else None),
        ("field.mode", say(f"mode.{item.mode}") if item.mode else None),
        ("field.owner", item.owner),
        ("field.partners", partners),
        ("section.problem", item.problem),
        ("section.cause", item.cause),
        ("section.goal", item.goal),
        ("section.related", say("ui.comma").join(item.related)),
    ):
        if value:
            yield say(name), value
