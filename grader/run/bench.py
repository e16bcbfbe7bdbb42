"""What a scenario works with: calls on the submission, numbers of its own, and a way to say what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from grader.course.model import Case, Check, Checkpoint
from grader.result import Message
from grader.run.findings import Failed
from grader.worker.client import Reply
from grader.worker.wire import Handle

if TYPE_CHECKING:
    from grader.run.execute import OracleCache
    from grader.run.session import Session


class Bench:
    """One scenario's view of a submission. `called` is kept up to date for the message of a fault."""

    def __init__(
        self, session: Session, cache: OracleCache, task_id: str, check: Check, include_hidden: bool
    ) -> None:
        self._session, self._cache, self._check = session, cache, check
        self._task_id = task_id
        self.include_hidden = include_hidden
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
    ) -> Reply:
        """Call the submission; `drop` names keyword arguments that an older signature may lack.
        With `repeat` the value is a list of results.

        Raises:
            Fault: what the submission did in place of answering.
        """
        self._session.refuse(target)
        return self._session.worker.call(
            target,
            list(args),
            dict(by_name or {}),
            deadline_s=self._check.deadline_s,
            method=method,
            as_handle=as_handle,
            echo=echo,
            optional={"offset": 0},
            drop=tuple(drop),
            callbacks=dict(callbacks or {}),
            repeat=repeat,
        )

    def construct(self, target: str, *args: Any, **by_name: Any) -> Handle:
        """Call the submission and keep what it returns in the worker."""
        value = self.call(target, *args, by_name=by_name, as_handle=True).value
        assert isinstance(value, Handle)
        return value

    def checkpoint(self, name: str, dtype: str = "float32") -> Handle:
        """Build a checkpoint's model tree in the worker."""
        folder = self._cache.folders.folder(Checkpoint(name, dtype))
        return self._session.worker.checkpoint(folder, dtype)

    def stand_in(self, kind: str, name: str, **spec: Any) -> Handle:
        """Build a stand-in in the worker that calls back `callbacks[name]`."""
        return self._session.worker.stand_in(kind, name, **spec)

    def done(self) -> None:
        """Count one part of the scenario as passed."""
        self.passed += 1
        self.total = max(self.total, self.passed)

    def fail(self, kind: str, expected: str, got: str, hint: str = "", called: str = "") -> NoReturn:
        """End the scenario with a message.

        Raises:
            Failed: always.
        """
        raise Failed(Message(kind=kind, called=called or self.called, expected=expected, got=got, hint=hint))
