"""Every rule on the structure: what breaks it, where it says so, and what it leaves alone."""

from __future__ import annotations

import io
import zipfile

import pytest

from rectification.diagnostic import Diagnostic, Severity
from rectification.rules import all_rules, blocks
from rectification.rules.similarity import twins

from .conftest import GOOD, Examine, places

HEADER = "checklist: {id: A, title: 甲}\nitems:\n"


def item(**changes: str) -> str:
    """One item, a key a line from line 3 on: `  - id: A-1` and so forth."""
    fields = GOOD | changes
    return "  - " + "\n    ".join(f"{key}: {value}" for key, value in fields.items()) + "\n"


def one(**changes: str) -> dict[str, str]:
    return {"a.yml": HEADER + item(**changes)}


def report(columns: str) -> dict[str, str]:
    """A ledger with one report, its columns from line 3, column 15 on."""
    return {
        "_reports.yml": f"reports:\n  - {{name: r, title: t, audience: public,\n     columns: [{columns}]}}\n"
    }


def attached(name: str, content: str) -> dict[str, str]:
    """One item whose only action names one file of evidence, and the file."""
    return one(actions=f"[{{text: x, evidence: [evidence/{name}]}}]") | {f"evidence/{name}": content}


LOG = "\n      - {date: 2026-03-02, status: in_progress}\n      - {date: 2026-03-03, status: submitted}\n"
CLOSED = LOG + "      - {date: 2026-03-10, status: closed}"
SIGNED = io.BytesIO()
with zipfile.ZipFile(SIGNED, "w") as archive:
    archive.writestr("meta.xml", "<meta><creator>x</creator></meta>")
UNITS = "units:\n  - {name: 示例县}\n  - {name: 示例镇, parent: 示例县}\n"
CATEGORIES = "categories:\n  - {name: 报表数据}\n"

