"""Jobs shared out to processes: each is done once, and a fault in any is told."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest

from rectification import workers
from rectification.workers import Apart, WorkerError, idle, on_both_cores


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


def _meet_no_room() -> None:
    raise OSError(errno.ENOSPC, "no room", "page.html")


def test_what_could_not_be_written_is_told_as_what_it_is() -> None:
    """Not as the traceback of another process."""
    with pytest.raises(OSError, match="no room") as caught:
        Apart(_meet_no_room, get_context("fork")).result()
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, "page.html")


def _answer_at_length() -> bytes:
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGKILL)).start()
    return bytes(1 << 20)  # more than a pipe holds


def test_a_process_killed_in_the_midst_of_its_answer_is_told_of() -> None:
    apart = Apart(_answer_at_length, get_context("fork"))
    apart._process.join()
    with pytest.raises(WorkerError, match="without an answer"):
        apart.result()


def test_where_there_is_no_room_for_a_process_the_others_do_its_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fork() -> int:
        raise OSError(errno.EAGAIN, "no more processes")

    monkeypatch.setattr(os, "fork", fork)
    on_both_cores([partial(_append, tmp_path / str(n)) for n in range(300)])
    assert len([*tmp_path.iterdir()]) == 300


def test_no_processor_is_to_spare_while_all_are_at_work() -> None:
    spinning = [
        subprocess.Popen(
            [sys.executable, "-c", "print(1, flush=True)\nwhile True: pass"], stdout=subprocess.PIPE
        )
        for _ in range(os.cpu_count() or 1)
    ]
    try:
        for process in spinning:
            assert process.stdout is not None
            process.stdout.readline()
        assert not idle()
    finally:
        for process in spinning:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


@pytest.mark.parametrize(
    ("running", "spare"), [([1, 1, 1], True), ([9, 9, 1], True), ([2, 3, 2], False), ([9, 9, 9], False)]
)
def test_what_runs_for_a_moment_is_no_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, running: list[int], spare: bool
) -> None:
    told = iter(running)
    monkeypatch.setattr(workers, "_processes", lambda: 2)
    monkeypatch.setattr(Path, "read_text", lambda path, encoding: f"9.9 9.9 9.9 {next(told)}/96 1\n")
    assert idle() is spare


def test_where_the_system_does_not_tell_the_last_minute_does(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(path: Path, encoding: str) -> str:
        raise FileNotFoundError(path)

    monkeypatch.setattr(workers, "_processes", lambda: 2)
    monkeypatch.setattr(Path, "read_text", missing)
    for load, spare in ((0.4, True), (1.7, False)):
        monkeypatch.setattr(os, "getloadavg", lambda load=load: (load, 0.0, 0.0))
        assert idle() is spare
