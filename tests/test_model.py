"""The records: what each field takes, and what is said of anything else."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from rectification.model import (
    CategoriesFile,
    ChecklistFile,
    Header,
    Item,
    Mistake,
    RequestsFile,
    Unit,
    UnitsFile,
    build,
)

from .conftest import GOOD


def mistake(change: dict[str, object], without: str = "") -> Mistake:
    value = {k: v for k, v in (GOOD | change).items() if k != without}
    record, mistakes = build(Item, value)
    assert record is None
    assert len(mistakes) == 1, mistakes
    return mistakes[0]


def test_six_facts_make_an_item() -> None:
    item, mistakes = build(Item, GOOD)
    assert mistakes == []
    assert item is not None
    assert (item.found, item.due) == (date(2026, 3, 1), date(2026, 12, 31))
    assert item.actions == item.log == item.partners == ()
    assert item.visibility == "public"
    with pytest.raises(ValidationError):
        item.title = "x"


@pytest.mark.parametrize("name", GOOD)
def test_each_of_the_six_is_required(name: str) -> None:
    found = mistake({}, without=name)
    assert (found.code, found.path, found.facts["field"]) == ("M001", (), name)


@pytest.mark.parametrize(
    ("change", "code", "path", "facts"),
    [
        ({"onwer": "x"}, "M002", ("onwer",), {"nearest": "owner"}),
        ({"责任人": "x"}, "M002", ("责任人",), {"nearest": ""}),
        ({"log": [{"date": "2026-03-02", "staus": "x"}]}, "M002", ("log", 0, "staus"), {"nearest": "status"}),
        ({"actions": [{"text": "x", "dew": "y"}]}, "M002", ("actions", 0, "dew"), {"nearest": "due"}),
        ({"source": {"documnet": "x"}}, "M002", ("source", "documnet"), {"nearest": "document"}),
        ({"due_changes": [{"form": "2026-01-01", "from": "2026-01-01", "to": "2026-01-02", "on": "2026-01-01",
                           "reason": "x"}]}, "M002", ("due_changes", 0, "form"), {"nearest": "from"}),
        ({"unit": None}, "M003", ("unit",), {"field": "unit"}),
        ({"partners": ["a", None]}, "M003", ("partners", 1), {"field": "partners"}),
        ({"unit": ""}, "M004", ("unit",), {"field": "unit"}),
        ({"title": "  "}, "M004", ("title",), {}),
        ({"due": "2026-2-3"}, "M005", ("due",), {"nearest": "2026-02-03"}),
        ({"due": "2026/02/03"}, "M005", ("due",), {"nearest": "2026-02-03"}),
        ({"due": "2026.2.3"}, "M005", ("due",), {"nearest": "2026-02-03"}),
        ({"due": "2026年2月3日"}, "M005", ("due",), {"nearest": "2026-02-03"}),
        ({"due": "soon"}, "M005", ("due",), {"nearest": ""}),
        ({"due": "２０２６-02-03"}, "M005", ("due",), {"nearest": "2026-02-03"}),
        ({"due": "2026-02-30"}, "M006", ("due",), {"year": 2026, "month": 2, "days": 28}),
        ({"due": "2028-02-30"}, "M006", ("due",), {"days": 29}),
        ({"due": "2026-04-00"}, "M006", ("due",), {"days": 30}),
        ({"due": "2026-13-01"}, "M007", ("due",), {"month": "13"}),
        ({"due": "0000-01-01"}, "M007", ("due",), {}),
        ({"log": [{"date": "2026-03-02", "status": "NO"}]}, "M008", ("log", 0, "status"),
         {"expected": "open, in_progress, submitted, closed, reopened, withdrawn"}),
        ({"severity": "hihg"}, "M008", ("severity",), {"nearest": "high"}),
        ({"mode": "立行立改"}, "M008", ("mode",), {"found": "立行立改"}),
        ({"feedback": {"satisfied": "四", "total": "5", "date": "2026-04-01"}}, "M009",
         ("feedback", "satisfied"), {"found": "四"}),
        ({"feedback": {"satisfied": "-1", "total": "5", "date": "2026-04-01"}}, "M009",
         ("feedback", "satisfied"), {}),
        ({"log": [{"date": "2026-03-02", "sustained": "yes"}]}, "M010", ("log", 0, "sustained"), {"found": "yes"}),
        ({"title": ["x"]}, "M012", ("title",), {"kind": "list", "expected_kind": "text"}),
        ({"actions": "x"}, "M012", ("actions",), {"kind": "text", "expected_kind": "list"}),
        ({"actions": ["x"]}, "M012", ("actions", 0), {"kind": "text", "expected_kind": "mapping"}),
        ({"feedback": "好"}, "M012", ("feedback",), {"expected_kind": "mapping"}),
        ({"waive": "x"}, "M012", ("waive",), {"kind": "text", "expected_kind": "mapping"}),
        ({"due": ["2026-01-01"]}, "M012", ("due",), {"expected_kind": "date"}),
        ({"title": "长" * 301}, "M013", ("title",), {"max_length": 300}),
        ({"problem": "长" * 20_001}, "M013", ("problem",), {"max_length": 20_000}),
    ],
)  # fmt: skip
def test_what_a_field_does_not_take(
    change: dict[str, object], code: str, path: tuple[object, ...], facts: dict[str, object]
) -> None:
    found = mistake(change)
    assert (found.code, found.path) == (code, path)
    assert {name: found.facts[name] for name in facts} == facts


@pytest.mark.parametrize(
    "identifier",
    [
        "a/b",
        "..",
        "a..b",
        "a b",
        "编号",
        "A-1😀",
        "A" * 65,
        "-a",
        "a-",
        ".a",
        "CON",
        "nul.x",
        "com1",
        "index",
        "a\\b",
    ],
)
def test_ids_that_are_refused(identifier: str) -> None:
    assert mistake({"id": identifier}).code == "M011"


@pytest.mark.parametrize("identifier", ["A", "A-1", "FC2020-001", "a.b_c-1", "012", "A" * 64, "CONTROL-1"])
def test_ids_that_are_taken(identifier: str) -> None:
    item, _ = build(Item, GOOD | {"id": identifier})
    assert item is not None and item.id == identifier


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("../x.pdf", "M015"),
        ("/etc/passwd", "M014"),
        ("C:\\x.pdf", "M014"),
        ("C:/x.pdf", "M014"),
        ("evidence\\x.pdf", "M014"),
        ("evidence/../x", "M014"),
        ("evidence/./x", "M014"),
        ("evidence//x", "M014"),
        ("evidence/.hidden", "M014"),
        ("evidence/a/.b/c", "M014"),
        ("evidence/con/x", "M014"),
        ("evidence/a?b", "M014"),
        ("evidence/", "M014"),
        ("x.pdf", "M015"),
        ("evidence", "M015"),
        ("javascript:alert(1)", "M016"),
        ("JavaScript:alert(1)", "M016"),
        ("data:text/html,x", "M016"),
        ("vbscript:x", "M016"),
        ("file:///etc/passwd", "M016"),
        ("https://example.org/a b", "M016"),
    ],
)
def test_evidence_that_is_refused(reference: str, code: str) -> None:
    assert mistake({"actions": [{"text": "x", "evidence": [reference]}]}).code == code


@pytest.mark.parametrize(
    "reference",
    ["evidence/a.pdf", "evidence/2026/三月.csv", "https://example.org/a?b=c#d", "mailto:a@example.org"],
)
def test_evidence_that_is_taken(reference: str) -> None:
    item, mistakes = build(Item, GOOD | {"actions": [{"text": "x", "evidence": [reference]}]})
    assert mistakes == []
    assert item is not None and item.actions[0].evidence == (reference,)


def test_optional_keys_left_empty_say_nothing() -> None:
    empty = dict.fromkeys(
        ("category", "severity", "mode", "owner", "partners", "cause", "goal", "source", "actions", "log",
         "due_changes", "feedback", "notice", "related")
    )  # fmt: skip
    assert build(Item, GOOD | empty)[0] == build(Item, GOOD)[0]


def test_keys_are_typed_as_an_editor_writes_them() -> None:
    change = {"from": "2026-03-10", "to": "2026-12-31", "on": "2026-03-05", "reason": "x"}
    item, _ = build(
        Item, GOOD | {"due_changes": [change], "notice": {"from": "2026-04-01", "to": "2026-04-07"}}
    )
    assert item is not None and item.notice is not None
    assert item.due_changes[0].from_ == date(2026, 3, 10)
    assert item.notice.from_ == date(2026, 4, 1)
    assert item.model_dump(mode="json", by_alias=True, exclude_defaults=True)["due_changes"] == [change]


def test_all_mistakes_of_a_record_are_reported_together() -> None:
    _, mistakes = build(Item, {"id": "a/b", "title": "", "unit": None, "found": "2026-1-1", "oops": "1"})
    assert sorted(m.code for m in mistakes) == ["M001", "M001", "M002", "M003", "M004", "M005", "M011"]


def test_units_and_headers() -> None:
    unit, _ = build(Unit, {"name": "示例镇", "level": "town", "aliases": ["镇"]})
    assert unit is not None and unit.level == "town"
    assert build(Unit, {"name": "x", "level": "镇"})[1][0].code == "M008"
    assert build(Header, {"id": "A", "title": "x", "source": {"link": "ftp://x"}})[1][0].code == "M016"


def test_the_model_has_a_json_schema() -> None:
    schema = ChecklistFile.model_json_schema(by_alias=True)
    item = schema["$defs"]["Item"]
    assert set(item["required"]) == set(GOOD)
    assert item["additionalProperties"] is False
    assert item["properties"]["due"]["format"] == "date"
    assert all("description" in field for field in item["properties"].values())


REQUIRED = {
    ChecklistFile: {
        "Action": {"text"},
        "DueChange": {"from", "to", "on", "reason"},
        "Feedback": {"satisfied", "total", "date"},
        "Header": {"id", "title"},
        "Item": set(GOOD),
        "LogEntry": {"date"},
        "Notice": {"from", "to"},
        "Source": set(),
    },
    UnitsFile: {"Unit": {"name"}},
    CategoriesFile: {"Category": {"name"}},
    RequestsFile: {"Request": {"id", "title", "by"}, "RequestedField": {"name"}},
}


@pytest.mark.parametrize("kind", REQUIRED)
def test_every_record_has_its_required_facts_and_says_what_each_fact_is(kind: type[ChecklistFile]) -> None:
    records = kind.model_json_schema(by_alias=True)["$defs"]
    assert {name: set(record.get("required", ())) for name, record in records.items()} == REQUIRED[kind]
    for record in records.values():
        assert record["additionalProperties"] is False
        assert all(field.get("description") for field in record["properties"].values())
