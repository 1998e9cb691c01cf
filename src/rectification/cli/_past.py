"""The ledger of another day or revision, for the commands that look back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rectification.cli._words import words
from rectification.cli._writing import writing
from rectification.revision import Moment, RevisionError, as_of, moment_of
from rectification.rules import examine

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.rules import Examination
    from rectification.settings import Settings


@dataclass(frozen=True)
class Past:
    """A ledger as it stood: what was found in it on its day, and the folder its checklists lie in."""

    moment: Moment
    examination: Examination
    checklists: Path


@contextmanager
def past(settings: Settings, named: str) -> Iterator[Past]:
    """Yield the ledger as of a date or a revision; its files are there until the end of the block.

    Raises click.UsageError where there is no such ledger.
    """
    try:
        moment = moment_of(settings, named)
        with as_of(settings, moment.commit) as before:
            examination = examine(before, moment.day)
            ledger = replace(examination.ledger, revision=named)
            yield Past(moment, replace(examination, ledger=ledger), before.checklists)
    except RevisionError as error:
        raise click.UsageError(words().text(f"cli.revision.{error.reason}", revision=named)) from error


def write_out(checklists: Path, folder: Path, catalogue: Catalogue) -> None:
    """Copy a folder of checklists to `folder`, which is new or empty.

    Raises click.UsageError where it is not, UnwrittenError in the words of `catalogue`.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise click.UsageError(words().text("cli.init.not_empty", folder=folder))

    def copy(source: str, target: str) -> str:
        with writing(target, catalogue):  # or all files would be tried, and each be told of
            return shutil.copy2(source, target)

    # A link in the checklists is a mistake to be seen, not a way out of them.
    with writing(folder, catalogue):
        shutil.copytree(checklists, folder, symlinks=True, copy_function=copy, dirs_exist_ok=True)
