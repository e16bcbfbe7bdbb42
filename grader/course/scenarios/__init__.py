"""Checks that are a small play rather than one call: generation and sampling.

A scenario is a function `(bench) -> None`; its docstring says what it holds the submission to. It returns if that
holds, and ends with `bench.fail(...)` if not.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.run.bench import Bench


def find(name: str) -> Callable[[Bench], None]:
    """Return the scenario called "module.function".

    Raises:
        LookupError: there is none; the course is wrong, not a submission.
    """
    module, _, function = name.partition(".")
    try:
        scenario: Callable[[Bench], None] = getattr(importlib.import_module(f"{__name__}.{module}"), function)
    except (ImportError, AttributeError) as error:
        raise LookupError(f"no scenario {name!r}") from error
    return scenario
