"""`rectify new`: a problem was found; its six facts, asked for where they are not given."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rectification.cli._desk import Day, Desk, open_desk, option
from rectification.cli._project import config_file
from rectification.cli._words import words
from rectification.diagnostic import nearest

if TYPE_CHECKING:
    from rectification.ledger import Checklist


@click.command(help=words().text("cli.new.help"))
@config_file
@option("--checklist", metavar="SLUG")
@option("--id", "identifier")
@option("--title")
@option("--problem")
@option("--unit")
@option("--found", type=Day())
@option("--due", type=Day())
def command(
    config_file: Path,
    checklist: str | None,
    identifier: str | None,
    title: str | None,
    problem: str | None,
    unit: str | None,
    found: date | None,
    due: date | None,
) -> None:
    """Add an item to a checklist."""
    from rectification.cli.schema import first_line
    from rectification.editing import Edit, add_item, item_file, next_id
    from rectification.ledger import slug_of

    desk = open_desk(config_file)
    ledger, say = desk.examination.ledger, desk.catalogue.text
    # With everything said that only a person knows, nothing is asked: the proposals are taken.
    asking = not (title and problem and unit and due)
    where = _checklist(desk, checklist, asking=asking)
    prefix = where.header.id
    proposed = next_id(prefix, ledger.by_id)
    identifier = identifier or (_ask(say("field.id"), proposed) if asking else proposed)
    title = title or _ask(say("cli.new.title"))
    problem = problem or _ask(say("cli.new.problem"))
    unit = _unit(desk, unit)
    found = found or (_ask_day(say("field.found"), ledger.today) if asking else ledger.today)
    due = due or _ask_day(say("field.due"))
    entry = {"id": identifier, "title": title.strip(), "problem": problem.strip(), "unit": unit}
    entry |= {"found": found.isoformat(), "due": due.isoformat()}
    path = desk.settings.checklists / where.slug
    if path.is_dir():
        text = first_line(desk.settings.checklists, path, "item") + item_file(entry)
        file = desk.settings.name_of(path / f"{slug_of(identifier)}.yml")
        desk.write(file, Edit(text, 1, text.rstrip("\n")), new=True)
    else:
        file = where.place.file
        desk.write(file, desk.done(add_item(desk.examination.texts[file], entry)))


def _checklist(desk: Desk, slug: str | None, *, asking: bool) -> Checklist:
    """Return the checklist meant: the one named, by slug or id, or the only one there is."""
    named = {name: c for c in desk.examination.ledger.checklists for name in (c.slug, c.header.id)}
    slugs = [c.slug for c in desk.examination.ledger.checklists]
    if slug is None and len(slugs) == 1:
        slug = slugs[0]
    if slug is None and asking and slugs:
        slug = click.prompt(desk.catalogue.text("field.checklist"), type=click.Choice(slugs), err=True)
    if slug is None:
        raise click.UsageError(words().text("cli.new.which", known=", ".join(slugs)))
    if slug not in named:
        raise click.UsageError(words().text("cli.no_checklist", found=slug, known=", ".join(slugs)))
    return named[slug]


def _unit(desk: Desk, unit: str | None) -> str:
    """Return a unit the site knows; ask, proposing the nearest, until there is one."""
    units, say = desk.examination.ledger.units, desk.catalogue.text
    if unit:
        return unit  # the rules refuse an unknown one, naming the nearest
    unit = _ask(say("field.unit"))
    while units.known and unit not in units.names:
        click.echo(say("findings.L201.message", found=unit), err=True)
        unit = _ask(say("field.unit"), nearest(unit, units.names) or None)
    return unit


def _ask(what: str, proposed: str | None = None) -> str:
    return str(click.prompt(what, default=proposed, err=True))


def _ask_day(what: str, proposed: date | None = None) -> date:
    day = click.prompt(what, default=proposed, type=Day(), err=True)
    assert isinstance(day, date)
    return day
