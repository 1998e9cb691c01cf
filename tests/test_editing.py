"""The editing room: one cut in the text, every other byte as it was."""

from __future__ import annotations

import difflib
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rectification.editing import (
    Edit,
    Refusal,
    add_item,
    append,
    block_lines,
    due_change,
    flow_mapping,
    log_entry,
    mend,
    next_id,
    replace_value,
)
from rectification.source import parse

ROOT = Path(__file__).parents[1]
FACTS = ("title: 甲", "problem: 乙", "unit: 丙", "found: 2026-01-01", "due: 2026-12-31")
DAY = date(2026, 11, 24)
NOTE = log_entry(DAY, note="n")
LINE = "{date: 2026-11-24, note: n}"


def item(*more: str, indent: str = "    ", dash: str = "  - ") -> str:
    """An item of a checklist's file, with further lines below its six facts."""
    return "\n".join([f"{dash}id: A-1", *(indent + line for line in (*FACTS, *more))]) + "\n"


HEAD = "# 抬头\nchecklist: {id: A, title: 甲}   # 清单\nitems:\n"
# Name -> the lines of the item's log as they are, and as they are to be.
LOGS: dict[str, tuple[list[str], list[str]]] = {
    "absent": ([], ["log:", f"  - {LINE}"]),
    "empty list": (["log: []  # 还没有"], [f"log: [{LINE}]  # 还没有"]),
    "nothing": (["log:   # 还没有"], ["log:   # 还没有", f"  - {LINE}"]),
    "flow entries": (
        ["log:", "  - {date: 2026-02-01}  # 一"],
        ["log:", "  - {date: 2026-02-01}  # 一", f"  - {LINE}"],
    ),
    "two blanks or none": (["log:", "- {date: 2026-02-01}"], ["log:", "- {date: 2026-02-01}", f"- {LINE}"]),
    "four blanks": (["log:", "    - date: 2026-02-01"], ["log:", "    - date: 2026-02-01", f"    - {LINE}"]),
    "block entry": (
        ["log:", "  - date: 2026-02-01", "    note: 'a''b'", "    # 末尾"],
        ["log:", "  - date: 2026-02-01", "    note: 'a''b'", f"  - {LINE}", "    # 末尾"],
    ),
    "block text": (
        ["log:", "  - date: 2026-02-01", "    note: |", "      一", "", "      二", ""],
        ["log:", "  - date: 2026-02-01", "    note: |", "      一", "", "      二", f"  - {LINE}", ""],
    ),
    "kept blank lines": (
        ["log:", "  - date: 2026-02-01", "    note: |+", "      一", ""],
        ["log:", "  - date: 2026-02-01", "    note: |+", "      一", "", f"  - {LINE}"],
    ),
    "text over lines": (
        ["log:", "  - date: 2026-02-01", "    note: 一", "      二"],
        ["log:", "  - date: 2026-02-01", "    note: 一", "      二", f"  - {LINE}"],
    ),
    "one line": (["log: [{date: 2026-02-01}]"], [f"log: [{{date: 2026-02-01}}, {LINE}]"]),
    "flow over lines": (
        ["log: [", "  {date: 2026-02-01},  # 一", "  ]"],
        ["log: [", f"  {{date: 2026-02-01}}, {LINE},  # 一", "  ]"],
    ),
    "keys after it": (
        ["due_changes: []", "feedback:"],
        ["log:", f"  - {LINE}", "due_changes: []", "feedback:"],
    ),
}


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("last", [True, False], ids=["last", "followed"])
@pytest.mark.parametrize("name", LOGS)
def test_one_entry_more(name: str, last: bool, ending: str) -> None:
    before, after = LOGS[name]
    blank = "" if name == "kept blank lines" else "\n"  # another one would be the text's
    tail = "" if last else f"{blank}# 下一条\n  - {{id: A-2, title: 甲}}\n"
    texts = [
        (HEAD + item(*lines) + tail).replace("    \n", "\n").replace("\n", ending)
        for lines in (before, after)
    ]
    edit = append(texts[0], ("items", 0), "log", NOTE)
    assert isinstance(edit, Edit)
    assert edit.text == texts[1]
    assert edit.text.split(ending)[edit.line - 1].strip() == edit.added.split(ending)[0].strip()


