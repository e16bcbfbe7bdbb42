"""Attention in float64 with the magnitude of its rounding errors, and random calls of it."""

from dataclasses import dataclass

import mlx.core as mx
import numpy as np

EPS = {mx.float32: 2.0**-23, mx.float16: 2.0**-10, mx.bfloat16: 2.0**-7}
TINY = {mx.float32: 2.0**-126, mx.float16: 2.0**-22, mx.bfloat16: 2.0**-126}
DTYPES = tuple(EPS)
C = 4.0  # as the course's tolerance for attention


@dataclass(frozen=True)
class Call:
    """Arguments of flash_attention, and a description for when it fails."""

    query: mx.array
    key: mx.array
    value: mx.array
    scale: float
    mask: mx.array | None
    causal: bool
    note: str = ""

    @property
    def arguments(self):
        return self.query, self.key, self.value, self.scale, self.mask, self.causal


def exact(array):
    """Return an array's numbers in float64."""
    return np.array(array.astype(mx.float32)).astype(np.float64)


def attention(call):
    """Return the result in float64 and the magnitude of each element's rounding errors.

    The magnitude is that of docs/tolerances.md: the sum of p |v|, and each weight again for its score's rounding,
    whose size is the sum of |q| |k| behind it. Rows that see nothing are 0.
    """
    q, k, v = exact(call.query), exact(call.key), exact(call.value)
    group = q.shape[-3] // k.shape[-3] if k.shape[-3] else 1
    k, v = np.repeat(k, group, axis=-3), np.repeat(v, group, axis=-3)
    scores = q @ np.swapaxes(k, -1, -2) * call.scale
    size = np.abs(q) @ np.swapaxes(np.abs(k), -1, -2) * abs(call.scale)
    if call.mask is not None:
        mask = np.broadcast_to(exact(call.mask), scores.shape)
        scores, size = scores + mask, size + np.abs(np.where(np.isfinite(mask), mask, 0))
    if call.causal:
        L, S = scores.shape[-2:]
        scores = np.where(np.arange(S) <= np.arange(L)[:, None] + (S - L), scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True, initial=-np.inf)
    p = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = p.sum(axis=-1, keepdims=True)
    p = p / np.where(total == 0, 1, total)
    spread, plain = p * size, p @ np.abs(v)
    return p @ v, plain + spread @ np.abs(v) + spread.sum(axis=-1, keepdims=True) * plain


def units(got, call):
    """Return the largest error in units of C eps magnitude: right if at most 1; infinite for a NaN."""
    dtype = call.query.dtype
    assert got.dtype == dtype, call.note
    assert got.shape == call.query.shape, call.note
    want, magnitude = attention(call)
    if want.size == 0:
        return 0.0
    # computed in float32 (C units of it), then rounded once to the dtype
    bound = C * EPS[mx.float32] * magnitude + EPS[dtype] * np.abs(want) + TINY[dtype]
    error = np.abs(exact(got) - want) / bound
    return float(np.where(np.isnan(error), np.inf, error).max())


def random_call(seed):
    """Return a call with random shape, dtype, layout and mask; the seed says which."""
    rng = np.random.default_rng(seed)
    dtype = DTYPES[seed % 3]
    leading = tuple(int(n) for n in rng.integers(1, 3, size=seed % 4 % 3))
    H, group = int(rng.integers(1, 4)), int(rng.choice([1, 1, 2, 3, 7, 8, 9]))
    L = int(rng.choice([1, 1, 2, 3, 7, 8, 23, 24, 25, 40]))
    S = int(rng.choice([0, 1, 2, 7, 8, 63, 64, 65, 127, 128, 129, 200, 300]))
    D = int(rng.choice([1, 3, 7, 8, 9, 16, 31, 64, 64, 65, 80, 100, 128, 255, 256]))
    if np.prod(leading) * H * group * L * S * D > 4e6:
        L = min(L, 3)  # the oracle, not the kernel, would take seconds
    layout = str(rng.choice(["dense", "cache", "swapped", "strided", "reversed"]))
    query = _laid_out(rng, layout, (*leading, H * group, L, D), dtype)
    key = _laid_out(rng, layout, (*leading, H, S, D), dtype)
    value = _laid_out(rng, layout, (*leading, H, S, D), dtype)
    mask = _random_mask(rng, leading, H * group, L, S)
    causal = bool(rng.integers(2))
    scale = float(rng.choice([D**-0.5, 1.0, 0.1, 0.0, -0.2]))
    note = f"seed {seed}: {layout} {dtype} query {query.shape} key {key.shape} mask "
    note += f"{None if mask is None else (mask.shape, mask.dtype)} causal {causal} scale {scale:.3g}"
    return Call(query, key, value, scale, mask, causal, note)


def _laid_out(rng, layout, shape, dtype):
    """Return normal numbers of a shape, in memory that is more or less dense."""

    def normal(*shape):
        return mx.array(rng.normal(size=shape)).astype(dtype)

    *leading, heads, rows, D = shape
    if layout == "cache":  # a slice of a longer cache
        return normal(*leading, heads, rows + 5, D)[..., 2 : rows + 2, :]
    if layout == "swapped":  # heads as a projection makes them
        return normal(*leading, rows, heads, D).swapaxes(-2, -3)
    if layout == "strided":  # the last axis is not dense
        return normal(*leading, heads, rows, 2 * D)[..., ::2]
    if layout == "reversed":  # negative strides
        return normal(*shape)[..., ::-1, :]
    return normal(*shape)


def _random_mask(rng, leading, H_q, L, S):
    """Return a mask in one of the shapes that broadcast, or None."""
    full = (*leading, H_q, L, S)
    shapes = [
        (L, S),
        (S,),
        (L, 1),
        (1, L, S),
        (H_q, 1, S),
        full,
        (*leading, 1, L, S),
        (*(1 for _ in leading), 1, L, S),
    ]
    choice = int(rng.integers(len(shapes) + 3))
    if choice >= len(shapes):
        return None
    values = rng.normal(size=shapes[choice])
    values = np.where(rng.random(size=values.shape) < rng.choice([0.0, 0.3, 0.95]), -np.inf, values)
    mask = mx.array(values).astype(DTYPES[int(rng.integers(3))])
    return mask.swapaxes(-1, -2).swapaxes(-1, -2) if mask.ndim > 1 else mask
