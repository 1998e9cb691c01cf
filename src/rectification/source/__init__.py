"""YAML text -> plain values and the places they stand at; refuses what YAML can do to hurt.

Values are read from libyaml's *events*: no anchor is followed, no tag is obeyed, no scalar is typed.
A scalar is its text, `None` where the key has no value at all; the model gives it its type.
"""

from rectification.source.document import Document, may_link, parse, parse_raw, read
from rectification.source.text import MAX_BYTES, Mark, decode, first_hidden, raw_of
from rectification.source.tree import MAX_NODES, Node, Path_, Tree, starts_of

__all__ = [
    "MAX_BYTES",
    "MAX_NODES",
    "Document",
    "Mark",
    "Node",
    "Path_",
    "Tree",
    "decode",
    "first_hidden",
    "may_link",
    "parse",
    "parse_raw",
    "raw_of",
    "read",
    "starts_of",
]
