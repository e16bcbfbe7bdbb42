"""A Dask cluster, started by the documented commands, gives the same answers, and a worker that ends costs nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.classroom.cluster import cluster
from grader.classroom.packed import Packed
from grader.classroom.work import Job
from grader.errors import CannotJudge
from tests import fake_grading

pytest.importorskip("distributed", reason="Dask is an optional extra")
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # of Dask's own sockets
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.xdist_group("dask"),
]
ROOT = Path(__file__).resolve().parents[3]
DASK = (sys.executable, "-m", "dask")


def job(key: str, **files: str) -> Job:
    contents = {name: text.encode() for name, text in files.items()}
    return Job(key, Packed(f"sha-{key}", "student", "", contents), week=1, seed=1, course="c")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler and two workers on this machine."""
    place = tmp_path_factory.mktemp("dask")
    file = place / "scheduler.json"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_LOGGING__DISTRIBUTED": "error"}
    started = []

    def start(*line: str) -> None:
        log = (place / f"log{len(started)}").open("wb")
        started.append(
            subprocess.Popen(
                [*DASK, *line], cwd=place, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        )

    start("scheduler", "--port", "0", "--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file))
    for _ in range(2):
        start("worker", "--scheduler-file", str(file), "--nthreads", "1", "--no-dashboard")
    try:
        end = time.monotonic() + 60
        while not file.exists() and time.monotonic() < end:
            time.sleep(0.05)
        yield json.loads(file.read_text())["address"]
    finally:
        for process in reversed(started):
            os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def test_a_cluster_answers_every_job(address: str):
    """Twenty jobs: twenty answers."""
    with cluster(address, fake_grading.echo) as engine:
        found = {d.key: d.result["submission"] for d in engine.carry_out(job(f"k{i}") for i in range(20))}
    assert found == {f"k{i}": f"sha-k{i}" for i in range(20)}


def test_gates_run_one_at_a_time_on_a_machine(address: str, tmp_path: Path):
    """Two workers of one machine never measure at once."""
    jobs = [job(f"k{i}", place=str(tmp_path)) for i in range(8)]
    with cluster(address, fake_grading.tells_when) as engine:
        found = [d.result["others"] for d in engine.carry_out(jobs, alone=True)]
    assert found == [0] * 8


def test_a_worker_that_is_killed_costs_nothing(address: str, tmp_path: Path):
    """A worker's process that is killed in the middle takes its jobs with it; another one does them."""
    told = tmp_path / "once"
    told.touch()
    jobs = [job(f"k{i}", **({"once": str(told)} if i == 3 else {})) for i in range(10)]
    with cluster(address, fake_grading.dies_if_told) as engine:
        found = {d.key: bool(d.result) for d in engine.carry_out(jobs)}
    assert not told.exists()
    assert found == {f"k{i}": True for i in range(10)}


def test_nobody_at_the_address_is_one_sentence(monkeypatch: pytest.MonkeyPatch):
    """A wrong address ends with a sentence that names it."""
    monkeypatch.setattr("grader.classroom.cluster.CONNECT_S", 1.0)
    with pytest.raises(CannotJudge, match=r"^no Dask scheduler answers at tcp://127.0.0.1:9 \("):  # noqa: SIM117
        with cluster("tcp://127.0.0.1:9", fake_grading.echo):
            pass
