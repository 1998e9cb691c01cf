"""Jobs shared out to processes: each is done once, and a fault in any is told."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from rectification.workers import WorkerError, on_both_cores


def _append(path: Path) -> None:
    with path.open("a", encoding="utf-8") as stream:
        stream.write("x")


def _fail() -> None:
    raise ZeroDivisionError("a job's own fault")


@pytest.mark.parametrize("number", [0, 3, 199, 200, 205, 1000])
def test_every_job_is_done_once(tmp_path: Path, number: int) -> None:
    on_both_cores([partial(_append, tmp_path / str(n)) for n in range(number)])
    assert {int(path.name) for path in tmp_path.iterdir()} == set(range(number))
    assert all(path.read_text() == "x" for path in tmp_path.iterdir())


@pytest.mark.parametrize("place", [0, 1, 100, 499])
def test_a_fault_is_told_wherever_it_is(tmp_path: Path, place: int) -> None:
    jobs = [partial(_append, tmp_path / str(n)) for n in range(500)]
    with pytest.raises((ZeroDivisionError, WorkerError), match="own fault"):
        on_both_cores([*jobs[:place], _fail, *jobs[place:]])
