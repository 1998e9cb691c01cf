"""`rectify init`: a new site that builds at once."""

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import click

from rectification import __version__
from rectification.catalogue import LANGUAGES
from rectification.cli._words import words
from rectification.cli._writing import writing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

_DOT = "dot-"  # files of the scaffold that begin with a dot are packed without it
_DAYS = 30  # until the example is due


@click.command(help=words().text("cli.init.help"))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--lang", type=click.Choice(LANGUAGES), default=None, help=words().text("cli.init.lang"))
@click.option("--name", default="", help=words().text("cli.init.name"))
@click.option(
    "--requirement",
    default=f"rectification=={__version__}",
    show_default=True,
    help=words().text("cli.init.requirement"),
)
def command(folder: Path, lang: str | None, name: str, requirement: str) -> None:
    """Write the files of a new site into `folder`, which must be empty or new."""
    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError(words().text("cli.init.not_empty", folder=folder))
    language = lang or words().language
    today = date.today()
    name = name or words().text("cli.init.site_name")
    facts = {
        "site_name": name,
        "quoted_name": json.dumps(name, ensure_ascii=False),  # a JSON string is a YAML string
        "requirement": requirement,
        "today": today.isoformat(),
        "due": (today + timedelta(days=_DAYS)).isoformat(),
    }
    for path, source in sorted([*_sources("both"), *_sources(language)]):
        target = folder / path
        with writing(target, words()):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(Template(source.read_text("utf-8")).substitute(facts), "utf-8", newline="\n")
        click.echo(target.as_posix())
    _write_schemas(folder)
    click.echo(words().text("cli.init.next", folder=folder.as_posix()))


def _sources(part: str) -> Iterator[tuple[str, Traversable]]:
    """Yield the files of a part of the scaffold: (path in the new site, source)."""
    waiting = [("", files("rectification").joinpath("scaffold", part))]
    while waiting:
        above, folder = waiting.pop()
        for entry in folder.iterdir():
            path = f"{above}{entry.name.replace(_DOT, '.', 1) if entry.name.startswith(_DOT) else entry.name}"
            if entry.is_dir():
                waiting.append((f"{path}/", entry))
            else:
                yield path, entry


def _write_schemas(folder: Path) -> None:
    from rectification.cli.schema import FOLDER, write_schemas
    from rectification.settings import Settings

    settings = Settings(folder.resolve(), folder.resolve() / "checklists")
    for path in write_schemas(settings, settings.checklists / FOLDER, words()):
        click.echo((folder / path.relative_to(folder.resolve())).as_posix())
