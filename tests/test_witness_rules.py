"""Rules that need a witness, over real repositories: what breaks each, what comes near it and is right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from rectification.diagnostic import Diagnostic
from rectification.rules import all_rules, examine
from rectification.settings import Settings

from .repository import HEADER, Repository, item, new_repository

Files = dict[str, str | None]
Step = tuple[str, Files]  # the day of a commit, and what it writes below checklists/
TODAY = date(2026, 11, 24)
MOVED = "due_changes: [{from: 2026-06-30, to: 2026-12-31, on: 2026-06-01, reason: x}]"
NEW = "  - {date: 2026-03-02, status: in_progress%s}"
LATER = "  - {date: 2026-03-20, by: 示例镇%s}"
DONE = (
    "log:",
    NEW % "",
    "  - {date: 2026-03-05, status: submitted}",
    "  - {date: 2026-03-10, status: closed, by: 示例县%s}",
)
FILE = "actions: [{text: x, done: 2026-03-04, evidence: [evidence/count.csv]}]"


def items(*listed: str, **files: str | None) -> Files:
    return {"a.yml": HEADER + "".join(listed), **files}


def lines(*listed: str, **changes: str) -> Files:
    return items(item(1, *listed, **changes))


def closed(entry: str = "", *more: str) -> tuple[str, ...]:
    return (FILE, *DONE[:-1], DONE[-1] % entry, *more)


def evidence(content: str, name: str = "count.csv") -> Files:
    return {f"evidence/{name}": content}


LISTED_AGAIN = items(item(1, unit="x"), item(2))
UNITS = {"_units.yml": "units: [{name: 示例镇, aliases: [x]}, {name: 示例县}]\n"}

# rule -> (commits, line of the finding, facts)
BROKEN: dict[str, list[tuple[list[Step], int, dict[str, object]]]] = {
    "S401": [
        ([("2026-03-10", lines(*closed()) | evidence("1")), ("2026-04-02", evidence("2"))], 9,
         {"found": "evidence/count.csv", "closed": "2026-03-10", "changed": "2026-04-02"}),
        # Accepted again in between: what counts is what was there then.
        ([("2026-03-10", lines(*closed()) | evidence("1")), ("2026-04-02", evidence("2")),
          ("2026-04-03", lines(*closed("", "  - {date: 2026-04-03, accepted: 0123456789abcdef}"))),
          ("2026-05-01", evidence("3"))], 9, {"changed": "2026-05-01"}),
    ],
    "S306": [
        ([("2026-03-10", lines(*closed(), problem="走访 6 小时，填表 2 小时。") | evidence("1")),
          ("2026-04-02", lines(*closed(), problem="走访 6 小时，填表半小时。"))], 13, {"accepted": "2026-03-10"}),
    ],
    "S402": [
        ([("2026-02-20", evidence("1") | {"a.yml": HEADER}), ("2026-03-03", lines(FILE))], 9,
         {"found": "evidence/count.csv", "dated": "2026-02-20", "since": "2026-03-01"}),
    ],
    "S504": [
        ([("2026-03-01", lines(due="2026-06-30")), ("2026-07-03", lines())], 8,
         {"before": "2026-06-30", "after": "2026-12-31", "on": "2026-07-03"}),
        ([("2026-03-01", lines(due="2026-06-29")), ("2026-07-03", lines(MOVED))], 8, {"before": "2026-06-29"}),
    ],
    "S801": [
        ([("2026-03-01", lines(unit="示例镇")), ("2026-05-01", lines(unit="示例县")), ("2026-07-01", lines(unit="示例镇"))],
         6, {"n": 2, "units": "示例镇 → 示例县 → 示例镇"}),
    ],
    "S901": [
        ([("2026-03-01", lines()), ("2026-04-02", lines("log:", NEW % ""))], 10,
         {"dated": "2026-03-02", "committed": "2026-04-02", "days": 31}),
        # The second entry of one day is not the first.
        ([("2026-03-01", lines()), ("2026-03-20", lines("log:", LATER % "")),
          ("2026-11-20", lines("log:", LATER % "", LATER % ", note: x"))], 11, {"days": 245}),
    ],
    "S902": [
        ([("2026-03-01", lines()), ("2026-03-05", lines("log:", NEW % ", note: 6")), ("2026-04-20", lines("log:", NEW % ", note: 12"))],
         10, {"dated": "2026-03-02", "committed": "2026-03-05"}),
        ([("2026-03-05", lines("log:", NEW % "", "  - {date: 2026-03-03, note: x}")), ("2026-04-20", lines("log:", NEW % ""))],
         9, {"dated": "2026-03-03", "committed": "2026-03-05"}),
        ([("2026-03-05", lines("log:", NEW % "")), ("2026-04-20", lines())], 3, {"dated": "2026-03-02"}),
    ],
    "S903": [
        ([("2026-03-01", items(item(1), item(2))), ("2026-04-20", items(item(1)))], 1, {"found": "A-2", "on": "2026-04-20"}),
        ([("2026-03-01", items(item(1)) | {"b.yml": HEADER.replace("A", "B") + item(2, id="B-2")}), ("2026-04-20", {"b.yml": None})],
         1, {"found": "B-2"}),
    ],
}  # fmt: skip

# rule -> the item, and the day, that the findings of its examples speak of
SPOKEN_OF: dict[str, list[tuple[str, str]]] = {
    "S401": [("A-1", "2026-04-02"), ("A-1", "2026-05-01")],
    "S306": [("A-1", "2026-04-02")],
    "S402": [("A-1", "2026-02-20")],
    "S504": [("A-1", "2026-07-03"), ("A-1", "2026-07-03")],
    "S801": [("A-1", "2026-07-01")],
    "S901": [("A-1", "2026-04-02"), ("A-1", "2026-11-20")],
    "S902": [("A-1", "2026-03-05"), ("A-1", "2026-03-05"), ("A-1", "2026-03-05")],
    "S903": [("", "2026-04-20"), ("", "2026-04-20")],
}

# rule -> commits after which it has nothing to say
RIGHT: dict[str, list[list[Step]]] = {
    "S401": [
        [("2026-03-10", lines(*closed()) | evidence("1")), ("2026-04-02", evidence("2")), ("2026-04-03", evidence("1"))],
        [("2026-03-05", lines(FILE) | evidence("1")), ("2026-03-09", evidence("2")), ("2026-03-10", lines(*closed()))],
        [("2026-03-10", lines(*closed()) | evidence("1")), ("2026-04-02", evidence("2")),
         ("2026-04-03", lines(*closed("", "  - {date: 2026-04-03, accepted: 0123456789abcdef}")))],
        [("2026-03-05", lines(FILE) | evidence("1")), ("2026-03-09", evidence("2"))],
        [("2026-03-10", lines(*closed()) | evidence("1")), ("2026-04-02", evidence("2", "other.csv"))],
    ],
    "S306": [
        [("2026-03-10", lines(*closed()) | evidence("1"))],
        [("2026-03-05", lines(FILE) | evidence("1")), ("2026-03-10", lines(*closed(), problem="走访 6 小时。"))],
        # Who may read it is not what was accepted.
        [("2026-03-10", lines(*closed()) | evidence("1")),
         ("2026-04-02", lines(*[line.replace("evidence:", "internal_evidence:") for line in closed()]))],
        [("2026-03-10", lines(*closed()) | evidence("1")),
         ("2026-04-02", lines(*[line.replace("{text: x,", "{text: x, visibility: internal,") for line in closed()]))],
        [("2026-03-10", lines(*closed()) | evidence("1")), ("2026-04-02", lines(*closed("", "  - {date: 2026-04-02, note: 回访}"), owner="镇长"))],
        [("2026-03-10", lines(*closed()) | evidence("1")), ("2026-04-02", lines(*closed(), problem="'走访 6 小时，填表  2 小时。'".replace("  ", " ")))],
    ],
    "S402": [
        [("2026-03-01", evidence("1") | lines(FILE))],
        # A name that says the day says it better than git.
        [("2026-02-20", evidence("1", "2026-03-09.csv") | {"a.yml": HEADER}), ("2026-03-03", lines(FILE.replace("count", "2026-03-09")))],
    ],
    "S504": [
        [("2026-03-01", lines(due="2026-06-30")), ("2026-06-01", lines(MOVED))],
        [("2026-03-01", lines(due="2026-06-30")), ("2026-06-01", lines()), ("2026-07-01", lines(MOVED))],
        [("2026-03-01", lines(due="2026-12-31")), ("2026-06-01", lines(due="'2026-12-31'"))],
        [("2026-03-01", lines())],
    ],
    "S801": [
        [("2026-03-01", lines(unit="示例镇")), ("2026-05-01", lines(unit="示例县"))],
        [("2026-03-01", lines(unit="示例镇") | UNITS), ("2026-05-01", lines(unit="x")), ("2026-07-01", lines(unit="示例县"))],
    ],
    "S901": [
        [("2026-11-20", lines("log:", NEW % ""))],
        [("2026-03-01", lines()), ("2026-04-01", lines("log:", NEW % ""))],
        [("2026-03-01", lines()), ("2026-03-05", lines("log:", NEW % "")), ("2026-11-20", lines("log:", NEW % ", note: x"))],
        [("2026-03-01", lines()), ("2026-03-05", {"a.yml": None, "b.yml": lines("log:", NEW % "")["a.yml"]}),
         ("2026-11-20", {"b.yml": None} | lines("log:", NEW % ""))],
    ],
    "S902": [
        [("2026-03-05", lines("log:", NEW % "")), ("2026-04-20", lines("log:", NEW % "", LATER % ""))],
        [("2026-03-05", lines("log:", NEW % ", note: 'a  b '")), ("2026-04-20", lines("log:", NEW % ", note: a b, accepted: 0123456789abcdef"))],
        [("2026-03-05", lines("log:", NEW % ", note: x")), ("2026-04-20", lines("log:", NEW % "")), ("2026-04-21", lines("log:", NEW % ", note: x"))],
    ],
    "S903": [
        [("2026-03-01", items(item(1), item(2, "log: [{date: 2026-03-02, status: withdrawn, reason: x}]"))), ("2026-04-20", items(item(1)))],
        [("2026-03-01", items(item(1), item(2))), ("2026-04-20", items(item(1))), ("2026-04-21", items(item(1), item(2)))],
        [("2026-03-01", items(item(1))), ("2026-04-20", {"a.yml": None, "b.yml": HEADER + item(1)})],
        [("2026-03-01", items(item(1), item(2))), ("2026-04-20", {"a.yml": HEADER.replace("甲", "甲, waive: {S903: 试录}") + item(1)})],
    ],
}  # fmt: skip


def cases(table: dict[str, list]) -> list[object]:  # type: ignore[type-arg]
    return [
        pytest.param(code, each, id=f"{code}-{n}")
        for code, all_ in table.items()
        for n, each in enumerate(all_)
    ]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return new_repository(tmp_path)


def found(repository: Repository, code: str, **decisions: object) -> list[Diagnostic]:
    settings = repository.settings(**decisions)
    examination = examine(settings, TODAY, substance=True, witnesses={"history": repository.history()})
    assert examination.errors == ()
    return [d for d in examination.diagnostics if d.code == code]


def make(repository: Repository, steps: Sequence[Step]) -> None:
    for day, files in steps:
        repository.commit(files, day)


def test_every_rule_has_examples() -> None:
    assert set(BROKEN) == set(RIGHT) == {rule.code for rule in all_rules() if rule.witness == "history"}


@pytest.mark.parametrize(("code", "example"), cases(BROKEN))
def test_broken(
    repository: Repository, code: str, example: tuple[list[Step], int, dict[str, object]]
) -> None:
    steps, line, facts = example
    make(repository, steps)
    told = found(repository, code)
    assert len(told) == 1
    assert (told[0].severity, told[0].line) == ("warning", line)
    assert {name: told[0].facts[name] for name in facts} == facts
    n = [one for one, *_ in BROKEN[code]].index(steps)
    assert (told[0].item, str(told[0].day)) == SPOKEN_OF[code][n]
    if "commit" in told[0].facts:
        assert told[0].facts["commit"] == repository.git("rev-parse", "HEAD")[:7]


@pytest.mark.parametrize(("code", "steps"), cases(RIGHT))
def test_right(repository: Repository, code: str, steps: list[Step]) -> None:
    make(repository, steps)
    assert found(repository, code) == []


@pytest.mark.parametrize(("code", "example"), cases(BROKEN))
def test_without_a_witness_nothing_is_said(repository: Repository, code: str, example: tuple[list[Step], int, dict[str, object]]) -> None:  # fmt: skip
    make(repository, example[0])
    assert code not in {d.code for d in examine(repository.settings(), TODAY, substance=True).diagnostics}


def test_thresholds_are_the_sites(repository: Repository) -> None:
    make(repository, BROKEN["S901"][0][0])
    assert found(repository, "S901", thresholds={"S901": {"days": 31}}) == []
    make(repository, [("2026-05-01", lines(unit="示例县"))])
    assert len(found(repository, "S801", thresholds={"S801": {"changes": 1}})) == 1


def test_a_gone_item_points_at_its_checklist_or_at_the_file_that_was(repository: Repository) -> None:
    header = "# x\nchecklist: {id: B, title: 乙}\n"
    alone = item(2, id="B-2").replace("  - ", "").replace("\n    ", "\n")
    make(repository, [("2026-03-01", items(item(1)) | {"b/checklist.yml": header, "b/B-2.yml": alone, "c.yml": HEADER + item(3)}),
                      ("2026-04-20", {"b/B-2.yml": None, "c.yml": None})])  # fmt: skip
    told = {d.facts["found"]: (d.file, d.line) for d in found(repository, "S903")}
    assert told == {"B-2": ("checklists/b/checklist.yml", 2), "A-3": ("checklists/c.yml", 1)}


def branch(repository: Repository, *steps: tuple[str, Files, str]) -> None:
    """Commit on a branch, each step by an author, and merge it."""
    repository.git("checkout", "-q", "-b", "side")
    for day, files, author in steps:
        repository.commit(files, day, author)
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "m", "side", day="2026-03-30")


@pytest.mark.parametrize(("author", "expected"), [("示例甲", 0), ("示例乙", 1)])
def test_what_an_author_corrects_before_the_merge_is_a_draft(
    repository: Repository, author: str, expected: int
) -> None:
    make(repository, [("2026-03-01", lines())])
    branch(
        repository,
        ("2026-03-05", items(item(1, "log:", NEW % ", note: 6"), item(2)), "示例甲"),
        ("2026-03-06", lines("log:", NEW % ", note: 12"), author),
    )
    assert len(found(repository, "S902")) == len(found(repository, "S903")) == expected


def test_a_branch_is_judged_by_what_it_brings(repository: Repository) -> None:
    make(repository, [("2026-03-01", lines(due="2026-06-30"))])
    branch(
        repository,
        ("2026-03-05", lines(due="2026-07-30", unit="示例县"), "示例甲"),
        ("2026-03-06", lines(MOVED, unit="示例村"), "示例甲"),
    )
    assert found(repository, "S504") == found(repository, "S801") == []


def test_a_branch_that_landed_late_was_not_recorded_late(repository: Repository) -> None:
    make(repository, [("2026-03-01", lines())])
    repository.git("checkout", "-q", "-b", "side")
    repository.commit(lines("log:", NEW % ""), "2026-03-05")
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "m", "side", day="2026-11-01")
    assert found(repository, "S901") == []


# -- the base ----------------------------------------------------------------------------------------------


def against(
    repository: Repository, before: Files, after: Files, tmp_path: Path
) -> list[tuple[str, object, str, int]]:
    """The findings of the rules that compare with a base, by (code, item, file, line)."""
    other = tmp_path / "base"
    base_of = Repository(other)
    base_of.write(before)
    base = examine(Settings(other, other / "checklists"), TODAY).ledger
    repository.write(after)
    examination = examine(repository.settings(), TODAY, witnesses={"base": base})
    listed = [d for d in examination.diagnostics if d.code in ("L601", "L602")]
    assert {d.severity for d in listed} <= {"error"}
    return [(d.code, d.facts["found"], d.file, d.line) for d in listed]


WITHDRAWN = "log: [{date: 2026-03-02, status: withdrawn, reason: x}]"
MANY = [item(n) for n in range(3, 43)]


def test_gone_from_the_base(repository: Repository, tmp_path: Path) -> None:
    gone = against(repository, items(item(1), item(2), *MANY), items(item(1), *MANY), tmp_path)
    assert gone == [("L601", "A-2", "checklists/a.yml", 1)]


def test_withdrawn_before_it_went(repository: Repository, tmp_path: Path) -> None:
    before = items(item(1), item(2, WITHDRAWN), *MANY)
    assert against(repository, before, items(item(1), *MANY), tmp_path) == []


def test_more_than_a_twentieth_gone(repository: Repository, tmp_path: Path) -> None:
    listed = [item(n, WITHDRAWN) for n in (1, 2)]
    before, after = items(*listed, *MANY[:37]), items(*MANY[:37])  # 2 of 39
    assert [one[1] for one in against(repository, before, after, tmp_path)] == ["A-1", "A-2"]
    assert against(repository, items(*listed, *MANY[:38]), items(*MANY[:38]), tmp_path) == []  # of 40


BUS = {"title": "公交班次太少", "problem": "七路车每天只有两班，老人赶集要步行一个小时。"}
FORM = {"title": "重复填表", "problem": "走访一户要填五张内容相同的表，干部大半时间花在填表上。"}
ENGLISH_BUS = {
    "title": "The bus runs too rarely",
    "problem": "There are only two departures a day on line seven, so people walk for an hour.",
}
ENGLISH_FORM = {
    "title": "Forms are filled in twice",
    "problem": "After each visit the village fills in five forms that ask for the same things.",
}


@pytest.mark.parametrize(
    ("before", "after", "reused"),
    [
        (BUS, FORM, True),
        (ENGLISH_BUS, ENGLISH_FORM, True),
        (FORM, FORM | {"title": "表格重复填报"}, False),
        (FORM, FORM | {"problem": "干部走访一户，要填五张内容差不多的表，时间大半花在表上。已向县里反映。"}, False),
        (BUS, {"title": "七路公交班次太少", "problem": "七路车每天两班。"}, False),
        (ENGLISH_BUS, ENGLISH_BUS | {"problem": "Only two departures a day: people walk an hour to the market."}, False),
    ],
)  # fmt: skip
def test_an_id_names_one_problem(
    repository: Repository, tmp_path: Path, before: dict[str, str], after: dict[str, str], reused: bool
) -> None:
    told = against(repository, lines(**before), lines(**after), tmp_path)
    assert told == ([("L602", "A-1", "checklists/a.yml", 3)] if reused else [])
