"""Work that only writes files, shared out to processes."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from ctypes import c_longlong
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import RawValue
from tempfile import TemporaryFile
from typing import IO

_WORTH_A_PROCESS = 200  # jobs: below that, starting a process costs more than it saves
_LARGE = 16  # first jobs: these are taken one by one
_CLAIM = 8  # jobs a process takes at a time: few enough to end together, enough to be worth the asking


class WorkerError(Exception):
    """A job failed in another process; the message is its traceback."""


Job = Callable[[], None]


def on_both_cores(jobs: Sequence[Job]) -> None:
    """Do every job, on as many processes as there are cores; each job must only write files of its own.

    A forked process shares all that is loaded, so nothing is copied or sent. Where a process cannot be
    forked safely (other threads run, as in a live preview; no fork on this system), the jobs are done one
    after another. Jobs larger than the others are best put first. Raises what a job raises, or WorkerError
    from another process.
    """
    workers = _processes() if len(jobs) >= _WORTH_A_PROCESS else 1
    if workers == 1:
        _do(jobs)
        return
    gc.freeze()  # a collection in a forked process would copy every page it touches
    try:
        context = multiprocessing.get_context("fork")
        taken = RawValue(c_longlong, 0)
        started = []
        with TemporaryFile() as lock:
            for _ in range(1, workers):
                ours, theirs = context.Pipe(duplex=False)
                claimed = _claimed(jobs, taken, lock)
                process = context.Process(target=_report, args=(claimed, theirs, os.getpid()))
                process.start()
                theirs.close()
                started.append((process, ours))
            try:
                _do(_claimed(jobs, taken, lock))
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


def _claimed(jobs: Sequence[Job], taken: c_longlong, lock: IO[bytes]) -> Iterator[Job]:
    """Yield jobs that no other process has taken, in their order; the first ones one by one.

    Jobs may differ much in size: a process that has a large one takes fewer of the others. The large ones
    stand first, and are few.
    """
    import fcntl  # where processes are forked, it is there

    while True:
        # The system opens such a lock for the others when the process that holds it is killed.
        fcntl.lockf(lock, fcntl.LOCK_EX)
        try:
            first = taken.value
            last = taken.value = min(len(jobs), first + (1 if first < _LARGE else _CLAIM))
        finally:
            fcntl.lockf(lock, fcntl.LOCK_UN)
        if first == last:
            return
        yield from jobs[first:last]


def _do(jobs: Iterable[Job]) -> None:
    for job in jobs:
        job()


def _report(jobs: Iterable[Job], answer: Connection, parent: int) -> None:
    try:
        for job in jobs:
            if os.getppid() != parent:  # it was killed: the next build clears away what is here
                return
            job()
        answer.send("")
    except BaseException:
        answer.send(traceback.format_exc())


def _answer(worker: Connection) -> str:
    try:
        return str(worker.recv())
    except EOFError:
        return "A process that stamped pages ended without an answer"