# rule -> examples that break it: (files, file, line, column)
BROKEN: dict[str, list[tuple[dict[str, str], str, int, int]]] = {
    "L101": [(one(id="B-1"), "a.yml", 3, 9), (one(id="A1"), "a.yml", 3, 9)],
    "L102": [
        ({"a.yml": HEADER + item() + item()}, "a.yml", 9, 9),
        ({"a.yml": HEADER + item(), "b.yml": "checklist: {id: B, title: b}\nitems:\n" + item()}, "b.yml", 3, 9),
    ],
    "L103": [({"a.yml": HEADER + item(id="A-x") + item(id="A-X")}, "a.yml", 9, 9)],
    "L104": [
        ({"a.yml": HEADER + item(), "b.yml": "checklist: {id: A, title: b}\n"}, "b.yml", 1, 17),
        ({"a.yml": HEADER, "A.yml": "checklist: {id: B, title: b}\n"}, "a.yml", 1, 17),
    ],
    "L105": [
        (one() | {"_units.yml": "units:\n  - {name: 示例镇}\n  - {name: x, slug: s}\n  - {name: y, slug: S}\n"},
         "_units.yml", 4, 21),
        (one() | {"_categories.yml": "categories: [{name: a b}, {name: a-b}]\n"}, "_categories.yml", 1, 34),
    ],
    "L201": [
        (one() | {"_units.yml": UNITS, "_categories.yml": "categories: [{name: x, competent: [示例镇, 别处]}]\n"},
         "_categories.yml", 1, 41),
        (one() | {"_units.yml": UNITS, "_requests.yml":
                  "requests:\n  - {id: Q-1, title: x, by: 别处, of: [示例镇]}\n"}, "_requests.yml", 2, 29),
        (one(unit="示例真") | {"_units.yml": UNITS}, "a.yml", 6, 11),
        (one(partners="[示例县, 别处]") | {"_units.yml": UNITS}, "a.yml", 9, 21),
        (one(actions="[{text: x, unit: 别处}]") | {"_units.yml": UNITS}, "a.yml", 9, 31),
    ],
    "L202": [(one(category="报表") | {"_categories.yml": CATEGORIES}, "a.yml", 9, 15)],
    "L203": [(one() | {"_units.yml": "units:\n  - {name: 示例镇, parent: 示例县}\n"}, "_units.yml", 2, 25)],
    "L204": [
        (one() | {"_units.yml": "units:\n  - {name: 示例镇, parent: x}\n  - {name: x, parent: 示例镇}\n"},
         "_units.yml", 2, 25),
        (one() | {"_units.yml": "units:\n  - {name: 示例镇, parent: 示例镇}\n"}, "_units.yml", 2, 25),
    ],
    "L205": [
        (one() | {"_units.yml": "units:\n  - {name: 示例镇}\n  - {name: x, aliases: [示例镇]}\n"}, "_units.yml", 3, 25),
        (one() | {"_categories.yml": "categories:\n  - {name: x}\n  - {name: x}\n"}, "_categories.yml", 3, 12),
    ],
    "L301": [
        (one(log="\n      - {date: 2026-03-02, status: closed}"), "a.yml", 10, 36),
        (one(log=LOG + "      - {date: 2026-03-03, status: withdrawn, reason: x}"), "a.yml", 12, 36),
        (one(log=CLOSED + "\n      - {date: 2026-03-11, status: in_progress}"), "a.yml", 13, 36),
    ],
    "L302": [
        (one(log="\n      - {date: 2026-03-03, note: x}\n      - {date: 2026-03-02, note: y}"), "a.yml", 11, 16),
    ],
    "L303": [
        (one(due="2026-02-28"), "a.yml", 8, 10),
        (one(log="\n      - {date: 2026-02-28, note: x}"), "a.yml", 10, 16),
    ],
    "L304": [
        (one(found="2026-11-25"), "a.yml", 7, 12),
        (one(log="\n      - {date: 2026-11-25, note: x}"), "a.yml", 10, 16),
        (one(actions="\n      - {text: x, done: 2026-11-25}"), "a.yml", 10, 25),
        (one(feedback="{satisfied: 1, total: 2, date: 2026-11-25}"), "a.yml", 9, 46),
        (one(due_changes="[{from: 2026-05-01, to: 2026-12-31, on: 2026-11-25, reason: x}]"), "a.yml", 9, 58),
    ],
    "L305": [
        (one(log=CLOSED + "\n      - {date: 2026-03-11, status: reopened}"), "a.yml", 13, 9),
        (one(log="\n      - {date: 2026-03-11, status: withdrawn}"), "a.yml", 10, 9),
    ],
    "L306": [
        (one(log="\n      - {date: 2026-03-02, status: in_progress, sustained: true}"), "a.yml", 10, 49),
        (one(log="\n      - {date: 2026-03-02, review: 2027-01-01}"), "a.yml", 10, 28),
        (one(log="\n      - {date: 2026-03-02, reason: x}"), "a.yml", 10, 28),
    ],
    "L307": [(one(actions="\n      - {text: x, done: 2026-03-11}", log=CLOSED), "a.yml", 10, 25)],
    "L308": [
        (one(due_changes="[{from: 2026-05-01, to: 2026-06-01, on: 2026-04-20, reason: x}]"), "a.yml", 9, 42),
        (one(due_changes="\n      - {from: 2026-05-01, to: 2026-06-01, on: 2026-04-20, reason: x}"
                         "\n      - {from: 2026-06-02, to: 2026-12-31, on: 2026-05-20, reason: x}"), "a.yml", 10, 32),
    ],
    "L309": [
        (one(feedback="{satisfied: 3, total: 2, date: 2026-04-01}"), "a.yml", 9, 27),
        (one(notice="{from: 2026-04-02, to: 2026-04-01}"), "a.yml", 9, 36),
    ],
    "L401": [(one(related="[A-2]"), "a.yml", 9, 15), (one(related="[A-1]"), "a.yml", 9, 15)],
    "L402": [
        (one(log="\n      - {date: 2026-03-02, status: withdrawn, reason: x, merged_into: A-9}"), "a.yml", 10, 71),
        (one(log="\n      - {date: 2026-03-02, status: withdrawn, reason: x, merged_into: A-1}"), "a.yml", 10, 71),
    ],
    "L403": [(one(log="\n      - {date: 2026-03-02, status: withdrawn, reason: '[a](x:y)'}"), "a.yml", 10, 60),
             (one(goal="'见 [甲](file:///etc/passwd)'"), "a.yml", 9, 18),
             ({"a.yml": "checklist: {id: A, title: 甲, note: '[a](javascript:1)'}\n"}, "a.yml", 1, 41),
             (one() | {"_categories.yml": "categories: [{name: x, description: '<vbscript:x>'}]\n"}, "_categories.yml", 1, 39)],
    "L501": [(one(actions="[{text: x, evidence: [evidence/x.pdf]}]"), "a.yml", 9, 36)],
    "L502": [(attached("x.pdf", "%PDX"), "a.yml", 9, 36),
             (attached("x.txt", "%PDF-1.7 \0"), "a.yml", 9, 36),
             (one(log="\n      - {date: 2026-03-02, evidence: [evidence/x.csv]}") | {"evidence/x.csv": "a\0b"}, "a.yml", 10, 39)],
    "L503": [(attached("x.txt", "x" * 20_000_001), "a.yml", 9, 36)],
    "L504": [(attached("x.html", "<p>"), "a.yml", 9, 36), (attached("x.php.txt", "1"), "a.yml", 9, 36),
             (attached("x.xml", "<a xmlns='http://www.w3.org/2000/svg'/>"), "a.yml", 9, 36)],
    "L505": [(attached("x.tif", "II*\0" + "x" * 9), "a.yml", 9, 36)],
    "L506": [(one(actions="[{text: x, evidence: [evidence/x.csv]}]",
                  log=f"{CLOSED[:-1]}, accepted_files: {{evidence/x.csv: {'0' * 64}}}}}") | {"evidence/x.csv": "1"},
              "a.yml", 13, 77)],
    "L507": [(one(actions="[{text: x, evidence: [evidence/x.odt]}]") | {"evidence/x.odt": SIGNED.getvalue()}, "a.yml", 9, 36)],
    "L508": [(one(actions="[{text: x, evidence: [evidence/x.csv]}, {text: y, internal_evidence: [evidence/x.csv]}]")
              | {"evidence/x.csv": "1"}, "a.yml", 9, 84)],
    "L901": [(one(problem="村民 11010519491231002X 反映"), "a.yml", 5, 17),
             (one(extra="{11010519491231002X: x}"), "a.yml", 9, 13)],
    "L902": [(one(problem="|\n      甲\n      乙 13800138000"), "a.yml", 7, 9),
             (one(log="\n      - {date: 2026-03-02, note: 电话 138-0013-8000}"), "a.yml", 10, 37),
             (one() | {"_units.yml": "units:\n  - {name: 示例镇, contact: 示例 13800138000}\n"}, "_units.yml", 2, 29),
             (one() | {"_requests.yml": "requests:\n  - {id: Q-1, title: 甲 13800138000, by: 示例镇}\n"}, "_requests.yml", 2, 24)],
    "L903": [(one(actions="[{text: 打到 4111111111111111}]"), "a.yml", 9, 25)],
    "L904": [(one(notice="{from: 2026-04-01, to: 2026-04-07, contact: 10000@qq.com}"), "a.yml", 9, 57),
             ({"a.yml": "checklist: {id: A, title: 甲, source: {link: 'mailto:10000@163.com'}}\n"}, "a.yml", 1, 53)],
    "L701": [(one(waive="{L304: x}"), "a.yml", 9, 13),
             ({"a.yml": "checklist: {id: A, title: 甲, waive: {S999: x}}\n"}, "a.yml", 1, 38)],
    "L801": [(report("{field: status, values: {close: 完成}}"), "_reports.yml", 3, 41)],
    "L802": [
        (report("{field: title, date: YYYY}"), "_reports.yml", 3, 31),
        (report("{field: due, values: {a: b}}"), "_reports.yml", 3, 29),
        (report("{field: status, join: 、}"), "_reports.yml", 3, 32),
        (report("{field: unit, numbered: true}"), "_reports.yml", 3, 30),
        (report("{field: number, sum: true}"), "_reports.yml", 3, 32),
    ],
    "L803": [
        (report("{field: title}, {field: title}"), "_reports.yml", 3, 40),
        (report("{field: title}, {field: problem, heading: 问题}"), "_reports.yml", 3, 58),
    ],
    "L804": [(report(""), "_reports.yml", 3, 15)],
}  # fmt: skip

