"""`rectify check`: every mistake of every file, at its line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from rectification.catalogue import Catalogue, read_catalogue
from rectification.cli._project import config_file, read_settings
from rectification.cli._words import words
from rectification.diagnostic import Diagnostic, explain
from rectification.rules import examine


@click.command(help=words().text("cli.check.help"))
@config_file
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    help=words().text("cli.check.format"),
)
def command(config_file: Path, style: str) -> None:
    """Check all checklists. Exit status: 0 clean, 1 findings, 2 wrong usage."""
    settings = read_settings(config_file)
    catalogue = read_catalogue(settings.language)
    examination = examine(settings, settings.today())
    found = examination.diagnostics
    if style == "json":
        click.echo(json.dumps([as_json(d, catalogue) for d in found], ensure_ascii=False, indent=2))
    else:
        for diagnostic in found:
            click.echo(explain(diagnostic, examination.texts.get(diagnostic.file, ""), catalogue) + "\n")
        ledger = examination.ledger
        facts: dict[str, Any] = {"errors": len(examination.errors), "warnings": len(examination.warnings)}
        facts |= {"items": len(ledger.records), "checklists": len(ledger.checklists)}
        click.echo(
            catalogue.text("findings.total", n=len(found), **facts)
            if found
            else catalogue.text("findings.none", **facts)
        )
    sys.exit(1 if found else 0)


def as_json(diagnostic: Diagnostic, catalogue: Catalogue) -> dict[str, object]:
    """Return a diagnostic as a machine reads it; line and column start at 1, columns count code points."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "file": diagnostic.file,
        "line": diagnostic.line,
        "column": diagnostic.column,
        "item": diagnostic.item or None,
        "message": diagnostic.message(catalogue),
        "hint": diagnostic.hint(catalogue),
    }
