"""`rectify check` as an editor runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rectification.catalogue import Catalogue, read_catalogue
from rectification.diagnostic import explain

from .conftest import GOOD, Examine
from .test_model import test_what_a_field_does_not_take as model_cases
from .test_rules import BROKEN
from .test_source import REFUSED

RECTIFY = Path(sys.executable).parent / "rectify"
CONFIG = "site_name: x\ntheme: {{name: material, language: {language}}}\nplugins: [{{rectification: {{rules: {{S503: off}}}}}}]\n"
GOOD_FILE = (
    "checklist: {id: A, title: 甲}\nitems:\n  - " + "\n    ".join(f"{k}: {v}" for k, v in GOOD.items()) + "\n"
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "checklists").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("# x\n")
    (tmp_path / "mkdocs.yml").write_text(CONFIG.format(language="zh"))
    (tmp_path / "checklists/a.yml").write_text(GOOD_FILE, "utf-8")
    return tmp_path


def rectify(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [RECTIFY, *arguments],
        cwd=site,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1795478400", "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


def test_clean(site: Path) -> None:
    done = rectify(site, "check")
    assert (done.returncode, done.stdout) == (0, "检查通过：1 份清单，1 个问题。\n")


def test_a_process_that_ends_at_once_has_said_all_and_has_its_status(site: Path) -> None:
    def run(code: str, *arguments: str) -> tuple[int, str, str]:
        program = f"from rectification.cli import run; {code}run()"
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments], cwd=site, capture_output=True, text=True
        )
        return done.returncode, done.stdout, done.stderr

    line = "  - {id: A-1, due: 2026-02-30, title: 重复}\n"
    assert run("", "check") == (0, "检查通过：1 份清单，1 个问题。\n", "")
    (site / "checklists/a.yml").write_text("checklist: {id: A, title: 甲}\nitems:\n" + line * 500, "utf-8")
    status, said, _ = run("import atexit; atexit.register(print, 'at the end'); ", "check")
    assert status == 1
    assert said.count("M006") == 500 and said.endswith("at the end\n")
    assert run("", "check", "--nonsense")[0] == 2


@pytest.mark.parametrize("how", ["cache", "no-cache", "incremental", "unwritable"])
def test_what_is_kept_for_the_next_check(site: Path, how: str) -> None:
    kept = site / ".rectify-cache"
    if how == "incremental":
        config = site / "mkdocs.yml"
        config.write_text(config.read_text("utf-8").replace("{rules:", "{incremental: false, rules:"))
    elif how == "unwritable":
        kept.write_text("a file in its place")
    for _ in range(2):
        done = rectify(site, "check", *(["--no-cache"] if how == "no-cache" else []))
        assert (done.returncode, done.stdout, done.stderr) == (0, "检查通过：1 份清单，1 个问题。\n", "")
    assert [*kept.glob("findings/*.kept")] != [] if how == "cache" else not kept.is_dir()


# Read by eye: the caret stands below the first character of the value, each Chinese character being two wide.
ZH = """\
checklists/a.yml:3:27: 错误 M006 [A-1]
  没有“2026-02-30”这一天：2026 年 2 月只有 28 天。
     3 |   - {id: A-1, 责任: 甲, due: 2026-02-30, title: 重复}
       |                              ^
  = 请写日历上有的日子。
"""
EN = """\
checklists/a.yml:3:27: error M006 [A-1]
  `2026-02-30` does not exist: month 2 of 2026 has 28 days.
     3 |   - {id: A-1, 责任: 甲, due: 2026-02-30, title: 重复}
       |                              ^
  = Write a day of the calendar.
