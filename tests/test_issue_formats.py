"""Issues for GitHub and GitLab: what their importers read, and nothing in it that acts there."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rectification.exchange import Extract, github_csv, gitlab_csv
from rectification.exchange.csv import disarm
from rectification.exchange.issues import labels
from rectification.model import Item

from .exchange import extract_of, item, sample

HEADINGS = {
    github_csv: ["title", "body", "labels", "state"],
    gitlab_csv: ["title", "description", "due_date"],
}
BOTH = pytest.mark.parametrize("form", HEADINGS, ids=lambda form: form.ENDING)

# What GitLab takes for a command, with what hides one: lib/gitlab/quick_actions/extractor.rb in Python.
COMMANDS = re.compile(
    r"""
    ^```.+?\n```$ | ^.*`\n*.+?\n*`$ | ^<[^>]+?>\n.+?\n</[^>]+?>$ | ^>>>.+?\n>>>$
    | ^/(?P<cmd>[a-z_]+)(?:[ ](?P<arg>[^\n]*))?(?:\s*\n|$)
    """,
    re.MULTILINE | re.DOTALL | re.VERBOSE | re.IGNORECASE,
)
MENTION = re.compile(r"(?<![\w.+-])@\w", re.ASCII)


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def commands(description: str) -> list[tuple[str, str]]:
    return [(m["cmd"], m["arg"] or "") for m in COMMANDS.finditer(description.replace("\r", "")) if m["cmd"]]


def only(form: object, extract: Extract) -> dict[str, str]:
    (row,) = rows_of(form.write(extract))  # type: ignore[attr-defined]
    return row


@BOTH
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("audience", ["public", "internal"])
def test_the_sample(form: object, language: str, audience: str) -> None:
    extract = sample(language, audience)
    content = form.write(extract)  # type: ignore[attr-defined]
    rows = rows_of(content)
    assert list(rows[0]) == HEADINGS[form]
    assert [row["title"].split()[0] for row in rows] == [record.item.id for record in extract.records]
    # A byte-order mark would be read as a part of the first heading.
    assert content.startswith(b"title,")
    assert content == form.write(sample(language, audience))  # type: ignore[attr-defined]


def test_an_issue_of_github() -> None:
    facts = {
        "problem": "走访 6 小时，\n\n填表 2 小时。",
        "cause": "口径不一",
        "goal": "减半",
        "owner": "办公室主任",
        "partners": ["示例局"],
        "severity": "high",
        "category": "报表,数据",
        "actions": [
            {"text": "合并\n三张表", "due": "2026-04-01", "done": "2026-03-30", "unit": "示例局"},
            {"text": "停收旧表"},
        ],
        "log": [{"date": "2026-03-02", "status": "in_progress"}],
    }
    assert only(github_csv, extract_of(item(**facts))) == {
        "title": "A-1 重复填表",
        "labels": "状态::整改中,问题类别::报表，数据,严重程度::严重,责任单位::示例镇",
        "state": "open",
        "body": """\
### 问题

> 走访 6 小时，
>
> 填表 2 小时。

### 原因

> 口径不一

### 整改目标

> 减半

### 整改措施

- [x] 合并（示例局、计划 2026-04-01、完成 2026-03-30）
  三张表
- [ ] 停收旧表

所属清单：甲清单 · 责任单位：示例镇 · 责任人：办公室主任 · 配合单位：示例局 · 发现日期：2026-03-01 · 整改期限：2026-12-31 · 截至日期：2026-11-24

台账中的页面：<https://ledger.example.org/items/A-1/>""",
    }


def test_an_issue_of_gitlab() -> None:
    row = only(gitlab_csv, extract_of(item(), checklist='甲"清单'))
    assert row["due_date"] == "2026-12-31"
    assert commands(row["description"]) == [
        ("label", '~"状态::未启动" ~"责任单位::示例镇"'),
        ("milestone", '%"甲\'清单"'),
    ]
    hidden = only(gitlab_csv, extract_of(item(visibility="internal")))
    assert commands(hidden["description"])[-1] == ("confidential", "")


