"""What is known of the files of a ledger from reading them before: what has not changed is not read again.

In memory everything is kept as it was made. In a folder, files that nothing is wrong with are kept as their
values (JSON) and their places: both are what the text says, and are typed anew when they are taken out.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from array import array
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import yaml
from pydantic_core import from_json, to_json

from rectification.engine import made_by
from rectification.ledger.evidence import EvidenceFile, inspect, is_linked
from rectification.ledger.reading import Kind, Reading, type_json, type_values
from rectification.ledger.sealed import Sealed
from rectification.source import Document, Tree, decode, parse, parse_raw, raw_of, starts_of
from rectification.workers import alone, idle, on_both_cores

_FOLDER = "readings"
_MADE_BY = ("source", "personal.py", "model", "profile.py", "ledger/reading.py", "ledger/readings.py")
_WORTH_A_PROCESS = 2_000_000  # bytes that are to be read
_TOO_MUCH = 100_000_000  # what another process has read takes more memory than what is read here
_SETTLED = 2_000_000_000  # nanoseconds: what was changed later may change again without its times telling

Made = TypeVar("Made")


class _Known(NamedTuple):
    """A file as it was read: its kind, a digest of what it held, and what came of it."""

    kind: Kind
    digest: str
    reading: Reading


class _Stored(NamedTuple):
    """A file as it lies in the folder: its values as JSON, the bytes of its positions, its entries, whether
    its text is to be looked at closely."""

    kind: Kind
    digest: str
    said: bytes | memoryview
    positions: bytes | memoryview
    entries: dict[str, list[int]]
    suspect: bool


class Readings:
    """What is known of the files of one ledger, from one loading to the next.

    `notes` is for what other rooms want to know again as long as this is kept.
    """

    def __init__(self, sealed: Sealed | None = None) -> None:
        self.notes: dict[str, Any] = {}
        self._sealed = sealed
        self._known: dict[str, _Known] = {}
        self._used: dict[str, _Known] = {}
        self._groups: set[str] = set()
        self._derived: dict[tuple[Reading, str], tuple[Hashable, Any]] = {}
        self._read: dict[str, tuple[_Known, _Stored | None]] = {}  # ahead, here
        self._sent: dict[str, _Stored] = {}  # ahead, by the other process
        self._evidence: dict[str, tuple[tuple[int, ...], EvidenceFile]] = {}

    @classmethod
    def open(cls, folder: Path | None) -> Readings:
        """Open what earlier runs left below `folder`; with None, or where it cannot be used, know nothing."""
        return cls(Sealed.open(folder, _FOLDER) if folder is not None else None)

    @property
    def digests(self) -> Mapping[str, str]:
        """Name of a file -> a digest of what it held when it was last read."""
        return {file: known.digest for file, known in self._used.items()}

    def begin(self) -> None:
        """Begin to load."""
        self._used, self._groups = {}, set()

    def end(self) -> None:
        """End loading: what was not asked for is forgotten."""
        self._known = self._used
        self._read, self._sent = {}, {}
        kept = {known.reading for known in self._known.values()}
        self._derived = {key: made for key, made in self._derived.items() if key[0] in kept}

    def save(self) -> None:
        """Delete from the folder what the last loading did not ask for; what it read lies there already."""
        if self._sealed is not None:
            self._sealed.keep(self._groups)

    def read_ahead(
        self,
        groups: Mapping[str, Sequence[tuple[Path, str, Kind]]],
        *,
        lean: bool = False,
        tell: Callable[[str], None] | None = None,
    ) -> set[str]:
        """Read files that nothing is known of on two processes, where that is worth it, for groups to come.

        `groups` maps the name of each to its files: the path, the name that diagnostics give it, the kind.
        Returns the names of the files that `tell` was called with.
        """
        new = [
            one
            for name, listed in groups.items()
            if self._sealed is None or not self._sealed.has(name)
            for one in listed
            if one[1] not in self._known
        ]
        worth = len(new) > 1 and _WORTH_A_PROCESS <= sum(map(_size, new)) <= _TOO_MUCH
        if not (worth and idle() and alone()):
            return set()
        here = os.getpid()
        told: set[str] = set()

        def done(path: Path, file: str, kind: Kind) -> tuple[str, _Stored | None]:
            raw, refused = raw_of(path, file)
            if refused is not None:
                return file, None
            digest = hashlib.sha256(raw).hexdigest()
            document, text, mistakes = parse_raw(raw, file)
            if document is None or mistakes:
                return file, None
            if os.getpid() != here:
                return file, _stored_of(kind, digest, document)
            reading = type_values(kind, document, text, ())
            stored = None
            if self._sealed is not None and not reading.diagnostics:
                stored = _stored_of(kind, digest, document)
            if lean:
                document.let_go()
            self._read[file] = (_Known(kind, digest, reading), stored)
            if tell is not None:
                tell(file)
                told.add(file)
            return file, None

        new.sort(key=_size, reverse=True)
        for file, stored in on_both_cores([partial(done, *one) for one in new], least=2):
            if stored is not None:
                self._sent[file] = stored
        return told

    def group(self, name: str) -> Group:
        """Return the files of one checklist, or one vocabulary, which are kept together."""
        self._groups.add(name)
        return Group(self, name, self._sealed)

    def derived(self, reading: Reading, what: str, of: Hashable, make: Callable[[], Made]) -> Made:
        """Return what was made of a reading, as long as the facts it was made `of` are the same."""
        known = self._derived.get((reading, what))
        if known is None or known[0] != of:
            known = self._derived[reading, what] = (of, make())
        made: Made = known[1]
        return made

    def evidence(self, checklists: Path, reference: str) -> EvidenceFile:
        """Look at one evidence file, unless it lies there as it was looked at before. Raises nothing."""
        look = _look(checklists, reference)
        known = self._evidence.get(reference)
        if known is not None and known[0] == look:
            return known[1]
        found = inspect(checklists, reference)
        if look is not None and look == _look(checklists, reference):
            self._evidence[reference] = (look, found)
        return found


@dataclass
class Group:
    """Files that are kept together in the folder."""

    readings: Readings
    name: str
    sealed: Sealed | None

    def __post_init__(self) -> None:
        self._files: list[str] = []
        self._new: dict[str, _Stored] = {}
        self._old: dict[str, _Stored] | None = None

    def read(
        self, path: Path, file: str, kind: Kind, edits: Mapping[str, str], *, lean: bool = False
    ) -> Reading:
        """Return what a file says, or the text that stands for it in `edits`.

        `file` is the name diagnostics give it. A `lean` reading keeps no values beside the typed ones: see
        `Document.let_go`. Raises nothing for bad input.
        """
        edit = edits.get(file)
        if edit is not None:
            raw, digest = b"", "edit " + hashlib.sha256(edit.encode("utf-8", "surrogatepass")).hexdigest()
        else:
            raw, refused = raw_of(path, file)
            if refused is not None:
                return Reading(file, "", diagnostics=(refused,))
            digest = hashlib.sha256(raw).hexdigest()
        known = self.readings._known.get(file)
        if known is None or known[:2] != (kind, digest):
            reading = None
            if edit is None:
                reading = self._ahead(file, kind, digest) or self._recalled(raw, file, kind, digest)
            reading = reading or self._fresh(raw, edit, file, kind, digest)
            if lean and reading.document is not None:
                reading.document.let_go()
            known = _Known(kind, digest, reading)
        self.readings._used[file] = known
        self._files.append(file)
        return known.reading

    def close(self) -> None:
        """Keep what was read anew in the folder."""
        if self.sealed is None or not self._new:
            return
        used = self.readings._used
        kept = {file: self._new.get(file) or self._stored().get(file) for file in self._files}
        current = {file: one for file, one in kept.items() if one is not None and one[:2] == used[file][:2]}
        self.sealed.write(self.name, _packed(current))

    def _fresh(self, raw: bytes, edit: str | None, file: str, kind: Kind, digest: str) -> Reading:
        if edit is not None:
            text = edit
            document, told = parse(edit, file)
        else:
            document, text, told = parse_raw(raw, file)
        if document is None:
            return Reading(file, text, diagnostics=tuple(told))
        reading = type_values(kind, document, text, tuple(told))
        if self.sealed is not None and edit is None and not reading.diagnostics:
            self._new[file] = _stored_of(kind, digest, document)
        return reading

    def _ahead(self, file: str, kind: Kind, digest: str) -> Reading | None:
        """Return what this process read ahead, if the file has not changed since."""
        known, stored = self.readings._read.pop(file, (None, None))
        if known is None or known[:2] != (kind, digest):
            return None
        if stored is not None:
            self._new[file] = stored
        return known.reading

    def _recalled(self, raw: bytes, file: str, kind: Kind, digest: str) -> Reading | None:
        sent = self.readings._sent.pop(file, None)
        stored = sent or self._stored().get(file)
        if stored is None or stored[:2] != (kind, digest):
            return None
        text, refused = decode(raw, file)
        if refused is not None:
            return None
        positions = array("I")
        positions.frombytes(stored.positions)
        starts = starts_of(Tree({}, stored.entries, positions))
        tree = partial(_tree, stored.said, stored.entries, positions)
        reading = type_json(kind, Document(file, text, tree, starts, stored.suspect), stored.said)
        if reading is not None and sent is not None and self.sealed is not None:
            self._new[file] = sent
        return reading

    def _stored(self) -> dict[str, _Stored]:
        """Return what the folder has of the group."""
        if self._old is None:
            found = self.sealed.read(self.name) if self.sealed is not None else None
            self._old = _unpacked(found) if found is not None else {}
        return self._old


def _stored_of(kind: Kind, digest: str, document: Document) -> _Stored:
    value, entries, positions = document.tree
    listed = {key: list(numbers) for key, numbers in entries.items()}
    told = array("I", positions).tobytes()
    return _Stored(kind, digest, to_json(value), told, listed, document.suspect)


def _size(one: tuple[Path, str, Kind]) -> int:
    try:
        return one[0].lstat().st_size
    except OSError:
        return 0


def _tree(said: bytes | memoryview, entries: dict[str, list[int]], positions: array[int]) -> Tree:
    return Tree(from_json(bytes(said), cache_strings="keys"), entries, positions)


def _packed(stored: Mapping[str, _Stored]) -> bytes:
    """Return the files of a group as one run of bytes: a list of them, then what each says, and where."""
    listed = [
        [file, one.kind, one.digest, len(one.said), len(one.positions), one.entries, one.suspect]
        for file, one in stored.items()
    ]
    head = to_json({"engine": engine(), "files": listed})
    content = [part for one in stored.values() for part in (one.said, one.positions)]
    return b"".join([len(head).to_bytes(4, "big"), head, *content])


def _unpacked(content: memoryview) -> dict[str, _Stored]:
    """Return the files of a group; none of what another version of the engine packed."""
    at = 4 + int.from_bytes(content[:4], "big")
    head = json.loads(bytes(content[4:at]))
    found: dict[str, _Stored] = {}
    if head["engine"] != engine():
        return found
    for file, kind, digest, said, positions, entries, suspect in head["files"]:
        middle, end = at + said, at + said + positions
        found[file] = _Stored(kind, digest, content[at:middle], content[middle:end], entries, suspect)
        at = end
    return found


def engine() -> str:
    """Return a digest of what reads files: our own modules, and the parser with its versions."""
    parser = (yaml.__version__, yaml._yaml.get_version_string())
    return made_by(*_MADE_BY, facts=(sys.byteorder, array("I").itemsize, *parser))


def _look(checklists: Path, reference: str) -> tuple[int, ...] | None:
    """Return how a file lies there; None where that cannot tell whether it is still the same."""
    try:
        if is_linked(checklists, reference):
            return None
        found = (checklists / reference).lstat()
    except OSError:
        return None
    # Within the grain of a file system's clock a second change leaves no trace; without a time of change
    # (on Windows it is that of the making) any change may.
    changed = max(found.st_mtime_ns, found.st_ctime_ns)
    if sys.platform == "win32" or time.time_ns() - changed < _SETTLED:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_mode
