"""Who wrote a PDF, as the file itself says: properties that its readers can look up.

They stand in a dictionary and in a piece of XML. Some programs compress neither, others pack the dictionary
with other small objects into a compressed stream. So they are looked for in the bytes, and in what is packed
there: to tell that a name is there, nothing need be understood of a file that anybody may have made, as a
library (pypdf, say) would. What an earlier state of the file said is in it still, and is found too; of a file
with a password only what is not encrypted is.
Source: ISO 32000-2, 7.5.7 (object streams) and 14.3; XMP (ISO 16684-1), 8.4: metadata is to be
found without reading the file's format.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

_MOST_BYTES = 100_000_000  # larger ones are refused as evidence long before
_MOST_UNPACKED = 4_000_000, 40_000_000  # bytes of one stream, of all of them
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_HEAD = 500  # bytes before a stream that its dictionary has at most
# A text that is not empty (the mark of UTF-16 aside), plain or as hexadecimal; or where it stands.
_TEXT = rb"\s*(?:\((?!\s*(?:\xfe\xff|\\376\\377)?\s*\))|<(?!\s*(?:FEFF)?\s*[>]|<)|\d+\s+\d+\s+R)"
_NAMED = rb"\s*(?:<rdf:(?:Seq|Bag|Alt)[^>]*>\s*<rdf:li[^>]*>\s*)?[^<\s]"
_PROPERTIES = {
    "author": re.compile(rb"/Author" + _TEXT + rb"|<dc:creator>" + _NAMED),
    "manager": re.compile(rb"/Manager" + _TEXT),
    "company": re.compile(rb"/Company" + _TEXT + rb"|<pdfx:Company>" + _NAMED),
}


def is_pdf(name: str) -> bool:
    """Tell whether a file of that name is looked into."""
    return PurePosixPath(name).suffix.lower() == ".pdf"


def authors(path: Path) -> tuple[str, ...]:
    """Return the properties by which a PDF names who wrote it: `author`, `manager`, `company`.

    What cannot be read says nothing here.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(_MOST_BYTES)
    except OSError:
        return ()
    parts = [content, *_unpacked(content)]
    return tuple(name for name, pattern in _PROPERTIES.items() if any(map(pattern.search, parts)))


def _unpacked(content: bytes) -> Iterator[bytes]:
    """Yield what the compressed streams hold that may hold properties, up to a limit."""
    left = _MOST_UNPACKED[1]
    for stream in _STREAM.finditer(content):
        head = content[max(0, stream.start() - _HEAD) : stream.start()].rpartition(b"obj")[2]
        if not (b"/FlateDecode" in head and (b"/ObjStm" in head or b"/Metadata" in head)):
            continue
        with suppress(zlib.error):
            most = min(left, _MOST_UNPACKED[0])
            unpacked = zlib.decompressobj().decompress(memoryview(content)[stream.end() :], most)
            left -= len(unpacked)
            yield unpacked
        if left <= 0:
            return
