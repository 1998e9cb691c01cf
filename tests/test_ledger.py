"""From a folder of YAML to a ledger, and what its facts add up to."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path

import pytest

from rectification.ledger import Units, choices, count_by_status, derive, select, slug_of
from rectification.model import Item, Unit, build

from .conftest import GOOD, TODAY, Examine, places

HEADER = "checklist: {id: A, title: 甲}\n"


def item(**changes: object) -> Item:
    made, mistakes = build(Item, GOOD | changes)
    assert made is not None, mistakes
    return made


def state(today: date = TODAY, **changes: object):  # type: ignore[no-untyped-def]
    return derive(item(**changes), today, due_soon_days=7, stalled_days=30)


def log(*moves: tuple[str, str]) -> list[dict[str, str]]:
    return [{"date": day, "status": status} if status else {"date": day} for day, status in moves]


# -- derived state -------------------------------------------------------------------------------------


def test_without_a_log_an_item_is_open() -> None:
    found = state()
    assert (found.status, found.since, found.finished) == ("open", date(2026, 3, 1), False)


def test_the_last_entry_with_a_status_decides() -> None:
    entries = log(("2026-03-02", "in_progress"), ("2026-03-09", "submitted"), ("2026-11-01", ""))
    found = state(log=entries)
    assert (found.status, found.since) == ("submitted", date(2026, 3, 9))


@pytest.mark.parametrize(
    ("left", "overdue", "due_soon"),
    [(-1, True, False), (0, False, True), (1, False, True), (7, False, True), (8, False, False)],
)
def test_overdue_and_due_soon_at_their_borders(left: int, overdue: bool, due_soon: bool) -> None:
    found = state(due=(TODAY + timedelta(left)).isoformat())
    assert (found.days_left, found.overdue, found.due_soon) == (left, overdue, due_soon)


def test_a_finished_item_is_never_overdue() -> None:
    closed = log(("2026-03-02", "in_progress"), ("2026-03-03", "submitted"), ("2026-06-01", "closed"))
    found = state(due="2026-05-31", log=closed)
    assert (found.overdue, found.days_left, found.closed_late, found.days_open) == (False, None, True, 92)
    assert state(due="2026-06-01", log=closed).closed_late is False
    withdrawn = state(due="2026-05-31", log=log(("2026-06-01", "withdrawn")))
    assert (withdrawn.overdue, withdrawn.closed_late, withdrawn.flags) == (False, False, ())


def test_stalled_at_its_border() -> None:
    day = TODAY - timedelta(30)
    assert state(found="2026-01-01", log=log((day.isoformat(), "in_progress"))).stalled is False
    assert (
        state(found="2026-01-01", log=log(((day - timedelta(1)).isoformat(), "in_progress"))).stalled is True
    )
    done = [{"text": "x", "done": TODAY.isoformat()}]
    assert state(found="2026-01-01", actions=done).stalled is False
    waiting = log(("2026-01-02", "in_progress"), ("2026-01-03", "submitted"))
    assert state(found="2026-01-01", log=waiting).stalled is False


def test_reopened_stays_known() -> None:
    moves = log(("2026-03-02", "in_progress"), ("2026-03-03", "submitted"), ("2026-03-04", "closed"),
                ("2026-04-01", "reopened"), ("2026-04-02", "in_progress"))  # fmt: skip
    found = state(log=moves)
    assert (found.status, found.reopened) == ("in_progress", True)
    assert "reopened" in found.flags


def test_the_original_due_date_stays_known() -> None:
    changes = [
        {"from": "2026-05-01", "to": "2026-06-01", "on": "2026-04-20", "reason": "x"},
        {"from": "2026-06-01", "to": "2026-12-31", "on": "2026-05-20", "reason": "x"},
    ]
    found = state(due_changes=changes)
    assert (found.original_due, found.slip_days) == (date(2026, 5, 1), 244)


# -- units ---------------------------------------------------------------------------------------------

TREE = Units(
    (
        Unit(name="市", level="city", aliases=("示例市",)),
        Unit(name="县", level="county", parent="示例市"),
        Unit(name="局", parent="市"),
        Unit(name="镇", level="town", parent="县"),
        Unit(name="所", parent="镇"),
    )
)


def test_the_tree_of_units() -> None:
    names = TREE.names
    assert [u.name for u in TREE.above(names["所"])] == ["市", "县", "镇"]
    assert [u.name for u in TREE.below(names["市"])] == ["市", "县", "镇", "所", "局"]
    assert [(depth, u.name) for depth, u in TREE.tree()] == [
        (0, "市"),
        (1, "县"),
        (2, "镇"),
        (3, "所"),
        (1, "局"),
    ]
    assert (TREE.level(names["所"]), TREE.level(names["局"])) == ("town", "city")
    assert TREE.canonical("示例市") == "市"
    assert TREE.canonical("别处") == "别处"


def test_a_circle_of_units_does_not_hang() -> None:
    circle = Units((Unit(name="a", parent="b"), Unit(name="b", parent="a")))
    assert [u.name for u in circle.above(circle.names["a"])] == ["b"]
    assert [u.name for u in circle.below(circle.names["a"])] == ["a", "b"]


def test_slugs() -> None:
    assert slug_of("示例市委 办公室") == "示例市委-办公室"
    assert slug_of("a/b\\c?d#e") == "a-b-c-d-e"
    assert slug_of("..") == slug_of("//") == "-"
    assert slug_of("e\u0301") == "\u00e9"


# -- loading -------------------------------------------------------------------------------------------

UNITS = "units:\n  - {name: 示例县, level: county}\n  - {name: 示例镇, parent: 示例县, aliases: [镇]}\n"


def yaml_item(identifier: str, **facts: str) -> str:
    fields = GOOD | {"id": identifier} | facts
    return "  - {" + ", ".join(f"{k}: {v}" for k, v in fields.items()) + "}\n"


def test_a_file_and_a_folder(examined: Examine) -> None:
    found = examined(
        {
            "a.yml": HEADER + "items:\n" + yaml_item("A-1", unit="镇") + yaml_item("A-2"),
            "b/checklist.yml": "checklist: {id: B, title: 乙, source: {kind: 文章, date: 2020-08-21}}\n",
            "b/B-2.yml": "\n".join(f"{k}: {v}" for k, v in (GOOD | {"id": "B-2"}).items()),
            "b/B-1.yml": "\n".join(f"{k}: {v}" for k, v in (GOOD | {"id": "B-1"}).items())
            + "\nsource: {place: 二}\n",
            "_units.yml": UNITS,
            ".hidden.yml": "oops",
            "notes.txt": "oops",
            "evidence/x.yml": "oops",
        }
    )
    assert found.diagnostics == ()
    ledger = found.ledger
    assert [c.slug for c in ledger.checklists] == ["a", "b"]
    assert [r.item.id for r in ledger.records] == ["A-1", "A-2", "B-1", "B-2"]
    assert [r.unit for r in ledger.records] == ["示例镇"] * 4
    assert [r.place.line for r in ledger.records] == [3, 4, 1, 1]
    assert len(ledger.of_unit("示例县")) == 4
    source = ledger.by_id["B-1"].source
    assert (source.kind, source.date, source.place) == ("文章", date(2020, 8, 21), "二")
    assert count_by_status(ledger.records) == {"open": 4}


def test_every_error_of_every_file_at_once(examined: Examine) -> None:
    good = HEADER + "items:\n" + yaml_item("A-1")
    found = examined(
        {
            "a.yml": good,
            "b.yml": "checklist: {id: B, title: b}\nitems:\n  - {id: B-1, onwer: x}\n  - {id: B-2, due: 2026-02-30}\n",
            "c.yml": "a: 'open\n",
            "d.yml": "checklist: {id: D, title: d, colour: red}\nitem: []\n",
            "e.yml": "items: []\n",
            "f.yml": "checklist: {id: F, title: f}\nitems: {a: b}\n",
            "_unit.yml": "units: []\n",
            "g/G-1.yml": "id: G-1\n",
        }
    )
    codes = [(code, file, line) for code, file, line, _ in places(found)]
    assert ("M017", "_unit.yml", 1) in codes
    assert ("M002", "b.yml", 3) in codes
    assert ("M006", "b.yml", 4) in codes
    assert ("Y017", "c.yml", 1) in codes
    assert ("M002", "d.yml", 1) in codes and ("M002", "d.yml", 2) in codes
    assert ("M001", "e.yml", 1) in codes
    assert ("M012", "f.yml", 2) in codes
    assert ("M018", "g", 1) in codes
    assert [code for code, file, _ in codes if file == "a.yml"] == []
    assert codes == sorted(codes, key=lambda c: (c[1], c[2]))
    assert {d.item for d in found.diagnostics if d.file.endswith("b.yml")} == {"B-1", "B-2"}
    facts = {(d.code, d.file[-5:]): d.facts for d in found.diagnostics}
    assert facts["M012", "f.yml"] == {"field": "items", "kind": "mapping", "expected_kind": "list"}
    assert facts["M001", "e.yml"] == {"field": "checklist"}
    assert facts["M002", "d.yml"] == {"found": "item", "nearest": "items", "known": "checklist, items"}


def test_a_missing_folder(examined: Examine, tmp_path: Path) -> None:
    assert places(examined({})) == [("Y027", "checklists", 1, 1)]


def test_without_vocabularies_names_are_taken_as_they_are(examined: Examine) -> None:
    text = HEADER + "items:\n" + yaml_item("A-1", unit="乙", category="丙") + yaml_item("A-2", unit="甲")
    ledger = examined({"a.yml": text}).ledger
    assert [u.name for u in ledger.units.listed] == ["乙", "甲"]
    assert [c.name for c in ledger.categories] == ["丙"]
    assert ledger.units.known is ledger.categories_known is False


def test_evidence_is_looked_at(examined: Examine, tmp_path: Path) -> None:
    folder = tmp_path / "checklists/evidence"
    (folder / "real").mkdir(parents=True)
    (folder / "a.csv").write_bytes(b"a,b\n")
    (folder / "real/b.csv").write_bytes(b"b")
    (folder / "linked").symlink_to(folder / "real")
    (folder / "link.csv").symlink_to(folder / "a.csv")
    names = ["a.csv", "link.csv", "linked/b.csv", "missing.csv", "real"]
    references = ", ".join(f"evidence/{name}" for name in names)
    text = (
        HEADER
        + "items:\n"
        + yaml_item("A-1", actions=f"[{{text: x, evidence: [{references}, https://x.example]}}]")
    )
    found = examined({"a.yml": text})
    evidence = found.ledger.evidence
    assert [evidence[f"evidence/{name}"].fault for name in names] == [
        "",
        "linked",
        "linked",
        "missing",
        "linked",
    ]
    good = evidence["evidence/a.csv"]
    assert (good.size, good.sha256, good.media_type) == (4, hashlib.sha256(b"a,b\n").hexdigest(), "text/csv")
    assert [d.code for d in found.diagnostics] == ["L501"] * 4


def test_the_public_ledger_has_no_word_of_internal_items(examined: Examine, tmp_path: Path) -> None:
    folder = tmp_path / "checklists/evidence"
    folder.mkdir(parents=True)
    (folder / "secret.txt").write_text("x")
    (folder / "open.txt").write_text("y")
    merged = "[{date: 2026-03-02, status: withdrawn, reason: x, merged_into: A-2}]"
    text = (
        HEADER
        + "items:\n"
        + yaml_item("A-1", related="[A-2, A-3]", actions="[{text: x, evidence: [evidence/open.txt]}]")
        + yaml_item("A-2", visibility="internal", actions="[{text: x, evidence: [evidence/secret.txt]}]")
        + yaml_item("A-3", log=merged)
    )
    found = examined({"a.yml": text})
    assert found.diagnostics == ()
    ledger = found.ledger.public()
    assert [r.item.id for r in ledger.records] == ["A-1", "A-3"]
    assert ledger.by_id["A-1"].item.related == ("A-3",)
    assert ledger.by_id["A-3"].merged_into == ""
    assert list(ledger.evidence) == ["evidence/open.txt"]
    assert "A-2" not in repr([r.item for r in ledger.records])
    assert "A-2" in found.ledger.by_id


def test_queries(examined: Examine) -> None:
    text = (
        HEADER
        + "items:\n"
        + yaml_item("A-1", category="报表", severity="high", due="2026-11-01")
        + yaml_item("A-2", unit="示例县", log="[{date: 2026-11-20, status: in_progress}]")
    )
    ledger = examined({"a.yml": text, "_units.yml": UNITS}).ledger

    def ids(**where: list[str]) -> list[str]:
        return [r.item.id for r in select(ledger, where)]

    assert ids() == ["A-1", "A-2"]
    assert ids(status=["open"]) == ["A-1"]
    assert ids(status=["open", "in_progress"]) == ["A-1", "A-2"]
    assert ids(flag=["overdue"], severity=["high"]) == ["A-1"]
    assert ids(unit=["示例县"]) == ["A-1", "A-2"]  # with what is below it
    assert ids(unit=["镇"]) == ["A-1"]  # by an alias
    assert ids(category=["报表"], status=["closed"]) == []
    assert ids(checklist=["a"]) == ids(checklist=["A"]) == ["A-1", "A-2"]
    assert ids(flag=["attention"]) == ["A-1"]
    assert ids(category=["-"]) == ["A-2"]  # says nothing there
    assert ids(year=["2026"]) == ["A-1", "A-2"] and ids(year=["2025"]) == []
    assert ids(due_to=["2026-11-01"]) == ["A-1"]
    assert ids(due_from=["2026-11-02"]) == ["A-2"]
    assert ids(found_from=["2026-03-01"], found_to=["2026-03-01"]) == ["A-1", "A-2"]
    assert ids(closed_from=["2020-01-01"]) == []
    with pytest.raises(KeyError):
        ids(colour=["red"])
    assert choices(ledger, "unit") == ("示例县", "示例镇", "镇")
    assert "reopened" in choices(ledger, "status")
    assert choices(ledger, "category") == ("报表", "-")
    assert choices(ledger, "checklist") == ("a", "A")
    assert choices(ledger, "year") == ("2026",)
    assert choices(ledger, "site") == ("-",)
    assert (choices(ledger, "severity")[-1], choices(ledger, "mode")[-1]) == ("-", "-")
    assert choices(ledger, "flag")[-1] == "attention"
    with pytest.raises(KeyError):
        choices(ledger, "colour")


def test_the_categories_to_choose_from_are_those_listed_and_those_used(examined: Examine) -> None:
    text = HEADER + "items:\n" + yaml_item("A-1", category="报表") + yaml_item("A-2", category="会议")
    ledger = examined({"a.yml": text, "_categories.yml": "categories: [{name: 其他}, {name: 会议}]\n"}).ledger
    assert choices(ledger, "category") == ("其他", "会议", "报表", "-")


@pytest.mark.parametrize("name", ["_units", "_categories", "_requests", "_reports"])
def test_a_vocabulary_that_is_no_yaml_is_one_mistake(examined: Examine, name: str) -> None:
    found = examined({"a.yml": HEADER, f"{name}.yml": "a: [\n"})
    assert [(d.code, d.file) for d in found.diagnostics if d.file != "checklists/a.yml"] == [
        ("Y023", f"checklists/{name}.yml")
    ]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("id: A-1\nunit: 甲\n", []),
        ("problem: 甲\n", []),
        ("x:\n  checklist: 甲\n", []),
        ("# 甲\nunit: 甲\nid: A-1\nproblem: 甲\n", [3]),
        ("id: A-1\nunit: 甲\nproblem: 甲\nchecklist: {}\n", [4]),
    ],
)
def test_yaml_among_the_pages_is_told_of_where_it_is_a_checklist(
    examined: Examine, tmp_path: Path, text: str, lines: list[int]
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.yml").write_text(text, "utf-8")
    found = examined({"a.yml": HEADER}, docs=tmp_path / "docs").diagnostics
    assert [d.line for d in found if d.code == "Y028"] == lines


def test_a_key_of_a_record_is_found_in_the_text(examined: Examine) -> None:
    rows = [f"{key}: {value}" for key, value in GOOD.items()]
    text = HEADER + "items:\n  - " + "\n    ".join(rows) + "\n"
    (record,) = examined({"a.yml": text}).ledger.records
    assert [record.place.line_of(key) for key in GOOD] == [3, 4, 5, 6, 7, 8]
    assert record.place.line_of("log") == record.place.line == 3


def test_the_order_of_a_folder_does_not_matter(examined: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {
        f"{n}.yml": f"checklist: {{id: {n}, title: x}}\nitems:\n" + yaml_item(f"{n}-1", unit=n) for n in "cab"
    }
    first = examined(texts).ledger
    original = Path.iterdir
    monkeypatch.setattr(Path, "iterdir", lambda self: iter(sorted(original(self), reverse=True)))
    assert [r.item.id for r in examined(texts).ledger.records] == [r.item.id for r in first.records]
