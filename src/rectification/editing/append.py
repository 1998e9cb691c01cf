"""One entry more, one value changed: by insertion at a mark, never by writing the file anew.

A round trip through a YAML library re-wraps folded text, spaces out flow mappings and moves comments; here
the text is cut once and everything around the cut is copied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from rectification.editing.flow import Entry, Value, block_lines, flow_mapping
from rectification.editing.outline import BREAK, Outline, outline, pairs
from rectification.model import Item
from rectification.source import parse

if TYPE_CHECKING:
    from rectification.source import Node, Path_

ORDER = tuple(info.alias or name for name, info in Item.model_fields.items())


@dataclass(frozen=True, slots=True)
class Edit:
    """A text as it is to be; `line` (from 1) is where the first new line stands, `added` what is new."""

    text: str
    line: int
    added: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing is written: a key of the catalogue below `editing`, and the facts of its message."""

    key: str
    facts: Mapping[str, object] = field(default_factory=dict)


def append(text: str, record: Path_, key: str, entry: Entry) -> Edit | Refusal:
    """Add `entry` at the end of the list `key` of the record at path `record`, making the list if absent.

    `text` must be one that `source.parse` accepts. The result is read back and compared with what was meant.
    """
    expected = _value(text)
    if expected is None or (found := outline(text)).node(record) is None:
        return Refusal("editing.unreadable")
    _at(expected, record).setdefault(key, None)
    _at(expected, record)[key] = [*(_at(expected, record)[key] or []), _plain(entry)]
    at, added = _place_entry(found, record, key, entry)
    return _checked(text, at, at, added, expected)


def add_item(text: str, entry: Entry) -> Edit | Refusal:
    """Add an item at the end of a checklist's file, spaced as the items before it are."""
    expected = _value(text)
    if expected is None:
        return Refusal("editing.unreadable")
    found = outline(text)
    expected["items"] = [*(expected.get("items") or []), _plain(entry)]
    node = found.node(("items",))
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        lines = _listed(" " * node.start_mark.column, entry)
        if len(node.value) > 1:
            between = text[found.end(node.value[-2]) : node.value[-1].start_mark.index]
            lines = ["", *lines] if len(BREAK.findall(between)) > 1 and _has_blank_line(between) else lines
        at, added = _new_lines(found, node.value[-1], lines)
        return _checked(text, at, at, added, expected)
    at, added = _place_entry(found, (), "items", entry, tall=True)
    return _checked(text, at, at, added, expected)


def replace_value(text: str, path: Path_, value: str) -> Edit | Refusal:
    """Put `value` (a plain word, such as a date) in the place of the scalar at `path`; its quotes stay."""
    expected = _value(text)
    node = outline(text).node(path) if expected is not None else None
    if not isinstance(node, yaml.ScalarNode) or node.style in ("|", ">"):
        return Refusal("editing.unreadable")
    _at(expected, path[:-1])[path[-1]] = value
    start, end = node.start_mark.index, node.end_mark.index
    start, end = (start + 1, end - 1) if node.style in ("'", '"') else (start, end)
    return _checked(text, start, end, value, expected)


def _place_entry(
    found: Outline, record: Path_, key: str, entry: Entry, *, tall: bool = False
) -> tuple[int, str]:
    """Return where the entry goes and the text that goes there."""
    owner, node, flow = found.node(record), found.node((*record, key)), flow_mapping(entry)
    inside_flow = owner.flow_style or (isinstance(node, yaml.SequenceNode) and node.flow_style)
    if isinstance(node, yaml.SequenceNode) and node.value and inside_flow:
        return found.end(node.value[-1]), f", {flow}"
    if isinstance(node, yaml.SequenceNode) and node.value:
        return _new_lines(found, node.value[-1], [" " * node.start_mark.column + f"- {flow}"])
    if isinstance(node, yaml.SequenceNode):
        return node.start_mark.index + 1, flow
    if owner.flow_style:
        if node is not None:
            return found.end(node), f" [{flow}]"
        comma = ", " if owner.value else ""
        last = found.end(owner.value[-1][1]) if owner.value else owner.start_mark.index + 1
        return last, f"{comma}{key}: [{flow}]"
    column = owner.start_mark.column
    dash = " " * (column + _offset(found, owner))
    lines = _listed(dash, entry) if tall else [f"{dash}- {flow}"]
    if node is not None:  # `log:` with nothing behind it
        return _new_lines(found, node, lines)
    before = [value for name, value in pairs(owner) if _rank(name.value) < _rank(key)]
    after = before[-1] if before else owner.value[-1][1]
    return _new_lines(found, after, [" " * column + f"{key}:", *lines])


def _listed(indent: str, entry: Entry) -> list[str]:
    """Return an entry of a block list with a key a line."""
    first, *more = block_lines(entry)
    return [f"{indent}- {first}", *(f"{indent}  {line}" if line else "" for line in more)]


def _rank(key: str) -> int:
    return ORDER.index(key) if key in ORDER else len(ORDER)


def _offset(found: Outline, owner: Any) -> int:
    """Return how far lists are set in below their key: as the record does it, else as the file does."""
    for mapping in (owner, found.root, *_mappings(found.root)):
        for key, value in pairs(mapping):
            if isinstance(value, yaml.SequenceNode) and value.value and not value.flow_style:
                return int(value.start_mark.column - key.start_mark.column)
    return 2


def _mappings(node: Any) -> list[Any]:
    if isinstance(node, yaml.MappingNode):
        return [node, *(below for _, value in node.value for below in _mappings(value))]
    if isinstance(node, yaml.SequenceNode):
        return [below for value in node.value for below in _mappings(value)]
    return []


def _new_lines(found: Outline, after: Any, lines: Sequence[str]) -> tuple[int, str]:
    """Return the cut that puts `lines` below the last line of the node `after`."""
    br = found.line_break
    last = after
    while not isinstance(last, yaml.ScalarNode) and last.value and not last.flow_style:
        last = last.value[-1][1] if isinstance(last.value[-1], tuple) else last.value[-1]
    if found.keeps_blank_lines(last) and BREAK.search(
        found.text[last.end_mark.index - 1 : last.end_mark.index]
    ):
        return last.end_mark.index, "".join(f"{line}{br}" for line in lines)
    return found.line_end(found.end(after)), "".join(f"{br}{line}" for line in lines)


def _checked(text: str, start: int, end: int, added: str, expected: Node) -> Edit | Refusal:
    result = text[:start] + added + text[end:]
    if _value(result) != expected:
        return Refusal("editing.not_as_meant")
    gap = len(added) - len(added.lstrip("\r\n"))
    line = len(BREAK.findall(result[: start + gap])) + 1
    shown = added.strip("\r\n")
    if not BREAK.match(added) and not BREAK.search(added):  # the change is within a line: show the whole line
        shown = BREAK.split(result)[line - 1]
    return Edit(result, line, shown)


def _value(text: str) -> Any:
    document, _ = parse(text, "")
    return deepcopy(document.value) if document is not None else None


def _at(value: Any, path: Path_) -> Any:
    for part in path:
        value = value[part]
    return value


def _plain(entry: Entry) -> dict[str, Node]:
    def plain(value: Value) -> Node:
        if isinstance(value, Mapping):
            return dict(value)
        return value if isinstance(value, str) else [*value]

    return {key: plain(value) for key, value in entry.items()}


def _has_blank_line(text: str) -> bool:
    return any(not line.strip() for line in BREAK.split(text)[1:-1])
