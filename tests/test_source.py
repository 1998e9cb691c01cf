"""The reader of YAML: what it refuses, and where it says so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rectification.source import MAX_BYTES, MAX_NODES, parse, read
from rectification.source.careful import read_carefully
from rectification.source.plain import needs_care, read_plainly
from rectification.source.text import BIDI, CONTROL, LINE_BREAK

# (text, code, line, column): one refusal each; columns count code points, so Chinese stands before many faults.
REFUSED = {
    "alias": ("a: 甲\nb: *x\n", "Y007", 2, 4),
    "anchor": ("a: &x 甲\n", "Y008", 1, 4),
    "anchor on a mapping": ("a: &x\n  b: 1\n", "Y008", 1, 4),
    "local tag": ("a: !foo 1\n", "Y009", 1, 4),
    "python tag": ("a: !!python/object:os.system x\n", "Y009", 1, 4),
    "binary tag": ("a: !!binary aGk=\n", "Y009", 1, 4),
    "non-specific tag": ("a: ! x\n", "Y009", 1, 4),
    "tag on a list": ("a: !!set [b]\n", "Y009", 1, 4),
    "merge key": ("a: 1\n<<: {b: 1}\n", "Y010", 2, 1),
    "second document": ("a: 1\n---\nb: 1\n", "Y011", 2, 1),
    "list as a key": ("? [a]\n: 1\n", "Y012", 1, 3),
    "mapping as a key": ("{甲: 1}: 2\n", "Y012", 1, 1),
    "nesting": ("a: " + "[" * 25, "Y013", 1, 23),
    "deep nesting": ("[" * 10_000, "Y013", 1, 1001),  # libyaml looks ahead and gives up by itself
    "duplicate key": ("标题: 甲\nb: 1\n标题: 乙\n", "Y015", 3, 1),
    "nested duplicate key": ("log:\n  - {date: 1, by: 甲, date: 2}\n", "Y015", 2, 22),
    "tab as indentation": ("log:\n\t- 甲\n", "Y016", 2, 1),
    "tab after spaces": ("a:\n  b: 1\n \tc: 2\n", "Y016", 3, 2),
    "tab in a bracket": ("b: \t1\na: [\n \t", "Y016", 3, 2),
    "open brace at the end of the file": ("? a\n: {", "Y023", 2, 4),
    "open single quote": ("标题: '甲\nb: 1\n", "Y017", 1, 5),
    "open double quote": ('a: 1\n标题: "甲\nb: 1\nc: 2\n', "Y017", 2, 5),
    "open quote, closed by a later one": ("a: '甲\nb: 'y'\nc: 1\n", "Y017", 1, 4),
    "two colons": ("注: 结论: 通过\n", "Y018", 1, 6),
    "at sign": ("注: @甲\n", "Y018", 1, 4),
    "percent": ("a: 1\nb: %甲\n", "Y018", 2, 4),
    "percent on a line of its own": ("a: 1\n%甲\n", "Y018", 2, 1),
    "percent and two words": ("%甲 乙\na: 1\n", "Y018", 1, 1),
    "percent like a directive": ("%YAML 1.x\na: 1\n", "Y018", 1, 1),
    "backtick": ("a: `甲`\n", "Y018", 1, 4),
    "emphasis": ("a: *重点*\n", "Y018", 1, 4),
    "full-width colon": ("a: 1\ntitle：甲\nb: 1\n", "Y024", 2, 6),
    "full-width colon at the top": ("title：甲\nb: 1\n", "Y024", 1, 6),
    "full-width colon above": ("a: 1\n甲：乙\n  b: 1\n", "Y024", 2, 2),
    "an indicator of nothing": ("a: 1\nb: |0\n  甲\n", "Y019", 2, 5),
    "indentation": ("a: 1\n b: 2\n", "Y023", 2, 2),
    "list beside a key": ("a:\n  - x\n  b: 1\n", "Y023", 3, 3),
    "open bracket": ("a: [甲, 乙\nb: 1\n", "Y025", 1, 4),
    "open brace": ("a: {b: 1\nc: 2\n", "Y025", 1, 4),
    "unknown escape": ('a: "甲\\q"\n', "Y026", 1, 6),
    "control character": ("a: 甲\x07\n", "Y005", 1, 5),
    "NUL": ("a: 1\nb: \x00\n", "Y005", 2, 4),
    "escape sequence": ("a: \x1b[31m\n", "Y005", 1, 4),
    "line separator": ("a: 甲\u2028b: 1\n", "Y005", 1, 5),
    "late byte order mark": ("a: \ufeff1\n", "Y005", 1, 4),
    "bidi override": ("a: 甲\u202e乙\n", "Y006", 1, 5),
    "control character as an escape": ('a: "甲\\\\ \\x07"\n', "Y005", 1, 9),
    "control character as a named escape": ('a: "1"\nb: "甲\\e[31m"\n', "Y005", 2, 6),
    "bidi override as an escape": ('a: "甲\\u202e乙"\n', "Y006", 1, 6),
    "bidi override in a key, over lines": ('"甲\n\n  \\U0000202e": 1\n', "Y006", 3, 3),
    "lone surrogate as an escape": ('a: "甲\\ud800"\n', "Y026", 1, 8),
    "bidi isolate": ("a: \u2066甲\n", "Y006", 1, 4),
    "empty": ("", "Y021", 1, 1),
    "only comments": ("# 甲\n# 乙\n", "Y021", 1, 1),
    "only a marker": ("---\n", "Y021", 1, 1),
    "text at the top": ("甲\n", "Y022", 1, 1),
    "list at the top": ("# x\n- 甲\n", "Y022", 2, 1),
    "windows line ends": ("a: 1\r\nb: 2\r\na: 3\r\n", "Y015", 3, 1),
}


@pytest.mark.parametrize(("text", "code", "line", "column"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_at_its_place(text: str, code: str, line: int, column: int) -> None:
    document, found = parse(text, "x.yml")
    assert document is None
    assert (found[0].code, found[0].line, found[0].column) == (code, line, column)
    assert all(d.severity == "error" and d.file == "x.yml" for d in found)


@pytest.mark.parametrize(
    ("escape", "found"),
    [("0", "0000"), ("a", "0007"), ("b", "0008"), ("v", "000B"), ("f", "000C"), ("e", "001B"), ("N", "0085"),
     ("L", "2028"), ("P", "2029"), ("x07", "0007"), ("x9b", "009B"), ("u2028", "2028"), ("u202E", "202E"),
     ("U00002066", "2066")],
)  # fmt: skip
def test_what_is_hidden_is_refused_as_an_escape_too(escape: str, found: str) -> None:
    document, (told,) = parse(f'a: "甲\\{escape}乙"\n', "x")
    assert document is None
    code = "Y006" if found in ("202E", "2066") else "Y005"
    assert (told.code, told.line, told.column, told.facts) == (code, 1, 6, {"found": f"U+{found}"})


@pytest.mark.parametrize("escape", ["t", "n", "r", "_", '"', "/", "\\", "x41", "u7532", "U00007532"])
def test_an_escape_that_hides_nothing_is_taken(escape: str) -> None:
    document, found = parse(f'a: "甲\\{escape}乙"\n', "x")
    assert document is not None and not found


@pytest.mark.parametrize(
    ("text", "found"), [("注: @甲\n", "@"), ("a: `甲`\n", "`"), ("a: *重点*\n", "*"), ("%甲\n", "%")]
)
def test_what_needs_quotes_is_named(text: str, found: str) -> None:
    assert parse(text, "x")[1][0].facts == {"found": found}


def test_a_text_that_no_file_can_hold() -> None:
    document, found = parse("a: 甲\ud800\n", "x.yml")
    assert document is None
    assert (found[0].code, found[0].line, found[0].column) == ("Y005", 1, 5)


def test_a_duplicate_names_both_lines() -> None:
    _, found = parse("a: 1\nb: 2\nc: 3\nb: 4\n", "x")
    assert (found[0].line, found[0].facts["first"]) == (4, 2)


def test_all_refusals_of_a_file_are_reported_together() -> None:
    _, found = parse("a: &x 1\nb: *x\nc: !t 1\na: 2\n<<: {}\n", "x")
    assert [d.code for d in found] == ["Y008", "Y007", "Y009", "Y015", "Y010"]


def test_an_alias_bomb_is_never_expanded() -> None:
    lines = ["a0: &a0 [x, x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    document, found = parse("\n".join(lines), "x")
    assert document is None
    assert {d.code for d in found} == {"Y007", "Y008"}
    assert len(found) == 50


def test_a_recursive_alias() -> None:
    assert [d.code for d in parse("a: &x [*x]\n", "x")[1]] == ["Y008", "Y007"]


@pytest.mark.parametrize("first", ["1", "<<x"], ids=["read plainly", "read with care"])
def test_too_many_values(first: str) -> None:
    # With the mapping, its key and the list itself.
    allowed = f"a: [{first}" + ",1" * (MAX_NODES - 4)
    document, found = parse(f"{allowed}]", "x")
    assert document is not None and not found
    document, (told,) = parse(f"{allowed},1]", "x")
    assert document is None
    assert (told.code, told.line, told.column) == ("Y014", 1, len(allowed) + 2)


@pytest.mark.parametrize(
    "value", ["NO", "012", "1:30", "1.10", "~", "null", "2026-02-03", "0x1F", "true", ".inf", "="]
)
def test_scalars_stay_text(value: str) -> None:
    document, found = parse(f"a: {value}\n", "x")
    assert found == []
    assert document is not None
    assert document.value == {"a": value}


def test_no_value_and_empty_text_are_told_apart() -> None:
    document, _ = parse("a:\nb: \"\"\nc: ''\nd: []\n", "x")
    assert document is not None
    assert document.value == {"a": None, "b": "", "c": "", "d": []}


def test_text_lost_to_a_comment_is_a_warning() -> None:
    document, found = parse("a: 见 #3号楼\nb: 1 # 真的注释\nc: '见 #3'\nd: #x\n# e\n", "x")
    assert document is not None
    assert [(d.code, d.severity, d.line, d.column, d.facts["lost"]) for d in found] == [
        ("Y020", "warning", 1, 6, "#3号楼")
    ]


def test_places() -> None:
    text = (
        "checklist: {id: A}\nitems:\n  - id: A-1\n    log:\n      - {date: 甲, by: 乙}\n  # 注\n  - id: A-2\n"
    )
    document, _ = parse(text, "x")
    assert document is not None
    assert [document.line_of(("items", n)) for n in (0, 1, 2)] == [3, 7, 1]
    assert [document.line_after(("items", n)) for n in (0, 1)] == [6, 8]
    assert document.mark(("items", 0, "log", 0, "by")) == (5, 23)
    assert document.mark(("items", 0, "log", 0, "by"), "key") == (5, 19)
    assert document.mark(("items", 1, "missing")) == (7, 5)
    assert document.mark(("checklist", "id"), "key") == (1, 13)
    assert document.mark(()) == (1, 1)
    assert document.split[4] == "      - {date: 甲, by: 乙}"


# -- files ---------------------------------------------------------------------------------------------


def code_of(path: Path) -> tuple[str, int, int]:
    document, _, found = read(path, "x.yml")
    assert document is None
    return found[0].code, found[0].line, found[0].column


def test_utf8_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xef\xbb\xbfa: \xe7\x94\xb2\n")
    document, text, found = read(tmp_path / "x", "x")
    assert document is not None and found == []
    assert document.value == {"a": "甲"} and text == "a: 甲\n"
    assert document.mark(("a",)) == (1, 4)


@pytest.mark.parametrize(
    ("raw", "line", "column", "guess"),
    [
        ("a: 1\nb: 中文\n".encode("gbk"), 2, 4, "GBK"),
        ("a: 甲\n".encode("utf-16"), 1, 1, "UTF-16"),
        ("a: 甲\n".encode() + b"b: \xff\n", 2, 4, "GBK"),
        (b"a: \xc3\x28\n", 1, 4, "GBK"),
        (b"a: \xed\xa0\x80\n", 1, 4, "GBK"),  # a lone surrogate
    ],
)
def test_other_encodings_are_refused_at_the_byte(
    tmp_path: Path, raw: bytes, line: int, column: int, guess: str
) -> None:
    (tmp_path / "x").write_bytes(raw)
    _, _, found = read(tmp_path / "x", "x")
    assert [(d.code, d.line, d.column, d.facts["guess"]) for d in found] == [("Y004", line, column, guess)]


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "good").write_text("a: 1\n")
    (tmp_path / "link").symlink_to(tmp_path / "good")
    for name in ("fifo", "zero", "link", "."):
        assert code_of(tmp_path / name) == ("Y001", 1, 1)


def test_a_file_over_the_cap_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"[" * (MAX_BYTES + 1))
    assert code_of(tmp_path / "x") == ("Y003", 1, 1)
    (tmp_path / "y").write_bytes(b"a: " + b"x" * (MAX_BYTES - 3))
    assert read(tmp_path / "y", "y")[0] is not None


def test_what_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_of(tmp_path / "missing") == ("Y002", 1, 1)
    (tmp_path / "x").write_text("a: 1\n")

    def denied(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", denied)
    _, _, found = read(tmp_path / "x", "x")
    assert (found[0].code, found[0].facts["reason"]) == ("Y002", "Permission denied")


# -- any text at all -----------------------------------------------------------------------------------


@given(st.text(max_size=200) | st.text(alphabet="ab甲:-#'\"[]{},&*!|>%@`?~<\n\t ", max_size=80))
def test_no_text_raises(text: str) -> None:
    document, found = parse(text, "x")
    assert (document is None) == any(d.severity == "error" for d in found)
    lines = LINE_BREAK.split(text)
    for diagnostic in found:
        assert 1 <= diagnostic.line <= len(lines) + 1
        assert diagnostic.column >= 1
    if document is not None:
        document.mark(("a", 0, "b"))


_words = st.text(
    alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\ufffe\uffff")
)
_values = st.recursive(
    _words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_words, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(_words, _values, min_size=1, max_size=5))
def test_what_is_written_is_read(value: dict[str, object]) -> None:
    text = yaml.safe_dump(value, allow_unicode=True, default_style='"', width=1000)
    document, found = parse(text, "x")
    if BIDI.search(text) or CONTROL.search(text):
        assert document is None
        return
    assert found == []
    assert document is not None
    assert document.value == value


_ODD_LINES = (
    *(
        "a: 1",
        "a:",
        "b: [1, {c: d}, ]",
        "{a: b, c: }",
        "c: 'it''s'",
        'd: "\\x41\\e甲"',
        "e: |",
        "e: >-",
        "- x",
    ),
    *("? [a]", "? a", ": b", "f: &x 1", "f: *x", "g: !t 1", "<<: {h: 1}", '"<<": 1', "h: 见 #3", "i: a # b"),
    *(
        "j: **重点**",
        "k: a&b",
        "---",
        "...",
        "%YAML 1.1",
        "# 注",
        "'': 1",
        "l: " + "[" * 21 + "]" * 21,
        "  甲",
    ),
)


@st.composite
def _texts(draw: st.DrawFn) -> str:
    """Return YAML as programs write it, with odd lines among the others."""
    value = draw(st.dictionaries(_words, _values, max_size=4))
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=draw(st.booleans()))
    lines = text.splitlines()
    for line in draw(st.lists(st.sampled_from(_ODD_LINES), max_size=2)):
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(["", "  ", "- "])) + line)
    return "\n".join(lines)


@given(_texts() | st.text(alphabet="ab甲:-#'\"[]{},&*!|>%@`?~<\\\r\n\t ", max_size=60))
@settings(max_examples=1000)
def test_plain_reading_is_careful_reading(text: str) -> None:
    plain = read_plainly(text)
    careful, told = read_carefully(text, "x")
    nothing_to_say = careful is not None and not told
    assert (plain is not None) == (nothing_to_say and not needs_care(text))
    if plain is not None and careful is not None:
        assert (plain.value, plain.positions) == (careful.value, careful.positions)
        assert {key: list(numbers) for key, numbers in plain.entries.items()} == careful.entries


@given(st.binary(max_size=100))
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.mktemp("b") / "x"
    path.write_bytes(raw)
    document, _, found = read(path, "x")
    assert (document is None) == any(d.severity == "error" for d in found)
