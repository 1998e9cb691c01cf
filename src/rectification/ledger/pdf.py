"""Who wrote a PDF, as the file itself says: properties that its readers can look up.

They stand in a dictionary and in a piece of XML, neither of which programs compress as a rule. So they are
looked for in the bytes: to tell that a name is there, nothing need be understood of a file that anybody may
have made, as a library would. What an earlier state of the file said is in it still, and is found too; what
is compressed all the same is not.
Source: ISO 32000-2, 14.3; XMP (ISO 16684-1), 8.4: metadata is to be found without reading the file's format.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

_MOST_BYTES = 100_000_000  # larger ones are refused as evidence long before
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
    return tuple(name for name, pattern in _PROPERTIES.items() if pattern.search(content))
