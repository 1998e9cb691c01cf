"""What makes things: another text of it, another version of what it asks, is another engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rectification import engine
from rectification.engine import installed, made_by
from rectification.ledger import readings
from rectification.rules import kept


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of our own, with a module, a room and what lies below it."""
    for name in ("one.py", "room/a.py", "room/words.yml", "room/below/b.py", "room/note.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    monkeypatch.setattr(engine, "files", lambda _: tmp_path)
    monkeypatch.setattr(engine.rectification, "__file__", str(tmp_path / "__init__.py"))
    made_by.cache_clear()
    installed.cache_clear()
    yield tmp_path
    made_by.cache_clear()
    installed.cache_clear()


@pytest.mark.parametrize(
    ("name", "another"),
    [("one.py", True), ("room/a.py", True), ("room/words.yml", True), ("room/below/b.py", False)],
)
def test_another_text_is_another_engine(package: Path, name: str, another: bool) -> None:
    before = made_by("one.py", "room")
    assert before == made_by("one.py", "room")
    (package / name).write_text("another")
    made_by.cache_clear()
    assert (made_by("one.py", "room") != before) is another


def test_another_library_or_fact_is_another_engine(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = made_by("one.py", libraries=("pydantic", "no-such-library"))
    assert made_by("one.py") != before
    assert made_by("one.py", facts=(4,)) != made_by("one.py", facts=(8,))
    monkeypatch.setattr(engine, "version", lambda name: "0")
    made_by.cache_clear()
    assert made_by("one.py", libraries=("pydantic", "no-such-library")) != before


def test_any_file_of_ours_counts_for_what_is_installed(package: Path) -> None:
    before = installed()
    (package / "room/note.txt").write_text("another")
    installed.cache_clear()
    assert installed() != before


def test_what_reads_and_what_judges_is_there() -> None:
    """A place that is renamed must be renamed where it is named."""
    own = Path(engine.__file__).parent
    assert all((own / place).exists() for place in (*readings._MADE_BY, *kept._ROOMS))
    assert {"source", "model"} <= {*readings._MADE_BY} & {*kept._ROOMS}
