"""`rectify check` in every format, for one small bad ledger: the goldens are read by eye."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from rectification.catalogue import LANGUAGES, read_catalogue
from rectification.cli import check, rectify
from rectification.diagnostic import Diagnostic
from rectification.report import Report, formats
from rectification.rules import all_rules, examine
from rectification.settings import Settings

HERE = Path(__file__).parent
GOLDENS = HERE / "goldens/check"
SCHEMA = json.loads((HERE / "schemas/sarif-2.1.0-rtm.5.json").read_text("utf-8"))
CONFIG = "site_name: x\nsite_url: https://ledger.example.org/\ntheme: {{name: material, language: {}}}\nplugins: [{{rectification: {{rules: {{S201: off, S203: off, S303: off}}}}}}]\n"
# 𠮷 is one code point and two units of UTF-16: columns count it once.
BAD = """\
checklist: {id: A, title: 甲}
items:
  - {id: A-1, title: '𠮷 100%', problem: x, unit: 示例镇, found: 2026-03-01, due: 2026-2-3}
  - id: A-2
    title: 重复填表
    problem: 走访 6 小时，填表 2 小时。 #3号楼
    unit: 示例镇
    found: 2026-03-01
    due: 2026-12-31
    log: [{note: 𠮷𠮷, date: 2026-03-02, status: closed}]
