"""Internal parts of a public item: gone from the public ledger, which all the same says nothing untrue."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from rectification.history import said_in
from rectification.ledger import Ledger, Record, content_hash, suspect, verifications
from rectification.model import LogEntry
from rectification.rules import Rule, all_rules, check
from rectification.settings import Settings
from rectification.substance import borne_out, conduct

from .conftest import Examine, places
from .repository import HEADER, Repository, item, new_repository

SECRET = "金丝雀"
PARTS = f"""\
    actions:
      - text: {SECRET}谈话
        unit: {SECRET}科
        done: 2026-03-09
        visibility: internal
        evidence: [evidence/secret-1.txt]
      - {{text: 三张表并为一张, done: 2026-03-04, evidence: [evidence/open.txt], internal_evidence: [evidence/secret-2.txt]}}
    log:
      - {{date: 2026-03-02, status: in_progress}}
      - {{date: 2026-03-03, note: {SECRET}线索, visibility: internal}}
      - {{date: 2026-03-05, status: submitted, by: 示例镇, note: 公开的话}}
      - {{date: 2026-03-10, status: closed, by: {SECRET}县, note: {SECRET}核实, evidence: [evidence/secret-3.txt], visibility: internal}}
"""


def ledger_of(examined: Examine, tmp_path: Path, parts: str = PARTS, **decisions: object) -> Ledger:
    folder = tmp_path / "checklists/evidence"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("open", "secret-1", "secret-2", "secret-3"):
        (folder / f"{name}.txt").write_text(name)
    found = examined({"a.yml": HEADER + item(1) + parts}, **decisions)
    assert found.diagnostics == ()
    return found.ledger


def test_no_word_of_what_is_internal_is_left(examined: Examine, tmp_path: Path) -> None:
    ledger = ledger_of(examined, tmp_path)
    public = ledger.public()
    record = public.by_id["A-1"]
    assert SECRET not in repr(record.item) and "secret" not in repr(record.item)
    assert SECRET not in repr(record.written) and "secret" not in repr(record.written)
    assert list(public.evidence) == ["evidence/open.txt"]
    assert [action.text for action in record.item.actions] == ["三张表并为一张"]
    assert SECRET in repr(ledger.by_id["A-1"].item)


def test_a_move_keeps_its_day_and_status_alone(examined: Examine, tmp_path: Path) -> None:
    log = ledger_of(examined, tmp_path).public().by_id["A-1"].item.log
    assert [(str(entry.date), entry.status, entry.visibility) for entry in log] == [
        ("2026-03-02", "in_progress", "public"),
        ("2026-03-05", "submitted", "public"),
        ("2026-03-10", "closed", "internal"),
    ]
    assert log[-1] == LogEntry(date=log[-1].date, status="closed", visibility="internal")


def test_the_state_is_that_of_the_whole_item(examined: Examine, tmp_path: Path) -> None:
    ledger = ledger_of(examined, tmp_path)
    whole, public = ledger.by_id["A-1"].state, ledger.public().by_id["A-1"].state
    assert (public.status, public.since, public.stirred) == (whole.status, whole.since, whole.stirred)
    assert (whole.actions_done, public.actions_done) == (2, 1)  # of what is shown


def test_what_is_worked_on_inside_is_not_called_stalled(examined: Examine, tmp_path: Path) -> None:
    parts = "    log:\n      - {date: 2026-11-20, note: 谈话, visibility: internal}\n"
    record = ledger_of(examined, tmp_path, parts).public().by_id["A-1"]
    assert not record.state.stalled and record.item.log == ()
    open_ = ledger_of(examined, tmp_path, "").public().by_id["A-1"]
    assert open_.state.stalled


def test_once_public_it_stays_as_it_is(examined: Examine, tmp_path: Path) -> None:
    public = ledger_of(examined, tmp_path).public()
    again = public.public()
    assert again.by_id["A-1"].item == public.by_id["A-1"].item
    assert again.by_id["A-1"].place == public.by_id["A-1"].place


def test_findings_point_at_the_line_all_the_same(examined: Examine, tmp_path: Path) -> None:
    """The lists of a public item are shorter than those of its file."""
    parts = PARTS.replace("公开的话", "请拨 13812345678").replace("三张表并为一张", "请拨 13812345679")
    found = examined({"a.yml": HEADER + item(1) + parts, "evidence/open.txt": "x"})
    lines = (HEADER + item(1) + parts).splitlines()
    told = {(code, line) for code, _, line, _ in places(found) if code == "L902"}
    assert told == {("L902", n) for n, text in enumerate(lines, 1) if "请拨" in text}


def test_a_fingerprint_of_withheld_text_is_withheld(examined: Examine, tmp_path: Path) -> None:
    parts = PARTS.replace(", visibility: internal}\n", "}\n").replace(
        "核实,", "核实, accepted: 0123456789abcdef,"
    )
    record = ledger_of(examined, tmp_path, parts).public().by_id["A-1"]
    assert record.item.log[-1].accepted is None and record.item.log[-1].by


def test_a_record_of_files_names_none_that_is_withheld(examined: Examine, tmp_path: Path) -> None:
    names = ("open", "secret-1", "secret-2")
    sums = {f"evidence/{name}.txt": hashlib.sha256(name.encode()).hexdigest() for name in names}
    listed = ", ".join(f"{name}: {value}" for name, value in sums.items())
    parts = PARTS.replace("secret-3.txt], visibility: internal", f"open.txt], accepted_files: {{{listed}}}")
    ledger = ledger_of(examined, tmp_path, parts)
    record = ledger.public().by_id["A-1"]
    assert dict(record.item.log[-1].accepted_files) == {"evidence/open.txt": sums["evidence/open.txt"]}
    assert "secret" not in repr(record.written)


def test_who_may_read_it_changes_no_fingerprint(examined: Examine, tmp_path: Path) -> None:
    ledger = ledger_of(examined, tmp_path)
    hidden = ledger.by_id["A-1"].item
    shown = hidden.model_copy(
        update={"actions": tuple(a.model_copy(update={"visibility": "public"}) for a in hidden.actions)}
    )
    assert content_hash(hidden, ledger.evidence) == content_hash(shown, ledger.evidence)
    entry = {"date": "2026-03-03", "note": "x", "evidence": ["evidence/a", "evidence/b"]}
    hidden_entry = {"date": "2026-03-03", "note": "x", "visibility": "internal", "evidence": ["evidence/b"]}
    assert said_in(entry) == said_in({**hidden_entry, "internal_evidence": ["evidence/a"]})


# -- what is said of it --------------------------------------------------------------------------------


def judged(ledger: Ledger, tmp_path: Path) -> set[str]:
    rules: list[Rule] = [rule for rule in all_rules() if rule.substance]
    return {one.code for one in check(ledger, Settings(tmp_path, tmp_path / "checklists"), rules).diagnostics}


def test_nobody_is_accused_for_what_is_withheld(examined: Examine, tmp_path: Path) -> None:
    ledger = ledger_of(examined, tmp_path, PARTS.replace("evidence: [evidence/open.txt], ", ""))
    public = ledger.public()
    # The verifier and the evidence are there; the public only does not see them.
    assert judged(public, tmp_path) >= {"S301", "S303"}
    assert not judged(ledger, tmp_path) & {"S301", "S303"}
    settings, rules = Settings(tmp_path, tmp_path / "checklists"), [r for r in all_rules() if r.substance]
    found = borne_out(check(public, settings, rules), check(ledger, settings, rules), public)
    codes = {one.code for one in found.diagnostics}
    assert not codes & {"S301", "S303"} and codes == judged(public, tmp_path) - {"S301", "S303"}


def test_rates_leave_out_what_cannot_be_told(examined: Examine, tmp_path: Path) -> None:
    ledger = ledger_of(examined, tmp_path, PARTS.replace("evidence: [evidence/open.txt], ", ""))
    whole, public = (conduct(each, each.records) for each in (ledger, ledger.public()))
    assert (whole.independent.count, whole.independent.total) == (1, 1)
    assert (public.independent.count, public.independent.total) == (0, 0)
    assert (whole.evidenced.total, public.evidenced.total) == (1, 0)


def _verdict(ledger: Ledger) -> str:
    record: Record = ledger.by_id["A-1"]
    (answer,) = verifications(ledger, record)
    return answer.independence


def test_who_verified_is_withheld_and_not_unsaid(examined: Examine, tmp_path: Path) -> None:
    ledger = ledger_of(examined, tmp_path)
    assert (_verdict(ledger), _verdict(ledger.public())) == ("independent", "withheld")


def test_who_took_part_inside_does_not_verify_independently(examined: Examine, tmp_path: Path) -> None:
    parts = PARTS.replace(f"by: {SECRET}县", "by: 示例科").replace(f"unit: {SECRET}科", "unit: 示例科")
    parts = parts.replace("evidence/secret-3.txt], visibility: internal", "evidence/secret-3.txt]")
    ledger = ledger_of(examined, tmp_path, parts)
    assert (_verdict(ledger), _verdict(ledger.public())) == ("partner", "partner")
    assert not suspect(ledger.public().by_id["A-1"].item, ledger.public().evidence)


def test_no_request_names_an_internal_report(examined: Examine) -> None:
    reports = (
        "reports:\n  - {name: a, title: 甲表, audience: internal, columns: [{field: title}]}\n"
        "  - {name: b, title: 乙表, audience: public, columns: [{field: title}]}\n"
    )
    request = "{id: R-%d, title: 报表, by: 示例县, ended: 2026-03-01, replaced_by: %s}"
    told = "\n".join(
        f"  - {request % (n, name)}" for n, name in enumerate(("a", "自动生成的甲表", "乙表", "b"))
    )
    ledger = examined(
        {"a.yml": HEADER + item(1), "_reports.yml": reports, "_requests.yml": f"requests:\n{told}\n"}
    ).ledger
    assert [one.replaced_by for one in ledger.public().requests] == [None, None, "乙表", "b"]


def test_an_internal_report_is_none_of_the_public_ledger(examined: Examine) -> None:
    reports = (
        f"reports:\n  - {{name: a, title: {SECRET}, audience: internal, columns: [{{field: title}}]}}\n"
        "  - {name: b, title: 乙表, audience: public, columns: [{field: title}]}\n"
    )
    ledger = examined({"a.yml": HEADER + item(1), "_reports.yml": reports}).ledger
    assert list(ledger.by_profile) == ["a", "b"]
    public = ledger.public()
    assert list(public.by_profile) == ["b"]
    assert public.place_of_profile == {"b": ledger.place_of_profile["b"]}


# -- what git knows ------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return new_repository(tmp_path / "repository")


def entries(*lines: str) -> tuple[str, ...]:
    return ("log:", *(f"  - {{date: 2026-03-0{n}, {line}}}" for n, line in enumerate(lines, 2)))


def test_history_tells_nothing_internal(repository: Repository) -> None:
    started = "status: in_progress, note: 开始"
    internal = f"status: submitted, by: {SECRET}, visibility: internal"
    repository.items(item(1, *entries(started)), day="2026-03-02")
    repository.items(item(1, *entries(started, internal)), day="2026-03-03")
    repository.items(
        item(1, *entries(started, internal, f"note: {SECRET}, visibility: internal")), day="2026-03-04"
    )
    measure = f"actions: [{{text: {SECRET}, visibility: internal}}]"
    repository.items(
        item(1, measure, *entries(started, internal, f"note: {SECRET}, visibility: internal")),
        day="2026-03-05",
    )
    history = repository.history().public(())
    assert SECRET not in repr(history.items)
    # A commit that the public sees nothing of is not told of either.
    assert [str(r.commit.day) for r in history.recordings("A-1")] == ["2026-03-02", "2026-03-03"]
    assert len(repository.history().recordings("A-1")) == 4


def test_to_mark_an_entry_internal_is_not_to_rewrite_it(repository: Repository) -> None:
    before = f"note: {SECRET}"
    repository.items(item(1, *entries("status: in_progress", before)), day="2026-03-03")
    repository.items(
        item(1, *entries("status: in_progress", f"{before}, visibility: internal")), day="2026-03-09"
    )
    history = repository.history()
    assert not history.recordings("A-1")[-1].log_lost
    assert SECRET not in repr(history.public(()).items)
    assert [str(r.commit.day) for r in history.public(()).recordings("A-1")] == ["2026-03-03"]
