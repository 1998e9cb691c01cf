"""Filled in once, told at every level: a unit's numbers are its own and those of the units below it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rectification.catalogue import read_catalogue
from rectification.exchange import Extract
from rectification.exchange.form import lay_out
from rectification.ledger import Checklist, Ledger, Place, Record, Units, derive, select
from rectification.ledger.trends import by_unit
from rectification.model import FLAGS, STATUSES, Header, Item, Unit, build
from rectification.profile import Profile
from rectification.publish import Edition
from rectification.publish.items_json import write as write_items
from rectification.publish.summary_json import numbers
from rectification.publish.units_json import write as write_units
from rectification.site.addresses import Addresses
from rectification.source import parse

from .conftest import GOOD, TODAY

PROFILE, _ = build(
    Profile,
    {
        "name": "all",
        "title": "{total}",
        "audience": "internal",
        "total": "{total}",
        "columns": [
            {"field": "id"},
            {"field": "evidence_count", "sum": "true"},
            {"field": "slip_days", "sum": "true"},
        ],
    },
)
LOGS = (
    (),
    ("in_progress",),
    ("in_progress", "submitted"),
    ("in_progress", "submitted", "closed"),
    ("withdrawn",),
)


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """A random tree of units, in a random order of the file, and items of random units and lives."""
    size = draw(st.integers(1, 9))
    parents = [draw(st.integers(-1, n - 1)) for n in range(size)]
    units = [Unit(name=f"u{n}", parent=f"u{p}" if p >= 0 else None) for n, p in enumerate(parents)]
    document, _ = parse("checklist: x\n", "a.yml")
    assert document is not None
    checklist = Checklist("a", Header(id="A", title="甲"), Place(document))
    records = []
    for n in range(draw(st.integers(0, 15))):
        log = [
            {"date": (date(2026, 3, 2) + timedelta(days)).isoformat(), "status": status}
            for days, status in enumerate(draw(st.sampled_from(LOGS)))
        ]
        due = TODAY + timedelta(draw(st.integers(-9, 9)))
        moved = {"from": "2026-03-31", "to": str(due), "on": "2026-03-30", "reason": "x"}
        facts = {"id": f"A-{n}", "due": str(due), "unit": f"u{draw(st.integers(0, size - 1))}", "log": log}
        item, mistakes = build(Item, GOOD | facts | {"due_changes": draw(st.sampled_from([[], [moved]]))})
        assert item is not None, mistakes
        state = derive(item, TODAY, due_soon_days=7, stalled_days=30)
        records.append(Record(item, checklist, Place(document), state, item.unit))
    return Ledger(TODAY, (checklist,), tuple(records), Units(tuple(draw(st.permutations(units)))))


def added(*parts: dict[str, Any]) -> Counter[str]:
    """Numbers as `summary_json.numbers` gives them, added up."""
    out: Counter[str] = Counter()
    for part in parts:
        out.update({"total": part["total"], "unfinished": part["unfinished"]})
        out.update({f"status {s}": part["by_status"][s] for s in STATUSES})
        out.update({f"flag {f}": part["by_flag"][f] for f in FLAGS})
    return out


def edition(ledger: Ledger) -> Edition:
    return Edition(ledger, read_catalogue("zh"), "x", "https://x.example/", "UTC", Addresses(True))


def published(ledger: Ledger) -> dict[str, dict[str, Any]]:
    """Name of a unit -> its entry of units.json, however deep it lies."""
    found: dict[str, dict[str, Any]] = {}

    def gather(entries: list[dict[str, Any]]) -> None:
        for entry in entries:
            found[entry["name"]] = entry
            gather(entry["units"])

    (output,) = write_units(edition(ledger))
    content = output.make()
    gather(json.loads(content)["units"])
    return found


@settings(max_examples=60, deadline=None)
@given(ledgers())
def test_a_unit_is_itself_and_all_below_it(ledger: Ledger) -> None:
    tree = published(ledger)
    files = {output.path: output.make() for output in write_items(edition(ledger))}
    extract = Extract(ledger, (), {}, read_catalogue("zh"), "x", "", "UTC", lambda record: "")
    assert PROFILE is not None
    sums = {}
    for unit in ledger.units.listed:
        own = ledger.by_unit.get(unit.name, ())
        children = ledger.units.children.get(unit.name, ())
        whole = ledger.of_unit(unit.name)
        # Each item once: its own, and those of each child with all below it.
        parts = [r for child in children for r in ledger.of_unit(child.name)]
        assert Counter(map(id, whole)) == Counter(map(id, (*own, *parts)))
        assert max(Counter(map(id, whole)).values(), default=1) == 1
        assert added(numbers(whole)) == added(
            numbers(own), *(numbers(ledger.of_unit(c.name)) for c in children)
        )
        # Every door tells the same: the query, the tree of numbers, the file of items, the chart, a report.
        ids = sorted(record.item.id for record in whole)
        assert sorted(r.item.id for r in select(ledger, {"unit": [unit.name]})) == ids
        assert added(tree[unit.name]) == added(numbers(whole))
        assert added(tree[unit.name]) == added(numbers(own), *tree[unit.name]["units"])
        listed = json.loads(files[f"api/v1/units/{unit.name}.json"])
        assert sorted(item["id"] for item in listed["items"]) == ids
        assert sum(part.total for part in by_unit(ledger, whole, unit)) == len(parts)
        layout = lay_out(extract, PROFILE, unit.name)
        assert sorted(str(values[0]) for values in layout.items) == ids
        assert layout.title == str(len(ids))
        sums[unit.name] = layout.rows[-1].values[1:]
    for unit in ledger.units.listed:
        below = [sums[child.name] for child in ledger.units.children.get(unit.name, ())]
        own = ledger.by_unit.get(unit.name, ())
        assert sums[unit.name][1] == sum(r.state.slip_days for r in own) + sum(part[1] for part in below)
    tops = ledger.units.children.get("", ())
    assert sum(len(ledger.of_unit(top.name)) for top in tops) == len(ledger.records)


def test_the_tests_ledgers_are_of_many_kinds() -> None:
    """The property is not proved on empty trees alone."""
    seen: Counter[str] = Counter()

    @settings(max_examples=60, deadline=None, database=None, derandomize=True)
    @given(ledgers())
    def look(ledger: Ledger) -> None:
        depth = max(len(ledger.units.above(unit)) for unit in ledger.units.listed)
        seen["deep"] += depth >= 2
        seen["wide"] += len(ledger.units.children.get("", ())) > 1
        seen["filled"] += len(ledger.records) > 5

    look()
    assert min(seen["deep"], seen["wide"], seen["filled"]) >= 5, seen


def test_a_unit_below_an_unknown_one_stands_at_the_top() -> None:
    units = Units((Unit(name="甲", parent="没有"), Unit(name="乙", parent="甲")))
    assert [(depth, unit.name) for depth, unit in units.tree()] == [(0, "甲"), (1, "乙")]
