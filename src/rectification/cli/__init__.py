"""`rectify`: one module a command, loaded when it is called."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

import click

from rectification import __version__
from rectification.cli._mishap import confess, debug
from rectification.cli._words import words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


class _Commands(click.Group):
    """A group whose commands are the modules of this package that hold a `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(info.name for info in iter_modules(__path__) if not info.name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = import_module(f"{__name__}.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # What a command does stands in the catalogue: to tell of all commands, none need be loaded.
        helps = {name: words().text(f"cli.{name}.help") for name in self.list_commands(ctx)}
        told = {name: click.Command(name, help=text) for name, text in helps.items()}
        click.Group(commands=told).format_commands(ctx, formatter)

    def invoke(self, ctx: click.Context) -> None:
        try:
            super().invoke(ctx)
        except Exception as error:
            confess(ctx, error)


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]}, help=words().text("cli.help")
)
@debug
@click.version_option(__version__, prog_name="rectify")
def rectify() -> None:
    """The group all commands belong to."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `rectify`; exits with the status of the command (2 for wrong usage, 3 for a bug)."""
    # A command makes many objects, few circles of them, and ends: looking for circles is half of its time.
    gc.disable()
    rectify.main(args=arguments, prog_name="rectify")


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run `rectify` as a program: like `main`, but the process ends with it.

    To take the objects of a large ledger apart, one by one, takes longer than to judge them by most rules.
    """
    status: object = 0
    try:
        main(arguments)
    except SystemExit as end:
        status = end.code
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads any more
            stream.flush()
    os._exit(status if isinstance(status, int) else 1)
