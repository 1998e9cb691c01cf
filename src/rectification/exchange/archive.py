"""Office files are zip archives, and archives remember when they were made: here that day is given."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

_PROPERTIES = "docProps/core.xml"
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_EPOCH = 1980  # the first year an archive can name


def settle(content: bytes, day: date, filled: Mapping[bytes, bytes] | None = None) -> bytes:
    """Return an office file with `day` for every date it bears, so that the same facts are the same bytes.

    `filled` maps marks of its parts to what takes their place: what is too much to pass through a library.
    """
    stamp = f"{day.isoformat()}T00:00:00Z".encode()
    made = (max(day.year, _EPOCH), day.month, day.day, 0, 0, 0)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as found, zipfile.ZipFile(out, "w") as settled:
        for name in found.namelist():
            part = found.read(name)
            if name == _PROPERTIES:
                part = _STAMP.sub(lambda match: match[1] + stamp, part)
            for mark, text in (filled or {}).items():
                part = part.replace(mark, text)
            info = zipfile.ZipInfo(name, made)
            info.compress_type = zipfile.ZIP_DEFLATED
            # The same whatever system it is made on.
            info.create_system = 3
            info.external_attr = 0o600 << 16
            settled.writestr(info, part)
    return out.getvalue()
