"""A new site builds green at once, in either language."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

RECTIFY = [sys.executable, "-c", "from rectification.cli import main; main()"]


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8"
    )


@pytest.mark.parametrize(("language", "listing"), [("zh", "台账"), ("en", "Ledger")])
def test_a_new_site_is_checked_and_built(tmp_path: Path, language: str, listing: str) -> None:
    made = run([*RECTIFY, "init", "new", "--lang", language, "--name", "A: B"], tmp_path)
    assert made.returncode == 0, made.stderr
    folder = tmp_path / "new"
    checked = run([*RECTIFY, "check"], folder)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    built = run([sys.executable, "-m", "mkdocs", "build", "--strict", "-q"], folder)
    assert built.returncode == 0, built.stderr
    assert (folder / "site/items/EX-001/index.html").is_file()
    assert listing in (folder / "site/index.html").read_text("utf-8")
    schema = json.loads((folder / "checklists/.schema/checklist.json").read_text("utf-8"))
    assert "EX" not in str(schema) and len(schema["definitions"]["Item"]["properties"]["unit"]["enum"]) == 4


def test_what_it_brings_for_forges_is_yaml(tmp_path: Path) -> None:
    assert run([*RECTIFY, "init", "new", "--requirement", "rectification @ ."], tmp_path).returncode == 0
    folder = tmp_path / "new"
    names = [".github/workflows/site.yml", ".gitea/workflows/site.yml", ".gitlab-ci.yml",
             ".pre-commit-config.yaml", ".github/ISSUE_TEMPLATE/problem.yml", "mkdocs.yml"]  # fmt: skip
    for name in names:
        assert yaml.safe_load((folder / name).read_text("utf-8")), name
    pages = yaml.safe_load((folder / ".gitlab-ci.yml").read_text("utf-8"))["pages"]
    assert pages["rules"] == [{"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}]
    assert (folder / "requirements.txt").read_text("utf-8") == "rectification @ .\n"
    assert (folder / ".gitignore").is_file()


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    refused = run([*RECTIFY, "init", "."], tmp_path)
    assert refused.returncode == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.txt"]


def test_new_files_name_their_schema(tmp_path: Path) -> None:
    run([*RECTIFY, "init", "new", "--lang", "zh"], tmp_path)
    folder = tmp_path / "new"
    (folder / "checklists/many").mkdir()
    (folder / "checklists/many/checklist.yml").write_text("checklist: {id: MA, title: 多人}\n", "utf-8")
    facts = ["--title", "题", "--problem", "事", "--unit", "示例镇", "--due", "2099-01-01"]
    made = run([*RECTIFY, "new", "--checklist", "many", *facts], folder)
    assert made.returncode == 0, made.stderr
    text = (folder / "checklists/many/MA-001.yml").read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=../.schema/item.json\nid: MA-001\n")
    (folder / "old.csv").write_text(
        "序号,存在问题,责任单位,发现时间,整改时限\n1,重复报表,示例镇,2026-03-01,2026-12-31\n", "utf-8"
    )
    taken = run([*RECTIFY, "import", "old.csv", "--checklist", "OL", "--title", "旧表", "--yes"], folder)
    assert taken.returncode == 0, taken.stdout + taken.stderr
    text = (folder / "checklists/ol.yml").read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=.schema/checklist.json\n")
    assert run([*RECTIFY, "check"], folder).returncode == 0
