"""The text of a file: its bytes, read within a limit and decoded, and what in it is hidden from sight."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, NamedTuple

from rectification.diagnostic import Diagnostic

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 2_000_000
MAX_REFUSALS = 50  # a file: past that the file is not a checklist

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_HIDDEN = re.compile(f"{CONTROL.pattern}|{BIDI.pattern}")
LINE_BREAK = re.compile(r"\r\n|\n|\r")


class Mark(NamedTuple):
    """A place in a file: line and column start at 1, the column counts code points."""

    line: int
    column: int


def raw_of(path: Path, file: str) -> tuple[bytes, Diagnostic | None]:
    """Read a regular file within the size cap, never waiting on a pipe and never following a link.

    Returns what it holds, or nothing and a diagnostic that says why.
    """

    def refuse(code: str, **facts: object) -> tuple[bytes, Diagnostic]:
        return b"", Diagnostic(code, "error", file, 1, 1, facts)

    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            return refuse("Y001", kind=_kind_of(found.st_mode))
        if found.st_size > MAX_BYTES:
            return refuse("Y003", size=found.st_size, limit=MAX_BYTES)
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return refuse("Y002", reason=error.strerror or type(error).__name__)
    if len(raw) > MAX_BYTES:
        return refuse("Y003", size=len(raw), limit=MAX_BYTES)
    return raw, None


def _kind_of(mode: int) -> str:
    kinds = {
        stat.S_ISLNK: "symbolic link",
        stat.S_ISDIR: "directory",
        stat.S_ISFIFO: "FIFO",
        stat.S_ISSOCK: "socket",
        stat.S_ISCHR: "device",
        stat.S_ISBLK: "device",
    }
    return next((name for is_kind, name in kinds.items() if is_kind(mode)), "special file")


def decode(raw: bytes, file: str) -> tuple[str, Diagnostic | None]:
    """Return the text of a file, as far as it can be read, and a diagnostic where it is no UTF-8."""
    try:
        return raw.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        # The marks of other encodings a Chinese office is likely to save in; a guess, and said as one.
        guess = "UTF-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in raw[:64] else "GBK"
        before = raw[: error.start].decode("utf-8-sig", errors="replace")
        lines = LINE_BREAK.split(before)
        found = f"0x{raw[error.start]:02X}"
        diagnostic = Diagnostic(
            "Y004", "error", file, len(lines), len(lines[-1]) + 1, {"found": found, "guess": guess}
        )
        return raw.decode("utf-8-sig", errors="replace"), diagnostic


def first_hidden(text: str) -> tuple[int, str] | None:
    """Return the index of the first character that hides what a text says, and the character; else None."""
    match = _HIDDEN.search(text)
    return (match.start(), match[0]) if match else None


def hidden_characters(text: str, file: str) -> list[Diagnostic]:
    """Report control characters and bidirectional overrides: what is shown must be what is stored."""
    if not _HIDDEN.search(text):
        return []
    found = [
        (match.start(), code, match.group())
        for code, pattern in (("Y005", CONTROL), ("Y006", BIDI))
        for match in pattern.finditer(text)
    ]
    diagnostics = []
    for index, code, character in sorted(found)[:MAX_REFUSALS]:
        facts = {"found": f"U+{ord(character):04X}"}
        diagnostics.append(Diagnostic(code, "error", file, *place_of(text, index), facts))
    return diagnostics


def place_of(text: str, index: int) -> Mark:
    """Return the place of the character at `index` of a text."""
    lines = LINE_BREAK.split(text[:index])
    return Mark(len(lines), len(lines[-1]) + 1)
