"""Work that only writes files, shared out to processes."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection

_WORTH_A_PROCESS = 200  # jobs: below that, starting a process costs more than it saves


class WorkerError(Exception):
    """A job failed in another process; the message is its traceback."""


def on_both_cores(jobs: Sequence[Callable[[], None]]) -> None:
    """Do every job, on as many processes as there are cores; each job must only write files of its own.

    A forked process shares all that is loaded, so nothing is copied or sent. Where a process cannot be
    forked safely (other threads run, as in a live preview; no fork on this system), the jobs are done one
    after another. Raises what a job raises, or WorkerError from another process.
    """
    workers = _processes() if len(jobs) >= _WORTH_A_PROCESS else 1
    if workers == 1:
        _do(jobs)
        return
    gc.freeze()  # a collection in a forked process would copy every page it touches
    try:
        context = multiprocessing.get_context("fork")
        started = []
        for n in range(1, workers):
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_report, args=(jobs[n::workers], theirs))
            process.start()
            theirs.close()
            started.append((process, ours))
        try:
            _do(jobs[0::workers])
        finally:
            faults = [_answer(ours) for _, ours in started]
            for process, _ in started:
                process.join()
    finally:
        gc.unfreeze()
    for fault in faults:
        if fault:
            raise WorkerError(fault)


def _processes() -> int:
    if "fork" not in multiprocessing.get_all_start_methods() or threading.active_count() > 1:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _do(jobs: Sequence[Callable[[], None]]) -> None:
    for job in jobs:
        job()


def _report(jobs: Sequence[Callable[[], None]], answer: Connection) -> None:
    try:
        _do(jobs)
        answer.send("")
    except BaseException:
        answer.send(traceback.format_exc())


def _answer(worker: Connection) -> str:
    try:
        return str(worker.recv())
    except EOFError:
        return "A process that stamped pages ended without an answer"
