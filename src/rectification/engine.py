"""What makes things here, as digests: by them a run tells whether what an earlier one left is still good."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path

import rectification


@cache
def made_by(*places: str, libraries: tuple[str, ...] = (), facts: tuple[object, ...] = ()) -> str:
    """Return a digest of our own modules and lists of phrases at `places`, of Python, of the versions of
    `libraries`, and of `facts`.

    A place is a file of the package, or a folder, which stands for what lies right in it. Whole texts are
    looked at, so that a checkout elsewhere, or at another time, is the same engine.
    """
    package = files("rectification")
    parts: list[object] = [sys.version, facts]
    for place in places:
        found = package.joinpath(place)
        inside = sorted(found.iterdir(), key=lambda one: one.name) if found.is_dir() else [found]
        parts += [one.read_bytes() for one in inside if one.name.endswith((".py", ".yml"))]
    for name in libraries:
        with suppress(PackageNotFoundError):
            parts.append(f"{name} {version(name)}")
    return _digest(parts)


@cache
def installed() -> str:
    """Return a digest of all our own files, by how they lie there, and of all packages that are installed."""
    own = Path(rectification.__file__).parent
    parts: list[object] = [sys.version]
    for folder, names, listed in os.walk(own):
        names[:] = sorted(name for name in names if name != "__pycache__")
        for name in sorted(listed):
            path = Path(folder, name)
            found = path.stat()
            parts.append((path.relative_to(own).as_posix(), found.st_size, found.st_mtime_ns))
    for place in sys.path:
        with suppress(OSError):
            # The name of such a folder says which version of which package is installed.
            parts += sorted(entry.name for entry in os.scandir(place) if entry.name.endswith(".dist-info"))
    return _digest(parts)


def _digest(parts: list[object]) -> str:
    made = blake2b(digest_size=16)
    for part in parts:
        content = part if isinstance(part, bytes) else repr(part).encode("utf-8", "surrogatepass")
        made.update(b"%d " % len(content))
        made.update(content)
    return made.hexdigest()
