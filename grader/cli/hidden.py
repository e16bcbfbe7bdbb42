"""What is said about hidden cases where all public ones pass."""

from __future__ import annotations


def hidden_cases(week: int) -> str:
    """Return how the hidden cases of a week are tried."""
    return f"grader submit week{week} tries the hidden ones too."
