"""A worker without a process: the same calls on the same submission inside the grader. For comparison only.

It protects nothing, so it exists in the benchmarks alone: what it costs less than a real worker is the price of
isolation.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.worker import main
from grader.worker.client import ImportReport, Reply, WorkerSpec


class NoChannel:
    """Stands where the channel is; nothing is ever sent."""


class InlineSession(main.Session):
    """The worker's session, with callbacks answered by a plain call."""

    def __init__(self, spec: WorkerSpec) -> None:
        config = {
            "root": str(spec.root),
            "package_dir": str(spec.package_dir),
            "package_name": spec.package_name,
            "reply_bytes": spec.reply_bytes,
        }
        super().__init__(NoChannel(), config)  # type: ignore[arg-type]
        self.callbacks: Mapping[str, Callable[..., Any]] = {}

    def _ask(self, name: str, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        given, named = self._objects.to_wire(list(args)), self._objects.to_wire(kwargs)
        answer = self.callbacks[name](*given, **({"method": method} if method else {}), **named)
        return self._objects.to_live(answer)


class InlineWorker:
    """The part of `grader.worker.client.Worker` that the runner uses, in this process."""

    alive = True

    def __init__(self, spec: WorkerSpec, zygote: object = None) -> None:
        self.sandbox: dict[str, str] = {}
        self._session = InlineSession(spec)

    def start(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""

    def load(self, bare: bool = False) -> ImportReport:
        """Import the package."""
        self._session._prepare(False)
        self._session._import("")
        return ImportReport(ok=True)

    def cpu_s(self) -> float:
        """Return nothing: all CPU time is this process's."""
        return 0.0

    def call(
        self,
        target: Any,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        *,
        deadline_s: float = 5.0,
        callbacks: Mapping[str, Callable[..., Any]] | None = None,
        **options: Any,
    ) -> Reply:
        """Call as the worker does."""
        self._session.callbacks = callbacks or {}
        started = time.perf_counter()
        with open(os.devnull, "w") as nowhere:
            saved, main.sys.stdout = main.sys.stdout, nowhere
            try:
                value, after = self._session._call(target, list(args), dict(kwargs or {}), **options)
            finally:
                main.sys.stdout = saved
        return Reply(value, after[0] if after else None, "", time.perf_counter() - started, 0.0)

    def checkpoint(self, folder: Path, dtype: str | None = None, **_: Any) -> Any:
        """Load a checkpoint."""
        return self._session._checkpoint(str(folder), dtype)

    def stand_in(self, kind: str, name: str, **spec: Any) -> Any:
        """Make a stand-in."""
        return self._session._stand_in(kind, name, spec)

    def release(self, *handles: Any) -> None:
        """Forget objects."""
        self._session._release(list(handles))
