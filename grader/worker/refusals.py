"""Takes away, inside the worker and before the submission is imported, the functions that a task forbids.

Each is replaced by one that raises, wherever a module of MLX holds it, and the original is dropped: no reference to it
is left in the process. Loading MLX's compiled part a second time ends the process. Not covered: a submission that
finds the function in MLX's library by its address (with `ctypes`, or from its own C++), or that computes the same by
other functions. Knows nothing about tasks.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn


class Forbidden(Exception):
    """A function was called that the task forbids."""


def install(refused: Iterable[tuple[str, str]]) -> None:
    """Replace functions by ones that raise.

    Args:
        refused: (dotted name, sentence) each: a function ("mlx.core.dequantize"), or a module of which all functions
            are meant ("mlx.core.fast"). Names that this version of MLX lacks are passed over.
    """
    for name, sentence in refused:
        for owner, attribute in list(_places(name)):
            original = vars(owner)[attribute]
            _replace(original, _refusal(f"{owner.__name__}.{attribute}", sentence))


def _places(name: str) -> Iterator[tuple[types.ModuleType, str]]:
    """Yield the module and the name in it of each function that `name` means."""
    parent, _, attribute = name.rpartition(".")
    owner = importlib.import_module(parent)
    found = vars(owner).get(attribute)
    if isinstance(found, types.ModuleType):
        yield from ((found, n) for n, v in vars(found).items() if callable(v) and not isinstance(v, type))
    elif found is not None:
        yield owner, attribute


def _replace(original: Any, refusal: Any) -> None:
    for module_name, module in list(sys.modules.items()):
        if module_name.partition(".")[0] != "mlx":
            continue
        for attribute, value in list(vars(module).items()):
            if value is original:
                setattr(module, attribute, refusal)


def _refusal(name: str, sentence: str) -> Any:
    def refused(*args: object, **kwargs: object) -> NoReturn:
        raise Forbidden(sentence)

    refused.__name__ = refused.__qualname__ = name.rpartition(".")[2]
    refused.__module__ = name.rpartition(".")[0]
    return refused