@pytest.mark.parametrize("name", [name for name in LOGS if name != "kept blank lines"])
def test_a_missing_last_line_break_stays_missing(name: str) -> None:
    before, after = LOGS[name]
    edit = append((HEAD + item(*before)).rstrip("\n"), ("items", 0), "log", NOTE)
    assert isinstance(edit, Edit)
    assert edit.text == (HEAD + item(*after)).rstrip("\n")


@pytest.mark.parametrize("name", LOGS)
def test_a_file_of_its_own(name: str) -> None:
    before, after = ("\n".join(["id: A-1", *FACTS, *lines]) + "\n" for lines in LOGS[name])
    edit = append(before, (), "log", NOTE)
    assert isinstance(edit, Edit)
    assert edit.text == after


def test_an_item_on_one_line() -> None:
    text = "items:\n  - {id: A-1, title: 甲 }  # x\n"
    edit = append(text, ("items", 0), "log", NOTE)
    assert isinstance(edit, Edit)
    assert edit.text == f"items:\n  - {{id: A-1, title: 甲, log: [{LINE}] }}  # x\n"


def test_the_file_s_own_way_of_setting_lists_in() -> None:
    text = HEAD.replace("items:\n", "items:\n") + item(dash="- ", indent="  ")
    edit = append(text, ("items", 0), "log", NOTE)
    assert isinstance(edit, Edit)
    assert edit.added == f"  log:\n  - {LINE}"


def test_what_cannot_be_found_is_refused() -> None:
    assert append(HEAD, ("items", 3), "log", NOTE) == Refusal("editing.unreadable")
    assert append("a: [", (), "log", NOTE) == Refusal("editing.unreadable")
    assert append(HEAD + item("log: 一"), ("items", 0), "log", NOTE) == Refusal("editing.not_as_meant")
    assert replace_value("due: |\n  x\n", ("due",), "y") == Refusal("editing.unreadable")


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_a_value_changes_within_its_quotes(quote: str) -> None:
    edit = replace_value(f"due:  {quote}2026-01-01{quote}   # x\r\n", ("due",), "2026-02-02")
    assert isinstance(edit, Edit)
    assert edit.text == f"due:  {quote}2026-02-02{quote}   # x\r\n"


NEW = {
    "id": "A-9",
    "title": "a: b",
    "problem": "一\n\n  二",
    "unit": "丙",
    "found": "2026-01-01",
    "due": "2026-02-02",
}
NEW_LINES = [
    "id: A-9",
    'title: "a: b"',
    "problem: |-",
    "  一",
    "",
    "    二",
    "unit: 丙",
    "found: 2026-01-01",
    "due: 2026-02-02",
]


@pytest.mark.parametrize(
    ("items", "added"),
    [
        ("items: []\n", None),
        ("items:\n", "  - "),
        ("", "items:\n  - "),
        ("items:\n- {id: A-1}\n# 末\n", "- "),
        ("items:\n    - {id: A-1}\n\n    - id: A-2\n", "\n    - "),
    ],
)
def test_a_new_item(items: str, added: str | None) -> None:
    text = f"checklist: {{id: A, title: 甲}}\n{items}"
    edit = add_item(text, NEW)
    assert isinstance(edit, Edit)
    document, _ = parse(edit.text, "a.yml")
    assert document is not None
    assert document.value["items"][-1] == NEW  # type: ignore[index]
    if added is not None:
        indent = " " * len(added.rpartition("\n")[2])
        body = (
            added
            + NEW_LINES[0]
            + "\n"
            + "".join(f"{indent}{line}\n" if line else "\n" for line in NEW_LINES[1:])
        )
        assert body in edit.text
        assert edit.text.replace(body, "") == text


