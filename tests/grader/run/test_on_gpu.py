"""Which checks on Metal kernels are carried out on a Mac, which in the simulator alone, and which not at all."""

from __future__ import annotations

import pytest

from grader.course.metal import OnGpu, Safe, Traffic
from grader.course.model import FasterThan, Matches
from grader.course.week2.day3 import T23
from grader.course.week2.day5 import T25
from grader.result import Verdict
from grader.run import on_gpu, speed
from grader.run.execute import Executor
from grader.run.outcome import Outcome
from grader.run.rivals import NoRival
from grader.worker import build_metallib, metal_process

CHECKS = (*T23.checks, *T25.checks)


@pytest.fixture
def mac(monkeypatch):
    """A system that says that it is a Mac, with Apple's compiler."""
    monkeypatch.setattr(metal_process.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(build_metallib, "_tool", lambda: "/usr/bin/metal")


def test_on_a_mac_what_only_the_simulator_sees_is_skipped_with_the_reason(mac):
    """Numbers, builds and the policy are judged; safety and replays say who can."""
    skipped = {check.name for check in CHECKS if on_gpu.unavailable(check)}
    assert skipped == {check.name for check in CHECKS if isinstance(check, (OnGpu, Safe))}
    assert {on_gpu.unavailable(check) for check in CHECKS if isinstance(check, Safe)} == {on_gpu.UNSEEN}
    assert not any(on_gpu.unavailable(check) for check in CHECKS if isinstance(check, Matches))


def test_on_a_mac_time_is_taken_in_place_of_counts(mac):
    """Every check of counts has a gate of the same name's kind, of the same kernel, with the ratio of its bytes."""
    counted = [check for check in CHECKS if isinstance(check, Traffic)]
    assert len(counted) == 3
    for check in counted:
        gate = on_gpu.gate(check)
        assert isinstance(gate, FasterThan)
        assert gate.target == check.target
        assert gate.threshold == check.limits[0].threshold
        assert gate.name == check.name.replace("traffic", "time")
        assert gate.rival.target.startswith("ladder.")


def test_a_check_of_counts_is_handed_to_its_gate(mac, monkeypatch):
    """The executor carries the gate out, with the task that has the GPU, and returns its outcome."""
    handed = []

    class Faster:
        def __init__(self, check, task, grounds):
            handed.append((check, task.device))

        def run(self):
            return Outcome(Verdict.PASS, 1, 1)

    monkeypatch.setattr("grader.run.speed.Faster", Faster)
    monkeypatch.setattr("grader.run.execute.guarded", lambda check, task, target, run: run())
    executor = Executor.__new__(Executor)
    executor._grounds = None
    check = next(check for check in T23.checks if isinstance(check, Traffic))
    assert executor._run(check, T23, None).verdict is Verdict.PASS
    assert handed == [(check.timed, "gpu")]


def test_the_reference_races_on_the_gpu_too(monkeypatch):
    """Its worker has the task's device, and no peak of the CPU bounds what may be believed."""
    asked = []

    class Grounds:
        session = type("Session", (), {"refuse": staticmethod(lambda target: None)})

        def rival(self):
            return self

        def worker(self, core, environment, device):
            asked.append(device)
            raise NoRival("that far and no further")

    def machine():
        raise AssertionError("the CPU's peak was asked for")

    monkeypatch.setattr(speed, "machine", machine)
    check = next(check for check in T25.checks if isinstance(check, Traffic))
    with pytest.raises(NoRival, match="that far"):
        speed.Faster(check.timed, T25, Grounds()).run()
    assert asked == ["gpu"]


def test_without_apples_compiler_nothing_of_these_tasks_is_judged(mac, monkeypatch):
    """Every check is skipped, and what is missing is said."""
    monkeypatch.setattr(build_metallib, "_tool", lambda: "")
    assert all("install Xcode" in on_gpu.unavailable(check) for check in CHECKS)


def test_where_kernels_are_simulated_counts_are_compared(monkeypatch):
    """On Linux no check of counts turns into a gate of time."""
    monkeypatch.setattr(metal_process.platform, "system", lambda: "Linux")
    assert [on_gpu.gate(check) for check in CHECKS if isinstance(check, Traffic)] == [None] * 3
