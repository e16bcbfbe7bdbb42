"""A student's package has no speed gates, so that there is no self-test of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from grader.errors import UsageError

Trial = Any
SelfTest = Any


def self_test(verdicts: int, load: bool, progress: Callable[[Any, int], None]) -> NoReturn:
    """Refuse.

    Raises:
        UsageError: always.
    """
    raise UsageError("speed gates run where submissions are graded; this package has none to be tested")
