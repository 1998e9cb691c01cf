"""The types of single values: each takes what an editor typed and says what may be typed in its place.

Every scalar arrives as text (see `source`), and is typed by the field it stands in: a date is a date only
where a date belongs, so that `NO`, `012` and `1:30` stay what was typed.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_LOOSE_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
_DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_RESERVED = re.compile(rf"{_DEVICE.pattern}|(?i:index(\..*)?)")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_SCHEMES = ("http", "https", "mailto")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def _day(value: object) -> object:
    return _day_of(value) if isinstance(value, str) else value


@lru_cache(maxsize=1 << 14)
def _day_of(text: str) -> date:
    """Return the day of a text: one record for all that name it, and read once."""
    match = _DAY.fullmatch(text.strip())
    if match is None:
        loose = _LOOSE_DAY.fullmatch(text.strip())
        padded = "{:04}-{:02}-{:02}".format(*map(int, loose.groups())) if loose else ""
        raise PydanticCustomError("day_form", "not a date", {"nearest": padded})
    year, month, day = map(int, match.groups())
    if not 1 <= month <= 12 or year == 0:
        raise PydanticCustomError("month_range", "no such month", {"month": match[2]})
    if not 1 <= day <= monthrange(year, month)[1]:
        facts = {"year": year, "month": month, "days": monthrange(year, month)[1]}
        raise PydanticCustomError("day_range", "no such day", facts)
    return date(year, month, day)


def _count(value: object) -> object:
    if isinstance(value, str):
        if not re.fullmatch(r"[0-9]{1,9}", value.strip()):
            raise PydanticCustomError("count_form", "not a whole number")
        return int(value)
    return value


def _yes_no(value: object) -> object:
    if isinstance(value, str):
        if value.strip() not in ("true", "false"):
            raise PydanticCustomError("flag_form", "not true or false")
        return value.strip() == "true"
    return value


def _identifier(value: str) -> str:
    if not _ID.fullmatch(value) or _RESERVED.fullmatch(value) or ".." in value:
        raise PydanticCustomError("id_form", "not an id")
    return value


def _evidence(value: str) -> str:
    """Accept a link or a path below the checklists folder; the rules say whether it is there."""
    if _DRIVE.match(value) or "\\" in value or value.startswith("/"):
        raise PydanticCustomError("evidence_path", "not a relative path")
    return _link(value) if _SCHEME.match(value) else _evidence_path(value)


def _evidence_path(value: str) -> str:
    parts = value.split("/")
    if parts[0] != "evidence" or len(parts) < 2:
        raise PydanticCustomError("evidence_place", "not below evidence/")
    # What Windows takes for a device, or cuts off a name's end, is another file there or none.
    if any(
        not part or part.startswith(".") or part.endswith((".", " ")) or _DEVICE.fullmatch(part)
        for part in parts[1:]
    ) or re.search(r'[<>:"|?*]', value):
        raise PydanticCustomError("evidence_path", "not a plain path")
    return value


def _content_hash(value: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{16}", value):
        raise PydanticCustomError("hash_form", "not a fingerprint")
    return value


def _file_hash(value: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", value):
        raise PydanticCustomError("file_hash_form", "not a SHA-256")
    return value


def _link(value: str) -> str:
    scheme = _SCHEME.match(value)
    if scheme is None or scheme[1].lower() not in _SCHEMES or re.search(r"\s", value):
        raise PydanticCustomError("link_scheme", "not an http, https or mailto link")
    return value


def _typed(**schema: object) -> WithJsonSchema:
    """What an editor may type, for the JSON Schema of YAML files (publish/yaml_schema.py).

    An unquoted number is text to us: a schema that saw only a string in it would find fault where none is.
    """
    return WithJsonSchema(schema, mode="validation")


_WRITTEN = ["string", "number", "boolean"]
Day = Annotated[
    date,
    BeforeValidator(_day),
    Field(examples=["2026-02-10"]),
    _typed(type="string", format="date", pattern=f"^{_DAY.pattern}$", examples=["2026-02-10"]),
]
Count = Annotated[
    int,
    BeforeValidator(_count),
    Field(ge=0),
    _typed(type=["integer", "string"], minimum=0, pattern="^[0-9]{1,9}$"),
]
YesNo = Annotated[bool, BeforeValidator(_yes_no), _typed(enum=[True, False, "true", "false"])]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    _typed(type=_WRITTEN, pattern=r"\S", maxLength=300),
]
Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000),
    _typed(type=_WRITTEN, pattern=r"\S", maxLength=20_000),
]
Identifier = Annotated[
    Line, AfterValidator(_identifier), _typed(type=["string", "number"], pattern=f"^{_ID.pattern}$")
]
EvidenceReference = Annotated[
    Line,
    AfterValidator(_evidence),
    _typed(type="string", pattern=r"^(evidence/[^\\]+|https?:\S+|mailto:\S+)$"),
]
Link = Annotated[
    Line,
    AfterValidator(_link),
    _typed(type="string", pattern=r"^([Hh][Tt]{2}[Pp][Ss]?|[Mm][Aa][Ii][Ll][Tt][Oo]):\S+$"),
]
ContentHash = Annotated[
    Line, AfterValidator(_content_hash), _typed(type=["string", "number"], pattern="^[0-9a-f]{16}$")
]
FileHash = Annotated[
    Line, AfterValidator(_file_hash), _typed(type=["string", "number"], pattern="^[0-9a-f]{64}$")
]


def day_of(text: str) -> date | None:
    """Return the day `text` means, in the model's form or a looser one (`2026年2月3日`); None for no day."""
    loose = _LOOSE_DAY.fullmatch(text.strip())
    try:
        return date(*map(int, loose.groups())) if loose else None
    except ValueError:
        return None
