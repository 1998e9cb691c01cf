"""What happens to a bug: one line that says so, its traceback only where it is asked for."""

from __future__ import annotations

import errno
import traceback

import click

from rectification.cli._words import words

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
    """Say that `error` is a bug in the program and exit; what click deals with itself is raised again."""
    expected = isinstance(error, click.ClickException | click.exceptions.Exit | click.Abort)
    if expected or (isinstance(error, OSError) and error.errno == errno.EPIPE):
        raise error
    if context.meta.get(_KEY):
        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
    else:
        kind = f"{type(error).__name__}: {' '.join(str(error).split())}"
        click.echo(words().text("cli.mishap", kind=kind), err=True)
    context.exit(STATUS)