LIFE = ["in_progress", "submitted", "closed", "reopened"]


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        *((LIFE[:n], "closed" if n == 3 else "open") for n in range(len(LIFE) + 1)),
        (["withdrawn"], "closed"),
    ],
)
def test_the_state_of_an_issue(statuses: list[str], state: str) -> None:
    log = [{"date": f"2026-03-{n:02}", "status": s, "reason": "不属实"} for n, s in enumerate(statuses, 2)]
    row = only(github_csv, extract_of(item(log=log)))
    assert row["state"] == state
    assert ("### 理由" in row["body"]) == bool(log)


def test_without_an_address_there_is_no_link() -> None:
    assert "items/A-1" not in only(github_csv, extract_of(item(), base=""))["body"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@all 请处理", "@\u200ball 请处理"),
        ("联系@all", "联系@\u200ball"),
        ("信箱 a.b@example.org", "信箱 a.b@example.org"),
        ("见 <!-- 此处", "见 <\u200b!-- 此处"),
    ],
)
def test_a_text_that_would_act(text: str, shown: str) -> None:
    assert f"> {shown}\n" in only(github_csv, extract_of(item(problem=text)))["body"]


def test_what_is_too_long_for_a_tracker() -> None:
    long = item(
        title="长" * 300, unit="单" * 300, problem="问" * 20_000, cause="因" * 20_000, goal="标" * 20_000,
        actions=[{"text": "措" * 20_000}],
    )  # fmt: skip
    row = only(github_csv, extract_of(long))
    assert len(row["title"]) == 255 and row["title"].endswith("…")
    assert {len(name) for name in labels(extract_of(long), extract_of(long).records[0])} == {7, 50}
    assert len(row["body"]) <= 65_536 and row["body"].endswith("items/A-1/>")


ACTING = ["/close", "`", "```", "\n", "<p>\n", "\n</p>", ">>>", "@all", "=1", "-", "+", '"', ",", "~", " "]
texts = st.lists(st.sampled_from(ACTING) | st.text(max_size=4), min_size=1, max_size=12).map("".join)
lines = texts.map(lambda text: text[:300])


@st.composite
def items(draw: st.DrawFn) -> Item:
    """Draw an item whose every text may try to act."""
    facts = {
        name: draw(kind.filter(str.strip))
        for name, kind in {
            **dict.fromkeys(("title", "unit", "owner", "category"), lines),
            **dict.fromkeys(("problem", "cause", "goal"), texts),
        }.items()
    }
    actions = draw(st.lists(texts.filter(str.strip), max_size=2))
    return item(**facts, partners=[draw(lines.filter(str.strip))], actions=[{"text": t} for t in actions])


@given(items(), lines.filter(str.strip))
@settings(max_examples=150, deadline=None)
def test_nothing_an_editor_writes_acts(made: Item, checklist: str) -> None:
    extract = extract_of(made, checklist=checklist)
    for form in (github_csv, gitlab_csv):
        row = only(form, extract)
        assert row["title"].startswith("A-1 ") and "\n" not in row["title"]
        assert all(disarm(cell) == cell for cell in row.values())
        # GitLab takes the commands out of the text before it looks for anybody called.
        shown = row.get("body", row.get("description", "").rpartition("\n\n/label ")[0])
        assert shown and not MENTION.search(row["title"]) and not MENTION.search(shown)
    found = commands(row["description"])
    assert [name for name, _ in found] == ["label", "milestone"]
    assert re.fullmatch(r'(~"[^"\n]+" ?){3}', found[0][1]) and re.fullmatch(r'%"[^"\n]+"', found[1][1])
    names = only(github_csv, extract)["labels"].split(",")
    assert len(names) == 3 and all("::" in name and len(name) <= 50 for name in names)
