"""`rectify verify`: whether a published site is whole, file by file and link by link."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rectification.catalogue import Catalogue, read_catalogue
from rectification.cli._project import read_project
from rectification.cli._table import print_json
from rectification.cli._words import words

if TYPE_CHECKING:
    from rectification.site.verify import Fault, Verdict


@click.command(help=words().text("cli.verify.help"))
@click.argument(
    "folder",
    metavar="[SITE]",
    default=Path(),
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    help=words().text("cli.verify.format"),
)
def command(folder: Path, style: str) -> None:
    """Look at a site. Exit status: 0 whole, 1 faults, 2 wrong usage."""
    from rectification.site.verify import verify

    site, catalogue = folder, words()
    if (folder / "mkdocs.yml").is_file():
        project = read_project(folder / "mkdocs.yml")
        site, catalogue = project.site, read_catalogue(project.settings.language)
    if not site.is_dir() or not any(site.iterdir()):
        raise click.UsageError(words().text("cli.verify.no_site", folder=site))
    try:
        verdict = verify(site)
    except OSError as error:
        raise click.UsageError(f"{error.filename or site}: {error.strerror}") from error
    if style == "json":
        faults = [{**asdict(fault), "message": _message(fault, catalogue)} for fault in verdict.faults]
        print_json({"version": 1, **asdict(verdict), "faults": faults})
    else:
        for fault in verdict.faults:
            click.echo(_message(fault, catalogue))
        click.echo(_summary(verdict, catalogue))
    sys.exit(1 if verdict.faults else 0)


def _message(fault: Fault, catalogue: Catalogue) -> str:
    return catalogue.text(f"verify.{fault.kind}", file=_shown(fault.file), about=_shown(fault.about))


def _summary(verdict: Verdict, catalogue: Catalogue) -> str:
    if verdict.faults:
        return catalogue.text("verify.faults", n=len(verdict.faults))
    source = verdict.built_from
    built = "built_anyhow" if source is None else "built_dirty" if source["dirty"] else "built"
    return catalogue.text(
        "verify.whole",
        files=verdict.files,
        size=verdict.size,
        pages=verdict.pages,
        links=verdict.links,
        built=catalogue.text(f"verify.{built}", commit=source["commit"] if source else ""),
        sha256=verdict.sha256,
    )


def _shown(text: str) -> str:
    """Return a name as it can be printed: somebody else may have chosen it, to look like a line of ours."""
    return text if text.isprintable() else ascii(text)[1:-1]
