"""What each source has to say: read anew where that is wanted and possible, else as it last was."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from rectification.federation.copies import Copy, read_copy, write_copy
from rectification.federation.delivery import Delivery, diagnose
from rectification.federation.documents import FILES, INDEX, ITEMS, read_documents, read_index
from rectification.federation.refusal import Refused
from rectification.federation.transport import Read, reader

if TYPE_CHECKING:
    from rectification.diagnostic import Diagnostic
    from rectification.federation.documents import FileSum
    from rectification.settings import Settings, SourceSite

_AT_ONCE = 8  # sources read side by side
_INDEX_LIMIT = 4_000_000  # bytes; the other files but items.json may have as many


def ask(settings: Settings, *, refresh: bool) -> tuple[Delivery, ...]:
    """Return what every source of a site gives: see `consult`."""
    if not refresh:
        return tuple(_kept(source, settings) for source in settings.sources)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        # Reading waits for networks and can be done side by side; typing what was read cannot.
        read = list(pool.map(lambda source: _read(source, settings), settings.sources))
    return tuple(
        _refreshed(source, settings, found) for source, found in zip(settings.sources, read, strict=True)
    )


def _refreshed(source: SourceSite, settings: Settings, found: dict[str, bytes] | Refused) -> Delivery:
    try:
        if isinstance(found, Refused):
            raise found
        documents = read_documents(found)
    except Refused as refused:
        kept = _kept(source, settings)
        day = kept.documents.as_of.isoformat() if kept.documents is not None else ""
        said = _diagnostic(refused, source, settings, kind="copy" if day else "no_copy", day=day)
        return Delivery(source, kept.documents, kept.fetched, False, said)
    today = settings.today()
    try:
        write_copy(source, settings, Copy(found, today))
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
        return Delivery(
            source, documents, today, True, _diagnostic(Refused("F013", reason=reason), source, settings)
        )
    return Delivery(source, documents, today, True)


def _kept(source: SourceSite, settings: Settings) -> Delivery:
    """Return the last good copy as a delivery; with a diagnostic where there is none."""
    copy = read_copy(source, settings)
    if copy is not None:
        try:
            return Delivery(source, read_documents(copy.contents), copy.fetched)
        except Refused:
            pass  # kept by another version of ours, which took what we do not: as good as none
    return Delivery(source, diagnostics=_diagnostic(Refused("F012"), source, settings))


def _read(source: SourceSite, settings: Settings) -> dict[str, bytes] | Refused:
    """Return the files of a source, each as its index sums it up, or why they cannot be had."""
    read, kept = reader(source, settings), read_copy(source, settings)
    attempts = 2  # between two reads the site may have been published anew: then its sums are of other files
    for attempt in range(attempts):
        try:
            sums = read_index(read(INDEX, _INDEX_LIMIT))
            return {name: _file(name, sums[name], read, kept, settings) for name in FILES}
        except Refused as refused:
            if refused.code != "F005" or attempt == attempts - 1:
                return refused
    raise AssertionError("unreachable")


def _file(name: str, listed: FileSum, read: Read, kept: Copy | None, settings: Settings) -> bytes:
    """Return one file: the copy's where it has not changed since. Raises Refused (F001, F002, F005)."""
    if kept is not None and hashlib.sha256(kept.contents[name]).hexdigest() == listed.sha256:
        return kept.contents[name]
    content = read(name, settings.max_source_bytes if name == ITEMS else _INDEX_LIMIT)
    found = hashlib.sha256(content).hexdigest()
    if found != listed.sha256:
        expected = f"{str(listed.sha256)[:12]}… ({listed.size})"
        raise Refused("F005", name=name, found=f"{found[:12]}… ({len(content)})", expected=expected)
    return content


def _diagnostic(
    refused: Refused, source: SourceSite, settings: Settings, **facts: object
) -> tuple[Diagnostic, ...]:
    return tuple(diagnose(settings, source, refused.code, "warning", **refused.facts, **facts))
