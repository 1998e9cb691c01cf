"""`rectify render`: the ledger as plain Markdown pages, for site generators that do not load the plugin."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from rectification.catalogue import read_catalogue
from rectification.cli._project import config_file, read_project
from rectification.cli._words import words
from rectification.cli._writing import writing
from rectification.diagnostic import explain
from rectification.ledger import EvidenceFile, publish_evidence
from rectification.render import pages
from rectification.rules import examine
from rectification.unwritten import naming

# Names what was written, so that the next run may replace and remove that, and nothing else.
MANIFEST = ".rectify-render"


@click.command(help=words().text("cli.render.help"))
@config_file
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help=words().text("cli.render.to"),
)
def command(config_file: Path, folder: Path) -> None:
    """Write the pages. Exit status: 0 written, 1 not written, 2 wrong usage."""
    project = read_project(config_file)
    settings = project.settings
    catalogue = read_catalogue(settings.language)
    examination = examine(settings, settings.today(), readings=project.readings())
    if examination.errors:
        for diagnostic in examination.errors:
            text = examination.texts.get(diagnostic.file, "")
            click.echo(explain(diagnostic, text, catalogue) + "\n", err=True)
        click.echo(catalogue.text("exchange.refused", n=len(examination.errors)), err=True)
        sys.exit(1)
    ledger = examination.ledger if settings.audience == "internal" else examination.ledger.public()
    made = dict(pages(ledger, catalogue, project.site_name, settings.audience))
    with writing(folder, catalogue):
        before = _written_before(folder)
        foreign = [name for name in made if name not in before and (folder / name).exists()]
        if foreign:
            raise click.UsageError(words().text("cli.render.foreign", file=folder / foreign[0]))
        for name, content in made.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with naming(path):
                if isinstance(content, EvidenceFile):
                    publish_evidence(content, path)  # not a copy: pictures go without their metadata
                else:
                    path.write_bytes(content)
        for name in before - made.keys():
            (folder / name).unlink(missing_ok=True)
        (folder / MANIFEST).write_text("".join(f"{name}\n" for name in sorted(made)), "utf-8", newline="\n")
    click.echo(catalogue.text("render.written", n=len(made), folder=folder))


def _written_before(folder: Path) -> set[str]:
    """Return what an earlier run wrote, by the file it left; a name that leads elsewhere is not believed."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return set()
    root = folder.resolve()
    names = manifest.read_text("utf-8").split("\n")
    return {name for name in names if name and (folder / name).resolve().is_relative_to(root)}