def test_the_next_free_id() -> None:
    assert next_id("A", []) == "A-001"
    assert next_id("A", ["A-1", "A-3", "AB-9", "A-x", "A-2-7"]) == "A-4"
    assert next_id("A.B", ["A.B-099", "AxB-500"]) == "A.B-100"


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Cn", "Co"))
    | st.sampled_from("\n\t:#-[]{},'\"\\ ："),
    min_size=1,
    max_size=40,
)


@given(TEXT)
def test_any_text_reads_back(value: str) -> None:
    for text in (
        f"a: {flow_mapping({'b': value, 'c': [value]})}\n",
        "\n".join(block_lines({"b": value, "c": [value]})),
    ):
        document, diagnostics = parse(text, "x")
        assert document is not None, diagnostics
        read = document.value.get("a", document.value)
        assert read == {"b": value, "c": [value]}


SAMPLES = [
    (path.read_bytes().decode(), place)
    for path in sorted((ROOT / "checklists").rglob("*.yml"))
    if not path.name.startswith("_") and path.name != "checklist.yml"
    for document in [parse(path.read_bytes().decode(), path.name)[0]]
    if document is not None
    for place in (
        [("items", n) for n in range(len(document.value["items"]))] if "items" in document.value else [()]
    )  # type: ignore[arg-type]
]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SAMPLES), TEXT, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_of_the_sample_only_lines_are_added(
    sample: tuple[str, tuple[str, int]], note: str, ending: str, cut: bool
) -> None:
    text, place = sample
    text = text.replace("\n", ending)
    text = text.rstrip("\r\n") if cut else text
    logged = append(text, place, "log", log_entry(DAY, status="submitted", note=note))
    assert isinstance(logged, Edit)
    assert changed(text, logged.text)[0] == []
    assert len(changed(text, logged.text)[1]) in (
        1,
        2,
    )  # the entry, below a key of its own where there was none
    moved = replace_value(logged.text, (*place, "due"), "2031-01-01")
    assert isinstance(moved, Edit)
    extended = append(moved.text, place, "due_changes", due_change(DAY, DAY, DAY, note))
    assert isinstance(extended, Edit)
    removed, _ = changed(logged.text, extended.text)
    assert len(removed) == 1
    assert removed[0].strip().startswith("due: ")


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """Lines taken away and lines added, line breaks left out of account (a last one may be missing)."""
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    return [line[2:] for line in lines if line[0] == "-"], [line[2:] for line in lines if line[0] == "+"]


# Text -> mended. What is not listed here as changed stays byte for byte.
MENDED: dict[str, tuple[str, str]] = {
    "dates": (
        HEAD
        + item().replace("2026-01-01", "2026年1月1日  # 一").replace("2026-12-31", "'2026/12/31'")
        + "    log: [{date: 2026-2-3}]\n",
        HEAD
        + item().replace("2026-01-01", "2026-01-01  # 一").replace("2026-12-31", "'2026-12-31'")
        + "    log: [{date: 2026-02-03}]\n",
    ),
    "dates elsewhere are words": (HEAD + item("owner: 2026-2-3"), HEAD + item("owner: 2026-2-3")),
    "no such day": (
        HEAD + item().replace("2026-01-01", "2026-2-30"),
        HEAD + item().replace("2026-01-01", "2026-2-30"),
    ),
    "wide colon": (
        HEAD
        + item().replace("unit: ", "unit：").replace("id: A", "id： A")
        + "    cause: |\n      unit：x\n",
        HEAD + item().replace("unit: ", "unit: ") + "    cause: |\n      unit：x\n",
    ),
    "no blank behind a colon": (HEAD + item().replace("unit: ", "unit:"), HEAD + item()),
    "wide colon in flow": (
        HEAD + item("log:", "  - {date：2026-2-3, note：开会：一次}"),
        HEAD + item("log:", "  - {date: 2026-02-03, note: 开会：一次}"),
    ),
    "blanks": (
        HEAD + item("owner: 一 \t", "cause: |  ", "  一  ", "goal: '一  ", "  二'") + " \n",
        HEAD + item("owner: 一", "cause: |", "  一  ", "goal: '一  ", "  二'") + "\n",
    ),
    "last line": ((HEAD + item()).rstrip("\n"), HEAD + item()),
    "last line crlf": (
        (HEAD + item()).rstrip("\n").replace("\n", "\r\n"),
        (HEAD + item()).replace("\n", "\r\n"),
    ),
    "order": (
        HEAD
        + "  # 头\n  - title: 甲\n    # 编号\n    due: 2026-12-31  # 期\n    problem: |\n      乙\n    id: A-1\n\n  - id: A-2\n    unit: x\n    title: y",
        HEAD
        + "  # 头\n  - id: A-1\n    title: 甲\n    problem: |\n      乙\n    # 编号\n    due: 2026-12-31  # 期\n\n  - id: A-2\n    title: y\n    unit: x\n",
    ),
    "order in a file of its own": (
        "# 头\nunit: x\n# 标题\ntitle: y\nid: A-1\n",
        "# 头\nid: A-1\n# 标题\ntitle: y\nunit: x\n",
    ),
}


