"""Week 2's kernels by everything honest at hand, for the margins: the reference's rungs, MLX, PyTorch, other orders.

The reference's own rungs are there if it is built (`make kernels`). Knows nothing about tolerances.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import mlx.core as mx
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from reference import ladder

MATMUL, LINEAR, FLASH = "quantize.quantized_matmul", "quantize.quantized_linear", "attention.flash_attention"
Function = Callable[..., mx.array]


@dataclass(frozen=True)
class Kernel:
    """One honest way to compute the kernels' targets: functions of the arguments by name, as a submission gets them."""

    name: str
    functions: dict[str, Function]
    live: Callable[[Any], Any]  # turns an argument of a call into what the worker would hand on
    sums_in_half: bool = False

    def differs(self, target: str) -> bool:
        """Return whether this has something for the target."""
        return target in self.functions

    def __call__(self, example: Any, folders: Any) -> np.ndarray[Any, Any]:
        """Return the answer in float64; NaN for what a row that sees no key may hold."""
        named = {name: self.live(value) for name, value in example.call.named().items()}
        answer = self.functions[example.check.target](**named)
        return np.array(answer.astype(mx.float32)).astype(np.float64)


def exempt(one: Any, tolerance: str) -> bool:
    """Return whether this keeps sums in half precision, as MLX's product does, and the row is about just that."""
    return isinstance(one, Kernel) and one.sums_in_half and tolerance == "quantized-sum"


def kernels(live: Callable[[Any], Any]) -> Iterator[Kernel]:
    """Yield the implementations."""
    yield Kernel("MLX", {MATMUL: _mlx_matmul, FLASH: _mlx_flash}, live, sums_in_half=True)
    yield Kernel("PyTorch", {MATMUL: _torch_matmul, FLASH: _torch_flash}, live)
    yield Kernel("weights rounded", {MATMUL: _rounded_matmul, LINEAR: _linear(_rounded_matmul)}, live)
    yield Kernel("terms apart", {MATMUL: _apart_matmul, LINEAR: _linear(_apart_matmul)}, live)
    module = _built()
    if module is None:
        return
    for rung in range(1, module.quantized_matmul_rungs + 1):
        matmul = partial(ladder.quantized_matmul, rung)
        yield Kernel(f"rung {rung}", {MATMUL: matmul, LINEAR: _linear(matmul)}, live)
    for rung in range(1, module.flash_attention_rungs + 1):
        yield Kernel(f"rung {rung}", {FLASH: partial(ladder.flash_attention, rung)}, live)


def _built() -> Any:
    from kernels import load

    try:
        return load()
    except ImportError:
        return None


def _mlx_matmul(
    scales: mx.array,
    biases: mx.array,
    group_size: int,
    bits: int,
    a: mx.array,
    b: mx.array,
    transpose_b: bool = False,
) -> mx.array:
    product = mx.quantized_matmul(
        a if a.ndim > 1 else a[None],
        b,
        scales=scales,
        biases=biases,
        transpose=transpose_b,
        group_size=group_size,
        bits=bits,
    )
    return product if a.ndim > 1 else product[0]


def _linear(matmul: Function) -> Function:
    def linear(x: mx.array, w: Any, bias: mx.array | None = None) -> mx.array:
        y = matmul(w.scales, w.biases, w.group_size, w.bits, x, w.weight, True)
        return y if bias is None else y + bias

    return linear


def _dense(scales: mx.array, biases: mx.array, group_size: int, b: mx.array, dtype: mx.Dtype) -> mx.array:
    """Return the matrix, every step rounded to `dtype`."""
    q = (b[..., None] >> mx.arange(0, 32, 4, dtype=mx.uint32) & 15).flatten(-2).astype(dtype)
    s, t = (mx.repeat(x, group_size, axis=-1).astype(dtype) for x in (scales, biases))
    return s * q + t


def _product(a: mx.array, weight: mx.array, transpose_b: bool) -> mx.array:
    wide = weight.astype(mx.float32)
    return (a.astype(mx.float32) @ (wide.T if transpose_b else wide)).astype(a.dtype)


def _rounded_matmul(
    scales: mx.array,
    biases: mx.array,
    group_size: int,
    bits: int,
    a: mx.array,
    b: mx.array,
    transpose_b: bool = False,
) -> mx.array:
    return _product(a, _dense(scales, biases, group_size, b, a.dtype), transpose_b)


def _apart_matmul(
    scales: mx.array,
    biases: mx.array,
    group_size: int,
    bits: int,
    a: mx.array,
    b: mx.array,
    transpose_b: bool = False,
) -> mx.array:
    zero = mx.zeros_like(biases)
    scaled, shift = (_dense(*pair, group_size, b, mx.float32) for pair in ((scales, zero), (zero, biases)))
    wide = a.astype(mx.float32)
    terms = (wide @ (m.T if transpose_b else m) for m in (scaled, shift))
    return sum(terms, mx.zeros(())).astype(a.dtype)


def _torch(x: mx.array) -> Tensor:
    kind = {mx.float16: torch.float16, mx.bfloat16: torch.bfloat16}.get(x.dtype, torch.float32)
    return torch.from_numpy(np.array(x.astype(mx.float32))).to(kind)


def _back(x: Tensor) -> mx.array:
    return mx.array(x.float().numpy())


def _torch_matmul(
    scales: mx.array,
    biases: mx.array,
    group_size: int,
    bits: int,
    a: mx.array,
    b: mx.array,
    transpose_b: bool = False,
) -> mx.array:
    weight = _torch(_dense(scales, biases, group_size, b, a.dtype))
    return _back(functional.linear(_torch(a), weight if transpose_b else weight.T))


def _mask(mask: mx.array | str | None, query: mx.array, key: mx.array) -> mx.array | None:
    if not isinstance(mask, str):
        return mask
    rows, keys = query.shape[-2], key.shape[-2]
    hidden = mx.arange(keys) > mx.arange(rows)[:, None] + (keys - rows)
    return mx.where(hidden, -mx.inf, 0.0).astype(query.dtype)


def _mlx_flash(
    query: mx.array,
    key: mx.array,
    value: mx.array,
    scale: float | None = None,
    mask: mx.array | str | None = None,
) -> mx.array:
    four = [x.reshape(-1, *x.shape[-3:]) for x in (query, key, value)]
    factor = query.shape[-1] ** -0.5 if scale is None else scale
    additive = _mask(mask, query, key)
    out = mx.fast.scaled_dot_product_attention(*four, scale=factor, mask=additive)
    return out.reshape(query.shape)


def _torch_flash(
    query: mx.array,
    key: mx.array,
    value: mx.array,
    scale: float | None = None,
    mask: mx.array | str | None = None,
) -> mx.array:
    q, k, v = (_torch(x) for x in (query, key, value))
    repeats = q.shape[-3] // k.shape[-3]
    k, v = k.repeat_interleave(repeats, -3), v.repeat_interleave(repeats, -3)
    additive = _mask(mask, query, key)
    with torch.no_grad():
        return _back(
            functional.scaled_dot_product_attention(
                q, k, v, attn_mask=None if additive is None else _torch(additive), scale=scale
            )
        )
