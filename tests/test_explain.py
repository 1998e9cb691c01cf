"""What is told of every code: complete in both languages, and its examples do what they say."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from rectification.catalogue import LANGUAGES, read_catalogue
from rectification.cli import rectify
from rectification.rules import all_rules, is_substance
from rectification.rules.codes import Code, codes

from .conftest import GOOD, Examine

CONFIG = "site_name: x\ntheme: {{name: material, language: {language}}}\nplugins:\n  - rectification: {{rules: {rules}}}\n"
# What no YAML can show: kinds of file, permissions, sizes, encodings, the folder itself.
DESCRIBED = {
    "Y001",
    "Y002",
    "Y003",
    "Y004",
    "Y014",
    "Y027",
    "Y028",
    "L502",
    "L503",
    "L504",
    "L505",
    "L506",
    "L507",
}
# What no YAML of one day can show: what git, or another state of the ledger, knows.
DESCRIBED |= {"S401", "S402", "S504", "S801", "S901", "S902", "S903", "L601", "L602"}
DESCRIBED |= {f"F{number:03}" for number in range(1, 14)}  # nor what other sites publish
CATALOGUES = {language: read_catalogue(language) for language in LANGUAGES}
CODES = {language: {code.code: code for code in codes(CATALOGUES[language], {})} for language in LANGUAGES}
_FILE = re.compile(r"^# (\S+\.yml)$", re.MULTILINE)


def files_of(example: str) -> dict[str, str]:
    """Write an example out as files: an item's missing fields are filled in, other files stand as they are."""
    first, *rest = _FILE.split(example)
    files = dict(zip(rest[::2], rest[1::2], strict=True))
    if first.strip():
        files["a/A-1.yml"] = first
    for name, text in files.items():
        if "/" in name and not name.endswith("/checklist.yml"):
            missing = {key: value for key, value in GOOD.items() if not re.search(rf"^{key}\b", text, re.M)}
            # What is missing stands above: an example of broken YAML may break what follows it.
            head = "".join(f"{key}: {value}\n" for key, value in missing.items() if f"[{key}]" not in text)
            files[name] = head + text.lstrip("\n")
    if any(name.startswith("a/") for name in files):
        files["a/checklist.yml"] = "checklist: {id: A, title: 甲}\n"
    elif "/" not in "".join(files):
        files.setdefault("a.yml", "checklist: {id: A, title: 甲}\n")
    return files


EXAMPLES = [
    pytest.param(code, id=f"{language}-{code.code}")
    for language in LANGUAGES
    for code in CODES[language].values()
    if code.code not in DESCRIBED
]


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_bad_example_is_bad(examined: Examine, code: Code) -> None:
    found = {d.code for d in examined(files_of(code.bad), substance=code.family == "S").diagnostics}
    assert code.code in found
    if code.family == "S":  # an example of a few lines is short of substance in other ways too
        assert all(is_substance(one) for one in found)
    else:  # broken YAML leaves a record without its fields; beyond that an example shows one thing
        assert code.family == "Y" or found == {code.code}


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_good_example_is_clean(examined: Examine, code: Code) -> None:
    found = {d.code for d in examined(files_of(code.good), substance=code.family == "S").diagnostics}
    assert code.code not in found
    assert code.family == "S" or not found
    assert all(is_substance(one) for one in found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_is_explained(language: str) -> None:
    listed = CODES[language]
    assert len(listed) > 60
    assert {rule.code for rule in all_rules()} <= set(listed)
    for code in listed.values():
        assert code.why and code.bad and code.good and code.bad != code.good
        assert "{" not in code.message
        if code.code in DESCRIBED:
            assert code.bad.startswith("# ") and code.good.startswith("# ")


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_severity_is_that_of_the_findings(examined: Examine, code: Code) -> None:
    found = examined(files_of(code.bad), substance=code.family == "S").diagnostics
    assert {d.severity for d in found if d.code == code.code} == {code.severity}


def test_what_is_said_of_every_bad_example_and_where(examined: Examine, tmp_path: Path) -> None:
    words = CATALOGUES["zh"]
    said = []
    for code in CODES["zh"].values():
        if code.code in DESCRIBED:
            continue
        shutil.rmtree(tmp_path / "checklists", ignore_errors=True)
        for d in examined(files_of(code.bad), substance=code.family == "S").diagnostics:
            if d.code == code.code:
                said.append(f"{d.code} {d.file}:{d.line}:{d.column} {d.item or '-'} {d.day or '-'}")
                said += (f"  {d.message(words)}", f"  {d.hint(words)}")
    assert "\n".join((*said, "")) == (Path(__file__).parent / "goldens/check/examples.zh.txt").read_text(
        "utf-8"
    )


def explain(folder: Path, *arguments: str, locale: str = "C.UTF-8") -> tuple[int, str]:
    done = CliRunner(env={"LC_ALL": locale}).invoke(
        rectify, ["check", "-f", str(folder / "mkdocs.yml"), "--explain", *arguments]
    )
    return done.exit_code, done.output


def test_outside_a_project(tmp_path: Path) -> None:
    status, said = explain(tmp_path, "l305")
    assert status == 0
    assert said.startswith("L305 · error\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_the_language_of_the_site(tmp_path: Path, language: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text(CONFIG.format(language=language, rules="{L305: warning}"), "utf-8")
    status, said = explain(tmp_path, "L305")
    assert status == 0
    assert said == (Path(__file__).parent / f"goldens/check/explain.{language}.txt").read_text("utf-8")


def test_an_unknown_code_names_the_nearest(tmp_path: Path) -> None:
    status, said = explain(tmp_path, "L3O1")
    assert status == 2
    assert "L301" in said
    assert explain(tmp_path, "")[0] == 2
