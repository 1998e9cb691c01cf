"""What the last build wrote, and from what: so that the next one writes again only what would differ.

Every file that we make has a *key*: a digest of all that it is made from. Where a file's key is that of the
last build, and the file lies in the site as that build left it, it is neither made nor written again. The
record of keys can be deleted at any time; a build without it makes everything.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import IO, NamedTuple, TypeVar

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from rectification.engine import installed
from rectification.ledger.sealed import FOLDER, Sealed
from rectification.site.integrity import entries_of

_RECORD = "site"

Plain = TypeVar("Plain")


class Written(NamedTuple):
    """A file of the site: the key it was made from, its size in bytes, when it was written (ns), its SHA-256.

    A file without a key is made by every build.
    """

    key: str
    size: int
    changed: int
    sha256: str


class Look(NamedTuple):
    """How a file lies in a folder: its size in bytes, when it was last written (ns)."""

    size: int
    changed: int


class Sheaf(NamedTuple):
    """The pages of one checklist's items: what all of them together were made from, their paths."""

    key: str
    names: list[str]


@dataclass
class Kept:
    """The files that the last build made, by their paths below the site's root, and what it found there.

    `sheaves` are those of them that are the pages of items, by the slugs of their checklists; `looks` tells
    how all files lie in the folder that is to become the site.
    """

    files: Mapping[str, Written] = field(default_factory=dict)
    sheaves: Mapping[str, Sheaf] = field(default_factory=dict)
    looks: Mapping[str, Look] = field(default_factory=dict)

    def has(self, path: str, key: str) -> bool:
        """Tell whether the file at `path` is there as it was made from the same."""
        known = self.files.get(path)
        return known is not None and key != "" and known.key == key and self.lies(path)

    def lies(self, path: str) -> bool:
        """Tell whether the file at `path` is one that need not be made by every build, and lies as it did."""
        known, look = self.files.get(path), self.looks.get(path)
        return (
            known is not None
            and look is not None
            and known.key != ""
            and look.size == known.size
            and look.changed == known.changed
        )


def digest(*parts: object) -> str:
    """Return a digest of values whose `repr` says all there is to say of them, and of bytes."""
    made = blake2b(digest_size=16)
    for part in parts:
        content = part if isinstance(part, bytes) else repr(part).encode("utf-8", "surrogatepass")
        made.update(len(content).to_bytes(8, "big"))
        made.update(content)
    return made.hexdigest()


def open_cache(root: Path, name: str = _RECORD) -> Sealed | None:
    """Open a folder of what builds of the project at `root` remember; None where there cannot be one."""
    return Sealed.open(root / FOLDER, name)


def claim(root: Path) -> IO[bytes] | None:
    """Return what holds a project's cache for one build, until it is closed; None while another has it.

    Held too by processes forked meanwhile: what a killed build left working is not met by the next one.
    """
    try:
        import fcntl
    except ImportError:  # no such locks here
        return None
    held = None
    try:
        held = (root / FOLDER / "lock").open("ab")
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        if held is not None:
            held.close()
        return None
    return held


class Compiled(BytecodeCache):
    """Templates as they are compiled, kept by what compiling depends on beside their own text; and what else
    hangs on nothing but that."""

    def __init__(self, sealed: Sealed, *parts: object) -> None:
        self._sealed = sealed
        self._state = digest(installed(), *parts)
        self._used: set[str] = set()

    def load_bytecode(self, bucket: Bucket) -> None:
        name = f"{self._state} {bucket.key}"
        self._used.add(name)
        kept = self._sealed.read(name)
        if kept is not None:
            bucket.bytecode_from_string(bytes(kept))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._sealed.write(f"{self._state} {bucket.key}", bucket.bytecode_to_string())

    def known(self, what: str, make: Callable[[], Plain]) -> Plain:
        """Return what `make` returns, plain values, which hang on the engine and the language alone."""
        name = f"{self._state} {what}"
        self._used.add(name)
        kept = self._sealed.read(name)
        if kept is not None:
            found: Plain = marshal.loads(kept)
            return found
        made = make()
        self._sealed.write(name, marshal.dumps(made))  # type: ignore[arg-type]
        return made

    def prune(self) -> None:
        """Forget what was not asked for."""
        self._sealed.keep(self._used)


def compiled(root: Path, *parts: object) -> Compiled | None:
    """Return where the templates of a project are kept, compiled for `parts`; None where they cannot be."""
    sealed = Sealed.open(root / FOLDER, "templates")
    return Compiled(sealed, *parts) if sealed is not None else None


def folder_digest(folder: Path | None) -> str:
    """Return a digest of all files below a folder, their names and contents; of none where it is missing."""
    parts: list[object] = []
    if folder is not None and folder.is_dir():
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                parts += [path.relative_to(folder).as_posix(), path.read_bytes()]
    return digest(*parts)


def read(cache: Sealed, site: Path) -> Kept:
    """Return what the last build of `site` wrote; nothing where that is not known, or not to be read."""
    kept = cache.read(_RECORD)
    head, files, sheaves = marshal.loads(kept) if kept is not None else ((), {}, {})
    if head != (installed(), str(site)):
        return Kept()
    made = {path: Written(*one) for path, one in files.items()}
    return Kept(made, {slug: Sheaf(*one) for slug, one in sheaves.items()})


def write(cache: Sealed, site: Path, files: Mapping[str, Written], sheaves: Mapping[str, Sheaf]) -> None:
    """Remember what this build of `site` wrote. What cannot be remembered is made again."""
    made = {path: tuple(one) for path, one in files.items()}
    told = ((installed(), str(site)), made, {slug: tuple(one) for slug, one in sheaves.items()})
    cache.write(_RECORD, marshal.dumps(told))
    cache.keep({_RECORD})  # what a killed build was writing


def looks_of(folder: Path) -> dict[str, Look]:
    """Return how every file below `folder` lies there, by its path."""
    found: dict[str, Look] = {}
    for path, entry in entries_of(folder):
        look = entry.stat(follow_symlinks=False)
        found[path] = Look(look.st_size, look.st_mtime_ns)
    return found


def forget(folder: Path, paths: Iterable[str]) -> None:
    """Remove files below `folder`, and the folders that nothing is left in. Raises OSError.

    A file that cannot be removed is not let be: it may be the page of what is no longer to be published.
    """
    for path in paths:
        place = folder / path
        place.unlink(missing_ok=True)
        with suppress(OSError):
            for above in place.relative_to(folder).parents[:-1]:
                (folder / above).rmdir()
