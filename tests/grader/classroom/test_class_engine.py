"""The engine answers every job, whatever happens to its processes."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from grader.classroom.engine import local
from grader.classroom.packed import Packed
from grader.classroom.work import Job
from tests import fake_grading


def job(key: str, **files: str) -> Job:
    contents = {name: text.encode() for name, text in files.items()}
    return Job(key, Packed(f"sha-{key}", "student", "", contents), week=1, seed=1, course="c")


def answers(grading, jobs, processes=2, alone=False):
    with local(processes, grading) as engine:
        return {done.key: done for done in engine.carry_out(jobs, alone)}


def test_every_job_gets_one_answer():
    """Twenty jobs on two processes: twenty answers, made by no more than two processes."""
    found = answers(fake_grading.echo, [job(f"k{i}") for i in range(20)])
    assert {key: done.result["submission"] for key, done in found.items()} == {
        f"k{i}": f"sha-k{i}" for i in range(20)
    }
    assert len({done.place for done in found.values()}) <= 2


def test_jobs_are_read_as_there_is_room():
    """A class of hundreds is never in memory as a whole."""
    read = []

    def source():
        for i in range(10):
            read.append(i)
            yield job(f"k{i}")

    with local(2, fake_grading.echo) as engine:
        for number, _ in enumerate(engine.carry_out(source()), start=1):
            assert len(read) <= number + 2


def test_a_process_that_is_killed_costs_nothing(tmp_path: Path):
    """A process that ends once takes its jobs with it, and they are done by another one."""
    told = tmp_path / "once"
    told.touch()
    jobs = [job(f"k{i}", **({"once": str(told)} if i == 3 else {})) for i in range(8)]
    found = answers(fake_grading.dies_if_told, jobs)
    assert not told.exists()
    assert {key: bool(done.result) for key, done in found.items()} == {f"k{i}": True for i in range(8)}


def test_a_job_that_always_ends_its_process_is_given_up(tmp_path: Path):
    """It gets an answer that says so; every other job is done."""
    told = tmp_path / "always"
    told.touch()
    jobs = [job(f"k{i}", **({"always": str(told)} if i == 0 else {})) for i in range(6)]
    found = answers(fake_grading.dies_if_told, jobs)
    assert found["k0"].result is None
    assert found["k0"].fault == "grader"
    assert found["k0"].problem == "the grader's process has ended 2 times while it graded this submission"
    assert all(found[f"k{i}"].result for i in range(1, 6))


@pytest.mark.parametrize("alone", [True, False])
def test_gates_run_one_at_a_time(tmp_path: Path, alone: bool):
    """Alone means that no other job runs on this machine meanwhile; otherwise they do."""
    jobs = [job(f"k{i}", place=str(tmp_path)) for i in range(12)]
    found = answers(fake_grading.tells_when, jobs, alone=alone)
    assert len(found) == 12
    assert (max(done.result["others"] for done in found.values()) == 0) is alone


def test_whoever_interrupts_does_not_wait():
    """An exception in the middle ends the processes at once, and comes through as it is."""
    jobs = [job("first"), *(job(f"k{i}", sleep="600") for i in range(4))]

    def interrupted() -> None:
        with local(2, fake_grading.sleeps) as engine:
            next(iter(engine.carry_out(jobs)))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [p for p in multiprocessing.active_children() if "Spawn" in p.name] == []