LEGAL: list[dict[str, str]] = [
    one(),
    one(log=CLOSED, actions="[{text: x, done: 2026-03-10}]"),
    one(log=CLOSED + "\n      - {date: 2026-03-11, status: reopened, note: x}\n"
                     "      - {date: 2026-03-11, status: in_progress}"),
    one(log=LOG + "      - {date: 2026-03-03, status: in_progress, note: returned}"),
    one(log="\n      - {date: 2026-03-01, status: open}\n      - {date: 2026-03-01, status: in_progress}"),
    one(log=LOG + "      - {date: 2026-03-10, status: closed, sustained: true, review: 2027-01-01}"),
    {"a.yml": HEADER + item(related="[A-2]")
     + item(id="A-2", log="\n      - {date: 2026-03-02, status: withdrawn, reason: x, merged_into: A-1}")},
    one(due="2026-03-01", found="2026-03-01"),
    one(found="2026-11-24"),
    one(due_changes="\n      - {from: 2026-05-01, to: 2026-06-01, on: 2026-04-20, reason: x}"
                    "\n      - {from: 2026-06-01, to: 2026-12-31, on: 2026-05-20, reason: x}"),
    one(feedback="{satisfied: 2, total: 2, date: 2026-11-24}", notice="{from: 2026-04-01, to: 2026-04-01}"),
    one(category="报表数据", partners="[示例县]") | {"_units.yml": UNITS, "_categories.yml": CATEGORIES},
]  # fmt: skip


def test_every_rule_has_an_example() -> None:
    alone = {rule.code for rule in all_rules() if not rule.substance and not rule.witness}
    assert set(BROKEN) == alone


