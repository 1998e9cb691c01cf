"""What the system did not let us write, and why: no bug, and nothing that a traceback would help with."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# No room on the disk, none left to this user, a limit on the size of files, a disk that is only to be read.
_WRITING = {errno.ENOSPC, errno.EFBIG, errno.EROFS, getattr(errno, "EDQUOT", errno.ENOSPC)}


def only_writing(error: BaseException) -> bool:
    """Tell whether an error is one that only writing meets with, whatever file it names."""
    return isinstance(error, OSError) and error.errno in _WRITING


def reason(error: OSError) -> str:
    """Return the system's own words for an error."""
    return error.strerror or type(error).__name__


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let an OSError from within name `path` where it names no file: one from writing or closing does not."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            error.filename = str(path)
        raise
