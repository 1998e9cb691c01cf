"""What happens to a bug: one line that says so, its traceback only where it is asked for."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from contextlib import suppress
from typing import NoReturn

import click

from rectification.cli._words import words
from rectification.unwritten import only_writing, reason

STATUS = 3  # exit status of an internal error

_KEY = f"{__name__}.debug"  # in the store that a command shares with its group


def _remember(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.meta[_KEY] = True


# On the group and on a command alike: it is looked for in both places.
debug = click.option(
    "--debug", is_flag=True, expose_value=False, callback=_remember, help=words().text("cli.debug")
)


def confess(context: click.Context, error: Exception) -> None:
    """Say that `error` is a bug in the program and exit; what click deals with itself is raised again.

    That there is no room on the disk is no bug.
    """
    expected = isinstance(error, click.ClickException | click.exceptions.Exit | click.Abort)
    if expected or (isinstance(error, OSError) and error.errno == errno.EPIPE):
        raise error
    if isinstance(error, OSError) and only_writing(error):
        _say_unwritten(context, error)
    if context.meta.get(_KEY):
        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
    else:
        kind = f"{type(error).__name__}: {' '.join(str(error).split())}"
        click.echo(words().text("cli.mishap", kind=kind), err=True)
    context.exit(STATUS)


def _say_unwritten(context: click.Context, error: OSError) -> NoReturn:
    if error.filename is not None:
        said = words().text("cli.unwritable", file=error.filename, reason=reason(error))
    else:
        said = words().text("cli.unwritable_unnamed", reason=reason(error))
        with suppress(OSError):  # what still waits to be printed would fail once more at the end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    click.echo(said, err=True)
    context.exit(1)
