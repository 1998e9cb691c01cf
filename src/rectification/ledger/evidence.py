"""Evidence files (佐证材料): looked at once a build, with their size and SHA-256."""

from __future__ import annotations

import hashlib
import mimetypes
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_PIECE = 1 << 20  # bytes hashed at a time


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file below `checklists/evidence/`. `size` is in bytes; `fault` says why it cannot be published."""

    reference: str
    path: Path
    size: int = 0
    sha256: str = ""
    media_type: str = "application/octet-stream"
    fault: Literal["", "missing", "linked", "unreadable"] = ""


def inspect(checklists: Path, reference: str) -> EvidenceFile:
    """Look at one evidence file, refusing links on the way to it. Raises nothing."""
    path = checklists / reference
    try:
        for parent in [path, *list(path.parents)[: reference.count("/")]]:
            if parent.is_symlink():
                return EvidenceFile(reference, path, fault="linked")
        found = path.lstat()
    except OSError:
        return EvidenceFile(reference, path, fault="missing")
    if not stat.S_ISREG(found.st_mode):
        return EvidenceFile(reference, path, fault="linked")
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
    except OSError:
        return EvidenceFile(reference, path, fault="unreadable")
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return EvidenceFile(reference, path, found.st_size, digest.hexdigest(), media_type)
