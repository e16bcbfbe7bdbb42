"""Inputs of a shape from a seed, the same for everybody, and the rows by which a result is checked. Numpy only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.bench.shapes import GROUP_SIZE, MATMUL, Shape

Numbers = npt.NDArray[Any]


@dataclass(frozen=True)
class Inputs:
    """The arguments of one call by name; bfloat16 as uint16 bits, packed weights as uint32."""

    dtype: str
    arrays: dict[str, Numbers]

    def __getitem__(self, name: str) -> Numbers:
        return self.arrays[name]


def encode(values: Numbers, dtype: str) -> Numbers:
    """Round numbers to a dtype; bfloat16 comes as its bits, rounded to nearest even."""
    if dtype != "bfloat16":
        return values.astype(dtype)
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def decode(values: Numbers, dtype: str) -> Numbers:
    """Return the numbers in float64."""
    if dtype != "bfloat16":
        return values.astype(np.float64)
    return (values.astype(np.uint32) << 16).view(np.float32).astype(np.float64)


def make(shape: Shape, seed: int) -> Inputs:
    """Return the arguments of one call of a shape.

    A product has `a [M, K]`, `b [N, K / 8]` packed, `scales` and `biases [N, K / 64]`; attention has
    `query [1, H_q, L, D]`, `key` and `value [1, H, S, D]`.
    """
    random = np.random.default_rng(seed)

    def normal(*sizes: int) -> Numbers:
        return encode(random.standard_normal(sizes, np.float32), shape.dtype)

    if shape.op == MATMUL:
        words = random.integers(0, 1 << 32, (shape.columns, shape.inner // 8), np.uint32)
        scales = random.uniform(0.01, 0.03, (shape.columns, shape.inner // GROUP_SIZE)).astype(np.float32)
        arrays = {"a": normal(shape.rows, shape.inner), "b": words, "scales": encode(scales, shape.dtype)}
        arrays["biases"] = encode(-7.5 * scales, shape.dtype)
        return Inputs(shape.dtype, arrays)
    keys = (1, shape.kv_heads, shape.length, shape.head_dim)
    query = normal(1, shape.heads, shape.rows, shape.head_dim)
    return Inputs(shape.dtype, {"query": query, "key": normal(*keys), "value": normal(*keys)})


def numbers_of(inputs: Inputs) -> Numbers:
    """Return the integers in packed weights: `[N, K]`, uint8."""
    shifts = np.arange(0, 32, 4, dtype=np.uint32)
    words = inputs["b"]
    found: Numbers = ((words[:, :, None] >> shifts) & 15).astype(np.uint8)
    rows: Numbers = found.reshape(len(words), -1)
    return rows


def weights_of(inputs: Inputs) -> Numbers:
    """Return the weights that were packed: `[N, K]`, float32."""
    scales, biases = (
        decode(inputs[name], inputs.dtype).astype(np.float32).repeat(GROUP_SIZE, axis=1)
        for name in ("scales", "biases")
    )
    return numbers_of(inputs) * scales + biases


def expected(shape: Shape, inputs: Inputs) -> Numbers:
    """Return the last row of the result: `[N]` of a product, `[H_q, D]` of attention."""
    if shape.op == MATMUL:
        last = decode(inputs["a"][-1:], shape.dtype)[0].astype(np.float32)
        product: Numbers = weights_of(inputs) @ last
        return product.astype(np.float64)
    query, key, value = (decode(inputs[name][0], shape.dtype) for name in ("query", "key", "value"))
    groups = shape.heads // shape.kv_heads
    key, value = key.repeat(groups, axis=0), value.repeat(groups, axis=0)
    scores = np.einsum("hd,hsd->hs", query[:, -1], key) / math.sqrt(shape.head_dim)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    found: Numbers = np.einsum("hs,hsd->hd", weights / weights.sum(axis=1, keepdims=True), value)
    return found


def last_row(shape: Shape, result: Numbers) -> Numbers:
    """Return the part of a result, `[M, N]` or `[1, H_q, L, D]`, that `expected` gives."""
    return result.reshape(shape.rows, -1)[-1] if shape.op == MATMUL else result[0, :, -1]


def relative_error(got: Numbers, want: Numbers) -> float:
    """Return the norm of the difference over that of what is right; infinite if anything is not finite."""
    got = np.asarray(got, np.float64)
    if got.shape != want.shape or not np.isfinite(got).all():
        return math.inf
    return float(np.linalg.norm(got - want) / np.linalg.norm(want))
