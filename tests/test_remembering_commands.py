"""Commands remember the ledger that they read: what has not changed is not read again, and nothing else differs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rectification.ledger import readings
from rectification.ledger.sealed import FOLDER

from .test_edit_commands import B1, CONFIG, Run, run, site

__all__ = ["run", "site"]

COMMANDS = (
    ("list",),
    ("list", "--where", "status=submitted", "--json"),
    ("show", "A-002"),
    ("show", "B-1", "--json"),
    ("status",),
    ("export", "--to", "csv", "-o", "-"),
    ("sources",),
)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the files that are read as YAML."""
    names: list[str] = []
    parse, parse_raw = readings.parse, readings.parse_raw

    def raw(content: bytes, file: str) -> object:
        names.append(file.removeprefix("checklists/"))
        return parse_raw(content, file)

    def edited(text: str, file: str) -> object:
        names.append(f"edit of {file.removeprefix('checklists/')}")
        return parse(text, file)

    monkeypatch.setattr(readings, "parse_raw", raw)
    monkeypatch.setattr(readings, "parse", edited)
    yield names


def test_only_what_changed_is_read(site: Path, run: Run, read: list[str]) -> None:
    assert run("show", "A-001").exit_code == 0
    assert sorted(read) == ["_units.yml", "a.yml", "b/B-1.yml", "b/checklist.yml"]
    read.clear()
    for command in COMMANDS:
        assert run(*command).exit_code == 0, command
    assert read == []
    (site / "checklists/b/B-1.yml").write_text(B1.replace("title: 一", "title: 三"), "utf-8")
    assert "三" in run("show", "B-1").output
    assert read == ["b/B-1.yml"]


def test_an_edit_costs_the_reading_of_its_file(site: Path, run: Run, read: list[str]) -> None:
    run("list")
    read.clear()
    assert run("log", "A-001", "--note", "x").exit_code == 0
    assert read == ["edit of a.yml"]
    read.clear()
    assert run("log", "A-001", "--note", "y").exit_code == 0
    assert read == ["a.yml", "edit of a.yml"]


def test_what_an_edit_would_have_brought_is_not_remembered(site: Path, run: Run) -> None:
    run("list")

    def remembered() -> dict[str, bytes]:
        return {p.name: p.read_bytes() for p in (site / FOLDER).rglob("*") if p.is_file()}

    before = remembered()
    done = run("log", "A-001", "--note", "x", "--date", "2026-02-01")  # before it was found
    assert done.exit_code == 1 and "没有写入" in done.stderr, done.stderr
    assert remembered() == before
    assert run("log", "A-001", "--note", "x").exit_code == 0


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_is_said_is_the_same(site: Path, run: Run, command: tuple[str, ...]) -> None:
    first, again = run(*command), run(*command)
    assert first.exit_code == 0, first.output
    config = CONFIG.format(language="zh").replace("timezone", "incremental: false, timezone")
    (site / "mkdocs.yml").write_text(config, "utf-8")
    apart = run(*command)
    assert (
        (first.exit_code, first.output) == (again.exit_code, again.output) == (apart.exit_code, apart.output)
    )


def test_it_can_be_switched_off(site: Path, run: Run) -> None:
    config = CONFIG.format(language="zh").replace("timezone", "incremental: false, timezone")
    (site / "mkdocs.yml").write_text(config, "utf-8")
    assert run("list").exit_code == 0
    assert not (site / FOLDER).exists()
