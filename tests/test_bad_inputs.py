"""Hostile and mistaken input, case by case: what is said, and where; or that it is taken as it was typed.

The numbers are those of the list of bad inputs; what only an editor's machine or a build can show
(publishing, git, repeatability) is tested where it belongs.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from rectification.catalogue import LANGUAGES, read_catalogue
from rectification.diagnostic import explain
from rectification.source import MAX_BYTES, parse

from .conftest import GOOD, Examine, places

Special = Callable[[Path], object]  # makes what no text can: a link, a pipe, a device, other bytes
Content = str | bytes | Special

CATALOGUES = {language: read_catalogue(language) for language in LANGUAGES}
HEADER = "checklist: {id: A, title: 甲}\nitems:\n"
LOG = "\n      - {date: 2026-03-02, status: in_progress}\n      - {date: 2026-03-03, status: submitted}\n"
CLOSED = LOG + "      - {date: 2026-03-10, status: closed}"
UNITS = "units:\n  - {name: 示例县}\n  - {name: 示例镇, parent: 示例县}\n"
BOMB = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]


def item(**changes: str) -> str:
    """One item, a key a line from line 3 on: id, title, problem, unit, found, due, then what is added."""
    return "  - " + "\n    ".join(f"{key}: {value}" for key, value in (GOOD | changes).items()) + "\n"


def one(**changes: str) -> dict[str, Content]:
    return {"a.yml": HEADER + item(**changes)}


def evidence(reference: str) -> dict[str, Content]:
    return one(actions=f"[{{text: x, evidence: [{reference}]}}]")


def log(*entries: str) -> dict[str, Content]:
    return one(log="\n" + "\n".join(f"      - {{{entry}}}" for entry in entries))


@dataclass(frozen=True)
class Case:
    """Input, and what is found: code, line and column of the first finding in `file`, and no other code."""

    number: int
    name: str
    files: Mapping[str, Content]
    code: str
    line: int = 1
    column: int = 1
    file: str = "a.yml"
    also: frozenset[str] = frozenset()
    hint: str = ""  # what the English telling says, word for word

    @property
    def id(self) -> str:
        return f"{self.number}-{self.name}".replace(" ", "_")


def _link(target: str) -> Special:
    return lambda path: path.symlink_to(target)


CASES = [
    Case(1, "a status that is none", log("date: 2026-03-02, status: NO"), "M008", 10, 36,
         hint="open, in_progress, submitted, closed, reopened, withdrawn"),
    Case(3, "a day that is none", one(due="2026-02-30"), "M006", 8, 10, hint="month 2 of 2026 has 28 days"),
    Case(4, "a day not padded", one(due="2026-2-3"), "M005", 8, 10, hint="`2026-02-03`"),
    Case(4, "a day with slashes", one(due="2026/02/03"), "M005", 8, 10, hint="`2026-02-03`"),
    Case(4, "a day in Chinese", one(due="2026年2月3日"), "M005", 8, 10, hint="`2026-02-03`"),
    Case(5, "a key twice", {"a.yml": HEADER + item() + "    title: 乙\n"}, "Y015", 9, 5, hint="4"),
    Case(6, "an unknown key", one(onwer="x"), "M002", 9, 5, hint="Did you mean `owner`?"),
    Case(7, "no value", one(unit=""), "M003", 6, 5),
    Case(7, "an empty value", one(unit='""'), "M004", 6, 11),
    Case(8, "a tab as indentation", {"a.yml": HEADER + "\t- id: A-1\n"}, "Y016", 3, 1),
    Case(9, "an open quote", one(title="'甲"), "Y017", 4, 12),
    Case(9, "an open double quote, more quotes below", one(title='"甲', goal='"乙"'), "Y017", 4, 12),
    Case(10, "two colons", one(goal="结论: 通过"), "Y018", 9, 13, hint="quotes"),
    Case(10, "an at sign", one(goal="@foo"), "Y018", 9, 11, hint="quotes"),
    Case(10, "a percent sign", one(goal="%x"), "Y018", 9, 11, hint="quotes"),
    Case(11, "text lost to a comment", one(goal="x #y"), "Y020", 9, 13),
    Case(12, "an anchor", one(goal="&x 甲"), "Y008", 9, 11),
    Case(12, "an alias", one(goal="*x"), "Y007", 9, 11),
    Case(12, "an alias bomb", {"a.yml": "\n".join(BOMB)}, "Y008", 1, 5, also=frozenset({"Y007"})),
    Case(12, "an alias of itself", {"a.yml": "a: &x [*x]\n"}, "Y008", 1, 4, also=frozenset({"Y007"})),
    Case(13, "5 MB of brackets", {"a.yml": "[" * 5_000_000}, "Y003"),
    Case(13, "the cap full of brackets", {"a.yml": "[" * MAX_BYTES}, "Y013", 1, 1001),
    Case(13, "the cap full of braces", {"a.yml": "{" * MAX_BYTES}, "Y013", 1, 1001),
    Case(13, "nesting of 10,000 by indentation",
         {"a.yml": "".join(f"{' ' * n}a:\n" for n in range(1_900))}, "Y013", 21, 21),
    Case(13, "nesting of 10,000 dashes", {"a.yml": "- " * 10_000}, "Y013", 1, 41),
    Case(14, "a Python object", one(goal="!!python/object:os.system x"), "Y009", 9, 11),
    Case(14, "binary", one(goal="!!binary aGk="), "Y009", 9, 11),
    Case(14, "a tag of its own", one(goal="!x 甲"), "Y009", 9, 11),
    Case(14, "a merge key", {"a.yml": HEADER + item() + "    <<: {goal: x}\n"}, "Y010", 9, 5),
    Case(15, "two documents", {"a.yml": HEADER + item() + "---\na: 1\n"}, "Y011", 9, 1),
    Case(16, "GBK", {"a.yml": (HEADER + item()).encode("gbk")}, "Y004", 1, 27, hint="UTF-8"),
    Case(16, "UTF-16", {"a.yml": (HEADER + item()).encode("utf-16")}, "Y004", 1, 1, hint="UTF-8"),
    Case(17, "NUL", one(goal="甲\x00"), "Y005", 9, 12, hint="U+0000"),
    Case(17, "a terminal's escape", one(goal="\x1b[31m"), "Y005", 9, 11, hint="U+001B"),
    Case(17, "a control character as an escape", one(goal='"\\x1b[31m"'), "Y005", 9, 12, hint="U+001B"),
    Case(17, "a bidirectional override", one(goal="甲\u202e乙"), "Y006", 9, 12, hint="U+202E"),
    Case(18, "an empty file", {"a.yml": ""}, "Y021", hint="checklist:"),
    Case(18, "comments only", {"a.yml": "# 甲\n"}, "Y021", hint="checklist:"),
    Case(18, "a bare scalar", {"a.yml": "甲\n"}, "Y022", hint="checklist:"),
    Case(18, "a list at the top", {"a.yml": "# 甲\n- a\n"}, "Y022", 2, 1, hint="checklist:"),
    Case(19, "a file over the cap", {"a.yml": "x" * (MAX_BYTES + 1)}, "Y003"),
    Case(19, "a pipe", {"a.yml": os.mkfifo}, "Y001"),
    Case(19, "a link to a device", {"a.yml": _link("/dev/zero")}, "Y001"),
    Case(19, "a link that leads nowhere", {"a.yml": _link("nowhere")}, "Y001"),
    Case(21, "a script as a source", one(source="{link: 'javascript:alert(1)'}"), "M016", 9, 20),
    Case(21, "a script in mixed case", one(source="{link: 'JaVaScript:alert(1)'}"), "M016", 9, 20),
    Case(21, "a data link", one(source="{link: 'data:text/html,x'}"), "M016", 9, 20),
    Case(21, "vbscript as evidence", evidence("'vbscript:x'"), "M016", 9, 36),
    Case(21, "a script behind entities", one(source="{link: '&#106;avascript:alert(1)'}"), "M016", 9, 20),
    Case(21, "a script behind a space", one(source="{link: 'java script:alert(1)'}"), "M016", 9, 20),
    Case(21, "a script in a text", one(goal="'见 [甲](javascript:alert(1))'"), "L403", 9, 18),
    Case(21, "mixed case in a text", one(problem="'[a](JaVaScript:alert(1))'"), "L403", 5, 19),
    Case(21, "entities in a text", one(cause="'[a](&#106;avascript:alert(1))'"), "L403", 9, 12),
    Case(21, "a space in a text", log("date: 2026-03-02, note: '[a](  javascript:alert(1))'"), "L403", 10, 41),
    Case(21, "angle brackets in a text", one(goal="'<vbscript:msgbox(1)>'"), "L403", 9, 13),
    Case(21, "a reference in a text", one(goal='"[a]\\n\\n[a]: data:text/html,x"'), "L403", 9, 24),
    Case(21, "a picture in a text", one(actions="[{text: '![a](data:image/svg+xml,x)'}]"), "L403", 9, 28),
    Case(24, "a parent folder", evidence("evidence/../x"), "M014", 9, 36),
    Case(24, "outside", evidence("../x"), "M015", 9, 36),
    Case(24, "absolute", evidence("/etc/passwd"), "M014", 9, 36),
    Case(24, "backslashes", evidence("'evidence\\x'"), "M014", 9, 36),
    Case(24, "a drive", evidence("'C:\\x'"), "M014", 9, 36),
    Case(24, "a drive with slashes", evidence("'C:/x'"), "M014", 9, 36),
    Case(24, "a reserved folder", evidence("evidence/con/x"), "M014", 9, 36),
    Case(24, "a reserved name", evidence("evidence/NUL"), "M014", 9, 36),
    Case(24, "a reserved name with an ending", evidence("evidence/com1.pdf"), "M014", 9, 36),
    Case(24, "a name that ends with a point", evidence("'evidence/x.'"), "M014", 9, 36),
    Case(24, "a folder that ends with a space", evidence("'evidence/x /y.pdf'"), "M014", 9, 36),
    Case(25, "a link", evidence("evidence/x.csv") | {"evidence/x.csv": _link("/etc/passwd")}, "L501", 9, 36),
    Case(25, "a linked folder",
         evidence("evidence/d/x.csv") | {"other/x.csv": "1", "evidence/d": _link("../other")}, "L501", 9, 36,
         also=frozenset({"M018"})),
    Case(25, "a folder", evidence("evidence/d") | {"evidence/d/x.csv": "1"}, "L501", 9, 36),
    Case(25, "a pipe", evidence("evidence/x.csv") | {"evidence/x.csv": os.mkfifo}, "L501", 9, 36),
    Case(26, "missing", evidence("evidence/x.csv"), "L501", 9, 36),
    Case(26, "another file than recorded",
         one(actions="[{text: x, evidence: [evidence/x.csv]}]",
             log=LOG + f"      - {{date: 2026-03-10, status: closed, by: 示例县, accepted_files: {{evidence/x.csv: '{'0' * 64}'}}}}")
         | {"evidence/x.csv": "1"}, "L506", 13, 86, hint="rectify accept"),
    Case(26, "a file recorded and dropped",
         one(log=LOG + f"      - {{date: 2026-03-10, status: closed, by: 示例县, accepted_files: {{evidence/x.csv: {'0' * 64}}}}}"),
         "L506", 12, 86, hint="rectify accept"),
    Case(26, "no checksum",
         one(log=LOG + "      - {date: 2026-03-10, status: closed, by: 示例县, accepted_files: {evidence/x.csv: abc}}"),
         "M022", 12, 86),
    Case(26, "another text than accepted",
         one(goal="三张表并为一张", cause="各报各的", waive="{S301: x}",
             log=LOG + "      - {date: 2026-03-10, status: closed, by: 示例县, accepted: 0000000000000000}"),
         "S306", 15, 63),
    Case(29, "a checklist among the pages",
         one() | {"../docs/a.yml": HEADER}, "Y028", 1, 1, file="docs/a.yml"),
    Case(29, "an item among the pages",
         one() | {"../docs/x/A-2.yaml": "id: A-2\ntitle: 甲\nproblem: 乙\nunit: 丙\n"}, "Y028", 1, 1,
         file="docs/x/A-2.yaml"),
    Case(29, "a link among the pages",
         one() | {"../docs/a.yml": _link("../checklists/a.yml")}, "Y028", 1, 1, file="docs/a.yml"),
    Case(30, "a resident's number", one(problem="村民 11010519491231002X 反映"), "L901", 5, 17),
    Case(30, "a mobile number", one(owner="示例 13812345678"), "L902", 9, 15),
    Case(32, "an id twice in a file", {"a.yml": HEADER + item() + item()}, "L102", 9, 9, hint="a.yml:3"),
    Case(32, "an id twice in two files", one() | {"b/checklist.yml": "checklist: {id: B, title: 乙}\n",
                                                  "b/x.yml": item().replace("  - ", "").replace("    ", "")},
         "L102", 1, 5, file="b/x.yml", also=frozenset({"L101"}), hint="a.yml:3"),
    Case(33, "open to closed", log("date: 2026-03-02, status: closed"), "L301", 10, 36),
    Case(33, "reopened without a note",
         one(log=CLOSED + "\n      - {date: 2026-03-11, status: reopened}"), "L305", 13, 9),
    Case(33, "out of order", log("date: 2026-03-03, note: x", "date: 2026-03-02, note: y"), "L302", 11, 16),
    Case(33, "in the future", log("date: 2027-03-03, note: x"), "L304", 10, 16),
    Case(34, "closed before found", one(log=CLOSED, found="2026-03-09"), "L303", 10, 16),
    Case(34, "done after closing",
         one(actions="\n      - {text: x, done: 2026-03-11}", log=CLOSED), "L307", 10, 25),
    Case(35, "merged into nothing",
         log("date: 2026-03-02, status: withdrawn, reason: x, merged_into: A-9"), "L402", 10, 71),
    Case(35, "merged into a withdrawn one",
         {"a.yml": log("date: 2026-03-02, status: withdrawn, reason: x, merged_into: A-2")["a.yml"]
          + "\n" + item(id="A-2", log="\n      - {date: 2026-03-02, status: withdrawn, reason: x}")},  # type: ignore[operator]
         "L402", 10, 71),
    Case(35, "merged in a circle",
         {"a.yml": HEADER
          + item(log="\n      - {date: 2026-03-02, status: withdrawn, reason: x, merged_into: A-2}")
          + item(id="A-2", log="\n      - {date: 2026-03-02, status: withdrawn, reason: x, merged_into: A-1}")},
         "L402", 10, 71),
    Case(35, "related to nothing", one(related="[A-9]"), "L401", 9, 15),
    Case(36, "an unknown unit", one(unit="示例真") | {"_units.yml": UNITS}, "L201", 6, 11,
         hint="Did you mean `示例"),
    Case(36, "an unknown category", one(category="报表") | {"_categories.yml": "categories: [{name: 报表数据}]\n"},
         "L202", 9, 15, hint="Did you mean `报表数据`?"),
    Case(37, "a circle of units",
         one() | {"_units.yml": "units:\n  - {name: 示例镇, parent: x}\n  - {name: x, parent: 示例镇}\n"},
         "L204", 2, 25, file="_units.yml"),
    Case(37, "two units of one name",
         one() | {"_units.yml": "units:\n  - {name: 示例镇}\n  - {name: x, aliases: [示例镇]}\n"},
         "L205", 3, 25, file="_units.yml"),
    *(Case(40, f"the id {identifier[:9]}", one(id=identifier), "M011" if len(identifier) < 300 else "M013", 3, 9)
      for identifier in ("A-1/2", "A-..", "A- 1", "A-😀", "'A-1 '".strip("'") + "\u3000x", "A-" + "1" * 64, "CON",
                         "aux.1", "A-" + "1" * 300, "A-1\uff0f2", "A-1.")),
    Case(41, "ids that differ in case", {"a.yml": HEADER + item(id="A-x") + item(id="A-X")}, "L103", 9, 9),
    Case(41, "checklists that differ in case",
         {"a.yml": "checklist: {id: B, title: b}\n", "A.yml": HEADER + item()}, "L104", 1, 17),
    Case(41, "checklists that differ in Unicode form",
         {"\u00e9.yml": HEADER + item(), "e\u0301.yml": "checklist: {id: B, title: b}\n"}, "L104", 1, 17,
         file="\u00e9.yml"),
    Case(41, "units that differ in Unicode form",
         one(unit="caf\u00e9") | {"_units.yml": "units: [{name: 'caf\u00e9'}, {name: 'cafe\u0301'}]\n"}, "L105", 1, 32,
         file="_units.yml"),
]  # fmt: skip


def write(folder: Path, files: Mapping[str, Content]) -> None:
    """Write what is given below `checklists/`, texts as UTF-8."""
    for name, content in files.items():
        path = folder / "checklists" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if callable(content):
            content(path)
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_bad_input(tmp_path: Path, examined: Examine, case: Case) -> None:
    write(tmp_path, case.files)
    start = time.perf_counter()
    examination = examined({}, substance=case.code.startswith("S"), docs=tmp_path / "docs")
    assert time.perf_counter() - start < 2
    found = places(examination)
    assert found, "nothing is found"
    first = next((one for one in found if one[0] == case.code), None)
    assert first == (case.code, case.file, case.line, case.column), found
    if not case.code.startswith("S"):
        assert {code for code, *_ in found} <= {case.code} | case.also
    told = [
        explain(d, examination.texts.get(d.file, ""), CATALOGUES[language])
        for language in LANGUAGES
        for d in examination.diagnostics
    ]
    assert case.hint in told[found.index(first) + len(found) * LANGUAGES.index("en")]
    assert all("\x1b" not in text and "\x00" not in text and "\u202e" not in text for text in told)


TAKEN: list[tuple[int, dict[str, Content], dict[str, str]]] = [
    (2, one(title="1:30"), {"title": "1:30"}),
    (2, one(title="1.10"), {"title": "1.10"}),
    (2, one(title="NO"), {"title": "NO"}),
    (2, one(owner="~"), {"owner": "~"}),
    (2, {"a.yml": "checklist: {id: '012', title: 甲}\nitems:\n" + item(id="012-1")}, {"id": "012-1"}),
    (2, one(id="A-012", title="012"), {"id": "A-012", "title": "012"}),
    (16, {"a.yml": b"\xef\xbb\xbf" + (HEADER + item()).encode()}, {"title": GOOD["title"]}),
    (23, one(goal="'a {: onclick=x } --8<-- {{ 7*7 }} {% raw %}'"), {"goal": "a {: onclick=x } --8<-- {{ 7*7 }} {% raw %}"}),
    (21, one(title="'[a](javascript:alert(1))'"), {"title": "[a](javascript:alert(1))"}),  # no Markdown
    (27, one(goal="'=1+1'", owner="＋岗位"), {"goal": "=1+1", "owner": "＋岗位"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "files", "facts"), TAKEN, ids=lambda value: value if isinstance(value, int) else ""
)
def test_input_that_is_taken_as_it_was_typed(
    tmp_path: Path, examined: Examine, number: int, files: dict[str, Content], facts: dict[str, str]
) -> None:
    write(tmp_path, files)
    examination = examined({})
    assert places(examination) == []
    (record,) = examination.ledger.records
    assert {name: getattr(record.item, name) for name in facts} == facts


def test_every_case_of_reading_and_checking_is_here_or_where_it_belongs() -> None:
    # 22 and 28 need a built site (tests/site/test_hostile.py, test_canary.py), 20 stands below, 31, 38 and 39 are no input.
    listed = {case.number for case in CASES} | {number for number, *_ in TAKEN} | {20, 22, 28, 31, 38, 39}
    assert listed == set(range(1, 42))


def test_one_bad_file_of_a_hundred_hides_nothing(tmp_path: Path, examined: Examine) -> None:
    for n in range(100):
        head = f"checklist: {{id: F{n}, title: x}}\nitems:\n"
        due = "2026-02-30" if n in (3, 97) else "2026-12-31"
        text = head + item(id=f"F{n}-1", due=due) + ("    goal: 'x\n" if n == 50 else "")
        write(tmp_path, {f"f{n}.yml": text})
    found = examined({}).errors
    assert [(d.code, d.file) for d in found] == [
        ("M006", "checklists/f3.yml"), ("Y017", "checklists/f50.yml"), ("M006", "checklists/f97.yml"),
    ]  # fmt: skip


def test_an_alias_bomb_costs_nothing() -> None:
    start = time.perf_counter()
    parse("\n".join(BOMB), "a.yml")
    assert time.perf_counter() - start < 0.25  # a few milliseconds, on a machine that has other things to do


# What once cost the square of its size: each within the cap of a file, or of a text.
DEAR: dict[str, dict[str, str]] = {
    "blanks": {"a.yml": " " * 1_900_000},
    "blanks behind a value": {"a.yml": "a: b" + " " * 1_900_000},
    "tabs": {"a.yml": "\t" * 1_900_000},
    "unknown keys": {"a.yml": "\n".join(f"k{n}: 1" for n in range(60_000))},
    "mistakes in one record": {"a.yml": HEADER + item(extra="{" + ", ".join(f"k{n}: []" for n in range(40_000)) + "}")},
    "unknown related items": {"a.yml": HEADER + item(related="[" + ", ".join(f"A-{n}" for n in range(2, 40_000)) + "]")},
    "unknown units": {
        "a.yml": HEADER + item(partners="[" + ", ".join(f"u{n}" for n in range(40_000)) + "]"),
        "_units.yml": "units: [{name: 示例镇}]\n",
    },
    "waivers of nothing": {"a.yml": HEADER + item(waive="{" + ", ".join(f"X{n}: x" for n in range(40_000)) + "}")},
    "a line of units": {"_units.yml": "units:\n" + "".join(f"  - {{name: u{n}, parent: u{n + 1}}}\n" for n in range(20_000))},
    "a circle of units": {
        "_units.yml": "units:\n" + "".join(f"  - {{name: u{n}, parent: u{(n + 1) % 20_000}}}\n" for n in range(20_000))
    },
    "figures": {"a.yml": HEADER + item(goal="'" + "13800138000 " * 1_600 + "'", cause="'" + "1" * 19_000 + "'")},
    "links": {"a.yml": HEADER + item(goal="'" + "[a](x:y) " * 2_000 + "'", cause="'" + "[" * 19_000 + "](x:y)'")},
}  # fmt: skip


@pytest.mark.parametrize("texts", DEAR.values(), ids=DEAR.keys())
def test_no_input_costs_the_square_of_its_size(examined: Examine, texts: dict[str, str]) -> None:
    start = time.perf_counter()
    assert examined(texts).diagnostics
    assert time.perf_counter() - start < 10  # each took minutes; a second or two on an idle machine
