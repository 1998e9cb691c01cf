"""The commands that write, as an editor runs them."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rectification.cli import rectify

CONFIG = "site_name: x\ntheme: {{name: material, language: {language}}}\nplugins: [{{rectification: {{timezone: Asia/Shanghai}}}}]\n"
UNITS = "units:\n  - {name: 示例镇}\n  - {name: 示例市纪委监委, aliases: [市纪委]}\n"
A = """\
# 抬头
checklist: {id: A, title: 甲}
items:
  - id: A-001
    title: 重复填表   # 标题
    problem: 走访 6 小时，填表 2 小时。
    unit: 示例镇
    found: 2026-03-01
    due: 2026-12-31

  - id: A-002
    title: 多头布置
    problem: 一周三次
    unit: 示例镇
    found: 2026-03-01
    due: 2026-12-31
    log:
      - {date: 2026-03-02, status: in_progress}
      - {date: 2026-03-05, status: submitted}
"""
B = "checklist: {id: B, title: 乙}\n"
B1 = "id: B-1\ntitle: 一\nproblem: 二\nunit: 示例镇\nfound: 2026-03-01\ndue: 2026-12-31\nlog:\n- {date: 2026-03-02, status: in_progress}\n"
# 2026-11-24 17:00 UTC, which is the 25th in Shanghai.
NOW = {"SOURCE_DATE_EPOCH": "1795539600", "NO_MKDOCS_2_WARNING": "1", "LC_ALL": "C.UTF-8"}

Run = Callable[..., Result]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {
        "docs/index.md": "# x\n",
        "mkdocs.yml": CONFIG.format(language="zh"),
        "checklists/_units.yml": UNITS,
        "checklists/a.yml": A,
        "checklists/b/checklist.yml": B,
        "checklists/b/B-1.yml": B1,
        "checklists/evidence/x.txt": "x",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8", newline="")
    monkeypatch.chdir(tmp_path)
    for name, value in NOW.items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.fixture
def run(site: Path) -> Run:
    def run(*arguments: str, typed: str | None = None) -> Result:
        done = CliRunner().invoke(rectify, arguments, input=typed)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    return run


def text(site: Path, name: str = "a.yml") -> str:
    return (site / "checklists" / name).read_bytes().decode()


def test_log(site: Path, run: Run) -> None:
    done = run(
        "log",
        "A-001",
        "--status",
        "in_progress",
        "--note",
        "三张并一张",
        "--by",
        "示例镇",
        "--evidence",
        "checklists/evidence/x.txt",
    )
    assert done.exit_code == 0, done.output
    lines = "    log:\n      - {date: 2026-11-25, status: in_progress, by: 示例镇, note: 三张并一张, evidence: [evidence/x.txt]}\n"
    assert done.stdout == f"已写入 checklists/a.yml:10：\n{lines}"
    assert text(site) == A.replace("2026-12-31\n\n", f"2026-12-31\n{lines}\n")
    assert run("check").exit_code == 0


def test_log_of_a_file_of_its_own_in_english(site: Path, run: Run) -> None:
    (site / "mkdocs.yml").write_text(CONFIG.format(language="en"))
    done = run("log", "B-1", "--note", "x", "--date", "2026年3月4日")
    assert done.stdout == "Written to checklists/b/B-1.yml:9:\n- {date: 2026-03-04, note: x}\n"
    assert text(site, "b/B-1.yml") == B1 + "- {date: 2026-03-04, note: x}\n"


def test_the_life_of_an_item(site: Path, run: Run) -> None:
    for arguments, legal in [
        (["close", "A-001", "--by", "市纪委", "--note", "x"], False),
        (["log", "A-001", "--status", "in_progress"], True),
        (["close", "A-001", "--by", "市纪委", "--note", "x"], False),
        (["log", "A-001", "--status", "submitted", "--evidence", "https://example.org/x"], True),
        (["close", "A-001", "--by", "市纪委", "--note", "x", "--sustained", "--review", "2027-05-01"], True),
        (["extend", "A-001", "--to", "2027-05-01", "--reason", "x"], False),
        (["withdraw", "A-001", "--reason", "x"], False),
        (["reopen", "A-001", "--note", "又来"], True),
        (["log", "A-001", "--status", "in_progress"], True),
        (["merge", "A-001", "--into", "A-002", "--reason", "同源"], True),
        (["reopen", "A-001", "--note", "x"], False),
        (["log", "A-001", "--note", "归档"], True),
    ]:
        before = text(site)
        done = run(*arguments)
        assert done.exit_code == (0 if legal else 1), (arguments, done.output)
        assert (text(site) != before) is legal
    assert run("check").exit_code == 0
    written = re.sub(r", accepted: [0-9a-f]{16}", ", accepted: …", text(site))
    assert [line.strip() for line in written.splitlines() if "2026-11-25" in line] == [
        "- {date: 2026-11-25, status: in_progress}",
        "- {date: 2026-11-25, status: submitted, evidence: [https://example.org/x]}",
        "- {date: 2026-11-25, status: closed, by: 市纪委, note: x, sustained: true, review: 2027-05-01, "
        "accepted: …}",
        "- {date: 2026-11-25, status: reopened, note: 又来}",
        "- {date: 2026-11-25, status: in_progress}",
        "- {date: 2026-11-25, status: withdrawn, reason: 同源, merged_into: A-002}",
        "- {date: 2026-11-25, note: 归档}",
    ]


REFUSED = [
    ("zh", ["close", "B-1", "--by", "x", "--note", "y"], "B-1 现为整改中（in_progress），须先提交验收（rectify log B-1 --status submitted）。现在可以变为：待验收（submitted）、撤销（withdrawn）。\n"),
    ("en", ["reopen", "A-001", "--note", "y"], "A-001 is Open (open) and cannot become Reopened (reopened). Possible now: In progress (in_progress), Withdrawn (withdrawn).\n"),
    ("en", ["extend", "A-001", "--to", "2026-12-31", "--reason", "x"], "A-001 is due on 2026-12-31 already.\n"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "arguments", "said"), REFUSED)
def test_an_illegal_move_is_refused_with_the_legal_ones(
    site: Path, run: Run, language: str, arguments: list[str], said: str
) -> None:
    (site / "mkdocs.yml").write_text(CONFIG.format(language=language))
    done = run(*arguments)
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", said)
    assert text(site) == A


def test_the_rules_look_at_the_result_first(site: Path, run: Run) -> None:
    done = run("log", "A-002", "--note", "x", "--date", "2026-03-01")
    assert done.exit_code == 1
    assert "checklists/a.yml:20:16: 错误 L302 [A-002]" in done.stderr
    assert "- {date: 2026-03-01, note: x}" in done.stderr
    assert done.stderr.endswith("照此写入，台账会新增 1 个错误；没有写入。\n")
    assert text(site) == A
    assert "L501" in run("log", "A-002", "--evidence", "evidence/missing.txt").stderr
    assert "L304" in run("log", "A-002", "--note", "x", "--date", "2026-11-26").stderr
    assert "L305" in run("log", "A-001", "--status", "withdrawn").stderr
    assert "L402" in run("merge", "A-001", "--into", "A-001", "--reason", "x").stderr


def test_errors_that_were_there_before_do_not_stop_an_editor(site: Path, run: Run) -> None:
    (site / "checklists/c.yml").write_text("checklist: {id: C, title: x}\nitems: [{id: C-1}]\n")
    assert run("log", "A-001", "--note", "x").exit_code == 0
    assert run("log", "C-1", "--note", "x").exit_code == 2


def test_the_verifier_should_be_somebody_else(site: Path, run: Run) -> None:
    done = run("close", "A-002", "--by", "示例镇", "--note", "x")
    assert done.exit_code == 0
    assert done.stderr == "注意：验收单位就是责任单位（示例镇）自己。\n"


def test_extend(site: Path, run: Run) -> None:
    done = run("extend", "A-001", "--to", "2027-1-31", "--reason", "接口晚开通", "--by", "市纪委")
    change = "{from: 2026-12-31, to: 2027-01-31, on: 2026-11-25, reason: 接口晚开通, by: 市纪委}"
    added = f"    due_changes:\n      - {change}\n"
    assert (
        done.stdout
        == f"已写入 checklists/a.yml:9：\n    due: 2027-01-31\n已写入 checklists/a.yml:10：\n{added}"
    )
    assert text(site) == A.replace("due: 2026-12-31\n\n", f"due: 2027-01-31\n{added}\n")
    assert run("extend", "A-001", "--to", "2027-02-28", "--reason", "再延").exit_code == 0
    assert run("check").exit_code == 0


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "bom"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_the_bytes_of_a_file_stay(site: Path, run: Run, mark: str, ending: str) -> None:
    path = site / "checklists/a.yml"
    before = (mark + A.rstrip("\n")).replace("\n", ending)
    path.write_bytes(before.encode())
    path.chmod(0o640)
    assert run("log", "A-002", "--note", "x").exit_code == 0
    assert path.read_bytes().decode() == f"{before}{ending}      - {{date: 2026-11-25, note: x}}"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in path.parent.iterdir() if p.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["log", "A-01", "--note", "x"], "Did you mean `A-001`?"),
        (["log", "A-001"], "--note"),
        (["log", "A-001", "--note", "x", "--date", "gestern"], "`gestern` is not a day"),
        (["log", "A-001", "--status", "done"], "in_progress"),
        (["close", "A-002", "--by", "x", "--note", "y", "--review", "2027-01-01"], "--sustained"),
        (["close", "A-002"], "--by"),
        (["merge", "A-001", "--into", "A-9", "--reason", "x"], "A-9"),
        (
            [
                "new",
                "--checklist",
                "c",
                "--title",
                "x",
                "--problem",
                "y",
                "--unit",
                "示例镇",
                "--due",
                "2027-01-01",
            ],
            "a, b",
        ),
        (["new", "--title", "x", "--problem", "y", "--unit", "示例镇", "--due", "2027-01-01"], "a, b"),
        (["fix", "missing.yml"], "missing.yml"),
        (["fix", "docs"], "docs is no file of the checklists"),
    ],
)
def test_wrong_usage(site: Path, run: Run, arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert text(site) == A


NEW = ["--title", "三张表", "--problem", "同一天三张", "--unit", "示例镇", "--due", "2027-01-31"]


def test_new_by_flags(site: Path, run: Run) -> None:
    done = run("new", "--checklist", "a", *NEW)
    lines = "  - id: A-003\n    title: 三张表\n    problem: 同一天三张\n    unit: 示例镇\n    found: 2026-11-25\n    due: 2027-01-31\n"
    assert done.stdout == f"已写入 checklists/a.yml:21：\n{lines}"
    assert text(site) == f"{A}\n{lines}"


def test_new_in_a_folder(site: Path, run: Run) -> None:
    assert run("new", "--checklist", "B", *NEW).exit_code == 0
    assert (
        text(site, "b/B-2.yml")
        == "id: B-2\ntitle: 三张表\nproblem: 同一天三张\nunit: 示例镇\nfound: 2026-11-25\ndue: 2027-01-31\n"
    )
    assert run("check").exit_code == 0


def test_new_asks_for_what_is_missing(site: Path, run: Run) -> None:
    typed = "a\n\n三张表\n同一天三张\n示列镇\n\n\n2027-1-31\n"
    done = run("new", typed=typed)
    assert done.exit_code == 0, done.output
    assert "[A-003]" in done.stderr
    assert "[示例镇]" in done.stderr
    assert "[2026-11-25]" in done.stderr
    assert text(site).endswith("unit: 示例镇\n    found: 2026-11-25\n    due: 2027-01-31\n")
    assert run("new", typed="a\n").exit_code == 1


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--id", "A-001"], "L102"),
        (["--id", "../x"], "M011"),
        (["--id", "C-1"], "L101"),
        (["--unit", "示列镇"], "L201"),
    ],
)
def test_a_bad_new_item_is_refused(site: Path, run: Run, more: list[str], code: str) -> None:
    done = run("new", "--checklist", "a", *NEW, *more)
    assert done.exit_code == 1
    assert code in done.stderr
    assert text(site) == A
    assert run("new", "--checklist", "b", *NEW, *more).exit_code == 1
    assert sorted(p.name for p in (site / "checklists/b").iterdir()) == ["B-1.yml", "checklist.yml"]


def test_new_never_replaces_a_file(site: Path, run: Run) -> None:
    assert run("new", "--checklist", "b", *NEW, "--id", "B-1").exit_code == 1
    assert text(site, "b/B-1.yml") == B1


def test_a_file_that_cannot_be_written(site: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    done = run("log", "A-001", "--note", "x")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "checklists/a.yml 不能写入：No space left on device。\n"
    assert text(site) == A
    assert [p.name for p in (site / "checklists").iterdir() if p.name.startswith(".")] == []


def test_somebody_else_s_change_is_not_overwritten(
    site: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rectification import editing

    try_out = editing.try_out

    def slow(*arguments: object) -> editing.Trial:
        (site / "checklists/a.yml").write_text(A + "\n", "utf-8")
        return try_out(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(editing, "try_out", slow)
    done = run("log", "A-001", "--note", "x")
    assert done.exit_code == 1
    assert "刚被别处改动" in done.stderr
    assert text(site) == A + "\n"


DIFF = """\
--- checklists/a.yml
+++ checklists/a.yml
@@ -4,7 +4,7 @@
   - id: A-001
     title: 重复填表   # 标题
     problem: 走访 6 小时，填表 2 小时。
