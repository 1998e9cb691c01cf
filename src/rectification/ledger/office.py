"""Who wrote an office file, as the file itself says: properties that its readers can look up.

Both families keep them in small XML files in a zip archive. Source: ECMA-376 part 2, clause 11, and part 1,
clauses 15.2.12, 17.13 and 18.7; OpenDocument 1.3 part 3, clause 4.3. The old binary kinds are not
looked into: no library among ours reads them.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

_ENDINGS = frozenset(
    ("docx", "xlsx", "pptx", "dotx", "xltx", "potx", "ppsx", "odt", "ods", "odp", "ott", "ots")
)
_MOST_BYTES = 20_000_000  # of one part, unpacked

# Part of the archive -> its elements, or attributes of them (`@name`), and the property they give.
_PROPERTIES: Mapping[str, Mapping[str, str]] = {
    "docProps/core.xml": {"creator": "author", "lastModifiedBy": "last_author"},
    "docProps/app.xml": {"Manager": "manager", "Company": "company"},
    "meta.xml": {"initial-creator": "author", "creator": "last_author", "printed-by": "last_author"},
    "word/document.xml": {"ins@author": "revisions", "del@author": "revisions"},
    "word/comments.xml": {"comment@author": "comments"},
    "xl/persons/person.xml": {"person@displayName": "comments"},
    "ppt/commentAuthors.xml": {"cmAuthor@name": "comments"},
    "ppt/authors.xml": {"author@name": "comments"},
}


def is_office(name: str) -> bool:
    """Tell whether a file of that name is of a kind that is looked into."""
    return PurePosixPath(name).suffix.lstrip(".").lower() in _ENDINGS


def authors(path: Path) -> tuple[str, ...]:
    """Return the properties by which an office file names who wrote it: `author`, `company`, `comments` …

    What cannot be read says nothing here; whether the file is what its name says is judged elsewhere.
    """
    from lxml import etree  # loaded with the first such file

    def found(archive: zipfile.ZipFile) -> Iterator[str]:
        for name, properties in _PROPERTIES.items():
            if name not in archive.NameToInfo or archive.getinfo(name).file_size > _MOST_BYTES:
                continue
            with archive.open(name) as part:
                # Nothing outside the file is asked for, and nothing in it is expanded.
                for _, element in etree.iterparse(part, resolve_entities=False, no_network=True):
                    yield from _said(etree.QName(element).localname, element, properties)
                    element.clear()

    def _said(tag: str, element: etree._Element, properties: Mapping[str, str]) -> Iterator[str]:
        if tag in properties and (element.text or "").strip():
            yield properties[tag]
        for name, value in element.attrib.items():
            key = f"{tag}@{etree.QName(name).localname}"
            if key in properties and value.strip():
                yield properties[key]

    try:
        with zipfile.ZipFile(path) as archive:
            return tuple(dict.fromkeys(found(archive)))
    except (OSError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError):
        return ()
