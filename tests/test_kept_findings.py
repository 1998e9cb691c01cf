"""What rules found is remembered: in memory and from one run to the next, it is what a fresh check finds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import docx
import pytest
from bench.generate import write_site
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from rectification import rules
from rectification.ledger import Ledger, Readings, load, readings
from rectification.ledger.sealed import FOLDER
from rectification.rules import Examination, Rule, examine, forget_the_rest, kept, memory, remembering

from .conftest import TODAY
from .test_readings import _FILES, GOOD, HEADER, MORE, VOCABULARIES, Site, _edits, _texts, folder, plain

__all__ = ["folder"]

MEASURE = "    actions: [{{text: 建立查重登记，重复率过半的任务一律不予下发{}}}]\n"
NOTED = MORE[3].replace("closed, by: 示例镇", "closed, by: 示例镇, note: 抽查十二个村，未见重复填报的表格")
# Two of each say the same, or nearly.
ALIKE = (MEASURE.format(""), MEASURE.format("。"), MEASURE.format(", visibility: internal"), NOTED)
_alike = st.builds(
    lambda listed: HEADER + "items:\n" + "".join(GOOD.format(n=n) + more for n, more in enumerate(listed, 1)),
    st.lists(
        st.sampled_from((*ALIKE, *ALIKE, "", MORE[3], "    waive: {S103: 同一措施}\n" + ALIKE[0])), max_size=4
    ),
)
_write = st.builds(
    lambda name, text: [lambda site: site.write(name, text)], st.sampled_from(_FILES), _alike | _texts
)
_evidence = st.sampled_from([b"%PDF-1.7", b"%PDF-1.7 two", b"<script>", b""]).map(
    lambda raw: [lambda site: site.write("evidence/a.pdf", raw)]
)
_DECISIONS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {},
    {"thresholds": {"S103": {"similarity": 0.5}}},
    {"thresholds": {"S202": {"share": 0.1}, "S601": {"days": 1}}},
    {"rules": {"S103": "error", "S104": "off"}},
    {"rules": {"S101": "off", "L503": "warning"}},
    {"due_soon_days": 300},
    {"stalled_days": 1},
    {"audience": "internal"},
    {"allow_personal": ("13800138000",)},
)


def same(one: Examination, other: Examination) -> bool:
    return plain([one.diagnostics, one.waived]) == plain([other.diagnostics, other.waived])


def start(root: Path, *, known: bool) -> Site:
    site = Site(root)
    shutil.rmtree(site.root, ignore_errors=True)
    site.write("a.yml", HEADER + "items:\n" + GOOD.format(n=1) + MORE[3] + GOOD.format(n=2) + ALIKE[0])
    site.write(
        "b.yml", HEADER.replace("A", "B") + "items:\n" + (GOOD.format(n=3) + ALIKE[0]).replace("A-", "B-")
    )
    site.write("d/checklist.yml", HEADER.replace("A", "D"))
    site.write("d/1.yml", "".join(line[4:] for line in GOOD.format(n=2).splitlines(True)))
    site.write("evidence/a.pdf", b"%PDF-1.7")
    if known:
        site.write("_units.yml", VOCABULARIES["_units.yml"][0])
    return site


@given(
    steps=st.lists(
        st.tuples(
            _edits() | _write | _evidence, st.sampled_from(_DECISIONS), st.sampled_from([0, 0, 0, 1, 40])
        ),
        max_size=5,
    ),
    known=st.booleans(),
)
@trials(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_check_that_remembers_finds_what_one_finds_that_does_not(
    folder: Path, steps: list[tuple[list[Callable[[Site], None]], dict[str, Any], int]], known: bool
) -> None:
    site = start(folder / "kept", known=known)
    for edits, decided, later in [([], {}, 0), *steps]:
        for edit in edits:
            edit(site)
        settings, day = replace(site.settings, **decided), TODAY + timedelta(days=later)
        remembered = remembering(site.root / FOLDER)
        found = examine(settings, day, substance=True, readings=remembered)
        fresh = examine(settings, day, substance=True)
        assert same(found, fresh)
        again = examine(settings, day, substance=True, readings=remembered)
        assert same(again, fresh)
        if not found.errors:
            forget_the_rest(remembered)


# -- what is judged again ----------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return start(tmp_path / "site", known=False)


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The rules that looked at records, each with the id of a record."""
    seen: list[tuple[str, str]] = []

    def spied(rule: Rule) -> Rule:
        def check(ledger: Ledger, **known: Any) -> Any:
            seen.extend((rule.code, record.item.id) for record in ledger.records)
            return rule.check(ledger, **known)

        check.__qualname__ = rule.check.__qualname__
        return replace(rule, check=check)

    spies = tuple(spied(rule) for rule in rules.all_rules())
    monkeypatch.setattr(rules, "all_rules", lambda: spies)
    return seen


