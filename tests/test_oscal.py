"""The OSCAL plan: valid by NIST's schema, each item once, every reference with something behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rectification.exchange import Extract, oscal
from rectification.exchange.oscal.risk import RISK_STATUS
from rectification.model import STATUSES, Item

from .exchange import extract_of, item, sample, texts_of

# Python's expressions have no \p{L}: NIST's pattern of a token is told in its words.
TOKEN = (r"^(\\p{L}|_)(\\p{L}|\\p{N}|[.\\-_])*$", r"^[^\\W\\d](\\w|[.\\-])*$")
TEXT = (Path(__file__).parent / "schemas/oscal-poam-1.2.3.json").read_text("utf-8")
VALIDATOR = jsonschema.Draft7Validator(json.loads(TEXT.replace(*TOKEN)))
Json = dict[str, Any]


def plan(extract: Extract) -> Json:
    document = json.loads(oscal.write(extract))
    VALIDATOR.validate(document)
    found: Json = document["plan-of-action-and-milestones"]
    return found


def facts(part: Json) -> dict[str, str]:
    """The properties of our own, by name."""
    return {p["name"]: p["value"] for p in part.get("props", ()) if "ns" in p}


def objects(part: object) -> Iterable[Json]:
    if isinstance(part, dict):
        yield part
    for below in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from objects(below)


def uuids(part: object) -> list[str]:
    return [found["uuid"] for found in objects(part) if "uuid" in found]


FULL = item(
    cause="口径不一",
    goal="减半",
    severity="high",
    owner="办公室主任",
    partners=["示例局"],
    source={"kind": "巡察", "link": "https://example.org/报告?a=1#b"},
    due="2026-12-31",
    due_changes=[
        {"from": "2026-10-31", "to": "2026-12-31", "on": "2026-10-08", "reason": "系统", "by": "示例市"}
    ],
    actions=[
        {
            "text": "合并\n三张表",
            "due": "2026-04-01",
            "done": "2026-03-30",
            "evidence": ["https://example.org/e"],
        },
        {"text": "停收旧表", "unit": "示例县", "evidence": ["https://example.org/e"]},
    ],
    log=[
        {"date": "2026-03-02", "status": "in_progress", "by": "示例镇", "note": "开始"},
        {"date": "2026-04-01", "status": "submitted"},
        {"date": "2026-04-05", "status": "in_progress", "by": "示例市纪委", "note": "抽查未通过"},
    ],
    feedback={"satisfied": 41, "total": 46, "date": "2026-04-20"},
    notice={"from": "2026-05-01", "to": "2026-05-08", "contact": "示例电话"},
    extra={"批次": "第一批"},
)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("audience", ["public", "internal"])
def test_the_sample_is_valid(language: str, audience: str) -> None:
    extract = sample(language, audience)
    found = plan(extract)
    ids = [record.item.id for record in extract.records]
    assert [facts(each)["id"] for each in found["poam-items"]] == ids
    marked = [
        each for each in found["poam-items"] if each["props"][0] == {"name": "marking", "value": "internal"}
    ]
    assert bool(marked) == (audience == "internal")
    assert len(set(uuids(found))) == len(uuids(found))
    assert oscal.write(extract) == oscal.write(sample(language, audience))
    # Every fact an editor typed is in the document.
    said = [re.sub(r"\s+", " ", text) for text in texts_of(found)]
    for record in extract.records:
        made = record.item
        typed = [made.title, made.problem, made.cause, made.goal, made.owner, *made.extra.values()]
        typed += [text for action in made.actions for text in (action.text, *action.evidence)]
        typed += [
            text for entry in made.log for text in (entry.note, entry.by, entry.reason, *entry.evidence)
        ]
        typed += [change.reason for change in made.due_changes]
        for fact in filter(None, typed):
            assert any(re.sub(r"\s+", " ", fact) in text for text in said), fact


@pytest.mark.parametrize("extract", [sample(audience="internal"), extract_of(FULL)], ids=["sample", "full"])
def test_every_reference_has_something_behind_it(extract: Extract) -> None:
    found = plan(extract)
    known = set(uuids(found))
    referred = [
        (name, value)
        for part in objects(found)
        for name, values in part.items()
        if name.endswith(("-uuid", "-uuids"))
        for value in ([values] if isinstance(values, str) else values)
    ]
    assert {name for name, _ in referred} >= {"party-uuid", "risk-uuid", "observation-uuid", "task-uuid"}
    assert [pair for pair in referred if pair[1] not in known] == []
    roles = {role["id"] for role in found["metadata"]["roles"]}
    assert {part["role-id"] for part in objects(found) if "role-id" in part} <= roles
    # Parties and resources are those that something names.
    named = {value for _, value in referred}
    assert {party["uuid"] for party in found["metadata"]["parties"]} <= named
    addresses = [part["href"] for part in objects(found) if "href" in part]
    assert all(re.fullmatch(r"[!-~]+", address) for address in addresses)
    resources = {f"#{each['uuid']}" for each in found["back-matter"]["resources"]}
    assert {address for address in addresses if address.startswith("#")} == resources


@pytest.mark.parametrize(
    ("statuses", "risk"),
    [
        ([], "open"),
        (["in_progress"], "remediating"),
        (["in_progress", "submitted"], "remediating"),
        (["in_progress", "submitted", "closed"], "closed"),
        (["in_progress", "submitted", "closed", "reopened"], "open"),
        (["withdrawn"], "closed"),
    ],
)
def test_the_status_of_a_risk(statuses: list[str], risk: str) -> None:
    log = [{"date": f"2026-03-{n:02}", "status": status} for n, status in enumerate(statuses, 2)]
    found = plan(extract_of(item(log=log, goal="减半")))
    assert found["risks"][0]["status"] == risk
    assert facts(found["poam-items"][0])["status"] == (statuses or ["open"])[-1]
    entries = found["risks"][0]["risk-log"]["entries"]
    assert [entry["status-change"] for entry in entries][-1] == risk
    kinds = {"closed": "remediated", "withdrawn": "closed"}
    assert [entry["props"][0]["value"] for entry in entries[1:]] == [
        kinds.get(status, "status-update") for status in statuses
    ]
    done = "completed" if statuses[-1:] == ["closed"] else "planned"
    assert found["risks"][0]["remediations"][0]["lifecycle"] == done


def test_every_status_has_its_risk() -> None:
    assert tuple(RISK_STATUS) == STATUSES


def test_what_becomes_of_an_item() -> None:
    found = plan(extract_of(FULL, timezone="Asia/Shanghai"))
    assert found["metadata"]["last-modified"] == "2026-11-24T00:00:00+08:00"
    assert found["metadata"]["oscal-version"] == "1.1.3"
    (each,), (risk,) = found["poam-items"], found["risks"]
    assert each["links"][0] == {
        "href": "https://ledger.example.org/items/A-1/",
        "rel": "reference",
        "text": "台账中的页面",
    }
    assert each["links"][1]["href"] == "https://example.org/%E6%8A%A5%E5%91%8A?a=1#b"
    assert facts(each)["due"] == "2026-12-31" and facts(each)["original-due"] == "2026-10-31"
    assert "第一批" in each["remarks"] and "示例电话" in each["remarks"]
    assert risk["deadline"] == "2026-12-31T23:59:59+08:00"
    assert risk["statement"] == "口径不一"
    assert risk["characterizations"][0]["facets"][0]["value"] == "high"
    (remedy,) = risk["remediations"]
    assert remedy["description"] == "减半"
    first, second = remedy["tasks"]
    assert (first["title"], first["description"]) == ("合并 三张表", "合并\n三张表")
    assert first["timing"] == {"on-date": {"date": "2026-04-01T23:59:59+08:00"}}
    assert facts(first) == {"done": "2026-03-30"} and "timing" not in second and "props" not in second
    assert [(entry["start"][:10], entry["title"]) for entry in risk["risk-log"]["entries"]] == [
        ("2026-03-01", "发现问题"),
        ("2026-03-02", "整改中"),
        ("2026-03-30", "措施完成：合并 三张表"),
        ("2026-04-01", "待验收"),
        ("2026-04-05", "整改中"),
        ("2026-10-08", "期限由 2026-10-31 改为 2026-12-31"),
    ]
    done = risk["risk-log"]["entries"][2]
    assert done["props"] == [{"name": "type", "value": "milestone-complete"}]
    assert done["related-responses"][0]["related-tasks"] == [{"task-uuid": first["uuid"]}]
    names = {party["uuid"]: party["name"] for party in found["metadata"]["parties"]}
    assert names[risk["risk-log"]["entries"][5]["logged-by"][0]["party-uuid"]] == "示例市"
    assert [
        names[role["party-uuids"][0]] for task in remedy["tasks"] for role in task["responsible-roles"]
    ] == [
        "示例镇",
        "示例县",
    ]
    assert [(o["title"], o["collected"][:10], o["methods"]) for o in found["observations"]] == [
        ("验收未通过", "2026-04-05", ["EXAMINE"]),
        ("佐证材料", "2026-03-30", ["EXAMINE"]),
        ("佐证材料", "2026-11-24", ["EXAMINE"]),
        ("群众评价", "2026-04-20", ["INTERVIEW"]),
    ]
    assert [resource["title"] for resource in found["back-matter"]["resources"]] == ["https://example.org/e"]


def test_a_file_of_evidence_has_its_hash() -> None:
    extract = sample()
    resources = {each["title"]: each["rlinks"][0] for each in plan(extract)["back-matter"]["resources"]}
    name, file = next(iter(extract.ledger.evidence.items()))
    assert resources[name] == {
        "href": f"https://ledger.example.org/{name}",
        "media-type": file.media_type,
        "hashes": [{"algorithm": "SHA-256", "value": file.sha256}],
    }


def test_only_roles_and_parties_that_are_used() -> None:
    metadata = plan(extract_of(item()))["metadata"]
    assert [role["id"] for role in metadata["roles"]] == ["creator", "responsible"]
    assert [party["name"] for party in metadata["parties"]] == ["示例台账", "示例镇"]


def test_what_is_the_same_keeps_its_uuid() -> None:
    started = [{"date": "2026-03-02", "status": "in_progress"}]
    before = plan(extract_of(item(log=started)))
    ended = [*started, {"date": "2026-03-09", "status": "submitted"}]
    after = plan(extract_of(item(log=ended), today=date(2026, 12, 1)))
    assert before["uuid"] != after["uuid"]
    assert set(uuids(before)) - {before["uuid"]} < set(uuids(after))
    assert not set(uuids(before)) & set(uuids(plan(extract_of(item(), base="https://other.example.org/"))))


def test_a_site_without_an_address() -> None:
    found = plan(extract_of(item(), base=""))
    assert found["poam-items"][0]["links"][0]["href"] == "items/A-1/"
    assert found["poam-items"][0]["props"][0]["ns"] == f"urn:uuid:{found['system-id']['id']}"
    others = plan(extract_of(item(), base="", site_name="别的台账"))
    assert not set(uuids(found)) & set(uuids(others))


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("UTC", "2026-11-24T00:00:00Z"),
        ("America/New_York", "2026-11-24T00:00:00-05:00"),
        ("Asia/Kolkata", "2026-11-23T18:30:00Z"),
    ],
)
def test_days_begin_where_the_site_is(zone: str, start: str) -> None:
    assert plan(extract_of(item(), timezone=zone))["metadata"]["last-modified"] == start


@pytest.mark.parametrize(
    "spoil",
    [
        lambda plan: plan.pop("poam-items"),
        lambda plan: plan.update({"poam-items": []}),
        lambda plan: plan["risks"][0].update({"overdue": True}),
        lambda plan: plan["risks"][0].update({"status": "not a token"}),
        lambda plan: plan["risks"][0].update({"deadline": "2026-12-31"}),
        lambda plan: plan["risks"][0].update({"title": "two\nlines"}),
        lambda plan: plan["metadata"]["parties"][0].update({"type": "unit"}),
        lambda plan: plan["poam-items"][0].update({"uuid": "A-1"}),
    ],
)
def test_the_schema_finds_faults(spoil: Any) -> None:
    document = json.loads(oscal.write(extract_of(FULL)))
    spoil(document["plan-of-action-and-milestones"])
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(document)


text = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t "), min_size=1, max_size=30
)
some = text.filter(str.strip)
days = st.dates(date(1950, 1, 1), date(2100, 1, 1)).map(str)


@st.composite
def items(draw: st.DrawFn) -> Item:
    """Draw an item of any texts and days."""
    maybe = {name: draw(st.none() | some) for name in ("cause", "goal", "owner", "category")}
    made = {name: draw(some) for name in ("title", "problem", "unit")}
    optional = st.fixed_dictionaries({"text": some}, optional={"due": days, "done": days, "unit": some})
    moves = st.fixed_dictionaries(
        {"date": days},
        optional={"status": st.sampled_from(STATUSES), "by": some, "note": some, "reason": some},
    )
    return item(
        **made,
        **{name: value for name, value in maybe.items() if value},
        found=draw(days),
        due=draw(days),
        actions=draw(st.lists(optional, max_size=3)),
        log=draw(st.lists(moves, max_size=4)),
        partners=draw(st.lists(some, max_size=2)),
        extra=draw(st.dictionaries(some, some, max_size=2)),
    )


@given(items(), st.sampled_from(["UTC", "Asia/Shanghai", "America/St_Johns", "Asia/Kathmandu"]))
@settings(max_examples=60, deadline=None)
def test_any_item_makes_a_valid_plan(made: Item, zone: str) -> None:
    extract = extract_of(made, timezone=zone)
    found = plan(extract)
    assert [facts(each)["id"] for each in found["poam-items"]] == ["A-1"]
    assert oscal.write(extract) == oscal.write(extract)
