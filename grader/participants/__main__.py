"""`python -m grader.participants KIND [PATH]`: answers one line of JSON on stdout to each on stdin.

* `prepare` with a shape, a seed, how many sets of inputs, and names: makes the inputs, calls everybody once, and says
  for each name the relative error of the last row or why it cannot take part;
* `time` with a name and a number of calls: makes the calls, each on the next set of inputs, and says the mean seconds.

KIND is mlx, torch or reference; for the last, PATH is the built module of its kernels.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

from grader.bench.inputs import Inputs, expected, last_row, make, relative_error
from grader.bench.shapes import Shape


class Side(Protocol):
    """A library as it takes part."""

    def about(self) -> dict[str, str]:
        """Return version and instruction set."""

    def threads(self, number: int) -> None:
        """Set the number of threads."""

    def prepare(self, name: str, shape: Shape, inputs: Inputs) -> Callable[[], Any]:
        """Return one call; its result may still be to be computed, by `finish`.

        Raises:
            NotImplementedError: it has no such operation.
        """

    def finish(self, results: list[Any]) -> None:
        """Return when all these results are computed, as a model waits for all its layers at once."""

    def numbers(self, result: Any) -> Any:
        """Return a result as a numpy array in float32."""


class Desk:
    """Answers requests for one side."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._calls: dict[str, list[Callable[[], Any]]] = {}
        self._next = 0

    def prepare(self, shape: dict[str, Any], seed: int, copies: int, names: list[str]) -> dict[str, Any]:
        """Make the inputs; return for each name its error or the reason of its absence."""
        self._calls.clear()
        found = Shape(**shape)
        sets = [make(found, seed + i) for i in range(copies)]
        want = expected(found, sets[0])
        answer: dict[str, Any] = {}
        for name in names:
            try:
                calls = [self._side.prepare(name, found, inputs) for inputs in sets]
                got = last_row(found, self._side.numbers(calls[0]()))
            except (NotImplementedError, ValueError, RuntimeError, TypeError, MemoryError) as error:
                answer[name] = f"{type(error).__name__}: {str(error).strip()[:200]}"
                continue
            self._calls[name], answer[name] = calls, relative_error(got, want)
        return answer

    def time(self, name: str, calls: int) -> float:
        """Return the mean seconds of so many calls."""
        functions = self._calls[name]
        turn = [functions[(self._next + i) % len(functions)] for i in range(calls)]
        self._next += calls
        started = time.perf_counter()
        self._side.finish([function() for function in turn])
        return (time.perf_counter() - started) / calls


def _side(kind: str, path: str) -> Side:
    if kind == "torch":
        from grader.participants.torch_side import TorchSide

        return TorchSide()
    if kind == "mlx":
        from grader.participants.mlx_side import MlxSide

        return MlxSide()
    from grader.participants.reference_side import ReferenceSide

    return ReferenceSide(path)


def main() -> int:
    """Answer until stdin ends."""
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a library prints is no answer
    side = _side(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
    side.threads(int(os.environ.get("KERNELS_THREADS", "1")))
    desk = Desk(side)
    channel.write(json.dumps({"about": side.about()}) + "\n")
    for line in sys.stdin:
        request = json.loads(line)
        answer = getattr(desk, request.pop("op"))(**request)
        channel.write(json.dumps({"answer": answer}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
