"""What a file holds, against what its name says; and whether a browser or a server would run it.

The signatures are puremagic's: pure Python and well kept, where python-magic needs a C library that is not on
every machine, and filetype has had no release since 2022. Whether they agree with a name is judged here, with
the doubt for the name where a signature is short: a table may begin with `BM,` or `MZ,`.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

HEAD = 8192  # bytes that signatures are looked for in

_JPEG = frozenset(("jpg", "jpeg", "jpe", "jfif"))
_TIFF = frozenset(("tif", "tiff"))
_HEIF = frozenset(("heic", "heif", "hif", "avif"))
_MOVING = frozenset(("mp4", "m4v", "m4a", "mov", "3gp", "qt"))
_ZIP = ("docx", "xlsx", "pptx", "odt", "ods", "odp", "ofd", "zip", "epub")
_OLE = ("doc", "xls", "ppt", "vsd")
# Ending -> what must be found in such a file: each of these kinds has a signature, always.
_SIGNED = {
    **dict.fromkeys(_JPEG, _JPEG),
    **dict.fromkeys(_TIFF, _TIFF),
    **dict.fromkeys(_HEIF, _HEIF),
    **{ending: frozenset((ending,)) for ending in ("png", "gif", "webp", "bmp", "pdf", "rar", "7z", "psd")},
    **{ending: frozenset((*_ZIP, "docx")) for ending in _ZIP},
    # An office's program writes the old kinds in either container, and the old Word wrote RTF.
    **{ending: frozenset((*_OLE, "docx", "rtf")) for ending in (*_OLE, "wps", "et", "dps")},
}
_TEXTUAL = frozenset(
    ("txt", "csv", "tsv", "md", "json", "log", "yml", "yaml", "xml", "ics", "vcf", "eml", "rtf")
)
_SURE = 0.4  # puremagic's confidence in a signature of four bytes

# Run by a browser, by the reader's computer or by a server, where it is opened or asked for.
_RUN_BY_SERVERS = frozenset(
    ("php", "php3", "php4", "php5", "phtml", "phar", "asp", "aspx", "jsp", "jspx", "cgi", "shtml", "stm")
)
_ACTIVE = _RUN_BY_SERVERS | frozenset(
    (
        *("html", "htm", "xhtml", "xht", "mht", "mhtml", "svg", "svgz", "xsl", "xslt", "swf", "hta", "htc"),
        *("js", "mjs", "cjs", "jse", "wasm", "vbs", "vbe", "wsf", "wsh", "sct", "ps1", "psm1", "bat", "cmd"),
        *("exe", "com", "scr", "msi", "dll", "cpl", "jar", "class", "apk", "app", "dmg", "deb", "rpm"),
        *("sh", "bash", "py", "pl", "rb", "lnk", "url", "reg", "desktop", "chm", "iso"),
        *("docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "ppsm", "potm"),
    )
)
_SCRIPTED = re.compile(
    rb"<(?:[\w.-]+:)?script|<\?xml-stylesheet|<!DOCTYPE|<!ENTITY|w3\.org/1999/xhtml|w3\.org/2000/svg"
    rb"|xmlns[^=<>]{0,99}=\s{0,9}[\"'][^\"'<>]{0,999}&",
    re.IGNORECASE,
)


def is_active(name: str, data: bytes) -> bool:
    """Tell whether a file can run something: by its ending, or by the scripts in its XML."""
    endings = [suffix.lstrip(".").lower() for suffix in PurePosixPath(name).suffixes]
    # A server set up loosely runs `x.php.jpg` too.
    if endings and (endings[-1] in _ACTIVE or not _RUN_BY_SERVERS.isdisjoint(endings)):
        return True
    # XML in two bytes a character shows its letters once the zeros are out.
    return bool(endings) and endings[-1] == "xml" and _SCRIPTED.search(data.replace(b"\0", b"")) is not None


def disguise(name: str, head: bytes) -> str:
    """Return what a file is (`pdf`, `binary`, `unknown`) where its name says otherwise, else nothing."""
    ending = PurePosixPath(name).suffix.lstrip(".").lower()
    found = _found(head)
    wanted = _SIGNED.get(ending)
    sure = [kind for kind, confidence in found.items() if confidence >= _SURE]
    if wanted is not None:
        return "" if not wanted.isdisjoint(found) else (sure or ["unknown"])[0]
    if ending in _TEXTUAL:
        if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return (sure or ["binary"])[0]
        return "" if not sure or not _TEXTUAL.isdisjoint(sure) else sure[0]
    moving = ending in _MOVING and not _MOVING.isdisjoint(found)
    return "" if not sure or ending in found or moving else _named(sure)


def _named(sure: list[str]) -> str:
    """Return the first kind found that is sure to be told by its signature; none where no other is."""
    return next((kind for kind in sure if kind in _SIGNED or kind in ("html", "svg", "swf", "exe")), "")


def _found(head: bytes) -> dict[str, float]:
    """Return the endings of what a file may be, by its signature, the surest first."""
    if not head:
        return {}
    import puremagic  # loaded with the first piece of evidence

    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return {}
    found: dict[str, float] = {}
    for match in matches:
        ending = match.extension.lstrip(".").lower()
        found[ending] = max(match.confidence, found.get(ending, 0.0))
    return found
