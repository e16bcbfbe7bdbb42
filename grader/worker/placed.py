"""Calls that are timed, inside the worker: arguments are placed first, then called on, then results are fetched.

Three requests in place of one, so that the grader can time the call without the transport of its arguments. What
the arguments will be used for is not known when they are placed. Nothing here measures: the clock is outside.
Functions of MLX are those that `values` took before the first line of student code.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .values import Objects
from .wire import Handle


class Placed:
    """Live arguments of one call that may come."""

    def __init__(self, args: list[Any], kwargs: dict[str, Any]) -> None:
        self.args = args
        self.kwargs = kwargs


class Kept:
    """The evaluated result of one call; an object of its own, whatever the result is."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Timed:
    """The operations of timed calls.

    Args:
        objects: the worker's table of objects.
        function: finds what a target and a method name.
    """

    def __init__(self, objects: Objects, function: Callable[[Any, str | None], Any]) -> None:
        self._objects, self._function = objects, function

    def operations(self) -> dict[str, Callable[..., Any]]:
        """Return the operations by the name that a request has."""
        return {
            "environment": self._environment,
            "place": self._place,
            "timed": self._timed,
            "fetch": self._fetch,
        }

    def _environment(self, variables: Mapping[str, str]) -> None:
        os.environ.update(variables)  # also for compiled code, which asks when it first needs one

    def _place(self, sets: Sequence[Sequence[Any]]) -> list[Handle]:
        live = self._objects.to_live
        return [self._objects.keep(Placed(live(args), live(kwargs))) for args, kwargs in sets]

    def _timed(
        self, target: Any, sets: Sequence[Handle], method: str | None = None, idle: int | None = None
    ) -> list[Handle]:
        """Call on each set in turn and evaluate; with `idle`, hand back the argument of that number instead."""
        function = self._function(target, method) if idle is None else None
        kept = []
        for handle in sets:
            placed: Any = self._objects.get(handle)
            result = placed.args[idle] if function is None else function(*placed.args, **placed.kwargs)
            self._objects.evaluate(result)
            kept.append(self._objects.keep(Kept(result)))
        return kept

    def _fetch(self, results: Sequence[Handle], sets: Sequence[Handle]) -> list[object]:
        found = []
        for handle in results:
            kept: Any = self._objects.get(handle)
            found.append(self._objects.to_wire(kept.value))
        for handle in (*results, *sets):
            self._objects.release(handle)
        return found
