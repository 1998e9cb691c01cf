"""The commands that ask the ledger: list, show, status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from rectification.cli import _table, rectify

from .test_edit_commands import NOW

CONFIG = "site_name: x\ntheme: {{name: material, language: {language}}}\nplugins: [rectification]\n"
UNITS = "units:\n  - {name: 示例市}\n  - {name: 示例镇, parent: 示例市, aliases: ['镇, 本级']}\n"
A = """\
checklist: {id: A, title: 甲}
items:
  - {id: A-1, title: "[red]重复填表[/red]", problem: 乙, unit: 示例镇, found: 2026-03-01, due: 2026-06-30}
  - {id: A-2, title: 会多, problem: 乙, unit: 示例市, found: 2026-11-01, due: 2027-03-31, severity: high, log: [{date: 2026-11-20, status: in_progress, by: 示例市, note: 摸底}]}
  - {id: A-3, title: 表多, problem: 乙, unit: 示例镇, found: 2026-10-01, due: 2026-11-30, visibility: internal}
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "checklists").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text(CONFIG.format(language="zh"))
    (tmp_path / "checklists/a.yml").write_text(A, "utf-8")
    (tmp_path / "checklists/_units.yml").write_text(UNITS, "utf-8")
    monkeypatch.chdir(tmp_path)
    for name, value in NOW.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(rectify, arguments)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


LIST = {
    "zh": """\
编号  状态    提示        整改期限    责任单位  问题
A-1   未启动  超期、停滞  2026-06-30  示例镇    [red]重复填表[/red]
A-2   整改中              2027-03-31  示例市    会多
A-3   未启动  临期、停滞  2026-11-30  示例镇    表多
3 个问题
""",
    "en": """\
Id   Status       Flags              Due         Responsible unit  Problem
A-1  Open         Overdue, Stalled   2026-06-30  示例镇            [red]重复填表[/red]
A-2  In progress                     2027-03-31  示例市            会多
A-3  Open         Due soon, Stalled  2026-11-30  示例镇            表多
3 items
""",
}
SHOW = """\
A-2  会多
checklists/a.yml:4

状态：整改中
责任单位：示例市
发现日期：2026-11-01
整改期限：2027-03-31
严重程度：严重
问题：乙

进展
日期        状态    办理单位  进展
2026-11-20  整改中  示例市    摸底
"""
STATUS = """\
As of: 2026-11-24
3 items, 3 not closed

Status       Items
Open         2
In progress  1
Submitted    0
Closed       0
Reopened     0
Withdrawn    0
Overdue      1
Due soon     1
Stalled      2
Closed late  0
Came back    0

Overdue
Id   Due         Days left         Responsible unit  Problem
A-1  2026-06-30  147 days overdue  示例镇            [red]重复填表[/red]

Units
Responsible unit  Own items  Items  Not closed  Overdue
示例市            1          3      3           1
  示例镇          2          2      2           1
The numbers include all units below.
"""


@pytest.mark.parametrize("language", LIST)
def test_list(site: Path, language: str) -> None:
    (site / "mkdocs.yml").write_text(CONFIG.format(language=language))
    done = run("list")
    assert (done.exit_code, done.stdout) == (0, LIST[language])
    rows = done.stdout.splitlines()[1:-1]
    assert len({cell_len(row[: row.index("2026-" if "2026-" in row else "2027-")]) for row in rows}) == 1


def test_show(site: Path) -> None:
    done = run("show", "A-2")
    assert (done.exit_code, done.stdout) == (0, SHOW)


def test_status(site: Path) -> None:
    (site / "mkdocs.yml").write_text(CONFIG.format(language="en"))
    done = run("status")
    assert (done.exit_code, done.stdout) == (0, STATUS)


