"""How counts of the Metal simulator are written in a report: numbers and ratios as words. Knows nothing about HTML."""

from __future__ import annotations

import math

from grader.metal_result import Count
from grader.speed_result import three

PROXY = "Counts of the simulator: proxies, not time. They rank kernels; no GPU was timed."


def figure(value: float) -> str:
    """Write a count: `12`, `4,096`, `1.25`."""
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"


def ratio(count: Count) -> str:
    """Write how many times the other count it is: `1.25x`."""
    return "no bound" if math.isinf(count.ratio) else f"{three(count.ratio)}x"


def limit(count: Count) -> str:
    """Write the largest ratio that passes; `-` where none is set."""
    return "-" if count.limit is None else f"{three(count.limit)}x"


def exceeds(count: Count) -> bool:
    """Tell whether the count is over its limit."""
    return count.limit is not None and count.ratio > count.limit
