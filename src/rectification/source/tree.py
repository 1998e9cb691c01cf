"""What a text says, as plain values, and where: every node has a number, and each number its place."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Node = dict[str, "Node"] | list["Node"] | str | None
Path_ = tuple[str | int, ...]

MAX_DEPTH = 20
MAX_NODES = 200_000


class Tree(NamedTuple):
    """What a text says, and where.

    `positions` holds the index in the text of every node in its order, keys too; `entries` the numbers, among
    the positions, of the entries of each list that stands right below the top.
    """

    value: dict[str, Node]
    entries: Mapping[str, Sequence[int]]
    positions: Sequence[int]


NOTHING = Tree({}, {}, ())


def starts_of(tree: Tree) -> dict[str, Sequence[int]]:
    """Return the places in the text of the entries of each list right below the top."""
    positions = tree.positions
    return {key: array("I", [positions[n] for n in numbers]) for key, numbers in tree.entries.items()}


class Numbers:
    """The number of each value right below a node of that number, by its key or index.

    Counted as far as it was asked for: what stands far down, as a log does, is seldom what is at fault.
    """

    def __init__(self, node: Node, number: int) -> None:
        self._known: dict[str | int, int] = {}
        self._more = _numbered(node, number)

    def of(self, part: str | int) -> int | None:
        """Return the number of the value at a key or index; None where there is none."""
        known = self._known
        while part not in known:
            one = next(self._more, None)
            if one is None:
                return None
            known[one[0]] = one[1]
        return known[part]


def _numbered(node: Node, number: int) -> Iterator[tuple[str | int, int]]:
    """Yield the key or index of each value right below the node of that number, and its number."""
    number += 1
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, number + 1
            number += 2 if value.__class__ is str else 1 + _nodes(value)
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield place, number
            number += _nodes(value)


def _nodes(node: Node) -> int:
    """Count a node and all below it, keys too."""
    below: Iterable[Node] = ()
    count = 1
    if isinstance(node, dict):
        count += len(node)
        below = node.values()
    elif isinstance(node, list):
        below = node
    for one in below:
        count += 1 if one.__class__ is str else _nodes(one)
    return count
