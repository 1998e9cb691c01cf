"""The last good copy of every source, kept below `.cache/`: what is shown while the source itself is down.

A copy is named by its content: files are written first, `copy.json` that names them last and at once, so
that a copy is whole or not there. What is read back is verified again.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import StringConstraints, TypeAdapter, ValidationError

from rectification.federation.documents import FILES
from rectification.ledger import slug_of
from rectification.model import Day, Record

if TYPE_CHECKING:
    from rectification.settings import Settings, SourceSite

FOLDER = Path(".cache/rectification")
_NAMES = "copy.json"


class _Names(Record):
    fetched: Day
    files: dict[str, Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]]


_ADAPTER = TypeAdapter(_Names)


@dataclass(frozen=True, slots=True)
class Copy:
    """The files of a source by name, as they were on the day we read them."""

    contents: dict[str, bytes]
    fetched: date


def folder_of(source: SourceSite, settings: Settings) -> Path:
    """Return where the copy of a source is kept: another place for another location."""
    mark = hashlib.sha256(source.location.encode()).hexdigest()[:12]
    return settings.root / FOLDER / f"{slug_of(source.name)[:40]}-{mark}"


def read_copy(source: SourceSite, settings: Settings) -> Copy | None:
    """Return the last good copy of a source, or None where there is none or it is damaged."""
    folder = folder_of(source, settings)
    try:
        names = _ADAPTER.validate_json((folder / _NAMES).read_bytes())
        contents = {name: (folder / _file(names.files[name])).read_bytes() for name in FILES}
    except (OSError, KeyError, ValidationError):
        return None
    whole = all(hashlib.sha256(content).hexdigest() == names.files[n] for n, content in contents.items())
    return Copy(contents, names.fetched) if whole else None


def write_copy(source: SourceSite, settings: Settings, copy: Copy) -> None:
    """Keep a copy in place of the one before. Raises OSError."""
    folder = folder_of(source, settings)
    folder.mkdir(parents=True, exist_ok=True)
    ignored = settings.root / FOLDER / ".gitignore"
    if not ignored.exists():
        ignored.write_text("*\n", "utf-8")
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in copy.contents.items()}
    for name, content in copy.contents.items():
        if not (folder / _file(sums[name])).exists():
            _write(folder / _file(sums[name]), content)
    _write(folder / _NAMES, _ADAPTER.dump_json(_Names(fetched=copy.fetched, files=sums)))
    kept = {_NAMES, *map(_file, sums.values())}
    for path in folder.iterdir():
        if path.name not in kept:
            with suppress(OSError):
                path.unlink()


def _file(digest: str) -> str:
    return f"{digest}.json"


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(content)
    temporary.replace(path)
