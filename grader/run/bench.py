"""What a scenario works with: calls on the submission, numbers of its own, and a way to say what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from grader.course.model import Case, Checkpoint, Scenario
from grader.course.scenarios.served import Step
from grader.result import Message
from grader.run.findings import Failed
from grader.run.served import first_wrong
from grader.worker.client import Reply
from grader.worker.wire import Handle

NEUTRAL = {
    "wrong-feed": "other tokens were fed to the model",
    "wrong-answer": "another token than the one that the checkpoint has learned",
    "stopped-early": "generation ended too early",
    "late-stop": "the model was called again after EOS",
    "no-stop": "the model was called again after EOS",
    "not-called": "the model was never called",
    "sampler-ignored": "the sampler was not called",
    "not-logprobs": "numbers that are not log-probabilities",
    "wrong-distribution": "draws that do not follow the distribution",
    "wrong-token": "another token",
    "out-of-range": "a token id that does not exist",
    "wrong-values": "an array of the right shape, with elements outside",
    "nan": "an array of the right shape, with NaN",
    "infinite": "an array of the right shape, with infinite elements",
    "wrong-dtype": "an array of another kind of numbers",
    "wrong-offset": "another offset",
    "wrong-cache": "other caches than in the first call",
    "wrong-prompt": "a text to encode that is none of the prompts",
    "wrong-text": "another text",
    "wrong-index": "texts under other indices",
    "not-batched": "requests that wait for each other",
    "accepted": "an answer",
    "wrong-shape": "an array of another shape",
    "wrong-type": "no integer array",
    "none": "None",
    "changed-input": "an argument was changed in place",
}
"""What a hidden part of a scenario tells: the kind of thing that is wrong."""

if TYPE_CHECKING:
    from grader.run.oracle_cache import OracleCache
    from grader.run.session import Session


class Bench:
    """One scenario's view of a submission. `called` is kept up to date for the message of a fault."""

    def __init__(
        self, session: Session, cache: OracleCache, task_id: str, check: Scenario, include_hidden: bool
    ) -> None:
        self._session, self._cache, self._check = session, cache, check
        self._task_id = task_id
        self.include_hidden = include_hidden
        self.public = True  # whether the numbers of the part that is played now may be told
        self.called = check.sentence
        self.passed = 0
        self.total = 0

    def generator(self, public: bool, index: int = 1) -> np.random.Generator:
        """Return a generator of numbers: the same everywhere if `public`, secret otherwise."""
        return self._cache.generator(self._task_id, self._check, Case({}, public, index))

    def call(
        self,
        target: str | Handle,
        *args: Any,
        by_name: Mapping[str, Any] | None = None,
        callbacks: Mapping[str, Callable[..., object]] | None = None,
        drop: Sequence[str] = (),
        method: str | None = None,
        as_handle: bool = False,
        echo: bool = False,
        repeat: int = 1,
        complete: bool = False,
    ) -> Reply:
        """Call the submission; `drop` names keyword arguments that an older signature may lack.
        With `repeat` the value is a list of results. Unless the arguments are `complete`, an `offset` that an older
        signature requires is filled in.

        Raises:
            Fault: what the submission did in place of answering.
        """
        self._session.refuse(target)
        return self._session.worker(self.public).call(
            target,
            list(args),
            dict(by_name or {}),
            deadline_s=self._check.deadline_s,
            method=method,
            as_handle=as_handle,
            echo=echo,
            optional={} if complete else {"offset": 0},
            drop=tuple(drop),
            callbacks=dict(callbacks or {}),
            repeat=repeat,
        )

    def construct(self, target: str, *args: Any, drop: Sequence[str] = (), **by_name: Any) -> Handle:
        """Call the submission and keep what it returns in the worker; `drop` as in `call`."""
        value = self.call(target, *args, by_name=by_name, drop=drop, as_handle=True).value
        assert isinstance(value, Handle)
        return value

    def checkpoint(self, name: str, dtype: str = "float32") -> Handle:
        """Build a checkpoint's model tree in the worker."""
        return self.tree(Checkpoint(name, dtype))

    def tree(self, checkpoint: Checkpoint) -> Handle:
        """Build a checkpoint's model tree in the worker, a secret one for a hidden part."""
        folder = self._cache.folders.folder(checkpoint)
        return self._session.worker(self.public).checkpoint(folder, checkpoint.dtype)

    def judge(self, steps: Sequence[Step], checkpoint: Checkpoint) -> None:
        """End the scenario if the logits of a step are not what its rows' sequences get alone.

        Raises:
            Failed: they are not.
        """
        folder = self._cache.folders.folder(checkpoint)
        wrong = first_wrong(steps, folder, checkpoint.dtype, "model", self._check.mistakes)
        if wrong is None:
            return
        finding = wrong.finding
        if not self.public:
            self.fail(finding.kind, finding.expected, finding.got, wrong.hint)
        raise Failed(
            Message(
                kind=finding.kind,
                called=wrong.step.called,
                expected=finding.expected,
                got=finding.got,
                region=finding.region,
                map=finding.map,
                hint=wrong.hint,
            )
        )

    def stand_in(self, kind: str, name: str, **spec: Any) -> Handle:
        """Build a stand-in in the worker that calls back `callbacks[name]`."""
        return self._session.worker(self.public).stand_in(kind, name, **spec)

    def done(self) -> None:
        """Count one part of the scenario as passed."""
        self.passed += 1
        self.total = max(self.total, self.passed)

    def fail(self, kind: str, expected: str, got: str, hint: str = "", called: str = "") -> NoReturn:
        """End the scenario with a message.

        Raises:
            Failed: always.
        """
        if not self.public:
            expected, got, called = self._check.sentence, NEUTRAL.get(kind, "something else"), self.hidden()
        raise Failed(Message(kind=kind, called=called or self.called, expected=expected, got=got, hint=hint))

    def hidden(self) -> str:
        """Return the line "what" of a hidden part: none of its numbers."""
        return f"{self._check.function.partition('.')[0]}, a hidden part of this check"
