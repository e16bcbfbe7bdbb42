"""Timed conversations: what they return, and that time is counted where it is spent, early and late work included."""

from __future__ import annotations

import struct
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.worker.client import Array, Fault, WorkerSpec, Zygote
from grader.worker.timing import TimedWorker

MODULE = """
    import os
    import sys
    import threading
    import time

    import mlx.core as mx

    def burn(seconds):
        end = time.thread_time() + seconds
        while time.thread_time() < end:
            pass

    def double(x):
        return x * 2

    def works(x):
        burn(0.05)
        return x * 2

    def waits(x):
        time.sleep(0.05)
        return x * 2

    def threads():
        return os.environ.get("KERNELS_THREADS", ""), sorted(os.sched_getaffinity(0))

    def fails(x):
        raise ValueError("no")

    def works_early():
        worker = sys.modules["submission_worker.values"].Objects
        to_live = worker.to_live
        def eager(self, value):
            burn(0.05)
            return to_live(self, value)
        worker.to_live = eager

    def works_late():
        worker = sys.modules["submission_worker.values"].Objects
        to_wire = worker.to_wire
        def late(self, live):
            burn(0.05)
            return to_wire(self, live)
        worker.to_wire = late

    def burns_for_ever():
        threading.Thread(target=lambda: burn(1e9), daemon=True).start()
"""

Start = Callable[[], TimedWorker]


def array(*numbers: float) -> Array:
    return Array("float32", (len(numbers),), struct.pack(f"<{len(numbers)}f", *numbers))


@pytest.fixture
def timed(tmp_path: Path, zygote: Zygote) -> Iterator[TimedWorker]:
    """A timed worker on the module above, pinned to the first core."""
    package = tmp_path / "snapshot" / "tiny_llm"
    package.mkdir(parents=True)
    (package / "basics.py").write_text(textwrap.dedent(MODULE))
    (package / "__init__.py").touch()
    worker = TimedWorker(WorkerSpec(package, "tiny_llm", package.parent), zygote)
    worker.start()
    worker.prepare({"KERNELS_THREADS": "1"}, 0)
    worker.load()
    yield worker
    worker.stop()


def test_every_call_has_arguments_and_a_result_of_its_own(timed: TimedWorker) -> None:
    sets = [([array(1, 2)], {}), ([], {"x": array(3)})]
    found = timed.converse("basics.double", sets, deadline_s=5)
    assert found.values == [array(2, 4), array(6)]


def test_an_idle_conversation_hands_back_the_argument_and_calls_nothing(timed: TimedWorker) -> None:
    sets = [([array(1, 2), array(5)], {})]
    assert timed.converse("basics.fails", sets, deadline_s=5, idle=1).values == [array(5)]


def test_the_environment_and_the_core_are_set_before_the_submission_runs(timed: TimedWorker) -> None:
    assert timed.call("basics.threads").value == ("1", [0])


def test_an_exception_leaves_the_worker_alive(timed: TimedWorker) -> None:
    with pytest.raises(Fault, match="no"):
        timed.converse("basics.fails", [([array(1)], {})], deadline_s=5)
    assert timed.converse("basics.double", [([array(1)], {})], deadline_s=5).values == [array(2)]


def test_work_in_the_call_is_cpu_time_of_the_call(timed: TimedWorker) -> None:
    found = timed.converse("basics.works", [([array(1)], {})], deadline_s=5)
    assert found.cpu_s >= 0.05
    assert found.whole_cpu_s >= found.cpu_s


def test_waiting_is_wall_time_and_no_cpu_time(timed: TimedWorker) -> None:
    found = timed.converse("basics.waits", [([array(1)], {})], deadline_s=5)
    assert found.wall_s >= 0.05
    assert found.cpu_s < 0.05


@pytest.mark.parametrize("hook", ["works_early", "works_late"])
def test_work_outside_of_the_call_is_cpu_time_of_the_whole(timed: TimedWorker, hook: str) -> None:
    timed.call(f"basics.{hook}")
    found = timed.converse("basics.double", [([array(1)], {})], deadline_s=5)
    assert found.cpu_s < 0.05 <= found.whole_cpu_s
    assert found.whole_wall_s >= 0.05


def test_a_parked_worker_takes_no_time(timed: TimedWorker) -> None:
    timed.call("basics.burns_for_ever")
    timed.converse("basics.double", [([array(1)], {})], deadline_s=5)
    before = timed.cpu_s()
    time.sleep(0.1)
    assert timed.cpu_s() - before < 0.01
    timed.wake()
    time.sleep(0.1)
    assert timed.cpu_s() - before > 0.01


def test_a_worker_cannot_choose_its_core_again(timed: TimedWorker) -> None:
    with pytest.raises(Fault, match="not permitted"):
        timed.call("basics.os.sched_setaffinity", [0, [0]])
