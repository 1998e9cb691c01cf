"""Every rule on the substance: what breaks it, where it says so, what it leaves alone, and how it is waived."""

from __future__ import annotations

from datetime import date

import pytest

from rectification.rules import all_rules

from .conftest import Examine

HEADER = "checklist: {id: A, title: 甲}\nitems:\n"


def item(*lines: str, id: str = "A-1", unit: str = "示例镇", found: str = "2026-03-01") -> str:
    """One item: six lines of required facts, then `lines`, each a key of the item."""
    facts = (f"id: {id}", f"title: 重复填表 {id}", f"problem: 走访 6 小时，填表 2 小时，见 {id}。", f"unit: {unit}",
             f"found: {found}", "due: 2026-12-31")  # fmt: skip
    return "  - " + "\n    ".join([*facts, *lines]) + "\n"


def one(*lines: str, **facts: str) -> dict[str, str]:
    return {"a.yml": HEADER + item(*lines, **facts)}


def moved(*changes: tuple[str, str, str]) -> str:
    entries = (f"{{from: {before}, to: {to}, on: {on}, reason: x}}" for before, to, on in changes)
    return f"due_changes: [{', '.join(entries)}]"


STARTED = "{date: 2026-03-02, status: in_progress}, {date: 2026-03-05, status: submitted}"


def closed(
    day: str = "2026-03-10", by: str = ", by: 示例县", note: str = ", note: 抽查 3 户属实", more: str = ""
) -> str:
    return f"log: [{STARTED}, {{date: {day}, status: closed{by}{note}{more}}}]"


def actions(*texts: str, more: str = "") -> str:
    return "actions: [" + ", ".join(f"{{text: {text}{more}}}" for text in texts) + "]"


def many(*days: str, ends: str = "") -> dict[str, str]:
    """A checklist whose items were closed on these days, and are due on 30 June."""
    head = f"checklist: {{id: A, title: 甲{ends}}}\nitems:\n"
    return {
        "a.yml": head
        + "".join(
            item(closed(day, note=f", note: 第 {n} 处"), id=f"A-{n}").replace("2026-12-31", "2026-06-30")
            for n, day in enumerate(days)
        )
    }


def two(first: tuple[str, ...], second: tuple[str, ...], **facts: str) -> dict[str, str]:
    return {"a.yml": HEADER + item(*first, id="A-1") + item(*second, **{"id": "A-2", **facts})}


def asked(*requests: str) -> dict[str, str]:
    return {
        "_units.yml": UNITS,
        "_requests.yml": "requests:\n" + "".join(f"  - {{{one}}}\n" for one in requests),
    }


UNITS = (
    "units:\n  - {name: 示例市}\n  - {name: 示例县, parent: 示例市, aliases: [本县]}\n  - {name: 示例镇, parent: 示例县}\n"
    "  - {name: 示例局, parent: 示例市}\n"
)
SHARED = "公示收费标准并在服务大厅张贴，每月抽查 10 户回访"
CATEGORY = "category: 报表"


def competent(*names: str) -> dict[str, str]:
    return {
        "_units.yml": UNITS,
        "_categories.yml": f"categories: [{{name: 报表, competent: [{', '.join(names)}]}}]\n",
    }


FORM = "fields: [{name: 返乡人数, definition: 按居住地}]"