"""


@pytest.mark.parametrize(("language", "golden"), [("zh", ZH), ("en", EN)])
def test_findings_as_text(site: Path, language: str, golden: str) -> None:
    (site / "mkdocs.yml").write_text(CONFIG.format(language=language))
    line = "  - {id: A-1, 责任: 甲, due: 2026-02-30, title: 重复}\n"
    (site / "checklists/a.yml").write_text("checklist: {id: A, title: 甲}\nitems:\n" + line, "utf-8")
    done = rectify(site, "check")
    assert done.returncode == 1
    assert golden in done.stdout
    assert done.stdout.splitlines()[-1].startswith("共 5 条" if language == "zh" else "5 findings: 5 errors")
    assert "Traceback" not in done.stderr


def test_findings_as_json(site: Path) -> None:
    (site / "checklists/a.yml").write_text(GOOD_FILE.replace("due: 2026-12-31", "due: 2026-2-3"), "utf-8")
    done = rectify(site, "check", "--format", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == [
        {
            "code": "M005",
            "severity": "error",
            "file": "checklists/a.yml",
            "line": 8,
            "column": 10,
            "item": "A-1",
            "message": "“2026-2-3”不是“due”要的日期写法：YYYY-MM-DD。",
            "hint": "是否应为“2026-02-03”？ 年写四位，月、日各写两位。",
        }
    ]


def test_a_warning_is_a_finding(site: Path) -> None:
    (site / "checklists/a.yml").write_text(GOOD_FILE.replace("title: 重复填表", "title: 见 #3号楼"), "utf-8")
    done = rectify(site, "check")
    assert done.returncode == 1
    assert "提醒 Y020" in done.stdout
    assert done.stdout.splitlines()[-1] == "共 1 条提示：0 个错误，1 个提醒。"


@pytest.mark.parametrize(
    ("config", "arguments"),
    [
        ("site_name: x\nplugins: []\n", ["check"]),
        ("site_name: x\nplugins: [{rectification: {audience: nobody}}]\n", ["check"]),
        ("site_name: x\nplugins: [{rectification: {colour: red}}]\ntheme: none\n", ["check"]),
        (None, ["check"]),
        (CONFIG.format(language="zh"), ["check", "--format", "yaml"]),
        (CONFIG.format(language="zh"), ["chek"]),
        (CONFIG.format(language="zh"), ["check", "-f", "missing.yml"]),
    ],
)
def test_wrong_usage(site: Path, config: str | None, arguments: list[str]) -> None:
    (site / "mkdocs.yml").unlink() if config is None else (site / "mkdocs.yml").write_text(config)
    done = rectify(site, *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


@pytest.mark.parametrize(
    ("locale", "said"), [("zh_CN.UTF-8", "检查全部清单"), ("C.UTF-8", "Check all checklists")]
)
def test_help_and_version(site: Path, monkeypatch: pytest.MonkeyPatch, locale: str, said: str) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    done = rectify(site, "--help")
    assert done.returncode == 0
    assert said in done.stdout
    assert said in rectify(site, "check", "--help").stdout
    assert rectify(site, "--version").stdout.startswith("rectify, version ")


def test_a_terminal_gets_no_control_characters(site: Path) -> None:
    (site / "checklists/a.yml").write_text("a: \x1b[31mred\x07\nb: \u202e\n", "utf-8")
    done = rectify(site, "check")
    assert done.returncode == 1
    assert not set(done.stdout) & {"\x1b", "\x07", "\u202e"}
    assert "U+001B" in done.stdout


def test_a_long_line_is_shown_around_the_place(site: Path) -> None:
    (site / "checklists/a.yml").write_text("a: " + "长" * 500 + ": x\n", "utf-8")
    shown = rectify(site, "check").stdout.splitlines()
    assert len(shown[2]) < 120
    assert shown[3].endswith("^")


CASES: list[tuple[str, dict[str, str]]] = [
    *((name, {"a.yml": text}) for name, (text, *_) in REFUSED.items()),
    *((f"{code}-{n}", files) for code, found in BROKEN.items() for n, (files, *_) in enumerate(found)),
]


@pytest.mark.parametrize("catalogue", [read_catalogue("zh"), read_catalogue("en")], ids=["zh", "en"])
@pytest.mark.parametrize("texts", [texts for _, texts in CASES], ids=[name for name, _ in CASES])
def test_every_finding_can_be_said(examined: Examine, texts: dict[str, str], catalogue: Catalogue) -> None:
    found = examined(texts)
    assert found.diagnostics
    for diagnostic in found.diagnostics:
        said = explain(diagnostic, found.texts.get(diagnostic.file, ""), catalogue)
        assert diagnostic.code in said
        assert "{" not in diagnostic.message(catalogue).replace("{key: value}", "")


def test_every_mistake_of_the_model_can_be_said(examined: Examine) -> None:
    import yaml

    cases = next(mark for mark in model_cases.pytestmark if mark.name == "parametrize").args[1]
    items = [GOOD | {"id": f"A-{n}"} | change for n, (change, *_) in enumerate(cases)]
    text = yaml.safe_dump(
        {"checklist": {"id": "A", "title": "x"}, "items": items}, allow_unicode=True, width=10**6
    )
    text = text.replace(": null", ":")
    found = examined({"a.yml": text})
    assert {code for _, code, *_ in cases} <= {d.code for d in found.diagnostics} | {"M003"}
    for language in ("zh", "en"):
        for diagnostic in found.diagnostics:
            assert explain(diagnostic, text, read_catalogue(language)).count("\n") >= 2
