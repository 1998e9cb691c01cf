"""Where commands write files: each whole or not at all, and one line about what cannot be written."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from rectification.unwritten import reason

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue


class UnwrittenError(click.ClickException):
    """A file could not be written; the message is one line that names it and the system's reason."""

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.format_message(), err=True, file=file)


@contextmanager
def writing(what: Path | str, catalogue: Catalogue) -> Iterator[None]:
    """End the command with status 1 where `what` cannot be written, or a file in that folder.

    Raises UnwrittenError for an OSError from within.
    """
    try:
        yield
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        named = error.filename2 or error.filename
        below = isinstance(named, str) and Path(named).is_relative_to(what)
        said = catalogue.text("cli.unwritable", file=named if below else what, reason=reason(error))
        raise UnwrittenError(said) from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is never seen half written; its permissions stay. Raises OSError."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        temporary.chmod(path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise


def write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet, whole or not at all. Raises OSError."""
    with path.open("xb") as stream:
        try:
            stream.write(content)
            stream.flush()
        except OSError:
            with suppress(OSError):
                path.unlink()
            raise


def _umask() -> int:
    mask = os.umask(0o077)  # it can only be read by setting it
    os.umask(mask)
    return mask