# rule -> (files that break it, line of the finding, facts it names)
BROKEN: dict[str, list[tuple[dict[str, str], int, dict[str, object]]]] = {
    "S402": [
        (one("actions: [{text: x, evidence: [evidence/2026-02-28-a.txt]}]") | {"evidence/2026-02-28-a.txt": "x"}, 9,
         {"found": "evidence/2026-02-28-a.txt", "dated": "2026-02-28", "since": "2026-03-01"}),
        (one("log:", "  - {date: 2026-03-05, evidence: [evidence/20260105.txt]}") | {"evidence/20260105.txt": "x"}, 10,
         {"dated": "2026-01-05"}),
        (one("actions: [{text: x, evidence: [evidence/窗口2025年11月2日.txt]}]") | {"evidence/窗口2025年11月2日.txt": "x"}, 9,
         {"dated": "2025-11-02"}),
    ],
    "S101": [
        (one(actions("提高政治站位，狠抓落实")), 9, {"phrases": "提高政治站位, 狠抓落实"}),
        (one(actions("把 4 张表并为 1 张", "认真学习贯彻《若干规定》精神，力争年底前有明显好转")), 9, {}),
        (one(actions("Attach great importance to records and foster a culture of excellence")), 9, {}),
        (one(actions("今后大家多上点心")), 9, {"phrases": "今后大家多"}),
    ],
    "S102": [
        (one(actions("召开专题会议研究部署", "下发工作通知")), 9, {"n": 2, "found": "召开专题会议研究部署"}),
        (one(actions("组织学习相关文件", "提高思想认识")), 9, {"n": 2}),
        (one(actions("Hold a staff meeting on record keeping")), 9, {"n": 1}),
    ],
    "S103": [
        (two((actions(SHARED),), (actions(SHARED),), unit="示例县"), 16,
         {"twin": "A-1", "percent": 100, "unit": "示例镇"}),
        # Another number and other punctuation make no other measure; the one found later is the copy.
        (two((actions(SHARED),), (actions(SHARED.replace("10", "20").replace("，", "；")),), found="2026-02-01"), 9,
         {"twin": "A-2", "percent": 100}),
    ],
    "S104": [
        (two((closed(note=f", note: {SHARED}"),), (closed(note=f", note: {SHARED}。"),)), 16, {"twin": "A-1", "percent": 100}),
    ],
    "S201": [(one(actions("停用旧表")), 3, {}), (one(closed()), 3, {})],
    "S202": [(one("cause: 走访 6 小时，填表 2 小时"), 9, {"percent": 100})],
    "S203": [(one(actions("停用旧表")), 3, {})],
    "S204": [(one("goal: 作风明显好转"), 9, {"found": "作风明显好转"}), (one("goal: better service for residents"), 9, {})],
    "S301": [(one(closed()), 9, {"closed": "2026-03-10"})],
    "S302": [
        (one(closed(by=", by: 示例镇")), 9, {"verifier": "示例镇", "kind": "own"}),
        (one("owner: 镇长岗位", closed(by=", by: 镇长岗位")), 10, {"kind": "own"}),
        (one("partners: [示例局]", closed(by=", by: 示例局")), 10, {"kind": "partner"}),
        (one("actions: [{text: 停用旧表, unit: 示例局}]", closed(by=", by: 示例局")), 10, {"kind": "partner"}),
        (one(closed()[:-1] + ", {date: 2026-04-01, by: 示例镇, accepted: 0123456789abcdef}]"), 9, {"verifier": "示例镇"}),
        (one(closed(by=", by: 示例镇"), unit="示例县") | {"_units.yml": UNITS}, 9, {"kind": "below"}),
        (one(closed(by=", by: 本县"), unit="示例县") | {"_units.yml": UNITS}, 9, {"kind": "own"}),
    ],
    "S303": [(one(closed(by="")), 9, {"closed": "2026-03-10"})],
    "S304": [(one("actions: [{text: 甲, done: 2026-03-03}, {text: 乙}]", closed()), 9, {"n": 1, "total": 2})],
    "S305": [
        (one("log: [{date: 2026-03-01, status: in_progress}, {date: 2026-03-01, status: submitted}, "
             "{date: 2026-03-01, status: closed, by: 示例县}]"), 9, {"closed": "2026-03-01"}),
    ],
    "S306": [(one(closed(more=", accepted: 0123456789abcdef")), 9, {"accepted": "2026-03-10"})],
    "S307": [
        (many(*["2026-04-01"] * 5, *["2026-06-24", "2026-06-30"] * 3), 1,
         {"percent": 54, "n": 6, "total": 11, "days": 7, "ends": "2026-06-30"}),
        (many(*["2026-05-01"] * 10, ends=", ends: 2026-05-07"), 1, {"percent": 100, "ends": "2026-05-07"}),
    ],
    "S308": [(one("log: [{date: 2026-03-02, status: in_progress}, {date: 2026-10-24, status: submitted}]"), 9,
              {"days": 31, "since": "2026-10-24"})],
    "S309": [(one(closed(), "feedback: {satisfied: 29, total: 50, date: 2026-04-01}"), 10,
              {"satisfied": 29, "total": 50, "percent": 58, "limit": 60})],
    "S501": [
        (one(moved(("2026-05-01", "2026-05-02", "2026-04-01"), ("2026-05-02", "2026-05-03", "2026-04-02"),
                   ("2026-05-03", "2026-12-31", "2026-04-03"))), 9, {"n": 3, "days": 244, "original": "2026-05-01"}),
        (one(moved(("2026-10-01", "2026-12-31", "2026-04-01"))), 9, {"n": 1, "days": 91}),
    ],
    "S502": [(one(moved(("2026-11-01", "2026-12-31", "2026-11-02"))), 9, {"before": "2026-11-01", "days": 1})],
    "S503": [(one("log: [{date: 2026-10-24, status: in_progress}]"), 9, {"days": 31, "last": "2026-10-24"}),
             (one(), 3, {"last": "2026-03-01"})],
    "S601": [(two((closed(),), (), found="2026-03-10"), 12, {"twin": "A-1", "closed": "2026-03-10"})],
    "S602": [(one(closed()[:-1] + ", {date: 2026-06-08, status: reopened, note: x}]"), 9, {"days": 90})],
    "S701": [
        (asked(f"id: Q-1, title: x, by: 示例局, of: [示例镇], {FORM}", f"id: Q-2, title: y, by: 示例县, of: [示例镇], {FORM}"),
         3, {"found": "返乡人数", "others": "Q-1", "n": 2}),
        # Who asks a county has it ask its towns; punctuation makes no other field.
        (asked(f"id: Q-1, title: x, by: 示例局, of: [示例县], {FORM}",
               "id: Q-2, title: y, by: 示例市, of: [示例镇], fields: [{name: 返乡 人数}]"), 3, {"others": "Q-1"}),
    ],
    "S702": [
        (asked(f"id: Q-1, title: x, by: 示例局, of: [示例镇], {FORM}",
               "id: Q-2, title: y, by: 示例局, of: [示例县], fields: [{name: 返乡人数, definition: 按户籍地}]"),
         3, {"found": "返乡人数", "others": "Q-1"}),
    ],
    "S703": [
        (asked("id: Q-1, title: x, by: 示例市, of: [示例县], due: 2026-12-20",
               "id: Q-2, title: y, by: 示例县, of: [示例镇], due: 2026-12-16, follows: Q-1"), 3, {"above": "Q-1", "days": 4}),
        (asked("id: Q-1, title: x, by: 示例市, of: [示例县], every: weekly",
               "id: Q-2, title: y, by: 示例县, of: [示例镇], every: daily, follows: Q-1"), 3, {"above": "Q-1", "days": 0}),
    ],
    "S802": [(one(CATEGORY) | competent("示例局", "本县") | {"a.yml": HEADER + item(CATEGORY, unit="示例市")}, 6,
              {"unit": "示例市", "category": "报表", "competent": "示例县, 示例局"})],
}  # fmt: skip

