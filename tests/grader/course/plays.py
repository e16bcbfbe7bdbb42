"""A bench for scenarios without a worker: the submission is a Python function of the test's own."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from grader.course.arrays import make, numbers
from grader.result import Message
from grader.run.findings import Failed
from grader.worker.client import Reply, StopCall
from grader.worker.faults import Fault


class FakeBench:
    """Plays the grader's side; `submission` is called in place of a worker.

    For sampling `submission(temp, top_p, top_k)` returns `sample(logprobs [B, V]) -> ids`; for generation
    `submission(model, encode, sampler)` generates, where `model(ids)` returns logits and `sampler` may be None.
    """

    def __init__(self, submission, seed=0, include_hidden=True):
        self.submission, self.seed, self.include_hidden = submission, seed, include_hidden
        self.called, self.passed, self.public = "", 0, True

    def generator(self, public, index=1):
        return np.random.default_rng([1 if public else self.seed + 2, index])

    def construct(self, target, *args, **by_name):
        return self.submission(*args)

    def stand_in(self, kind, name, **spec):
        return name

    def done(self):
        self.passed += 1

    def fail(self, kind, expected, got, hint="", called=""):
        raise Failed(Message(kind, called or self.called, expected, got, hint=hint))

    def call(self, target, *args, repeat=1, callbacks=None, by_name=None, echo=False, **_):
        if callbacks is not None:
            return self._generate(callbacks, (by_name or {}).get("sampler"))
        values = [target(args[0]) for _ in range(repeat)]
        return Reply(values if repeat > 1 else values[0], args if echo else None, "", 0.0, 0.0)

    def _generate(self, callbacks, sampler):
        side = SimpleNamespace(printed="")

        def model(ids):
            return numbers(callbacks["model"](make(np.asarray(ids), "int32")))[0]

        def encode(text):
            return callbacks["tokenizer"](text, method="encode")

        def choose(logprobs):
            return int(numbers(callbacks[sampler](make(logprobs, "float32")))[0])

        try:
            value = self.submission(model, encode, choose if sampler else None, side)
        except StopCall as stop:
            raise Fault("ERROR", stop.reason, "StopCall") from stop
        return Reply(value, None, side.printed, 0.0, 0.0)


def outcome(scenario, bench):
    """Return "" if the scenario passes, otherwise the kind of its message, and the hint."""
    try:
        scenario(bench)
    except Failed as failure:
        return failure.message.kind, failure.message.hint.removesuffix(" (reproduces your frequencies)")
    return "", ""
