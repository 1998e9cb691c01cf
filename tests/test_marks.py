"""Where things stand: the place of every path, as a parser that keeps all marks sees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rectification.source import Document, Mark, parse

WORDS = st.text("abc甲乙", min_size=1, max_size=3)
VALUES = st.recursive(
    WORDS | st.none(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(WORDS, below, max_size=3),
    max_leaves=12,
)


def places(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any, Any]]:
    """Yield every path below a composed node, with its key's node (None in a list) and its own."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*path, key.value), key, value
            yield from places(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for n, value in enumerate(node.value):
            yield (*path, n), None, value
            yield from places(value, (*path, n))


def mark(node: Any) -> Mark:
    return Mark(node.start_mark.line + 1, node.start_mark.column + 1)


@given(st.dictionaries(WORDS, VALUES, min_size=1, max_size=4), st.booleans())
def test_every_path_has_its_place(value: dict[str, Any], flow: bool) -> None:
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=flow)
    document, diagnostics = parse(text, "a.yml")
    assert document is not None and not diagnostics
    for path, key, node in places(yaml.compose(text)):
        assert document.mark(path) == mark(node)
        assert document.mark(path, "key") == mark(key if key is not None else node)


@pytest.mark.parametrize(
    ("path", "of", "line", "column"),
    [
        ((), "value", 1, 1),
        (("none",), "value", 1, 1),
        (("items", 0, "none"), "value", 3, 5),
        (("items", 0, "log", 7), "value", 4, 10),
        (("items", 0, "log", 0, "none"), "key", 4, 11),
        (("items", 5), "value", 3, 3),
        (("items", 0, "id", "deeper"), "value", 3, 9),
        (("a", "b"), "key", 1, 5),
    ],
)
def test_without_a_place_of_its_own_a_path_has_its_nearest_parents(
    path: tuple[str | int, ...], of: Any, line: int, column: int
) -> None:
    text = "a: {b: c}\nitems:\n  - id: x\n    log: [{date: y}]\n".replace("a: {", "a: {", 1)
    document, _ = parse(text, "a.yml")
    assert document is not None
    assert document.mark(path, of) == Mark(line, column)


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r"])
def test_words_are_found_at_their_line_in_a_page_too(break_: str) -> None:
    text = break_.join(["# 甲", "a\x0bb\x85c 138", "", "丙 138", ""])
    page = Document("docs/a.md", text)
    assert page.find((), "138") == Mark(2, 7)
    assert page.find((), "丙") == Mark(4, 1)
    assert page.find((), "none") == page.mark(()) == Mark(1, 1)
    assert page.last_line == 5 == len(page.split)