def run(site: Site, day: date = TODAY, **decided: Any) -> Examination:
    """Check as a new process does."""
    remembered = remembering(site.root / FOLDER)
    found = examine(replace(site.settings, **decided), day, substance=True, readings=remembered)
    forget_the_rest(remembered)
    return found


EACH, COMPARED = "S202", ("S103", "S104", "S601")


def test_only_the_file_that_has_changed_is_judged_again(site: Site, judged: list[tuple[str, str]]) -> None:
    first = run(site)
    assert [item for code, item in judged if code == EACH] == ["A-1", "A-2", "B-3", "A-2"]
    assert {code for code, _ in judged} >= set(COMPARED)
    judged.clear()
    assert same(run(site), first)
    assert not {EACH, *COMPARED} & {code for code, _ in judged}
    path = site.root / "checklists/b.yml"
    path.write_text("# first\n" + path.read_text("utf-8"), "utf-8")
    judged.clear()
    moved = run(site)
    assert [item for code, item in judged if code == EACH] == ["B-3"]
    assert not set(COMPARED) & {code for code, _ in judged}
    twin = next(d for d in moved.diagnostics if d.code == "S103")
    before = next(d for d in first.diagnostics if d.code == "S103")
    assert (twin.file, twin.line) == (before.file, before.line + (before.file == "checklists/b.yml"))


def test_what_is_compared_is_compared_again_when_it_says_something_else(
    site: Site, judged: list[tuple[str, str]]
) -> None:
    run(site)
    path = site.root / "checklists/b.yml"
    path.write_text(path.read_text("utf-8").replace("建立查重登记", "停用"), "utf-8")
    judged.clear()
    run(site)
    assert {code for code, _ in judged} & set(COMPARED) == {"S103"}


_ANOTHER: dict[str, dict[str, Any]] = {
    "threshold": {"thresholds": {"S202": {"share": 0.9}}},
    "level": {"rules": {"S101": "error"}},
    "due_soon": {"due_soon_days": 8},
    "stalled": {"stalled_days": 31},
}


