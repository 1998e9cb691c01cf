"""Where each value of a text begins and ends: what the marks of `source` say of its beginning only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from rectification.source import Path_

BREAK = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True)
class Outline:
    """A text that `source.parse` accepted (so it is shallow and has no alias), as a tree of nodes."""

    text: str
    root: Any

    def node(self, path: Path_) -> Any:
        """Return the node at `path`, None where there is none."""
        node = self.root
        for part in path:
            if isinstance(part, int):
                listed = isinstance(node, yaml.SequenceNode) and part < len(node.value)
                node = node.value[part] if listed else None
            else:
                node = next((value for key, value in pairs(node) if key.value == part), None)
            if node is None:
                return None
        return node

    def end(self, node: Any) -> int:
        """Return where the last character of `node` ends: libyaml ends a block at what follows it."""
        if isinstance(node, yaml.ScalarNode):
            start, end = node.start_mark.index, node.end_mark.index
            if node.style in ("|", ">") and not self.keeps_blank_lines(node):
                return start + len(self.text[start:end].rstrip())
            return int(end)
        if node.flow_style or not node.value:
            return int(node.end_mark.index)
        last = node.value[-1]
        return self.end(last[1] if isinstance(last, tuple) else last)

    def keeps_blank_lines(self, node: Any) -> bool:
        """Tell whether blank lines at the end of a block scalar are part of it (`|+`)."""
        if not isinstance(node, yaml.ScalarNode) or node.style not in ("|", ">"):
            return False
        header = BREAK.split(self.text[node.start_mark.index : node.end_mark.index], maxsplit=1)[0]
        return "+" in header.partition("#")[0]

    def line_end(self, index: int) -> int:
        """Return where the line of `index` ends, before its line break."""
        found = BREAK.search(self.text, index)
        return found.start() if found else len(self.text)

    @property
    def line_break(self) -> str:
        """The line break of the text: that of its first line."""
        found = BREAK.search(self.text)
        return found.group() if found else "\n"


def outline(text: str) -> Outline:
    """Return the outline of a text that `source.parse` accepted."""
    return Outline(text, yaml.compose(text, Loader=yaml.CBaseLoader))  # type: ignore[no-untyped-call, unused-ignore]


def pairs(node: Any) -> list[tuple[Any, Any]]:
    """Return the keys and values of a mapping node; none of any other."""
    return list(node.value) if isinstance(node, yaml.MappingNode) else []


def leaves(node: Any) -> list[Any]:
    """Return every scalar below `node`, keys too, in the order of the text."""
    if isinstance(node, yaml.ScalarNode):
        return [node]
    parts = [part for pair in node.value for part in (pair if isinstance(pair, tuple) else (pair,))]
    return [leaf for part in parts for leaf in leaves(part)]
