"""A folder of what one run leaves for the next: bytes by name. All of it can be deleted at any time.

What is read back must be what was written in this very folder. A file that came with a copy of the project
(a checkout, an archive, somebody's pull request) is as good as none: every file carries a code made with a
key, and part of that key is where, and when to the nanosecond, the file system made the folder's own `seal`:
no archive and no repository can carry that along. Source: RFC 2104 (HMAC).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

FOLDER = ".rectify-cache"  # beside mkdocs.yml
_SEAL = "seal"
_KEY = 32  # bytes
_ENDING = ".kept"
_IGNORED = "# Made anew where it is missing: nothing in here is to be kept.\n*\n"


class Sealed:
    """A folder whose files were all written by us, here."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._key = key

    @classmethod
    def open(cls, above: Path, name: str) -> Sealed | None:
        """Open the folder `name` in `above`, made where they are missing.

        None where they cannot be made, are reached by a link, or others may write there.
        """
        folder = above / name
        try:
            for each in (above, folder):
                each.mkdir(mode=0o700, exist_ok=True)
                if not _own(each):
                    return None
            ignored = above / ".gitignore"
            if not ignored.exists():
                ignored.write_text(_IGNORED, "utf-8")
            key = _key(folder / _SEAL)
        except OSError:
            return None
        return cls(folder, key) if key is not None else None

    def read(self, name: str) -> memoryview | None:
        """Return what was last written under a name; None where there is nothing, or not ours."""
        try:
            found = memoryview((self._folder / _file(name)).read_bytes())
        except OSError:
            return None
        code, content = found[:_KEY], found[_KEY:]
        return content if hmac.compare_digest(code, self._code(name, content)) else None

    def has(self, name: str) -> bool:
        """Tell whether something lies there under a name, whatever it is."""
        return (self._folder / _file(name)).exists()

    def write(self, name: str, content: bytes) -> None:
        """Keep `content` under a name: whole, or not at all."""
        path = self._folder / _file(name)
        part = path.with_suffix(f".{os.getpid()}")
        try:
            part.write_bytes(self._code(name, content) + content)
            part.replace(path)
        except OSError:
            with suppress(OSError):
                part.unlink()

    def keep(self, names: Collection[str]) -> None:
        """Delete what is kept under any other name."""
        kept = {_SEAL, *map(_file, names)}
        with suppress(OSError):
            for path in list(self._folder.iterdir()):
                if path.name not in kept:
                    path.unlink()

    def _code(self, name: str, content: bytes | memoryview) -> bytes:
        code = hmac.new(self._key, digestmod="sha256")
        code.update(hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest())
        code.update(content)
        return code.digest()


def _own(folder: Path) -> bool:
    """Tell whether a folder is one, and nobody else may write there."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        return False
    return not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)


def _key(seal: Path) -> bytes | None:
    """Return the key of a folder. Raises OSError."""
    with suppress(FileExistsError):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(seal, flags, 0o600), "wb") as made:
            made.write(os.urandom(_KEY))
    found, drawn = seal.lstat(), seal.read_bytes()
    if not stat.S_ISREG(found.st_mode) or len(drawn) != _KEY:
        return None  # another run is just making it
    return hashlib.sha256(drawn + f"{found.st_ino} {found.st_ctime_ns}".encode()).digest()


def _file(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:40] + _ENDING
