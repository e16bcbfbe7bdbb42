"""MLX's own implementations as the other side of an oracle: float32 there, float64 here, the same numbers."""

from __future__ import annotations

import mlx.core as mx
import numpy as np
import torch

from grader.run.compare import outside, target

MAKE = np.random.default_rng(7)


def numbers(*shape, size=1.0):
    """Return the same random float32 numbers as an MLX array and as a float64 tensor."""
    values = (MAKE.standard_normal(shape) * size).astype(np.float32)
    return mx.array(values), torch.from_numpy(values.astype(np.float64))


def agree(expected, got, row):
    """Return whether MLX's float32 answer lies within the oracle's bound, row `row` of the table of tolerances."""
    want = target(expected, "float32", row)
    values = np.array(got.astype(mx.float32)).astype(np.float64)
    assert values.shape == want.value.shape
    return not outside(values, want.value, want.bound).any()
