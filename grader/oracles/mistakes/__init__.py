"""Named wrong answers. A hint is shown only if one of these reproduces the submission's own numbers.

Each function takes the arguments of the right oracle by name and returns what the mistake computes, or raises
`NotApplicable` where the mistake would not run at all (a shape that does not fit). Each is also a mutant in the tests.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor


class NotApplicable(Exception):
    """This mistake cannot have produced an answer for this case."""


@dataclass(frozen=True)
class Mistake:
    """A named wrong oracle and the sentence that is shown when it reproduces the submission's numbers."""

    name: str
    hint: str
    function: Callable[..., Tensor]


_REGISTRY: dict[str, Mistake] = {}
_MODULES = ("basics", "attention", "positional", "multi_head", "qwen2", "cached", "quantized", "flash")


def mistake(name: str, hint: str) -> Callable[[Callable[..., Tensor]], Callable[..., Tensor]]:
    """Register the decorated function as the mistake `name`.

    Raises:
        ValueError: the name is taken.
    """

    def register(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
        if name in _REGISTRY:
            raise ValueError(f"mistake {name!r} is defined twice")
        function.__doc__ = hint
        _REGISTRY[name] = Mistake(name, hint, function)
        return function

    return register


def registry() -> dict[str, Mistake]:
    """Return every mistake by name."""
    for module in _MODULES:
        importlib.import_module(f"{__name__}.{module}")
    return dict(_REGISTRY)


def find(name: str) -> Mistake:
    """Return the mistake with this name.

    Raises:
        KeyError: no such mistake.
    """
    return registry()[name]
