"""Evidence files (佐证材料): looked at once a build, with size and SHA-256 as they will be published."""

from __future__ import annotations

import hashlib
import mimetypes
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from rectification.ledger import office, pdf
from rectification.ledger.contents import HEAD, disguise, is_active
from rectification.ledger.pictures import UNCLEANED, UnreadableError, is_picture, strip

_PIECE = 1 << 20  # bytes hashed at a time
_WHOLE = 200_000_000  # bytes of a file that is read into memory: of a picture, or of XML


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file below `checklists/evidence/`.

    `size` (bytes) and `sha256` are those of what is published: of a picture, its copy without metadata;
    `source_size` and `source_sha256` those of the file itself. `fault` says why it cannot be published;
    `disguise` what its content is where its name says otherwise; `active` that a browser or server would
    run it; `cleaned` that the copy is another than the file; `uncleaned` that a picture's metadata cannot
    be taken out. `authors` are the properties of an office file or a PDF that say who wrote it.
    """

    reference: str
    path: Path
    size: int = 0
    sha256: str = ""
    media_type: str = "application/octet-stream"
    fault: Literal["", "missing", "linked", "unreadable"] = ""
    source_size: int = 0
    source_sha256: str = ""
    disguise: str = ""
    active: bool = False
    cleaned: bool = False
    uncleaned: bool = False
    authors: tuple[str, ...] = ()


def inspect(checklists: Path, reference: str) -> EvidenceFile:
    """Look at one evidence file, refusing links on the way to it. Raises nothing."""
    path = checklists / reference
    try:
        if is_linked(checklists, reference):
            return EvidenceFile(reference, path, fault="linked")
        found = path.lstat()
    except OSError:
        return EvidenceFile(reference, path, fault="missing")
    if not stat.S_ISREG(found.st_mode):
        return EvidenceFile(reference, path, fault="linked")
    try:
        return _looked_into(reference, path, found.st_size)
    except OSError:
        return EvidenceFile(reference, path, fault="unreadable")


def is_linked(checklists: Path, reference: str) -> bool:
    """Tell whether a link stands on the way to an evidence file, or in its place. Raises OSError."""
    path = checklists / reference
    return any(one.is_symlink() for one in (path, *list(path.parents)[: reference.count("/")]))


def _looked_into(reference: str, path: Path, size: int) -> EvidenceFile:
    digest = hashlib.sha256()
    whole = b""
    with _opened(path) as stream:
        head = piece = stream.read(HEAD)
        picture = is_picture(head)
        wanted = size <= _WHOLE and (picture or path.suffix.lower() == ".xml")
        while piece:
            digest.update(piece)
            whole += piece if wanted else b""
            piece = stream.read(size if wanted else _PIECE)
    source = published = digest.hexdigest()
    uncleaned = path.suffix.lstrip(".").lower() in UNCLEANED
    published_size = size
    if picture and not uncleaned:
        try:
            copy = strip(whole)
            published, published_size = hashlib.sha256(copy).hexdigest(), len(copy)
        except UnreadableError:
            uncleaned = True
    return EvidenceFile(
        reference,
        path,
        published_size,
        published,
        mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        source_size=size,
        source_sha256=source,
        disguise=disguise(path.name, head),
        active=is_active(path.name, whole),
        cleaned=published != source,
        uncleaned=uncleaned,
        authors=_authors(path),
    )


def _authors(path: Path) -> tuple[str, ...]:
    if office.is_office(path.name):
        return office.authors(path)
    return pdf.authors(path) if pdf.is_pdf(path.name) else ()


def publish(file: EvidenceFile, to: Path) -> bool:
    """Write the copy that readers get. Returns whether it is what was looked at: its SHA-256 is shown.

    Raises OSError, and UnreadableError for a picture that has changed into none.
    """
    if file.cleaned:
        with _opened(file.path) as stream:
            to.write_bytes(strip(stream.read()))
    else:
        with _opened(file.path) as stream, to.open("wb") as copy:
            shutil.copyfileobj(stream, copy, _PIECE)
    with to.open("rb") as written:
        return hashlib.file_digest(written, "sha256").hexdigest() == file.sha256


def _opened(path: Path) -> BinaryIO:
    """Open a file for reading, never through a link and never waiting on a pipe."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    return os.fdopen(descriptor, "rb")