@pytest.mark.parametrize(
    ("code", "example"),
    [
        pytest.param(code, example, id=f"{code}-{n}")
        for code, found in BROKEN.items()
        for n, example in enumerate(found)
    ],
)
def test_broken(examined: Examine, code: str, example: tuple[dict[str, str], str, int, int]) -> None:
    texts, file, line, column = example
    found = places(examined(texts))
    assert (code, file, line, column) in found
    # An example breaks its own rule and no other, but for what cannot be separated from it.
    beside = {"L102": {"L101"}, "L104": {"L102"}, "L204": {"L204"}}.get(code, set())
    assert {c for c, *_ in found} <= {code} | beside


@pytest.mark.parametrize("texts", LEGAL)
def test_legal(examined: Examine, texts: dict[str, str]) -> None:
    assert places(examined(texts)) == []


def test_a_breach_names_the_item_and_the_nearest_value(examined: Examine) -> None:
    (found,) = examined(one(unit="示例真") | {"_units.yml": UNITS}).diagnostics
    assert (found.item, found.facts["found"], found.severity) == ("A-1", "示例真", "error")
    assert found.facts["nearest"] in ("示例镇", "示例县")
    (found,) = examined({"a.yml": HEADER + item(related="[A-12]") + item(id="A-123")}).diagnostics
    assert found.facts["nearest"] == "A-123"


def test_an_entry_out_of_order_names_the_one_before_it(examined: Examine) -> None:
    days = ("2026-03-02", "2026-03-09", "2026-03-05", "2026-03-07")
    log = "".join(f"\n      - {{date: {day}, note: x}}" for day in days)
    (found,) = examined(one(log=log)).diagnostics
    assert (found.code, found.facts["found"], found.facts["before"]) == ("L302", "2026-03-05", "2026-03-09")


def test_the_second_use_of_an_id_names_the_first(examined: Examine) -> None:
    (found,) = examined({"a.yml": HEADER + item() + item()}).diagnostics
    assert found.facts["first"] == "checklists/a.yml:3"


def test_a_site_sets_the_level_of_a_rule(examined: Examine) -> None:
    broken = one(related="[A-2]")
    assert [d.severity for d in examined(broken, rules={"L401": "warning"}).diagnostics] == ["warning"]
    assert examined(broken, rules={"L401": "off"}).diagnostics == ()


def test_what_a_broken_file_hides_is_not_held_against_the_others(examined: Examine) -> None:
    texts = one(related="[B-1]") | {
        "b.yml": "checklist: {id: B, title: b}\nitems:\n  - {id: B-1, title: 'x\n"
    }
    assert [code for code, *_ in places(examined(texts))] == ["Y017"]


def test_the_structure_blocks_and_the_substance_does_not() -> None:
    for rule in all_rules():
        blocks = rule.code.startswith("L") and rule.code != "L507"
        assert rule.severity == ("error" if blocks else "warning"), rule.code


@pytest.mark.parametrize(
    ("code", "severity", "stands"),
    [
        ("L301", "error", True),
        ("L507", "warning", True),
        ("S101", "error", True),  # on a site that makes an error of it
        ("S101", "warning", False),
    ],
)
def test_all_blocks_but_a_warning_on_the_substance(code: str, severity: Severity, stands: bool) -> None:
    assert blocks(Diagnostic(code, severity, "a.yml", 1, 1, {})) is stands


def test_a_text_is_the_twin_of_the_one_it_resembles_most() -> None:
    one, other = "建立查重登记重复率过半的任务一律不予下发", "随机抽取十户回访并把结果逐项写入整改台账"
    last = other.replace("逐项", "逐条")
    found = list(twins([one, other, last, one], ["甲", "乙", "丙", "丁"], similarity=0.5, least=12))
    assert [(twin.index, twin.first) for twin in found] == [(3, 0), (2, 1)]
    assert found[0].resemblance == 1 and 0.5 < found[1].resemblance < 1


def test_a_site_that_sets_no_threshold_is_judged_by_these() -> None:
    assert {rule.code: dict(rule.thresholds) for rule in all_rules() if rule.thresholds} == {
        "L503": {"megabytes": 20},
        "L602": {"similarity": 0.3},
        "S101": {"score": 1},
        "S103": {"similarity": 0.85, "least": 12},
        "S104": {"similarity": 0.85, "least": 12},
        "S202": {"share": 0.6},
        "S307": {"days": 7, "share": 0.5, "least": 10},
        "S308": {"days": 30},
        "S309": {"percent": 60, "least": 5},
        "S501": {"moves": 2, "days": 90},
        "S601": {"similarity": 0.6, "days": 730},
        "S602": {"days": 90},
        "S703": {"days": 3},
        "S801": {"changes": 2},
        "S901": {"days": 30},
    }
