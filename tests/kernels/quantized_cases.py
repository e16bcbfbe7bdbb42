"""Random quantized products and their exact values, for tests of quantized_matmul, also under sanitizers."""

from collections.abc import Iterator
from dataclasses import dataclass

import mlx.core as mx
import numpy as np

DTYPES = (mx.float32, mx.float16, mx.bfloat16)
EPS = {mx.float32: 2.0**-23, mx.float16: 2.0**-10, mx.bfloat16: 2.0**-7}
# In eps of |a| @ |w|: what rounding the result (half a step) and adding up in float32 may cost.
# Largest seen: 2.9 and 0.48.
MOST = {mx.float32: 8.0, mx.float16: 0.75, mx.bfloat16: 0.75}


@dataclass(frozen=True)
class Product:
    """Operands of one product; `weights` is `[N, K]` or `[K, N]` in float64, as b lies."""

    scales: mx.array
    biases: mx.array
    group_size: int
    a: mx.array
    b: mx.array
    transpose_b: bool
    weights: np.ndarray

    def arguments(self) -> tuple:
        """Return them in the order of quantized_matmul."""
        return self.scales, self.biases, self.group_size, 4, self.a, self.b, self.transpose_b

    def error(self, got: mx.array) -> float:
        """Return the worst error in eps of the magnitude, infinite if shape, dtype or a NaN is wrong."""
        a, w = as_float64(self.a), self.weights.T if self.transpose_b else self.weights
        want, magnitude = a @ w, np.abs(a) @ np.abs(w)
        if got.shape != want.shape or got.dtype != self.a.dtype:
            return float("inf")
        if want.size == 0:
            return 0.0
        errors = np.abs(as_float64(got) - want) / (magnitude * EPS[self.a.dtype] + 1e-30)
        return float(np.nan_to_num(errors, nan=np.inf).max())

    def __str__(self) -> str:
        return (
            f"a {self.a.shape} {self.a.dtype}, b {self.b.shape}, scales {self.scales.dtype}, "
            f"group_size {self.group_size}, transpose_b {self.transpose_b}"
        )


def as_float64(x: mx.array) -> np.ndarray:
    """Return an array's values exactly."""
    return np.array(x.astype(mx.float32)).astype(np.float64)


def product(rng, shape, outer, dtype, *, group_size=64, transpose_b=True, scale_dtype=None) -> Product:
    """Make a product with a of a shape, and `outer` rows of b (N if transpose_b, else K must be shape[-1])."""
    rows, row = (outer, shape[-1]) if transpose_b else (shape[-1], outer)
    packed = rng.integers(0, 2**32, (rows, row // 8), dtype=np.uint32)
    q = (packed[:, :, None] >> (4 * np.arange(8, dtype=np.uint32)) & 15).reshape(rows, row)
    scales, biases = (
        mx.array(rng.normal(size=(rows, row // group_size))).astype(scale_dtype or dtype) for _ in range(2)
    )
    wide = [np.repeat(as_float64(x), group_size, axis=1) for x in (scales, biases)]
    a = mx.array(rng.normal(size=shape)).astype(dtype)
    return Product(scales, biases, group_size, a, mx.array(packed), transpose_b, wide[0] * q + wide[1])


def random_products(count: int, seed: int) -> Iterator[Product]:
    """Yield products of random shapes: ragged M and N, all groups, dtypes and both orientations, 1 to 3 axes."""
    rng = np.random.default_rng(seed)
    heights = (1, 1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 24, 25, 37)
    for _ in range(count):
        group_size = int(rng.choice([32, 64, 128]))
        transpose_b = bool(rng.random() < 0.7)
        dtype, other = (DTYPES[i] for i in rng.integers(3, size=2))
        whole = group_size * int(rng.integers(1, 1 + 640 // group_size))
        ragged = int(rng.integers(1, 140))
        inner, outer = (whole, ragged) if transpose_b else (ragged, whole)
        height = int(rng.choice(heights))
        shape = [(inner,), (height, inner), (2, height, inner)][int(rng.choice([0, 1, 1, 1, 2]))]
        scale_dtype = other if rng.random() < 0.4 else dtype
        yield product(
            rng, shape, outer, dtype, group_size=group_size, transpose_b=transpose_b, scale_dtype=scale_dtype
        )
