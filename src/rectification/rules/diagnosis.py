"""Diagnosis: a cause that says more than the problem, a goal that can be seen to be reached."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rectification.rules.rule import Breach, Rule
from rectification.rules.similarity import containment

if TYPE_CHECKING:
    from rectification.ledger import Ledger, Record

# What can be seen to be so or not: a number, a day, or a state that holds or does not.
_MEASURABLE = re.compile(
    r"\d|[一二两三四五六七八九十百千万半](?:成|次|个|份|张|项|天|日|月|年|周|户|人|处|件|小时|分钟|倍|分之)"
    r"|停用|停报|停收|取消|废止|撤销|清零|归零|为零|建成|完工|竣工|上线|联网|开通|办结|结清|清退|整改完毕|逐一|一律|不得|全部|无一|每(?:月|周|日|天|季|年|条|份|件|名|人|户|个|次|张|项|处|批|班)"
    r"|统一(?:编号|口径|为)|只(?:填|报|录|接|跑)|不再|不超过|不少于|不低于|不高于|以内|以下|以上|公布|公示|合格|达标(?!准)|零(?:投诉|事故|超期|新增)"
    r"|\b(?:no|none|zero|all|every|each|never|only|once|twice|half|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|monthly|weekly|daily|yearly|quarterly|closed|abolished|stopped|removed|replaced|installed|published|complete|passes"
    r"|fewer than|at most|at least|without)\b",
    re.IGNORECASE,
)


def _planned(record: Record) -> bool:
    """Tell whether an item is past its six facts: measures were chosen, or it was handed in."""
    status = record.state.status
    return status != "withdrawn" and (bool(record.item.actions) or status in ("submitted", "closed"))


def no_cause(ledger: Ledger) -> Iterator[Breach]:
    """Who chooses measures, or hands in, knows what the problem comes from."""
    for record in ledger.records:
        if not record.item.cause and _planned(record):
            yield Breach(record.place, (), {}, record.item.id, day=record.state.since)


def restated(ledger: Ledger, *, share: float) -> Iterator[Breach]:
    """A cause is not the problem in other words: less than `share` of it stands in the problem."""
    for record in ledger.records:
        item = record.item
        if item.cause:
            same = containment(item.cause, item.title, item.problem)
            if same >= share:
                facts = {"percent": int(100 * same)}
                yield Breach(record.place, ("cause",), facts, item.id, day=record.state.since)


def no_goal(ledger: Ledger) -> Iterator[Breach]:
    """Who chooses measures, or hands in, can say what is to be reached."""
    for record in ledger.records:
        if not record.item.goal and _planned(record):
            yield Breach(record.place, (), {}, record.item.id, day=record.state.since)


def vague_goal(ledger: Ledger) -> Iterator[Breach]:
    """A goal names a number, a day, or a state that holds or does not."""
    for record in ledger.records:
        goal = record.item.goal
        if goal and not _MEASURABLE.search(goal):
            yield Breach(record.place, ("goal",), {"found": goal}, record.item.id, day=record.state.since)


RULES = (
    Rule("S201", "warning", no_cause, each=True),
    Rule("S202", "warning", restated, thresholds={"share": 0.6}, each=True),
    Rule("S203", "warning", no_goal, each=True),
    Rule("S204", "warning", vague_goal, each=True),
)
