"""A stand-in for a session, and small checks: what the executor says can be seen without a worker."""

from __future__ import annotations

from types import SimpleNamespace

from grader.course import inputs
from grader.course.model import Matches, Task, grid
from grader.run.execute import Executor
from grader.run.oracle_cache import OracleCache
from grader.worker.client import Reply


class FakeSession:
    """Answers every call with `answer(target, call)`, a value or a fault to raise."""

    def __init__(self, answer, printed=""):
        self.answer, self.printed, self.calls, self.renewed = answer, printed, 0, 0

    def invoke(self, target, call, *, public, deadline_s, echo=False, callbacks=None):
        self.calls += 1
        value = self.answer(target, call)
        if isinstance(value, BaseException):
            raise value
        if isinstance(value, Reply):
            return value
        return Reply(value, tuple(call.args.values()) if echo else None, self.printed, 0.0, 0.0)

    def renew(self):
        self.renewed += 1

    def on(self, device):
        self.device = device

    def cpu_s(self):
        return 0.0


def softmax(**changes):
    """Return a check of softmax with two public and two hidden cases, float32."""
    settings = {
        "name": "softmax",
        "sentence": "softmax equals PyTorch's",
        "points": 2.0,
        "target": "basics.softmax",
        "inputs": inputs.softmax,
        "oracle": "basics.softmax",
        "tolerance": "softmax",
        "axis_names": ("row", "column"),
        "public": grid(shape=[(2, 3), (4, 3)], axis=[-1], dtype=["float32"]),
        "hidden": grid(shape=[(17, 19), (23, 29)], axis=[-1], dtype=["float32"]),
    }
    return Matches(**{**settings, **changes})


def task(*checks, **changes):
    """Return a task of these checks."""
    return Task(
        **{"id": "9.1", "title": "T", "day": 1, "target": "basics.softmax", "checks": checks, **changes}
    )


def cache(seed=77):
    """Return the oracles' answers for checks without checkpoints."""
    return OracleCache(seed, SimpleNamespace(folder=None))


def outcome(check, answer, include_hidden=True, only_case=None, printed=""):
    """Return what the executor finds out about a submission that answers with `answer`."""
    executor = Executor(FakeSession(answer, printed), cache(), include_hidden)
    return executor.run(task(check), check, only_case)