-    unit：示例镇
+    unit: 示例镇
     found: 2026-03-01
     due: 2026-12-31
{blank}
"""


def test_fix(site: Path, run: Run) -> None:
    path = site / "checklists/a.yml"
    bad = A.replace("unit: 示例镇", "unit：示例镇", 1)
    path.write_text(bad, "utf-8")
    for arguments, status, last in [
        (["--diff"], 0, "有 1 个文件需要修整；没有写入。\n"),
        (["--check"], 1, "有 1 个文件需要修整；没有写入。\n"),
        (["checklists/b"], 0, "2 个文件都不需要修整。\n"),
    ]:
        done = run("fix", *arguments)
        assert (done.exit_code, done.stdout) == (
            status,
            ("" if "b" in arguments[0][-1] else DIFF.format(blank=" ")) + last,
        )
        assert text(site) == bad
    assert run("fix", typed="n\n").exit_code == 0
    assert run("fix").exit_code == 1
    assert text(site) == bad
    done = run("fix", typed="y\n")
    assert done.stdout.endswith("已修整 1 个文件。\n")
    assert text(site) == A
    assert run("fix", "--check").stdout == "4 个文件都不需要修整。\n"


def test_fix_writes_on_yes_and_leaves_what_it_cannot_read(site: Path, run: Run) -> None:
    (site / "checklists/c.yml").write_bytes("checklist: {id: C, title: 丙}  \n".encode("gbk"))
    (site / "checklists/d.yml").write_text("checklist: [\n", "utf-8")
    path = site / "checklists/a.yml"
    path.write_bytes(
        b"\xef\xbb\xbf" + A.replace("2026-12-31\n", "2026/12/31 \n").replace("\n", "\r\n").encode()
    )
    done = run("fix", "--yes")
    assert done.exit_code == 1
    assert done.stderr.count("不能自动修整") == 2
    assert path.read_bytes() == b"\xef\xbb\xbf" + A.replace("\n", "\r\n").encode()
    assert (site / "checklists/c.yml").read_bytes().endswith(b"}  \n")
    assert text(site, "d.yml") == "checklist: [\n"


def test_the_real_entry_point(site: Path) -> None:
    command = Path(sys.executable).parent / "rectify"
    done = subprocess.run(
        [command, "log", "A-001", "--note", "x"],
        cwd=site,
        env={**os.environ, **NOW},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "      - {date: 2026-11-25, note: x}"


def test_help_stays_fast() -> None:
    code = (
        "import sys; from rectification.cli import rectify;"
        "rectify(['--help'], standalone_mode=False); sys.exit(bool({'rich', 'mkdocs'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env={**os.environ, **NOW})
    assert done.returncode == 0


def test_closing_keeps_a_fingerprint_and_accept_a_new_one(site: Path, run: Run) -> None:
    for arguments in (
        ["log", "A-001", "--status", "in_progress"],
        ["log", "A-001", "--status", "submitted"],
        ["close", "A-001", "--by", "市纪委", "--note", "x"],
    ):
        assert run(*arguments).exit_code == 0

    def suspects() -> int:
        return run("check", "--format", "json").stdout.count('"S306"')

    assert suspects() == 0
    (site / "checklists/a.yml").write_text(text(site).replace("走访", "入户走访"), "utf-8")
    assert suspects() == 1
    done = run("accept", "A-001", "--by", "市纪委", "--note", "措辞修改，事实不变")
    assert done.exit_code == 0 and "accepted: " in done.stdout
    assert suspects() == 0
    assert run("accept", "B-1", "--by", "x", "--note", "y").exit_code == 2


def test_a_file_that_was_accepted_stays_as_it_was(site: Path, run: Run) -> None:
    """Replaced after its acceptance it stops the site, until it is back or somebody has verified the new one."""
    evidence = site / "checklists/evidence"
    (evidence / "y.txt").write_text("y")
    log = ["log", "A-001", "--status"]
    assert run(*log, "in_progress", "--evidence", "checklists/evidence/x.txt").exit_code == 0
    assert run(*log, "submitted").exit_code == 0
    closing = ["close", "A-001", "--by", "市纪委", "--note", "x", "--evidence", "checklists/evidence/y.txt"]
    assert run(*closing).exit_code == 0
    sums = {name: hashlib.sha256(name[0].encode()).hexdigest() for name in ("x.txt", "y.txt")}
    listed = ", ".join(f"evidence/{name}: {value}" for name, value in sums.items())
    assert f"accepted_files: {{{listed}}}}}" in text(site)

    def refused() -> bool:
        done = run("check")
        assert ("L506" in done.stdout) == (done.exit_code == 1)
        return done.exit_code == 1

    assert not refused()
    (evidence / "y.txt").write_text("z")
    assert refused()
    (evidence / "y.txt").write_text("y")
    assert not refused()
    (evidence / "x.txt").write_text("z")
    done = run("accept", "A-001", "--by", "市纪委", "--note", "扫描件重做，内容一致")
    assert done.exit_code == 0, done.output
    assert not refused()
    (site / "checklists/a.yml").write_text(text(site).replace("evidence: [evidence/y.txt], ", ""), "utf-8")
    assert refused()  # it was accepted, and nobody said that it goes


def test_what_was_reopened_may_have_other_files(site: Path, run: Run) -> None:
    for arguments in (
        ["log", "A-001", "--status", "in_progress", "--evidence", "checklists/evidence/x.txt"],
        ["log", "A-001", "--status", "submitted"],
        ["close", "A-001", "--by", "市纪委", "--note", "x"],
        ["reopen", "A-001", "--note", "又来了"],
    ):
        assert run(*arguments).exit_code == 0
    (site / "checklists/evidence/x.txt").write_text("another")
    assert run("check").exit_code == 0