@pytest.mark.parametrize("name", MENDED)
def test_mended(name: str) -> None:
    before, after = MENDED[name]
    found = mend(before)
    assert (found.text, found.readable, found.faults) == (after, True, 0)
    assert mend(after).text == after


def test_the_sample_needs_no_mending() -> None:
    for text, _ in SAMPLES:
        assert mend(text).text == text


@pytest.mark.parametrize("text", ["a: [", "\x1b", "- a\n", "items:\n  - id：A\n   x: [\n"])
def test_what_is_no_yaml_is_left(text: str) -> None:
    found = mend(text)
    assert (found.text, found.readable) == (text, False)


PIECES = [
    "id：A-1",
    "unit:x",
    "title: 甲 ",
    "due: 2026-2-3",
    "  note：x",
    "log:",
    "  - {date：2026/1/2}",
    "cause: |",
    "cause: '一",
    "items:",
    "  - id: A-1",
    "    title: 一",
    "    id: 2 ",
    "# x ",
    "",
    " ",
    "-",
    "found: 2026年1月1日 # y",
    "problem: >+",
    "    二  ",
    "'",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=9), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_mending_garbage_never_makes_it_worse(lines: list[str], ending: str, ended: bool) -> None:
    text = ending.join(lines) + (ending if ended else "")
    found = mend(text)
    readable = parse(text, "x")[0] is not None
    if readable:
        assert parse(found.text, "x")[0] is not None
    if not found.readable:
        assert found.text == text
    assert mend(found.text).text == found.text or found.faults


def test_entries_have_their_keys_in_order() -> None:
    entry = log_entry(
        DAY, status="closed", by="b", note="n", evidence=["evidence/x.txt"], sustained=True, review=DAY
    )
    assert list(entry) == ["date", "status", "by", "note", "evidence", "sustained", "review"]
    assert list(due_change(DAY, DAY, DAY, "r", "b")) == ["from", "to", "on", "reason", "by"]


def test_scalars_of_every_look_read_back() -> None:
    odd = [
        "-",
        "- a",
        "a:",
        "a: b",
        "a #b",
        " a",
        "a ",
        "",
        "'",
        '"',
        "\\",
        "a,b",
        "[",
        "}",
        "~",
        "---",
        "...",
        "\\n\n",
        "a:[b",
        'x:"y"',
        "?",
        "=",
        "<<",
    ]
    for one, other in product(odd, odd):
        document, _ = parse(f"a: {flow_mapping({'b': one, 'c': [other]})}\n", "x")
        assert document is not None
        assert document.value["a"] == {"b": one, "c": [other]}
