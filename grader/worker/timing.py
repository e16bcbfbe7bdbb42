"""A worker whose calls are timed from outside: pinned, parked while it is not its turn, watched by its CPU clock.

The trusted side. A conversation is `place`, `timed`, `fetch`: the wall clock and the CPU clock of the process are read
around `timed` and around all of it, so that nothing is gained by working early (a thread that sees the
arguments) or late (a result that is evaluated when it is fetched).

Covered: everything that the process's own threads compute in its turn. Between turns it is stopped by a signal that
cannot be caught, so it neither works ahead nor takes time or caches from the other side. Not covered: another
process of the same submission, which the sandbox does not let it have. Without Linux there are neither cores to pin to
nor a CPU clock: the wall decides alone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .client import Worker
from .wire import Handle

ArgumentSet = tuple[Sequence[Any], Mapping[str, Any]]
"""Arguments of one call by position and by keyword: wire values."""


@dataclass(frozen=True)
class Conversation:
    """What one conversation gave and took, in seconds."""

    values: list[Any]  # one result per set
    wall_s: float  # the timed calls
    cpu_s: float  # the process meanwhile; 0.0 where it cannot be read
    whole_wall_s: float  # from before the arguments until after the results
    whole_cpu_s: float


class TimedWorker(Worker):
    """A worker for timed calls. Use it as every other one, then `pin`, `park`, and `converse` in turns."""

    def prepare(self, environment: Mapping[str, str], core: int | None) -> bool:
        """Set variables and the only core that the process may use, before its first thread and student code.

        Returns:
            Whether it is pinned.
        """
        if self.pid is None:
            self.start()
        pinned = core is not None and self._pin(core)
        self._exchange({"op": "environment", "variables": dict(environment)}, self.spec.import_s)
        return pinned

    def park(self) -> None:
        """Stop the process until `wake`."""
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Let the process go on."""
        self._signal(signal.SIGCONT)

    def converse(
        self,
        target: str | Handle,
        sets: Sequence[ArgumentSet],
        *,
        deadline_s: float,
        method: str | None = None,
        idle: int | None = None,
        callbacks: Mapping[str, Callable[..., Any]] | None = None,
    ) -> Conversation:
        """Place the arguments, make the calls, fetch the results, and say what it took. Wakes and parks the process.

        Args:
            target: as in `call`.
            sets: the arguments of each call.
            deadline_s: for each of the three requests.
            method: as in `call`.
            idle: make no call: hand back the argument of this number.
            callbacks: as in `call`.

        Raises:
            Fault: as `call`.
        """
        self.wake()
        cpu, started = self.cpu_s(), time.perf_counter()
        placed = self._handles(
            self._exchange({"op": "place", "sets": [[list(a), dict(k)] for a, k in sets]}, deadline_s),
            len(sets),
        )
        request = {"op": "timed", "target": target, "sets": placed, "method": method, "idle": idle}
        cpu_before, before = self.cpu_s(), time.perf_counter()
        answer = self._exchange(request, deadline_s, callbacks)
        wall_s, cpu_s = time.perf_counter() - before, self.cpu_s() - cpu_before
        kept = self._handles(answer, len(sets))
        values = self._exchange({"op": "fetch", "results": kept, "sets": placed}, deadline_s)
        whole_wall_s, whole_cpu_s = time.perf_counter() - started, self.cpu_s() - cpu
        self.park()
        if type(values) is not list or len(values) != len(sets):
            raise self._malformed()
        return Conversation(values, wall_s, cpu_s, whole_wall_s, whole_cpu_s)

    def peak_bytes(self) -> int:
        """Return the most memory that the process has held resident (VmHWM); 0 where it cannot be read."""
        with contextlib.suppress(OSError), open(f"/proc/{self.pid}/status", "rb") as file:
            _, found, rest = file.read(8192).partition(b"VmHWM:")
            return int(rest.split(None, 1)[0]) << 10 if found else 0
        return 0

    def _pin(self, core: int) -> bool:
        try:
            os.sched_setaffinity(self.pid or 0, {core})
        except (AttributeError, OSError):
            return False
        return True

    def _signal(self, number: signal.Signals) -> None:
        if self._child is not None:
            with contextlib.suppress(OSError):  # it has ended: the next request says how
                self._child.send(number)

    def _handles(self, answer: Any, count: int) -> list[Handle]:
        if type(answer) is list and len(answer) == count and all(type(item) is Handle for item in answer):
            return answer
        raise self._malformed()
