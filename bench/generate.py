"""Synthetic ledgers for timing: a whole site of any size, the same for the same seed.

    python -m bench.generate DIR --items 1000              a site of this project
    python -m bench.generate DIR --items 1000 --as-pages   the same items as ordinary MkDocs pages

The items are varied and legal (`rectify check` finds nothing), about 1.8 kB of YAML each.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

DAY = date(2026, 11, 24)  # nothing happens after it
PER_FILE = 500  # items: well below the reader's cap of 2 MB a file

SUBJECTS = ["报表口径", "会议通知", "督查安排", "台账录入", "值守排班", "物资调拨", "数据共享", "信访办理", "路面修复", "档案移交",
            "采购公示", "食堂管理", "防汛预案", "消防通道", "培训计划", "补贴发放"]  # fmt: skip
FAULTS = ["各级标准不一", "重复要求填报", "超期未办结", "责任单位不明", "留痕多实效少", "随意提高要求", "没有公开结果", "照搬别处做法",
          "无人牵头", "材料与现场不符"]  # fmt: skip
PLACES = ["三个乡镇", "五个村", "两个社区", "县直部门", "窗口单位", "基层站所"]
CAUSES = ["没有统一的指标定义，各条线各用各的系统", "考核只看数量，不看是否解决问题", "事权与责任没有写清，遇事互相等待",
          "计划没有总量控制，临时任务不计数", "数据不能共享，上级只好再要一遍"]  # fmt: skip
MEASURES = ["印发《办理规程》，写明责任岗位、时限和退回条件", "把三张表并为一张，停收旧表", "每月公示办理数量和超期数量",
            "建立查重登记，重复率过半的任务不予下发", "随机抽取十户回访，结果写入台账", "公布事权清单并开通退回渠道",
            "排班和轮休上墙，连续值守不超过七天", "邀请服务对象逐项评价"]  # fmt: skip
NOTES = ["召开专题会逐项核对，列出问题清单和责任岗位", "抽查记录与现场一致，未发现新的同类问题", "收到意见十二条，采纳九条，其余已说明理由",
         "系统接口已联调，待下月并行运行后停用旧表", "回访显示多数对象满意，个别环节仍需改进"]  # fmt: skip
CATEGORIES = ["文山会海", "报表数据", "督查检查", "推诿扯皮", "层层加码", "考核激励", "监督执纪", "群众评价"]


@dataclass(frozen=True)
class Entry:
    """One synthetic item; dates are real, texts are ready for YAML and Markdown alike."""

    id: str
    title: str
    problem: str
    unit: str
    found: date
    due: date
    category: str
    severity: str
    cause: str
    goal: str
    owner: str
    actions: list[tuple[str, date, date | None]]
    log: list[tuple[date, str, str, str]]
    moved: tuple[date, date] | None
    feedback: tuple[int, int, date] | None
    related: list[str] = field(default_factory=list)


def units() -> list[tuple[str, str, str]]:
    """Return (name, level, parent) of 61 units: a city, six counties, six offices or towns below each, …"""
    found = [("生成市", "city", "")]
    for c in range(6):
        county = f"生成{'甲乙丙丁戊己'[c]}县"
        found.append((county, "county", "生成市"))
        found += [
            (f"{county}{office}", "", county) for office in ("办公室", "卫健局", "应急局", "数据局", "督查室")
        ]
        found += [(f"{county}{town}", "town", county) for town in ("东镇", "西镇", "北乡", "南乡")]
    return found


def entries(number: int, seed: int) -> Iterator[Entry]:
    """Yield `number` items, the same for the same seed."""
    chance = random.Random(seed)
    names = [name for name, _, _ in units()]
    for n in range(number):
        identifier = f"G{n // PER_FILE:03d}-{n:06d}"
        subject, fault = chance.choice(SUBJECTS), chance.choice(FAULTS)
        found = date(2025, 1, 1) + timedelta(chance.randrange(600))
        due = found + timedelta(chance.randrange(20, 400))
        status = chance.choice(
            ["open", "in_progress", "submitted", "closed", "closed", "reopened", "withdrawn"]
        )
        log, last = _log(status, found, chance, names)
        count = chance.randrange(1, 5)
        actions = []
        for k in range(count):
            planned = found + timedelta(10 + 15 * k)
            finished = status == "closed" or (status != "open" and k < count - 1)
            actions.append((_text(chance, MEASURES, 3), planned, min(planned, last) if finished else None))
        before = due - timedelta(30)
        asked = chance.randrange(10, 90)
        yield Entry(
            id=identifier,
            title=f"{subject}{fault}（第 {n + 1} 项）",
            problem=f"检查发现{chance.choice(PLACES)}在{subject}中{fault}，" + _text(chance, CAUSES, 4),
            unit=chance.choice(names),
            found=found,
            due=due,
            category=chance.choice(CATEGORIES),
            severity=chance.choice(["high", "medium", "low"]),
            cause=_text(chance, CAUSES, 3),
            goal=f"{subject}相关事项减少{chance.randrange(2, 8)}成，每月公布一次，办结时限不超过 {chance.randrange(1, 15)} 天",
            owner=chance.choice(["科长岗位", "分管领导岗位", "值班岗位"]),
            actions=actions,
            log=log,
            moved=(before, due) if n % 9 == 0 and before > found else None,
            feedback=(chance.randrange(asked + 1), asked, last) if status == "closed" else None,
            related=[f"G{(n - 1) // PER_FILE:03d}-{n - 1:06d}"] if n and n % 4 == 0 else [],
        )


def _text(chance: random.Random, phrases: list[str], count: int) -> str:
    return "；".join(chance.sample(phrases, count)) + f"。（{chance.randrange(10**6)}）"


def _log(
    status: str, found: date, chance: random.Random, names: list[str]
) -> tuple[list[tuple[date, str, str, str]], date]:
    """Return a legal log that ends in `status`, and its last day."""
    ways = {
        "open": [],
        "in_progress": ["in_progress", ""],
        "submitted": ["in_progress", "", "submitted"],
        "closed": ["in_progress", "submitted", "closed"],
        "reopened": ["in_progress", "submitted", "closed", "reopened"],
        "withdrawn": ["in_progress", "withdrawn"],
    }
    day, log = found, []
    for move in ways[status]:
        day = min(DAY, day + timedelta(chance.randrange(1, 40)))
        log.append((day, move, chance.choice(names), _text(chance, NOTES, 2)))
    return log, day


def _yaml(entry: Entry) -> str:
    lines = [
        f"  - id: {entry.id}",
        f"    title: {entry.title}",
        f"    problem: {entry.problem}",
        f"    unit: {entry.unit}",
        f"    found: {entry.found}",
        f"    due: {entry.due}",
        f"    category: {entry.category}",
        f"    severity: {entry.severity}",
        f"    owner: {entry.owner}",
        f"    cause: {entry.cause}",
        f"    goal: {entry.goal}",
        "    actions:",
    ]
    for text, planned, finished in entry.actions:
        lines += [f"      - text: {text}", f"        due: {planned}"]
        lines += [f"        done: {finished}"] if finished else []
    if entry.log:
        lines.append("    log:")
    for day, move, by, note in entry.log:
        status = f", status: {move}" if move else ""
        reason = ", reason: 经核不属于本次范围" if move == "withdrawn" else ""
        lines.append(f"      - {{date: {day}{status}, by: {by}, note: {note}{reason}}}")
    if entry.moved:
        before, after = entry.moved
        lines.append(
            f"    due_changes: [{{from: {before}, to: {after}, on: {entry.found}, reason: 须先开通接口}}]"
        )
    if entry.feedback:
        satisfied, total, day = entry.feedback
        lines.append(f"    feedback: {{satisfied: {satisfied}, total: {total}, date: {day}}}")
    if entry.related:
        lines.append(f"    related: [{', '.join(entry.related)}]")
    return "\n".join(lines) + "\n"


WORDS = {"open": "未启动", "in_progress": "整改中", "submitted": "待验收", "closed": "已销号", "reopened": "反弹重开",
         "withdrawn": "撤销", "": "进展"}  # fmt: skip


def _markdown(entry: Entry) -> str:
    """Write the item as an editor without the engine would: every fact of ours, by hand, as Markdown."""
    status = next((move for _, move, _, _ in reversed(entry.log) if move), "open")
    lines = [
        "---",
        f"title: {entry.id} {entry.title}",
        f"description: {entry.problem[:100]}",
        "---",
        f"# {entry.title}",
        "",
        "| 状态 | 责任单位 | 责任人 | 发现日期 | 整改期限 | 类别 | 程度 |",
        "|---|---|---|---|---|---|---|",
        f"| {WORDS[status]} | {entry.unit} | {entry.owner} | {entry.found} | {entry.due} | {entry.category} "
        f"| {entry.severity} |",
        *(
            "",
            "## 问题",
            "",
            entry.problem,
            "",
            "## 原因",
            "",
            entry.cause,
            "",
            "## 整改目标",
            "",
            entry.goal,
        ),
        *("", "## 整改措施", ""),
    ]
    lines += [
        f"1. {text} 计划 {planned}，{f'完成 {done}' if done else '未完成'}"
        for text, planned, done in entry.actions
    ]
    lines += ["", "## 进展", "", f"- {entry.found} **发现问题**"]
    lines += [f"- {day} **{WORDS[move]}** {by}：{note}" for day, move, by, note in entry.log]
    if entry.moved:
        lines += ["", "## 期限变更", "", f"- {entry.moved[0]} 改为 {entry.moved[1]}：须先开通接口"]
    if entry.feedback:
        lines += [
            "",
            "## 群众评价",
            "",
            f"{entry.feedback[1]} 人中 {entry.feedback[0]} 人满意（{entry.feedback[2]}）",
        ]
    if entry.related:
        lines += ["", "## 关联问题", "", *(f"- [{other}]({other}.md)" for other in entry.related)]
    return "\n".join(lines) + "\n"


THEME = "site_name: 生成的台账\nsite_url: https://bench.example.org/\ntheme: {name: material, language: zh, font: false}\n"


def write_site(folder: Path, number: int, seed: int, *, search: bool) -> None:
    """Write a site of this project with `number` items."""
    (folder / "docs").mkdir(parents=True)
    (folder / "checklists").mkdir()
    plugin = f"plugins: [{{rectification: {{search: {str(search).lower()}}}}}]\n"
    (folder / "mkdocs.yml").write_text(THEME + plugin, "utf-8")
    (folder / "docs/index.md").write_text(
        "# 首页\n\n```ledger\nview: counts\n```\n\n```ledger\nview: table\nwhere: {flag: overdue}\nlimit: 20\n```\n",
        "utf-8",
    )
    listed = [
        f"  - {{name: {name}{f', level: {level}' if level else ''}{f', parent: {parent}' if parent else ''}}}\n"
        for name, level, parent in units()
    ]
    (folder / "checklists/_units.yml").write_text("units:\n" + "".join(listed), "utf-8")
    categories = "".join(f"  - {{name: {name}}}\n" for name in CATEGORIES)
    (folder / "checklists/_categories.yml").write_text("categories:\n" + categories, "utf-8")
    files: dict[str, list[str]] = {}
    for entry in entries(number, seed):
        files.setdefault(entry.id.split("-")[0], []).append(_yaml(entry))
    for name, items in files.items():
        head = f"checklist: {{id: {name}, title: 生成的清单 {name}}}\nitems:\n"
        (folder / f"checklists/{name.lower()}.yml").write_text(head + "".join(items), "utf-8")


def write_pages(folder: Path, number: int, seed: int, *, search: bool, navigation: bool) -> None:
    """Write the same items as ordinary MkDocs pages, with or without all of them in the navigation."""
    (folder / "docs/items").mkdir(parents=True)
    config = THEME + ("plugins: [search]\n" if search else "plugins: []\n")
    if not navigation:
        config += "nav: [index.md]\nnot_in_nav: /items/\n"
    (folder / "mkdocs.yml").write_text(config, "utf-8")
    (folder / "docs/index.md").write_text("# 首页\n", "utf-8")
    for entry in entries(number, seed):
        (folder / f"docs/items/{entry.id}.md").write_text(_markdown(entry), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--items", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--search", action="store_true")
    parser.add_argument("--as-pages", action="store_true")
    parser.add_argument("--navigation", action="store_true", help="with --as-pages: list every page")
    chosen = parser.parse_args()
    if chosen.as_pages:
        write_pages(
            chosen.folder, chosen.items, chosen.seed, search=chosen.search, navigation=chosen.navigation
        )
    else:
        write_site(chosen.folder, chosen.items, chosen.seed, search=chosen.search)


if __name__ == "__main__":
    main()