"""
ENDINGS = {"json": "json", "gitlab": "json", "sarif": "sarif"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make(tmp_path, "zh")


def make(folder: Path, language: str, text: str = BAD) -> Path:
    (folder / "checklists").mkdir(exist_ok=True)
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "mkdocs.yml").write_text(CONFIG.format(language), "utf-8")
    (folder / "checklists/a.yml").write_text(text, "utf-8")
    return folder


def run(site: Path, *arguments: str) -> tuple[int, str]:
    """Run `rectify check` in this process. Returns its exit status and all it printed."""
    environment = {"SOURCE_DATE_EPOCH": "1795478400", "LC_ALL": "C.UTF-8"}
    done = CliRunner(env=environment).invoke(
        rectify, ["check", "-f", str(site / "mkdocs.yml"), *arguments], prog_name="rectify"
    )
    return done.exit_code, done.output


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("style", sorted(formats()))
def test_golden(tmp_path: Path, style: str, language: str) -> None:
    status, said = run(make(tmp_path, language), "--format", style)
    golden = GOLDENS / f"{style}.{language}.{ENDINGS.get(style, 'txt')}"
    if os.environ.get("WRITE_GOLDENS"):
        golden.write_text(said, "utf-8")
    assert (status, said) == (1, golden.read_text("utf-8"))


def test_the_formats_are_the_modules() -> None:
    assert set(formats()) == {"text", "json", "github", "gitlab", "sarif"}


def sarif(site: Path, *arguments: str) -> dict[str, object]:
    document = json.loads(run(site, "--format", "sarif", *arguments)[1])
    jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(document)
    (found,) = document["runs"]
    return found


@pytest.mark.parametrize("text", [BAD, "", "a: \x07\n", "checklist: {id: A, title: 甲}\n"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_sarif_is_valid(tmp_path: Path, text: str, language: str) -> None:
    found = sarif(make(tmp_path, language, text))
    assert found["columnKind"] == "unicodeCodePoints"
    for rule in found["tool"]["driver"]["rules"]:
        assert rule["helpUri"] == f"https://ledger.example.org/rules/#{rule['id']}"


def test_sarif_of_a_site_without_an_address(site: Path) -> None:
    (site / "mkdocs.yml").write_text("site_name: x\nplugins: [rectification]\n")
    assert "helpUri" not in sarif(site)["tool"]["driver"]["rules"][0]


def test_every_finding_of_every_broken_ledger_is_valid_sarif(tmp_path: Path) -> None:
    from .test_rules import BROKEN

    validator = jsonschema.Draft4Validator(SCHEMA)
    for number, (texts, *_) in enumerate(found[0] for found in BROKEN.values()):
        root = tmp_path / str(number)
        for name, text in texts.items():
            path = root / "checklists" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        done = examine(Settings(root, root / "checklists"), date(2026, 11, 24))
        report = Report(done.diagnostics, done.texts, read_catalogue("zh"))
        validator.validate(json.loads("".join(formats()["sarif"](report))))


def fingerprints(site: Path) -> tuple[set[str], set[str]]:
    gitlab = {issue["fingerprint"] for issue in json.loads(run(site, "--format", "gitlab")[1])}
    found = sarif(site)["results"]
    return gitlab, {result["partialFingerprints"]["rectifyFinding/v1"] for result in found}


def test_fingerprints_stay_when_lines_are_added_above(tmp_path: Path) -> None:
    text = BAD + "  - {id: A-2, title: x, problem: x, unit: x, found: 2026-03-01, due: 2026-12-31}\n"
    before = fingerprints(make(tmp_path, "zh", text))
    assert fingerprints(make(tmp_path, "zh", "# 一\n# 二\n" + text)) == before
    assert fingerprints(make(tmp_path, "en", text)) == before
    assert fingerprints(make(tmp_path, "zh", text.replace("2026-2-3", "2026-2-4"))) != before


def test_equal_findings_have_fingerprints_of_their_own(tmp_path: Path) -> None:
    text = "checklist: {id: A, title: 甲}\nitems:\n" + "  - {id: A-1, title: x}\n" * 3
    issues = json.loads(run(make(tmp_path, "zh", text), "--format", "gitlab")[1])
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)


def report_of(*diagnostics: Diagnostic) -> Report:
    return Report(diagnostics, {}, read_catalogue("en"), prefix="sub dir/")


def test_github_escapes_and_stops_at_ten_a_level() -> None:
    errors = [
        Diagnostic("M002", "error", "a,b:c%.yml", n, 1, {"found": "x%\n::error::y", "known": "k"})
        for n in range(1, 13)
    ]
    warning = Diagnostic("Y020", "warning", "a.yml", 1, 2, {"lost": "#"})
    lines = "".join(formats()["github"](report_of(warning, *errors))).split("\n")
    assert lines[0].startswith(
        "::error file=sub dir/a%2Cb%3Ac%25.yml,line=1,col=1,title=M002::`x%25\\n::error::y`"
    )
    assert [line.split(" ")[0] for line in lines] == ["::error"] * 10 + ["::warning", "::notice"]
    assert "2 more findings" in lines[-1] and "errors in all: 12, warnings: 1" in lines[-1]
    assert "".join(formats()["github"](report_of())) == ""


def test_files_are_named_from_the_top_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "some where").mkdir()
    site = make(tmp_path / "some where", "zh")
    assert "file=some where/checklists/a.yml," in run(site, "--format", "github")[1]
    assert (
        json.loads(run(site, "--format", "gitlab")[1])[0]["location"]["path"] == "some where/checklists/a.yml"
    )
    place = sarif(site)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "some%20where/checklists/a.yml", "uriBaseId": "%SRCROOT%"}


def test_paths_choose_what_is_told(site: Path) -> None:
    other = site / "checklists/b"
    other.mkdir()
    (other / "checklist.yml").write_text("checklist: {id: B, title: 乙}\n", "utf-8")
    (other / "B-1.yml").write_text(
        "id: A-2\ntitle: x\nproblem: x\nunit: x\nfound: 2026-03-01\ndue: 2026-12-31\n"
    )

    def files(*paths: str) -> set[str]:
        found = json.loads(run(site, "--format", "json", *(str(site / path) for path in paths))[1])
        return {one["file"] for one in found}

    assert files() == files("checklists") == {"checklists/a.yml", "checklists/b/B-1.yml"}
    assert files("checklists/b") == files("checklists/b/B-1.yml") == {"checklists/b/B-1.yml"}
    status, said = run(site, str(other / "B-1.yml"))
    assert (status, "L102" in said, "checklists/a.yml:4" in said) == (1, True, True)
    assert run(site, str(other / "checklist.yml"))[0] == 0


@pytest.mark.parametrize(
    "path", ["mkdocs.yml", "docs", "checklists/none.yml", "checklists/../mkdocs.yml", "."]
)
def test_a_path_outside_is_wrong_usage(site: Path, path: str) -> None:
    status, said = run(site, str(site / path))
    assert (status, "Traceback" in said) == (2, False)


def test_a_link_is_told_of_itself(site: Path) -> None:
    (site / "checklists/c.yml").symlink_to(site / "mkdocs.yml")
    status, said = run(site, str(site / "checklists/c.yml"))
    assert (status, "Y001" in said) == (1, True)


@pytest.mark.parametrize("at", [["check"], ["--debug", "check"], ["check", "--debug"]])
def test_a_bug_is_called_a_bug(site: Path, monkeypatch: pytest.MonkeyPatch, at: list[str]) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr(check, "examine", fail)
    done = CliRunner(env={"LC_ALL": "C.UTF-8"}).invoke(rectify, [*at, "-f", str(site / "mkdocs.yml")])
    assert done.exit_code == 3
    assert done.stdout == ""
    if "--debug" in at:
        assert "Traceback" in done.stderr and "RuntimeError" in done.stderr
    else:
        assert done.stderr.count("\n") == 1
        assert "RuntimeError: two lines" in done.stderr and "--debug" in done.stderr


def test_a_bar_is_for_a_terminal_and_a_long_wait(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from rectification.cli import _progress

    settings = Settings(site, site / "checklists")
    with _progress.progress(settings, "x") as tell:
        assert tell is None  # not a terminal
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(_progress, "_PATIENCE", -1.0)
    told: list[str] = []
    with _progress.progress(settings, "x") as tell:
        assert tell is not None
        examine(settings, date(2026, 11, 24), lambda name: (told.append(name), tell(name))[0], substance=True)
    unasked = {rule.code for rule in all_rules() if rule.witness or rule.whole}
    assert told[0] == "checklists/a.yml"
    assert {rule.code for rule in all_rules()} - unasked <= set(told[1:])
    assert "x" in capsys.readouterr().err


HOOKS = yaml.safe_load((HERE.parent / ".pre-commit-hooks.yaml").read_text("utf-8"))


def test_the_hooks_check(site: Path) -> None:
    assert [hook["id"] for hook in HOOKS] == ["rectify-check", "rectify-check-files"]
    bad, good = "checklists/a.yml", "checklists/b.yml"
    (site / good).write_text("checklist: {id: B, title: 乙}\n", "utf-8")
    expected = {"rectify-check": {bad: 1, good: 1}, "rectify-check-files": {bad: 1, good: 0}}
    for hook in HOOKS:
        for changed, status in expected[hook["id"]].items():
            assert re.search(hook["files"], changed)
            named = [changed] if hook.get("pass_filenames", True) else []
            entry, *arguments = shlex.split(hook["entry"])
            done = subprocess.run(
                [Path(sys.executable).parent / entry, *arguments, *named], cwd=site, capture_output=True
            )
            assert done.returncode == status, done.stderr
    assert not re.search(HOOKS[1]["files"], "checklists/evidence/a.csv")
