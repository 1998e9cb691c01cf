"""The schema of YAML files says what the model says, to a validator that is not ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

from rectification.cli import main
from rectification.publish.yaml_schema import KINDS, encode, schemas
from rectification.rules import Examination
from rectification.source import parse

from ..conftest import Examine
from .conftest import ROOT, edition_of

UNITS = "units: [{name: 示例市}, {name: 示例镇, parent: 示例市, aliases: [镇里]}]\n"
CATEGORIES = "categories: [{name: 报表}]\n"
ITEM = "{id: A-1, title: 题, problem: 事, unit: 示例镇, found: 2026-03-01, due: 2026-12-31, category: 报表%s}"


def validator(kind: str, found: dict[str, dict[str, Any]]) -> Draft7Validator:
    schema = found[kind]
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema, format_checker=FormatChecker())


def faults(checker: Draft7Validator, text: str) -> list[str]:
    document, _ = parse(text, "x.yml")
    assert document is not None
    return [error.message for error in checker.iter_errors(document.value)]


def kind_of(path: Path) -> str:
    if path.name.startswith("_"):
        return path.stem[1:]
    if path.parent.name == "checklists":
        return "checklist"
    return "header" if path.stem == "checklist" else "item"


def test_every_file_of_the_sample_is_valid_and_names_its_schema() -> None:
    found = schemas(edition_of(ROOT, timezone="Asia/Shanghai").ledger)
    files = sorted((ROOT / "checklists").rglob("*.yml"))
    assert len(files) > 10
    for path in files:
        text = path.read_text("utf-8")
        kind = kind_of(path)
        assert faults(validator(kind, found), text) == [], path.name
        first = text.split("\n", 1)[0]
        named = first.removeprefix("# yaml-language-server: $schema=")
        assert named != first and (path.parent / named).resolve() == ROOT / f"checklists/.schema/{kind}.json"


def test_the_schemas_of_the_sample_are_of_today(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["schema", "-f", str(ROOT / "mkdocs.yml"), "-o", str(tmp_path)])
    assert ended.value.code == 0
    for kind in KINDS:
        written = (tmp_path / f"{kind}.json").read_bytes()
        assert written == (ROOT / f"checklists/.schema/{kind}.json").read_bytes(), "run `rectify schema`"


BAD = {
    "a fact is missing": ITEM.replace(", due: 2026-12-31", "") % "",
    "an unknown key": ITEM % ", onwer: 某岗位",
    "an empty text": ITEM % ", cause: ''",
    "a date of another form": ITEM.replace("2026-03-01", "2026-3-1") % "",
    "a day that does not exist": ITEM.replace("2026-03-01", "2026-02-30") % "",
    "a word that is none of the choices": ITEM % ", severity: urgent",
    "a number that is none": ITEM % ", feedback: {satisfied: many, total: 2, date: 2026-03-01}",
    "a truth that is none": ITEM % ", log: [{date: 2026-03-02, status: closed, sustained: NO}]",
    "an id with a slash": ITEM.replace("A-1", "A/1") % "",
    "evidence elsewhere": ITEM % ", actions: [{text: 事, evidence: [../x.pdf]}]",
    "a link that runs": ITEM % ", source: {link: 'javascript:alert(1)'}",
    "text for a list": ITEM % ", partners: 示例市",
    "a list for text": ITEM.replace("题", "[题]") % "",
    "a unit nobody knows": ITEM.replace("示例镇", "示例县") % "",
    "a category nobody knows": ITEM.replace("报表", "会议") % "",
    "a status nobody knows": ITEM % ", log: [{date: 2026-03-02, status: 'NO'}]",
}


@pytest.mark.parametrize("item", BAD.values(), ids=BAD.keys())
def test_what_check_refuses_the_schema_refuses_too(examined: Examine, item: str) -> None:
    text = f"checklist: {{id: A, title: 甲}}\nitems:\n  - {item}\n"
    files = {"_units.yml": UNITS, "_categories.yml": CATEGORIES}
    good: Examination = examined({**files, "a.yml": text.replace(item, ITEM % "")})
    assert good.diagnostics == ()
    checker = validator("checklist", schemas(good.ledger))
    assert faults(checker, text.replace(item, ITEM % "")) == []
    assert examined({**files, "a.yml": text}).errors
    assert faults(checker, text)


def test_numbers_and_truths_may_be_written_as_such(examined: Examine) -> None:
    ledger = examined({"_units.yml": UNITS}).ledger
    value = {
        "id": "A-1",
        "title": 1.1,
        "problem": "事",
        "unit": "镇里",
        "found": "2026-03-01",
        "due": "2026-12-31",
        "feedback": {"satisfied": 1, "total": 2, "date": "2026-03-01"},
        "log": [{"date": "2026-03-02", "status": "closed", "sustained": True, "by": "某个岗位"}],
        "actions": None,
    }
    assert [error.message for error in validator("item", schemas(ledger)).iter_errors(value)] == []


def test_every_field_is_explained_in_both_languages(sample: dict[str, bytes]) -> None:
    for kind in KINDS:
        schema = json.loads(sample[f"schema/{kind}.json"])
        for definition in schema["definitions"].values():
            for field, value in definition["properties"].items():
                chinese, english = value["description"].split("\n")
                assert any("\u4e00" <= c <= "\u9fff" for c in chinese), field
                assert english.isascii() or "…" in english, field


def test_a_schema_is_the_same_bytes_each_time(examined: Examine) -> None:
    ledger = examined({"_units.yml": UNITS}).ledger
    assert encode(schemas(ledger)["item"]) == encode(schemas(ledger)["item"])
