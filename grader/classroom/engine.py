"""Carries out jobs: on the processes of this machine, or on a Dask cluster, with the same code and the same answers.

Covered: a process that is killed, or a machine that goes away, costs the jobs that it held another try; a job that
ends its process twice gets an answer that says so. Not covered: a process that hangs for ever (a run's deadlines end
every worker, and so every run).
Knows nothing about classes, folders or reports.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from typing import Protocol

from grader.classroom.work import Done, Grading, Job, grade

TRIES = 2  # a job that has ended so many processes is not tried again
_PR_SET_PDEATHSIG = 1


class Engine(Protocol):
    """Something that carries out jobs in no certain order."""

    def carry_out(self, jobs: Iterable[Job], alone: bool = False) -> Iterator[Done]:
        """Yield an answer for every job, as they come.

        Args:
            jobs: Read as there is room for more.
            alone: Never two at a time on one machine: for gates of speed.
        """


@contextmanager
def local(processes: int, grading: Grading = grade) -> Iterator[Engine]:
    """Give an engine of so many processes of this machine."""
    engine = _Local(processes, grading)
    try:
        yield engine
    except BaseException:
        engine.kill()  # whoever interrupts does not wait for what is running
        raise
    finally:
        engine.close()


class _Local:
    def __init__(self, processes: int, grading: Grading) -> None:
        self._processes, self._grading = processes, grading
        self._pool: ProcessPoolExecutor | None = None
        self._others = frozenset(multiprocessing.active_children())
        self._tries: Counter[tuple[str, str]] = Counter()

    def carry_out(self, jobs: Iterable[Job], alone: bool = False) -> Iterator[Done]:
        """Yield an answer for every job; those that were held when a process ended are tried again, each alone."""
        source, again = iter(jobs), deque[Job]()
        running: dict[Future[Done], Job] = {}
        while True:
            while len(running) < (1 if alone else self._processes):
                job = next(source, None)
                if job is None:
                    break
                running[self._submit(job)] = job
            if not running:
                if not again:
                    return
                job = again.popleft()
                running[self._submit(job)] = job
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job = running.pop(future)
                done = self._answer(future, job)
                if done is None:
                    again.append(job)
                else:
                    yield done

    def _submit(self, job: Job) -> Future[Done]:
        if self._pool is not None:
            try:
                return self._pool.submit(self._grading, job)
            except BrokenProcessPool:  # one of its processes has ended since
                self.close()
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(self._processes, mp_context=context, initializer=die_with_the_parent)
        return self._pool.submit(self._grading, job)

    def _answer(self, future: Future[Done], job: Job) -> Done | None:
        try:
            return future.result()
        except BrokenProcessPool:
            self._tries[job.key, job.stage] += 1
            return given_up(job) if self._tries[job.key, job.stage] >= TRIES else None

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def kill(self) -> None:
        """End the processes at once; their workers and temporary folders go with them or are swept later."""
        for process in multiprocessing.active_children():
            if process not in self._others:
                process.kill()


def given_up(job: Job) -> Done:
    """Return the answer for a job that ends whatever process takes it."""
    text = f"the grader's process has ended {TRIES} times while it graded this submission"
    return Done(job.key, problem=text, fault="grader")


def die_with_the_parent() -> None:
    """Let this process be killed when the one that started it ends, and leave Ctrl-C to that one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if parent is not None and os.getppid() != parent.pid:
            os._exit(1)  # it has ended before this process could ask to be told
    elif parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
