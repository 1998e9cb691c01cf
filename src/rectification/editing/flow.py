"""Values as an editor would type them: plain where YAML allows it, quoted where it does not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

Value = str | Sequence[str] | Mapping[str, str]
Entry = Mapping[str, Value]

_UNSAFE_START = re.compile(r"[-?:,\[\]{}#&*!|>'\"%@`~=]")
_UNSAFE = re.compile(r": |:$| #|[\t\n\r]|---|\.\.\.")
_UNSAFE_IN_FLOW = re.compile(r"[\[\]{},]|:[\"'\[{]")
_BREAK = re.compile(r"\r\n|\n|\r")


def scalar(value: str, *, flow: bool) -> str:
    """Return `value` as one line of YAML that reads back as the same text."""
    unsafe = _UNSAFE_START.match(value) or _UNSAFE.search(value) or value != value.strip() or not value
    if not unsafe and not (flow and _UNSAFE_IN_FLOW.search(value)):
        return value
    if _BREAK.search(value) or "\t" in value:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        escaped = escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
        return f'"{escaped}"'
    if '"' not in value and "\\" not in value:
        return f'"{value}"'
    return "'" + value.replace("'", "''") + "'"


def flow_mapping(entry: Entry) -> str:
    """Return an entry on one line: `{date: 2026-11-24, note: …}`."""
    return "{" + ", ".join(f"{key}: {_flow_value(value)}" for key, value in entry.items()) + "}"


def block_lines(entry: Entry) -> list[str]:
    """Return an entry with a key a line; a text of several lines stands below its key."""
    lines: list[str] = []
    for key, value in entry.items():
        # A line of blanks only would be lost at the end of a block, and a first indented one misread.
        tall = isinstance(value, str) and "\n" in value and value == value.strip() and "\r" not in value
        if isinstance(value, str) and tall and not re.search(r"[ \t]+$", value, re.MULTILINE):
            lines += [f"{key}: |-", *(f"  {line}" if line else "" for line in value.split("\n"))]
        else:
            lines.append(
                f"{key}: {scalar(value, flow=False) if isinstance(value, str) else _flow_value(value)}"
            )
    return lines


def _flow_value(value: Value) -> str:
    if isinstance(value, str):
        return scalar(value, flow=True)
    if isinstance(value, Mapping):
        pairs = (f"{scalar(key, flow=True)}: {scalar(part, flow=True)}" for key, part in value.items())
        return "{" + ", ".join(pairs) + "}"
    return "[" + ", ".join(scalar(part, flow=True) for part in value) + "]"
