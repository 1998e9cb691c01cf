"""Work that can be told of in short, shared out to processes."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from ctypes import c_longlong
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from multiprocessing.context import ForkContext

_WORTH_A_PROCESS = 200  # jobs: below that, starting a process costs more than it saves
_LARGE = 16  # first jobs: these are taken one by one
_CLAIM = 8  # jobs a process takes at a time: few enough to end together, enough to be worth the asking
_TURNS = 32  # of all processes together, at least: of few jobs each may be large


class WorkerError(Exception):
    """A job failed in another process; the message is its traceback."""


class RefusalError(Exception):
    """What is said to the user as it is, whichever process meets it: the message says all there is to say."""


Told = TypeVar("Told")
Job = Callable[[], Told]


def on_both_cores(jobs: Sequence[Job[Told]], *, least: int = _WORTH_A_PROCESS) -> list[Told]:
    """Do every job, on as many processes as there are cores, and return what they return, in any order.

    A job must only write files of its own; what it returns is sent between processes, so it should be short.
    Fewer jobs than `least` are not worth a process.

    A forked process shares all that is loaded, so nothing is copied or sent. Where a process cannot be
    forked safely (other threads run, as in a live preview; no fork on this system), the jobs are done one
    after another. Jobs larger than the others are best put first. Raises what a job raises; from another
    process only an OSError or a RefusalError, and WorkerError for all else.
    """
    workers = _processes() if len(jobs) >= least else 1
    if workers == 1:
        return [job() for job in jobs]
    gc.freeze()  # a collection in a forked process would copy every page it touches
    try:
        context = multiprocessing.get_context("fork")
        taken = RawValue(c_longlong, 0)
        faults: list[Exception] = []
        told: list[Told] = []
        with TemporaryFile() as lock:
            doing = partial(_done, jobs, taken, lock)
            started: list[Apart[list[Told]]] = []
            with suppress(OSError):  # where the system has no room for more processes, fewer will do
                for _ in range(1, workers):
                    started.append(Apart(partial(doing, os.getpid()), context))
            try:
                told += doing(0)
            finally:
                for apart in started:
                    try:
                        told += apart.result()
                    except (OSError, RefusalError, WorkerError) as fault:
                        faults.append(fault)
    finally:
        gc.unfreeze()
    if faults:
        raise faults[0]
    return told


class Apart(Generic[Told]):
    """One job in a process of its own, beside what goes on here."""

    def __init__(self, job: Job[Told], context: ForkContext) -> None:
        self._answers, theirs = context.Pipe(duplex=False)
        # A daemon: a build that fails does not wait for what nobody will ask for any more.
        self._process = context.Process(target=_report, args=(job, theirs, self._answers), daemon=True)
        self._process.start()
        theirs.close()

    def result(self) -> Told:
        """Wait for the job and return what it returned.

        Raises the OSError or RefusalError it ended with, WorkerError where it failed otherwise or was killed.
        """
        try:
            fault, told = self._answers.recv()
        except (EOFError, OSError):  # the latter where it was killed in the midst of its answer
            fault = "A process ended without an answer"
        self._process.join()
        if isinstance(fault, OSError | RefusalError):
            raise fault
        if fault:
            raise WorkerError(fault)
        return told  # type: ignore[no-any-return]


def beside(job: Job[Told]) -> Callable[[], Told]:
    """Start one job beside what goes on here, where a process can be forked; return what waits for it.

    Elsewhere it is done when it is waited for.
    """
    if _processes() == 1:
        return job
    gc.freeze()
    try:
        return Apart(job, multiprocessing.get_context("fork")).result
    except OSError:  # no room for another process
        return job
    finally:
        gc.unfreeze()


def alone() -> bool:
    """Tell whether no other thread runs here, not even one of a library that is no Python.

    In a forked process such threads are gone, and a library that asks them waits for ever.
    """
    try:
        return len([*Path("/proc/self/task").iterdir()]) == 1
    except OSError:
        return False


def idle() -> bool:
    """Tell whether a processor is to spare: where none is, to share work out costs more than it brings."""
    return _busy() <= _processes() - 1


def _busy() -> float:
    """Return how many processors are at work, this process's included."""
    looks = []
    try:
        for _ in range(3):  # what runs for a moment only is none of them
            # The average of the last minute, beside it, still counts what has ended meanwhile.
            looks.append(int(Path("/proc/loadavg").read_text("ascii").split()[3].split("/")[0]))
            time.sleep(0.001)
    except (OSError, IndexError, ValueError):
        return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
    return min(looks)


def _processes() -> int:
    if "fork" not in multiprocessing.get_all_start_methods() or threading.active_count() > 1:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _claimed(jobs: Sequence[Job[Told]], taken: c_longlong, lock: IO[bytes]) -> Iterator[Job[Told]]:
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
            claim = 1 if first < _LARGE else max(1, min(_CLAIM, len(jobs) // _TURNS))
            last = taken.value = min(len(jobs), first + claim)
        finally:
            fcntl.lockf(lock, fcntl.LOCK_UN)
        if first == last:
            return
        yield from jobs[first:last]


def _done(jobs: Sequence[Job[Told]], taken: c_longlong, lock: IO[bytes], parent: int) -> list[Told]:
    told = []
    for job in _claimed(jobs, taken, lock):
        if parent and os.getppid() != parent:  # it was killed: the next build clears away what is here
            break
        told.append(job())
    return told


def _report(job: Job[object], answers: Connection, other_end: Connection) -> None:
    other_end.close()  # else this process would wait for itself to read what a killed one no longer does
    with suppress(BrokenPipeError):
        try:
            answers.send(("", job()))
        except BrokenPipeError:
            raise
        except OSError as error:
            # Not the error itself: it may hold what cannot be sent.
            answers.send((OSError(error.errno, error.strerror, error.filename, None, error.filename2), None))
        except RefusalError as refusal:
            answers.send((refusal, None))
        except BaseException:
            answers.send((traceback.format_exc(), None))