# rule -> files that come near it and are right
RIGHT: dict[str, list[dict[str, str]]] = {
    "S402": [
        one("actions: [{text: x, evidence: [evidence/2026-03-01-a.txt]}]") | {"evidence/2026-03-01-a.txt": "x"},
        one("actions: [{text: x, evidence: [evidence/120260105.txt, evidence/2026-13-01.txt, evidence/2025-11.txt]}]")
        | {f"evidence/{name}.txt": "x" for name in ("120260105", "2026-13-01", "2025-11")},
        one("actions: [{text: x, evidence: ['https://example.org/2020-01-01.html']}]"),
    ],
    "S101": [
        one(actions("提高认识，把 4 张表并为 1 张")),
        one(actions("停用纸质登记本")),
        one(actions("咨询电话有人接听")),  # nothing known of its words, for or against
        one(actions("Merge forms B2 and B7 into one page from 1 March")),
        one(actions("Tighten the loose bolts of the railing", "Step up night patrols around the depot")),
        one(actions("召开专题会议研究部署")),  # talk, which S102 looks at
    ],
    "S102": [one(actions("召开专题会议研究部署", "停用旧表")), one(), one(actions("提高政治站位"))],
    "S103": [
        one(actions(SHARED, SHARED)),  # twice in one item: a slip, but no other office's measure
        two((actions(SHARED),), (actions("抽查旧表停用情况，发现仍在使用的当场收回"),)),
        two((actions("公示标准"),), (actions("公示标准"),)),  # too short to tell
    ],
    "S104": [
        two((closed(note=", note: 抽查 12 户均已停用旧表，未见新表"),), (closed(note=", note: 井盖已更换，夜间照明恢复"),)),
        two((closed(note=f", note: {SHARED}"),), (actions(SHARED),)),
    ],
    "S201": [one(), one("cause: 各科室各有一套表", actions("停用旧表"))],
    "S202": [one("cause: 卫健、民政、公安各有一张表，字段七成相同，互不认账")],
    "S203": [one(), one("goal: 每日填表不超过 1 次", actions("停用旧表"))],
    "S204": [one(f"goal: {goal}") for goal in ("填表用时降三成", "停用全部旧表", "2026 年底前完成", "no form is asked twice")],
    "S301": [one(closed(more=", evidence: ['https://example.org/x']")), one()],
    "S302": [one(closed()), one(closed(by=", by: 示例县")) | {"_units.yml": UNITS}, one(closed(by=""))],
    "S303": [one(closed())],
    "S304": [one("actions: [{text: 甲, done: 2026-03-03}]", closed()), one(actions("甲"))],
    "S305": [one("log: [{date: 2026-03-01, status: in_progress}, {date: 2026-03-01, status: submitted}, "
                 "{date: 2026-03-01, status: closed, by: 示例县}]", "actions: [{text: 甲, done: 2026-03-01}]"),
             one(closed())],
    "S306": [one(closed())],
    "S307": [
        many(*["2026-04-01"] * 6, *["2026-06-24"] * 5),
        many(*["2026-06-24"] * 9),  # too few to speak of a rush
        many(*["2026-06-23"] * 20),
        many(*["2026-04-01"] * 20, ends=", ends: 2026-12-31"),  # it goes on
    ],
    "S308": [one("log: [{date: 2026-03-02, status: in_progress}, {date: 2026-10-25, status: submitted}]"), one(closed())],
    "S309": [one(closed(), "feedback: {satisfied: 30, total: 50, date: 2026-04-01}"),
             one(closed(), "feedback: {satisfied: 0, total: 4, date: 2026-04-01}"),
             one("feedback: {satisfied: 0, total: 50, date: 2026-04-01}")],
    "S501": [
        one(),
        one(moved(("2026-10-02", "2026-12-31", "2026-04-01"))),
        one(moved(("2026-12-01", "2026-12-02", "2026-04-01"), ("2026-12-02", "2026-12-31", "2026-04-02"))),
    ],
    "S502": [one(moved(("2026-11-01", "2026-12-31", "2026-11-01")))],
    "S503": [
        one("log: [{date: 2026-10-25, status: in_progress}]"),
        one("actions: [{text: x, done: 2026-11-01}]"),
        one("log: [{date: 2026-03-02, status: in_progress}, {date: 2026-03-03, status: submitted}]"),
    ],
    "S601": [
        two((closed(),), (), found="2026-03-09"),  # found before the other was closed
        two((closed(),), (), found="2026-03-10", unit="示例县"),
        two((closed(),), ("related: [A-1]",), found="2026-03-10"),  # said already
        {"a.yml": HEADER + item(closed()) + item(id="A-2", found="2026-04-01").replace("重复填表", "桥面破损")
                  .replace("走访 6 小时，填表 2 小时", "河口桥面三处露筋，货车绕行")},
    ],
    "S602": [one(closed()[:-1] + ", {date: 2026-06-09, status: reopened, note: x}]"), one(closed())],
    "S701": [
        asked(f"id: Q-1, title: x, by: 示例局, of: [示例镇], {FORM}", f"id: Q-2, title: y, by: 示例局, of: [示例镇], {FORM}"),
        asked(f"id: Q-1, title: x, by: 示例局, of: [示例市], {FORM}", "id: Q-2, title: y, by: 示例县, of: [示例镇]"),
        asked(f"id: Q-1, title: x, by: 示例局, of: [示例镇], ended: 2026-11-01, {FORM}",
              f"id: Q-2, title: y, by: 示例县, of: [示例镇], {FORM}"),
        asked(f"id: Q-1, title: x, by: 示例局, of: [示例局], {FORM}", f"id: Q-2, title: y, by: 示例县, of: [示例镇], {FORM}"),
    ],
    "S702": [
        asked(f"id: Q-1, title: x, by: 示例局, of: [示例镇], {FORM}", f"id: Q-2, title: y, by: 示例县, of: [示例镇], {FORM}"),
        asked(f"id: Q-1, title: x, by: 示例局, of: [示例镇], {FORM}",
              "id: Q-2, title: y, by: 示例县, of: [示例镇], fields: [{name: 返乡人数}]"),
    ],
    "S703": [
        asked("id: Q-1, title: x, by: 示例市, of: [示例县], due: 2026-12-20",
              "id: Q-2, title: y, by: 示例县, of: [示例镇], due: 2026-12-17, follows: Q-1"),
        asked("id: Q-1, title: x, by: 示例市, of: [示例县], every: daily",
              "id: Q-2, title: y, by: 示例县, of: [示例镇], every: weekly, follows: Q-1"),
        asked("id: Q-1, title: x, by: 示例市, of: [示例县], follows: Q-1"),
    ],
    "S802": [one(CATEGORY) | competent("示例市"), one() | competent("示例局"), one(CATEGORY) | competent()],
}  # fmt: skip