@pytest.mark.parametrize(
    "change", ["header", "unit", "category", "evidence", "day", "engine", "seal", *_ANOTHER]
)
def test_all_that_findings_hang_on_is_asked(
    site: Site, judged: list[tuple[str, str]], change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.write("a.yml", HEADER + "items:\n" + GOOD.format(n=1) + MORE[1])
    site.write("_units.yml", "units: [{name: 示例镇}, {name: 另一镇}]\n")
    site.write("_categories.yml", "categories: [{name: 文山会海}]\n")
    run(site)
    day, expected = TODAY, {"A-1", "B-3", "A-2"}
    if change == "header":
        site.write("d/checklist.yml", HEADER.replace("A", "D").replace("甲", "乙"))
        expected = {"A-2"}  # of the folder
    elif change == "unit":
        site.write("_units.yml", "units: [{name: 示例镇}, {name: 另一镇, parent: 示例镇}]\n")
    elif change == "category":
        site.write("_categories.yml", VOCABULARIES["_categories.yml"][0])
    elif change == "evidence":
        site.write("evidence/a.pdf", b"%PDF-1.7 two")
        expected = {"A-1"}
    elif change == "day":
        day += timedelta(days=1)
    elif change == "engine":
        monkeypatch.setattr(kept, "_engine", lambda: "another version")
    elif change == "seal":
        shutil.copytree(site.root / FOLDER / "findings", site.root / "copy")
        shutil.rmtree(site.root / FOLDER / "findings")
        shutil.move(site.root / "copy", site.root / FOLDER / "findings")
    judged.clear()
    run(site, day, **_ANOTHER.get(change, {}))
    assert {item for code, item in judged if code == EACH} == expected


def test_another_day_in_the_same_process_is_kept_as_that_day(site: Site) -> None:
    item = "".join(line[4:] for line in GOOD.format(n=3).splitlines(True))
    site.write("d/2.yml", item)
    run(site)
    later = TODAY + timedelta(days=400)
    remembered = remembering(site.root / FOLDER)
    examine(site.settings, TODAY, substance=True, readings=remembered)
    site.write("d/2.yml", item + "goal: 做好\n")
    examine(site.settings, later, substance=True, readings=remembered)
    fresh = examine(site.settings, later, substance=True)
    assert not same(fresh, examine(site.settings, TODAY, substance=True))
    assert same(run(site, later), fresh)


def test_a_waiver_written_since_waives_what_is_not_compared_again(
    site: Site, judged: list[tuple[str, str]]
) -> None:
    assert [one for one in run(site).waived if one.diagnostic.code == "S103"] == []
    path = site.root / "checklists/b.yml"
    path.write_text(path.read_text("utf-8") + "    waive: {S103: 同一措施}\n", "utf-8")
    judged.clear()
    found = run(site)
    assert {code for code, _ in judged}.isdisjoint(COMPARED)
    assert [one.reason for one in found.waived if one.diagnostic.code == "S103"] == ["同一措施"]


def test_what_everybody_sees_again_is_judged_though_its_file_is_the_same(site: Site) -> None:
    document = docx.Document()
    document.core_properties.author = "张三"
    document.save(str(site.root / "checklists/evidence/a.docx"))
    action = MORE[1].replace("a.pdf", "a.docx")
    site.write(
        "a.yml", HEADER + "items:\n" + GOOD.format(n=1) + action + "    related: [B-3]\n" + GOOD.format(n=2)
    )
    other = HEADER.replace("A", "B") + "items:\n" + GOOD.format(n=3).replace("A-", "B-")
    for hidden in (True, False):
        site.write("b.yml", other + ("    visibility: internal\n" if hidden else ""))
        found = run(site)
        assert [d.item for d in found.diagnostics if d.code == "L507"] == ["A-1"]


def test_what_is_no_longer_asked_for_is_deleted(site: Site) -> None:
    run(site)
    count = len([*(site.root / FOLDER / "findings").iterdir()])
    (site.root / "checklists/b.yml").unlink()
    run(site)
    assert len([*(site.root / FOLDER / "findings").iterdir()]) == count - 2  # whole, and for everybody


def test_facts_that_cannot_be_kept_are_found_again(site: Site, judged: list[tuple[str, str]]) -> None:
    class Odd(str):
        pass

    spied = {rule.code: rule for rule in rules.all_rules()}
    real = spied["S102"].check

    def check(ledger: Ledger) -> Any:
        for record in ledger.records:
            yield rules.Breach(record.place, (), {"n": 1, "found": Odd("x")}, record.item.id)
        yield from real(ledger)

    odd = tuple(replace(r, check=check) if r.code == "S102" else r for r in rules.all_rules())
    rules.all_rules = lambda: odd  # type: ignore[assignment]  # undone with the spies
    first = run(site)
    judged.clear()
    assert same(run(site), first)
    assert {code for code, _ in judged} >= {EACH}


# -- in memory ---------------------------------------------------------------------------------------------


def looked(before: Ledger, after: Ledger) -> bool:
    """Tell whether records of `before` are looked at again in `after`, which shares them."""
    known = memory.Memory()
    for ledger in (before, after):
        seen: list[str] = []
        over = known.pass_over(ledger)

        def look(part: Ledger, seen: list[str] = seen) -> Any:
            seen += [record.item.id for record in part.records]
            return ()

        over.findings("key", look(over.unknown("key")))
        over.end()
    return bool(seen)


@pytest.mark.parametrize("share", ["nothing", "today", "units", "categories", "evidence"])
def test_records_are_judged_again_when_what_they_share_has_changed(site: Site, share: str) -> None:
    site.write("_units.yml", VOCABULARIES["_units.yml"][0])
    site.write("_categories.yml", VOCABULARIES["_categories.yml"][0])
    site.write("a.yml", HEADER + "items:\n" + GOOD.format(n=1) + MORE[1])
    ledger = load(site.settings, TODAY).ledger
    others: dict[str, Any] = {
        "today": TODAY + timedelta(days=1),
        "units": replace(ledger.units, listed=ledger.units.listed[:1]),
        "categories": (),
        "evidence": {},
    }
    after = replace(ledger, **{share: others[share]}) if share in others else replace(ledger)
    assert looked(ledger, ledger) is False
    assert looked(ledger, after) is (share in others)


def test_waivers_are_told_in_the_order_of_the_ledger(site: Site) -> None:
    waived = "    waive: {S204: 无}\n    goal: 做好\n"
    for name in ("a.yml", "b.yml"):
        prefix = name[0].upper()
        text = HEADER.replace("A", prefix) + "items:\n" + "".join(GOOD.format(n=n) + waived for n in (1, 2))
        site.write(name, text.replace("A-", f"{prefix}-"))
    known = Readings()
    for edited in ("", "a.yml", "b.yml"):
        if edited:
            path = site.root / "checklists" / edited
            path.write_text(path.read_text("utf-8") + "# x\n", "utf-8")
        found = examine(site.settings, TODAY, substance=True, readings=known)
        assert [one.diagnostic.item for one in found.waived] == ["A-1", "A-2", "B-1", "B-2"]
        assert {one.reason for one in found.waived} == {"无"}


# -- the kind of a file ------------------------------------------------------------------------------------


@pytest.mark.parametrize("process", ["same", "another"])
def test_a_file_that_becomes_another_kind_is_read_as_that_kind(
    site: Site, process: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed: list[str] = []
    real = readings.type_json

    def spy(kind: Any, document: Any, said: Any) -> Any:
        typed.append(kind)
        return real(kind, document, said)

    monkeypatch.setattr(readings, "type_json", spy)
    known = Readings.open(site.root / FOLDER)
    path, file = site.root / "checklists/d/1.yml", "checklists/d/1.yml"

    def read(kind: Any) -> readings.Reading:
        nonlocal known
        if process == "another":
            known = Readings.open(site.root / FOLDER)
        known.begin()
        group = known.group("d")
        reading = group.read(path, file, kind, {})
        group.close()
        known.end()
        return reading

    assert len(read("item").items) == 1
    assert read("checklist").items == ()
    assert len(read("item").items) == 1
    assert typed == ["item"]  # what is kept of one kind is not even tried as another


# -- on two processes --------------------------------------------------------------------------------------

_CHECK = """\
import sys
from rectification import rules
from rectification.ledger import readings
shared = []
real = rules.on_both_cores
rules.on_both_cores = lambda jobs, **how: (shared.append(len(jobs)), real(jobs, **how))[1]
readings.idle = rules.idle = lambda: True
readings.on_both_cores = lambda jobs, **how: (shared.append(len(jobs)), real(jobs, **how))[1]
if sys.argv.pop(1) == "alone":
    rules._WORTH_A_PROCESS = readings._WORTH_A_PROCESS = 10**9
from rectification.cli import main
try:
    main(["check", *sys.argv[1:]])
finally:
    print(len(shared), file=sys.stderr)
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="Threads cannot be counted here")
def test_two_processes_find_what_one_finds(tmp_path: Path) -> None:
    write_site(tmp_path / "s", 2001, 5, search=False)

    def check(how: str, *options: str) -> tuple[str, str]:
        command = [sys.executable, "-c", _CHECK, how, *options]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "1795478400", "NO_MKDOCS_2_WARNING": "1"}
        done = subprocess.run(command, cwd=tmp_path / "s", env=environment, capture_output=True, text=True)
        assert done.returncode == 0
        return done.stdout, done.stderr.splitlines()[-1]

    one, shared = check("alone", "--no-cache")
    assert shared == "0" and "S103" in one and "S202" in one
    assert check("beside", "--no-cache") == (one, "2")  # to read, and to judge
    assert check("beside") == (one, "2")
    assert check("beside") == (one, "0")  # nothing is left to look at