def test_status_of_a_unit_and_all_below_it(site: Path) -> None:
    def of(*arguments: str) -> dict[str, Any]:
        return json.loads(run("status", "--json", *arguments).stdout)  # type: ignore[no-any-return]

    assert [u["name"] for u in of("--unit", "示例镇")["units"]] == ["示例镇"]
    assert of("--unit", "镇, 本级")["all"]["total"] == 2
    whole = of("--unit", "示例市")
    assert (whole["all"]["total"], whole["units"][0]["total"]) == (3, 1)
    assert whole["units"][0]["with_below"] == whole["all"]
    said = run("status", "--unit", "示例镇").stdout
    assert "A-2" not in said and "示例市" not in said
    assert run("status", "--unit", "示列镇").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (["--unit", "示例镇"], ["A-1", "A-3"]),
        (["--unit", "示例市", "--where", "flag=overdue"], ["A-1"]),
        (["--where", "status=open,in_progress"], ["A-1", "A-2", "A-3"]),
        (["--where", "status=open", "--where", "status=in_progress"], ["A-1", "A-2", "A-3"]),
        (["--where", "status=open", "--where", "flag=overdue"], ["A-1"]),
        (["--where", "unit=示例市"], ["A-1", "A-2", "A-3"]),
        (["--where", "unit=镇, 本级"], ["A-1", "A-3"]),
        (["--where", "due_to=2026-12-31", "--sort", "-due"], ["A-3", "A-1"]),
        (["--where", "due_from=2026年7月1日"], ["A-2", "A-3"]),
        (["--where", "severity=-", "--sort", "title"], ["A-1", "A-3"]),
        (["--sort", "found"], ["A-1", "A-3", "A-2"]),
        (["--sort", "severity"], ["A-2", "A-1", "A-3"]),
        (["--where", "status=closed"], []),
    ],
)
def test_where_and_sort(site: Path, arguments: list[str], ids: list[str]) -> None:
    done = run("list", "--json", *arguments)
    assert done.exit_code == 0, done.output
    assert [item["id"] for item in json.loads(done.stdout)["items"]] == ids


def test_json_has_the_published_shape(site: Path) -> None:
    document = json.loads(run("list", "--json").stdout)
    assert (document["version"], document["as_of"]) == (1, "2026-11-24")
    assert document["items"][1] == json.loads(run("show", "A-2", "--json").stdout)
    assert document["items"][1]["derived"]["status"] == "in_progress"
    summary = json.loads(run("status", "--json").stdout)
    assert summary["all"]["by_flag"]["overdue"] == 1
    assert [item["id"] for item in summary["overdue"]] == ["A-1"]
    assert [unit["name"] for unit in summary["units"]] == ["示例市", "示例镇"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["list", "--where", "stauts=open"], "Did you mean `status`?"),
        (["list", "--where", "status=opn"], "Did you mean `open`?"),
        (["list", "--where", "unit=示列镇"], "Did you mean `示例镇`?"),
        (["list", "--where", "severity=xyz"], "Expected one of: high, medium, low, -."),
        (["list", "--unit", "示列镇"], "Did you mean `示例镇`?"),
        (["list", "--unit", "示例镇", "--where", "unit=示例市"], "not both"),
        (["list", "--where", "status"], "FIELD=VALUE"),
        (["list", "--where", "due_to=soon"], "is not a date"),
        (["list", "--sort", "dua"], "Did you mean `due`?"),
        (["show", "A-9"], "There is no item `A-9`."),
    ],
)
def test_wrong_usage_names_the_nearest(site: Path, arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_help_loads_no_command_and_nothing_that_is_slow_to_load() -> None:
    code = (
        "import sys; from rectification.cli import main\ntry: main(['--help'])\nfinally: print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    told, loaded = done.stdout.rsplit("\n", 2)[0], set(done.stdout.splitlines()[-1].split())
    assert "status" in told and "withdraw" in told
    assert "rectification.cli" in loaded
    assert not {"rectification.cli.status", "rectification.model", "pydantic", "rich", "jinja2"} & loaded


def test_a_table_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too wide goes on below, and nothing of it is lost."""
    monkeypatch.setenv("COLUMNS", "30")
    title = "省、市、县三级要同一项数据，三张报表三种口径"
    lines = _table._fitted(["编号", "问题"], [[("BS2026-001", "overdue"), (title, "")]])
    assert len(lines) > 3 and max(map(cell_len, lines)) <= 30
    letters = "".join(lines).replace(" ", "")
    assert "BS2026-001" in letters and all(letter in letters for letter in title)