def cases(table: dict[str, list]) -> list[object]:  # type: ignore[type-arg]
    return [
        pytest.param(code, each, id=f"{code}-{n}")
        for code, all_ in table.items()
        for n, each in enumerate(all_)
    ]


def test_every_rule_has_examples() -> None:
    codes = {rule.code for rule in all_rules() if rule.substance and not rule.witness}
    assert set(BROKEN) == set(RIGHT) == codes


@pytest.mark.parametrize(("code", "example"), cases(BROKEN))
def test_broken(examined: Examine, code: str, example: tuple[dict[str, str], int, dict[str, object]]) -> None:
    texts, line, facts = example
    found = [d for d in examined(texts, substance=True).diagnostics if d.code == code]
    assert found, "nothing was found"
    assert {d.severity for d in found} == {"warning"}
    assert (line, facts) in [(d.line, {k: v for k, v in d.facts.items() if k in facts}) for d in found]


@pytest.mark.parametrize(("code", "texts"), cases(RIGHT))
def test_right(examined: Examine, code: str, texts: dict[str, str]) -> None:
    examination = examined(texts, substance=True)
    assert examination.errors == ()
    assert code not in {d.code for d in examination.diagnostics}


@pytest.mark.parametrize(("code", "example"), cases({code: found[:1] for code, found in BROKEN.items()}))
def test_waived(examined: Examine, code: str, example: tuple[dict[str, str], int, dict[str, object]]) -> None:
    """An item (or a checklist) waives a rule by its code, and keeps the reason; a request cannot."""
    texts = example[0]
    if "a.yml" not in texts:
        return
    whole = code == "S307"
    at, waiver = (
        ("{id: A, ", "{id: A, waive: {%s: 另有安排}, ")
        if whole
        else ("    unit: ", "    waive: {%s: 另有安排}\n    unit: ")
    )
    waived = texts | {"a.yml": texts["a.yml"].replace(at, waiver % code)}
    examination = examined(waived, substance=True)
    assert examination.errors == ()
    assert code not in {d.code for d in examination.diagnostics}
    assert {(w.diagnostic.code, w.reason) for w in examination.waived} == {(code, "另有安排")}


def test_a_site_sets_thresholds_and_levels(examined: Examine) -> None:
    texts = one(
        "log: [{date: 2026-11-10, status: in_progress}]", moved(("2026-12-01", "2026-12-31", "2026-11-01"))
    )
    assert not [d for d in examined(texts, substance=True).diagnostics if d.code == "S501"]
    found = examined(
        texts, substance=True, thresholds={"S501": {"days": 29}}, rules={"S501": "error"}
    ).diagnostics
    assert [(d.code, d.severity) for d in found] == [("S501", "error")]


def test_without_substance_only_what_a_site_made_an_error_runs(examined: Examine) -> None:
    assert examined(one()).diagnostics == ()
    assert [d.code for d in examined(one(), rules={"S503": "error"}).diagnostics] == ["S503"]
    assert examined(one(), substance=True, rules={"S503": "off"}).diagnostics == ()


def test_a_finding_knows_the_day_it_speaks_of(examined: Examine) -> None:
    found = {d.code: d.day for d in examined(one(closed(by="")), substance=True).diagnostics}
    assert found["S303"] == date(2026, 3, 10)
