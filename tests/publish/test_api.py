"""The JSON interface: what is published is what its schema and its index say."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import Any

import jsonschema
import pytest

from rectification.catalogue import read_catalogue
from rectification.ledger import count_by_status
from rectification.model import FLAGS, STATUSES
from rectification.publish import schema_json

from .conftest import BASE, HEAD, ITEM, ROOT, STARTED, Publish, document, edition_of


@pytest.fixture(scope="module")
def schema(sample: dict[str, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = document(sample, "schema.json")
    jsonschema.Draft202012Validator.check_schema(found)
    return found


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The same schema, refusing what it does not describe: nothing may be published undescribed."""
    strict = {name: found | {"additionalProperties": False} for name, found in schema["$defs"].items()}
    return schema | {"$defs": strict}


def test_every_item_fits_the_schema(sample: dict[str, bytes], schema: dict[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator(closed(schema))
    items = document(sample, "items.json")["items"]
    assert len(items) > 20
    for item in items:
        assert [error.message for error in validator.iter_errors(item)] == []


def test_the_schema_refuses_what_is_no_item(sample: dict[str, bytes], schema: dict[str, Any]) -> None:
    validator = jsonschema.Draft202012Validator(schema)
    item = document(sample, "items.json")["items"][0]
    assert not validator.is_valid(item | {"severity": "grave"})
    assert not validator.is_valid({key: value for key, value in item.items() if key != "derived"})
    assert validator.is_valid(item | {"added_in_a_later_revision": 1})


def test_every_file_is_listed_and_fits_its_definition(
    sample: dict[str, bytes], schema: dict[str, Any]
) -> None:
    index = document(sample, "index.json")
    listed = {f"api/v1/{file['path']}": file["holds"] for file in index["files"]}
    assert listed.keys() == {name for name in sample if name.startswith("api/")}
    for name, holds in listed.items():
        if holds:
            validator = jsonschema.Draft202012Validator(closed(schema) | {"$ref": f"#/$defs/{holds}"})
            found = document(sample, name.removeprefix("api/v1/"))
            assert [error.message for error in validator.iter_errors(found)] == [], name
            assert (found["version"], found["as_of"]) == (1, "2026-11-24")
    assert [name for name, holds in listed.items() if not holds] == ["api/v1/schema.json"]
    assert index["revision"] == index["changelog"][0]["revision"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_field_is_described_and_no_words_are_left_over(language: str) -> None:
    catalogue = read_catalogue(language)
    definitions = schema_json.definitions(catalogue)
    assert definitions.keys() >= {"PublishedItem", "Derived", "Action", "LogEntry", "DueChange", "Notice"}
    described = {field.meaning for found in definitions.values() for field in schema_json.fields(found)}
    assert set(catalogue.section("api").values()) == described
    for holds in filter(None, schema_json.documents().values()):
        assert holds in definitions


def test_a_checklist_holds_its_head_and_the_same_items(sample: dict[str, bytes]) -> None:
    found = document(sample, "checklists/forms-and-data.json")
    assert found["checklist"]["slug"] == "forms-and-data" and found["checklist"]["id"] == "BS2026"
    every = [i for i in document(sample, "items.json")["items"] if i["checklist"] == "forms-and-data"]
    assert found["items"] == every != []


def test_numbers_add_up(sample: dict[str, bytes]) -> None:
    ledger = edition_of(ROOT).ledger
    summary = document(sample, "summary.json")
    total = len(ledger.records)
    assert summary["all"]["total"] == total == len(document(sample, "items.json")["items"])
    assert list(summary["all"]["by_status"]) == list(STATUSES) and list(summary["all"]["by_flag"]) == list(
        FLAGS
    )
    assert {s: n for s, n in summary["all"]["by_status"].items() if n} == count_by_status(ledger.records)
    assert sum(unit["total"] for unit in summary["units"]) == total
    assert sum(category["total"] for category in summary["categories"]) == total


def test_a_unit_counts_what_is_below_it(published: Publish) -> None:
    files = published(ITEM + STARTED + ITEM.replace("A-1", "A-2").replace("示例镇", "示例市"))
    (city,) = document(files, "units.json")["units"]
    (county,) = city["units"]
    assert (city["total"], county["total"], county["units"][0]["total"]) == (2, 1, 1)
    assert (city["by_status"]["open"], city["by_status"]["in_progress"]) == (1, 1)
    assert (county["slug"], county["level"]) == ("county", "city")
    own = {unit["name"]: unit["total"] for unit in document(files, "summary.json")["units"]}
    assert own == {"示例市": 1, "示例县": 0, "示例镇": 1}


def test_changes_are_newest_first(published: Publish) -> None:
    log = STARTED + "      - {date: 2026-03-09, note: 只是记一笔}\n"
    assert document(published(ITEM + log), "changes.json")["changes"] == [
        {"date": "2026-03-09", "item": "A-1", "event": "log"},
        {"date": "2026-03-02", "item": "A-1", "event": "log", "status": "in_progress", "by": "示例县"},
        {"date": "2026-03-01", "item": "A-1", "event": "found"},
    ]


def test_a_moved_due_date_is_a_change(published: Publish) -> None:
    moved = (
        "    due_changes: [{from: 2026-11-30, to: 2026-12-31, on: 2026-11-20, reason: 会签, by: 示例市}]\n"
    )
    newest = document(published(ITEM + moved), "changes.json")["changes"][0]
    assert newest == {"date": "2026-11-20", "item": "A-1", "event": "due", "by": "示例市",
                      "due_from": "2026-11-30", "due_to": "2026-12-31"}  # fmt: skip


@pytest.mark.parametrize("with_units", [True, False])
def test_nothing_of_an_internal_item_is_published(published: Publish, with_units: bool) -> None:
    canary = "金丝雀"
    hidden = (
        f"  - id: A-9\n    title: {canary}题\n    problem: {canary}\n    unit: {'局' if with_units else canary + '局'}\n"
        f"    found: 2026-03-01\n    due: 2026-12-31\n    category: {canary}类\n    visibility: internal\n"
        f"    log:\n      - {{date: 2026-03-02, status: in_progress, by: {canary}, note: {canary}}}\n"
        f"    notice: {{from: 2026-04-01, to: 2026-04-07, contact: {canary}}}\n"
    )
    units = "units:\n  - {name: 示例镇}\n  - {name: 局, aliases: [本局]}\n" if with_units else ""
    files = published(ITEM + "    related: [A-9]\n" + hidden, units=units)
    for name, content in files.items():
        text = content.decode()
        assert "A-9" not in text and canary not in name, name
        # The words of a vocabulary are public as they stand; those of an item are not.
        assert canary not in text, name


def test_the_same_ledger_gives_the_same_bytes_everywhere() -> None:
    code = (
        "import sys; sys.path[:0] = [sys.argv[1]]\n"
        "from hashlib import sha256\n"
        "from tests.publish.conftest import ROOT, edition_of, publish\n"
        "found = publish(edition_of(ROOT, timezone='Asia/Shanghai'))\n"
        "print(sha256(repr(found).encode()).hexdigest())\n"
    )
    digests = set()
    for seed, zone, locale in (("1", "UTC", "C"), ("2", "Pacific/Auckland", "C.UTF-8")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale, "LANG": locale}
        done = subprocess.run(
            [sys.executable, "-c", code, str(ROOT)],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        digests.add(done.stdout)
    assert len(digests) == 1 and len(digests.pop().strip()) == hashlib.sha256().digest_size * 2


def test_the_schema_says_where_it_is(sample: dict[str, bytes], schema: dict[str, Any]) -> None:
    assert schema["$id"] == f"{BASE}api/v1/schema.json"
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_an_empty_checklist_is_published(published: Publish) -> None:
    found = document(published("  []\n", head=HEAD), "checklists/forms.json")
    assert found["items"] == []
