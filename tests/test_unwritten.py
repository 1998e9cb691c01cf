"""Where a command may not write: one line that names the file and the system's reason, and nothing half done."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from rectification.cli import rectify
from rectification.ledger.sealed import FOLDER

from .repository import HEADER, Repository, item, new_repository

resource = pytest.importorskip("resource")

CONFIG = "site_name: x\ntheme: {name: material, language: zh}\nplugins: [{rectification: {timezone: Asia/Shanghai}}]\n"
REPORTS = (
    "reports:\n  - {name: county, title: 台账, audience: public, columns: [{field: id}, {field: title}]}\n"
)
TABLE = "序号,问题,责任单位,整改时限\n1,表格太多,示例镇,2026-12-31\n"
# A command, and what it says it could not write.
COMMANDS = {
    "log": ("log A-1 --note 已减为两张表", "checklists/c.yml"),
    "fix": ("fix --yes", "checklists/mess.yml"),
    "export": ("export --to csv -o out.xlsx", "out.xlsx"),
    # Its sheets go through a temporary file.
    "workbook": ("export --to xlsx -o out.xlsx", tempfile.gettempdir()),
    "report": ("report county --to docx -o out.docx", "out.docx"),
    "render": ("render --to pages", "pages/index.md"),
    "schema": ("schema", "/checklists/.schema/checklist.json"),
    "init": ("init new", "new/.gitea/workflows/site.yml"),
}
# The same where the place itself is none: these commands need room elsewhere before they come to it.
PLACES = {
    "export": "export --to csv -o old.yml/out.csv",
    "asof": "asof HEAD --to old.yml/then",
    "import": "import table.csv --checklist T --title 表 --found 2026-03-01 --yes -o old.yml/t.yml",
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    made = new_repository(tmp_path / "site")
    (made.root / "docs").mkdir()
    (made.root / "mkdocs.yml").write_text(CONFIG, "utf-8")
    (made.root / "table.csv").write_text(TABLE, "utf-8")
    for name in ("out.xlsx", "out.docx", "old.yml"):
        (made.root / name).write_text("what was there\n")
    made.commit({"c.yml": HEADER + item(1), "_reports.yml": REPORTS}, "2026-03-01")
    monkeypatch.chdir(made.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795478400")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    return made


@contextmanager
def no_room() -> Iterator[None]:
    """Let no file get any bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def files(root: Path) -> dict[str, bytes]:
    """What lies in a project, but for what commands remember of it."""
    apart = {".git", FOLDER}
    found = (path for path in root.rglob("*") if path.is_file())
    found = (path for path in found if apart.isdisjoint(path.relative_to(root).parts))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def refused(output: str) -> str:
    """The one line that is all a command says to its standard error; what stands before the reason."""
    (line,) = output.splitlines()
    # Where there is no site yet, the terminal's language is spoken.
    found = re.fullmatch(r"(\S+) (?:不能写入：[^。]+。|cannot be written: .+\.)", line)
    assert found, line
    return found[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_no_room(repository: Repository, name: str) -> None:
    if name == "fix":
        repository.commit({"mess.yml": "checklist：{id: M, title: x}\nitems: []\n"})
    arguments, file = COMMANDS[name]
    before = files(repository.root)
    with no_room():
        done = CliRunner().invoke(rectify, arguments.split())
    assert done.exit_code == 1
    assert refused(done.stderr).endswith(file), done.stderr
    assert {name: content for name, content in files(repository.root).items() if content} == before


@pytest.mark.parametrize("name", PLACES)
def test_no_such_place(repository: Repository, name: str) -> None:
    before = files(repository.root)
    done = CliRunner().invoke(rectify, PLACES[name].split())
    assert done.exit_code == 1, done.output
    assert refused(done.stderr).startswith("old.yml/"), done.stderr
    assert files(repository.root) == before


@pytest.mark.parametrize("options", ["", "--force -o old.yml"])
def test_no_room_once_the_draft_was_looked_at(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, options: str
) -> None:
    def ask(text: str) -> bool:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        return True

    monkeypatch.setattr("click.confirm", ask)
    before = files(repository.root)
    arguments = f"import table.csv --checklist T --title 表 --found 2026-03-01 {options}"
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        done = CliRunner().invoke(rectify, arguments.split())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert done.exit_code == 1, done.output
    assert refused(done.stderr).endswith("old.yml" if options else "checklists/t.yml")
    assert files(repository.root) == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
@pytest.mark.parametrize("command", ["list", "export --to csv -o -"])
def test_nowhere_to_print_to(repository: Repository, command: str) -> None:
    with Path("/dev/full").open("wb") as full:
        arguments = [sys.executable, "-c", "import rectification.cli as c; c.main()", *command.split()]
        done = subprocess.run(arguments, stdout=full, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert done.stderr.startswith("未能全部写入：")
