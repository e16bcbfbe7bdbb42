"""What is said about hidden cases where all public ones pass."""

from __future__ import annotations


def hidden_cases(week: int) -> str:
    """Return how the hidden cases of a week are tried."""
    return f"hidden cases are tried when it is graded; grader submit week{week} packs what you hand in."
