"""Carries out jobs on a Dask cluster, whose workers are started in any of the ways that Dask documents.

Each worker has to be one process with one thread (`dask worker ADDRESS --nthreads 1`) in an environment with the same
version of the project; jobs carry what they need, so no folder is shared. A worker that ends costs the jobs that it
held another try on another one. The cluster's network has to be trusted: Dask sends pickled objects. Submissions
never see it: a sandboxed worker has no sockets.

Source: https://distributed.dask.org/en/stable/client.html, https://docs.dask.org/en/stable/deploying.html
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from grader.classroom.engine import Engine, given_up
from grader.classroom.work import Done, Grading, Job, grade
from grader.errors import CannotJudge, UsageError

if TYPE_CHECKING:
    from distributed import Client

AHEAD = 2  # jobs on their way to each worker
CONNECT_S = 10.0
WORKERS_S = 60.0  # until the first worker has to be there


@contextmanager
def cluster(address: str, grading: Grading = grade) -> Iterator[Engine]:
    """Give an engine on the cluster whose scheduler listens at `address`, such as "tcp://10.0.0.1:8786".

    Raises:
        UsageError: Dask is not installed.
        CannotJudge: nobody answers at the address, or no worker comes.
    """
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("a cluster needs Dask: pip install 'grader[cluster]'") from None
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise CannotJudge(f"no Dask scheduler answers at {address} ({type(error).__name__})") from None
    try:
        with suppress(TimeoutError, asyncio.TimeoutError):
            client.wait_for_workers(1, timeout=WORKERS_S)
        if not _hosts(client):
            raise CannotJudge(
                f"the scheduler at {address} has no worker: start one with `dask worker {address} --nthreads 1`"
            )
        yield _Cluster(client, address, grading)
    finally:
        client.close()


class _Cluster:
    def __init__(self, client: Client, address: str, grading: Grading) -> None:
        self._client, self._address, self._grading = client, address, grading
        self._number = 0

    def carry_out(self, jobs: Iterable[Job], alone: bool = False) -> Iterator[Done]:
        """Yield an answer for every job."""
        from distributed import as_completed

        source = iter(jobs)
        held: dict[str, tuple[Job, str]] = {}  # key of a future -> its job and, for one alone, its host
        completed = as_completed([], loop=self._client.loop)
        try:
            self._send(source, held, completed, alone)
            while held:
                future = next(completed)
                job, _ = held.pop(future.key)
                yield self._answer(future, job)
                self._send(source, held, completed, alone)
        except (OSError, asyncio.CancelledError, StopIteration) as error:
            raise CannotJudge(
                f"the cluster at {self._address} has gone away ({type(error).__name__})"
            ) from None
        finally:
            with suppress(Exception):
                completed.clear()

    def _send(
        self, source: Iterator[Job], held: dict[str, tuple[Job, str]], completed: Any, alone: bool
    ) -> None:
        hosts = _hosts(self._client)
        while True:
            free = ""
            if alone:
                busy = {host for _, host in held.values()}
                free = next((host for host in sorted(hosts) if host not in busy), "")
                if not free:
                    return
            elif len(held) >= max(1, AHEAD * sum(hosts.values())):
                return
            job = next(source, None)
            if job is None:
                return
            self._number += 1
            where = {"workers": [free], "allow_other_workers": False} if free else {}
            future = self._client.submit(
                self._grading, job, key=f"{job.key}-{job.stage}-{self._number}", pure=False, **where
            )
            held[future.key] = job, free
            completed.add(future)

    def _answer(self, future: Any, job: Job) -> Done:
        from distributed import KilledWorker

        try:
            done = future.result()
        except KilledWorker:
            return given_up(job)
        if not isinstance(done, Done):
            return Done(job.key, problem="a worker of the cluster has given no answer", fault="grader")
        return done


def _hosts(client: Client) -> Counter[str]:
    """Return how many workers there are on each machine."""
    workers = client.scheduler_info(n_workers=-1)["workers"]
    return Counter(str(about["host"]) for about in workers.values())
