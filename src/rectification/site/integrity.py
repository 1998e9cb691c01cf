"""The finished site as a set of files: which there are, and what is in them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

_PIECE = 1 << 18  # bytes read at a time: most files whole

Sum = tuple[int, str]  # bytes, SHA-256


def entries_of(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield everything below a folder but folders, each with its path from there."""
    root = len(str(folder)) + 1
    waiting = [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    yield entry.path[root:].replace(os.sep, "/"), entry


def files_of(site: Path) -> Iterator[tuple[str, bool]]:
    """Yield the path of everything below `site` but folders, and whether it is a regular file."""
    return ((path, entry.is_file(follow_symlinks=False)) for path, entry in entries_of(site))


def sums_of(site: Path, paths: Iterable[str]) -> dict[str, Sum]:
    """Return size and SHA-256 of files below `site`, by their paths. Raises OSError."""
    return {path: _sum(f"{site}{os.sep}{path}") for path in paths}


def _sum(path: str) -> Sum:
    # Read without a file object: for ten thousand pages that takes as long as the hashing does.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        piece = os.read(descriptor, _PIECE)
        size, digest = len(piece), sha256(piece)
        while piece:
            piece = os.read(descriptor, _PIECE)
            size += len(piece)
            digest.update(piece)
    finally:
        os.close(descriptor)
    return size, digest.hexdigest()
