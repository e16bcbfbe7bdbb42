"""Bounds of shares: known values, and the rule of three."""

from __future__ import annotations

import pytest

from grader.bench.rates import Rate, upper_bound


@pytest.mark.parametrize("total", [100, 400, 1000])
def test_nothing_in_many_is_about_three_in_many(total):
    """1 - 0.05 ** (1 / n) exactly."""
    assert upper_bound(0, total) == pytest.approx(1 - 0.05 ** (1 / total), rel=1e-9)
    assert upper_bound(0, total) == pytest.approx(3 / total, rel=0.02)


def test_known_bounds():
    """One of one is no bound at all; 1 of 2 leaves sqrt(0.95), since 1 - p ** 2 = 0.05."""
    assert upper_bound(1, 1) == 1.0
    assert upper_bound(1, 2) == pytest.approx(0.95**0.5)


def test_the_bound_falls_with_the_number_and_grows_with_the_count():
    assert upper_bound(3, 400) > upper_bound(2, 400) > upper_bound(2, 500)


def test_a_count_that_is_none_is_refused():
    with pytest.raises(ValueError, match="between 0 and total"):
        upper_bound(5, 4)


def test_a_rate_says_what_was_seen_and_what_may_be():
    assert str(Rate(0, 400)) == "0 of 400 (0.0 %, at most 0.7 %)"
    assert Rate(0, 0).share == 0.0
