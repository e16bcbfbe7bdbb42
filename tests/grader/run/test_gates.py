"""Gates with plain functions as kernels, through real workers: what each outcome is, and whose fault it is."""

from __future__ import annotations

import textwrap
from contextlib import ExitStack

import pytest

from grader.course import inputs
from grader.course.model import FasterThan, Rival, Task, UsesAtMost
from grader.result import Tier, Verdict
from grader.run.execute import Executor
from grader.run.rivals import Rivals
from grader.run.runner import Resources, worker_spec
from grader.run.session import Session
from grader.worker.submission import find, snapshot

SOFTMAX = """
import mlx.core as mx


def softmax(x, axis):
    return mx.softmax(x, axis=axis)
"""

OFTEN = """
import mlx.core as mx


def softmax(x, axis):
    for _ in range(30):
        y = mx.softmax(x, axis=axis)
        mx.eval(y)
    return y
"""

DENSE = """
import mlx.core as mx


def softmax(x, axis):
    table = mx.ones((x.shape[0], 8192)) * x[0, 0]
    mx.eval(table)
    return mx.softmax(x, axis=axis)
"""

TASK = Task("0.0", "softmax", 1, "basics.softmax", ())
AXES = {"shape": (128, 1024), "axis": -1, "dtype": "float32", "values": "normal"}


def check(**changes):
    settings = {
        "name": "fast",
        "sentence": "softmax is fast",
        "tier": Tier.CORE,
        "points": 1.0,
        "deadline_s": 10.0,
        "target": "basics.softmax",
        "inputs": inputs.softmax,
        "axes": AXES,
        "rival": Rival("the reference", "basics.softmax"),
        "threshold": 4.0,
        "oracle": "basics.softmax",
        "tolerance": "softmax",
        "idle": "x",
        "label": "128 x 1024",
    }
    return FasterThan(**{**settings, **changes})


@pytest.fixture(scope="module")
def resources():
    with ExitStack() as stack:
        yield Resources.open(7, stack)


@pytest.fixture
def race(resources, tmp_path, monkeypatch):
    """Return a function that carries out a gate on a submission's text against a reference's."""
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    with ExitStack() as stack:

        def package(name, text):
            folder = tmp_path / name / "tiny_llm"
            folder.mkdir(parents=True)
            (folder / "basics.py").write_text(textwrap.dedent(text))
            (folder / "__init__.py").touch()
            return folder.parent

        def carry_out(ours, theirs=SOFTMAX, gate=None):
            theirs = package("theirs", theirs) if theirs is not None else tmp_path / "nowhere"
            copy = snapshot(find(package("ours", ours)), tmp_path / "copy")
            rivals = stack.enter_context(Rivals(resources.zygote, (), theirs))
            folders = resources.cache.folders
            spec = worker_spec(copy, folders.readable())
            session = stack.enter_context(Session(spec, resources.zygote, folders))
            return Executor(session, resources.cache, rivals=rivals).run(TASK, gate or check())

        tmp_path.chmod(0o755)
        yield carry_out


def test_what_is_as_fast_as_the_reference_passes_and_shows_its_figures(race):
    found = race(SOFTMAX)
    assert found.verdict is Verdict.PASS
    assert found.message is None
    assert [bar.name for bar in found.speed.bars] == ["yours", "the reference"]
    assert found.speed.verdict == "PASS"
    assert 0.25 < found.speed.cpu[0] < 4
    assert found.speed.peak_flops > 0


def test_what_takes_thirty_times_as_long_fails_with_both_channels(race):
    found = race(OFTEN)
    assert found.verdict is Verdict.FAIL
    assert found.message.kind == "too-slow"
    assert "of the reference's CPU time" in found.message.got
    assert "gate 4.00x" in found.message.got
    assert found.speed.cpu[1] > 4


def test_a_wrong_result_is_no_question_of_speed(race):
    found = race(SOFTMAX.replace("axis=axis)", "axis=axis) * 1.5"))
    assert (found.verdict, found.message.kind, found.speed) == (
        Verdict.FAIL,
        "wrong-values-while-timed",
        None,
    )


def test_what_is_not_written_says_so(race):
    found = race("def softmax(x, axis):\n    raise NotImplementedError('task 0.0')\n")
    assert (found.verdict, found.message.kind) == (Verdict.FAIL, "not-implemented")


@pytest.mark.parametrize(
    ("theirs", "reason"),
    [
        (None, "there is no reference to race against"),
        (
            "def softmax(x, axis):\n    raise ValueError('broken')\n",
            "the reference failed while it was timed",
        ),
        ("raise ImportError('broken')\n", "the reference"),
    ],
)
def test_a_reference_that_is_not_there_costs_no_points(race, theirs, reason):
    found = race(SOFTMAX, theirs)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.held
    assert reason in found.message.got


def test_more_operations_than_the_machine_can_do_are_invalid(race):
    found = race(SOFTMAX, gate=check(flops=1e13))
    assert (found.verdict, found.message.kind) == (Verdict.FAIL, "impossible-speed")
    assert found.speed.verdict == "INVALID"


@pytest.mark.parametrize(("text", "verdict"), [(SOFTMAX, Verdict.PASS), (DENSE, Verdict.FAIL)])
def test_memory_of_a_call_is_seen_from_outside(race, text, verdict):
    """A table of 8192 columns takes 64 MiB at 2048 rows, where 32 MiB may be; softmax takes 1 MiB."""
    sizes = tuple({**AXES, "shape": (rows, 128)} for rows in (2, 64, 2048))
    gate = UsesAtMost(
        "memory",
        "softmax keeps no table",
        deadline_s=10.0,
        target="basics.softmax",
        inputs=inputs.softmax,
        axes=sizes,
        bound_bytes=32 << 20,
        oracle="basics.softmax",
        tolerance="softmax",
        against="room for a few copies",
        labels=("64 rows", "2048 rows"),
    )
    found = race(text, gate=gate)
    assert found.verdict is verdict
    assert found.speed.unit == "memory"
    assert (found.speed.bars[1].median_s > 32 << 20) is (verdict is Verdict.FAIL)
