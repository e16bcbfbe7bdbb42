"""Launches of the kernels in ``features/vectors.metal``; the fourth lane of a vector of three is never looked at."""

from __future__ import annotations

import numpy as np

from kernels.simulator import Output
from tests.simulator.feature_cases import Case, feature, whole


@feature("vectors")
def mirror_points() -> Case:
    x = whole(128 * 4).reshape(2, 64, 4)
    arguments = {0: x, 1: Output((128, 4)), 2: Output((2, 64, 3))}
    return Case("mirror_points", arguments, (2,), (64,), {2: x[:, ::-1, 2::-1]})


@feature("vectors")
def turn_words() -> Case:
    x = whole(128 * 4, np.uint64, 0, 1 << 62).reshape(2, 64, 4)
    arguments = {0: x, 1: Output((2, 64, 4), np.uint64)}
    return Case("turn_words", arguments, (2,), (64,), {1: x[:, ::-1, ::-1] + np.uint64(1)})


@feature("vectors")
def fade_colours() -> Case:
    x = whole(64 * 4, np.uint8, 0, 100).reshape(2, 32, 4)
    arguments = {0: x, 1: Output((64, 4), np.uint8), 2: Output((2, 32, 3), np.float16)}
    return Case("fade_colours", arguments, (2,), (32,), {2: x[:, ::-1, :3] / np.array([2, 2, 1])})
