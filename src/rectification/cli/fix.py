"""`rectify fix`: what is mechanical, mended; shown first, written on a yes."""

from __future__ import annotations

import sys
from difflib import unified_diff
from pathlib import Path

import click

from rectification.cli._desk import Desk, open_desk, option
from rectification.cli._project import config_file
from rectification.cli._words import words


@click.command(help=words().text("cli.fix.help"))
@config_file
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@option("--yes", is_flag=True)
@option("--diff", "only_show", is_flag=True)
@option("--check", "only_check", is_flag=True)
def command(config_file: Path, paths: tuple[Path, ...], yes: bool, only_show: bool, only_check: bool) -> None:
    """Mend the files. Exit status: 1 where a file could not be mended or, with --check, would be changed."""
    from rectification.editing import mend

    desk = open_desk(config_file)
    texts = {file: text for file, text in desk.examination.texts.items() if _meant(desk, file, paths)}
    for path in paths:
        if not any(_meant(desk, file, (path,)) for file in texts):
            raise click.UsageError(words().text("cli.fix.not_ours", path=path))
    mended, left = {}, 0
    # What could not be read as UTF-8 is no text to mend: it is only shown as far as it goes.
    for file in {d.file for d in desk.examination.errors if d.code in ("Y001", "Y002", "Y003", "Y004")}:
        if texts.pop(file, None) is not None:
            left += 1
            click.echo(desk.catalogue.text("editing.not_mended", file=file), err=True)
    for file, text in sorted(texts.items()):
        found = mend(text)
        if found.text != text:
            mended[file] = found.text
            click.echo(_diff(file, text, found.text), nl=False)
        if not found.readable or found.faults:
            left += 1
            key = "editing.partly_mended" if found.readable else "editing.not_mended"
            click.echo(desk.catalogue.text(key, file=file), err=True)
    if not mended:
        click.echo(desk.catalogue.text("editing.nothing_to_mend", n=len(texts)))
    elif only_show or only_check:
        click.echo(desk.catalogue.text("editing.would_mend", n=len(mended)))
    elif yes or click.confirm(desk.catalogue.text("editing.write", n=len(mended)), err=True):
        for file, text in mended.items():
            desk.save(file, texts[file], text)
        click.echo(desk.catalogue.text("editing.mended", n=len(mended)))
    sys.exit(1 if left or (only_check and mended) else 0)


def _meant(desk: Desk, file: str, paths: tuple[Path, ...]) -> bool:
    path = (desk.settings.root / file).absolute()
    return not paths or any(path.is_relative_to(given.absolute()) for given in paths)


def _diff(file: str, before: str, after: str) -> str:
    """Return a unified diff, control characters made visible, a missing last line break marked."""
    lines = unified_diff(before.splitlines(True), after.splitlines(True), file, file)
    shown = []
    for line in lines:
        body = line.rstrip("\r\n")
        visible = "".join(c if c.isprintable() or c == "\t" else repr(c)[1:-1] for c in body)
        shown.append(visible + ("\n" if line.endswith(("\n", "\r")) else "\n\\ No newline at end of file\n"))
    return "".join(shown)
