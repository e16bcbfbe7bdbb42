"""Wrong products with 4-bit weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from grader.oracles.basics import QuantizedLayer, grouped, unpack_4bit
from grader.oracles.mistakes import NotApplicable, mistake

WORD = 8  # numbers in a word
HALF = {"float16": torch.float16, "bfloat16": torch.bfloat16}


def _spread(x: Tensor, group_size: int) -> Tensor:
    """Return one scale per number: `[rows, groups]` as `[rows, groups * group_size]`."""
    return x.repeat_interleave(group_size, dim=-1)


def _product(p: dict[str, Any], weight: Tensor) -> Tensor:
    a: Tensor = p["a"]
    return a @ (weight.mT if p.get("transpose_b") else weight)


Weight = Callable[[Tensor, Tensor, Tensor], Tensor]


def _by_weight(name: str, hint: str, weight: Weight) -> None:
    """Register a mistake that computes a number of the matrix otherwise from `q`, its scale and its bias."""

    def wrong(scales: Tensor, biases: Tensor, group_size: int, b: Tensor, **p: Any) -> Tensor:
        q = unpack_4bit(b).double()
        return _product(p, weight(q, _spread(scales, group_size), _spread(biases, group_size)))

    mistake(name, hint)(wrong)


_by_weight(
    "qmm-nibbles-reversed",
    "the numbers of a word were taken from the highest bits down; the lowest four bits come first",
    lambda q, s, b: s * grouped(q, WORD).flip(-1).flatten(-2) + b,
)
_by_weight(
    "qmm-bytes-swapped",
    "the two numbers of each byte were taken in the wrong order; the lower four bits come first",
    lambda q, s, b: s * grouped(q, 2).flip(-1).flatten(-2) + b,
)
_by_weight("qmm-no-bias", "the biases are ignored; a number is scale * q + bias", lambda q, s, b: s * q)
_by_weight("qmm-no-scale", "the scales are ignored; a number is scale * q + bias", lambda q, s, b: q + b)
_by_weight(
    "qmm-bias-scaled",
    "the bias was added before scaling; a number is scale * q + bias",
    lambda q, s, b: s * (q + b),
)
_by_weight(
    "qmm-bias-subtracted",
    "the bias was subtracted; a number is scale * q + bias",
    lambda q, s, b: s * q - b,
)
_by_weight(
    "qmm-swapped",
    "scales and biases were taken for each other; a number is scale * q + bias",
    lambda q, s, b: b * q + s,
)
_by_weight(
    "qmm-signed",
    "the four bits were read as a signed number from -8 to 7; they are 0 to 15",
    lambda q, s, b: s * torch.where(q > 7, q - 16, q) + b,
)
_by_weight(
    "qmm-three-bits",
    "only three bits of each number were kept; the mask of four bits is 0xF",
    lambda q, s, b: s * (q % 8) + b,
)


@mistake("qmm-first-group", "every group of a row used the scale and bias of the row's first group")
def first_group(scales: Tensor, biases: Tensor, b: Tensor, **p: Any) -> Tensor:
    return _product(p, scales[:, :1] * unpack_4bit(b).double() + biases[:, :1])


@mistake("qmm-first-row", "every row of the matrix used the scales and biases of its first row")
def first_row(scales: Tensor, biases: Tensor, group_size: int, b: Tensor, **p: Any) -> Tensor:
    return _product(
        p, _spread(scales[:1], group_size) * unpack_4bit(b).double() + _spread(biases[:1], group_size)
    )


@mistake("qmm-group-64", "groups of 64 were assumed; use group_size")
def group_64(scales: Tensor, biases: Tensor, group_size: int, b: Tensor, **p: Any) -> Tensor:
    q = unpack_4bit(b).double()
    groups = torch.arange(q.shape[-1]) // 64
    if group_size == 64 or int(groups[-1]) >= scales.shape[-1]:
        raise NotApplicable
    return _product(p, scales[:, groups] * q + biases[:, groups])


@mistake(
    "qmm-scales-transposed",
    "scales and biases were read as [groups, rows]; a row of the matrix has its groups side by side",
)
def scales_transposed(scales: Tensor, biases: Tensor, group_size: int, b: Tensor, **p: Any) -> Tensor:
    turned = (x.reshape(x.shape[-1], x.shape[0]).mT for x in (scales, biases))
    s, t = (_spread(x, group_size) for x in turned)
    return _product(p, s * unpack_4bit(b).double() + t)


def _last_left_out(count: int, inner: Tensor) -> Tensor:
    """Return `inner [..., K]` with the last `count` numbers 0: the loop over K ended before them."""
    kept = inner.clone()
    kept[..., kept.shape[-1] - count :] = 0
    return kept


def _tail(name: str, hint: str, count: Callable[[dict[str, Any]], int]) -> None:
    def wrong(scales: Tensor, biases: Tensor, group_size: int, b: Tensor, **p: Any) -> Tensor:
        weight = _spread(scales, group_size) * unpack_4bit(b).double() + _spread(biases, group_size)
        return _product({**p, "a": _last_left_out(count({**p, "group_size": group_size}), p["a"])}, weight)

    mistake(name, hint)(wrong)


_tail("qmm-last-group-left-out", "the sum ends one group too early", lambda p: int(p["group_size"]))
_tail("qmm-last-word-left-out", "the sum ends one word of eight numbers too early", lambda p: WORD)
_tail("qmm-last-number-left-out", "the sum ends one number too early", lambda p: 1)


@mistake("qmm-first-row-of-a", "every row of the result is that of the first row of a")
def first_row_of_a(scales: Tensor, biases: Tensor, group_size: int, b: Tensor, **p: Any) -> Tensor:
    weight = _spread(scales, group_size) * unpack_4bit(b).double() + _spread(biases, group_size)
    a = p["a"].reshape(-1, p["a"].shape[-1])[:1].expand(p["a"][..., 0].numel(), -1).reshape(p["a"].shape)
    return _product({**p, "a": a}, weight)


@mistake(
    "qmm-half-sums", "the sum was kept in half precision; add up in float32 and round once, when it is stored"
)
def half_sums(
    scales: Tensor, biases: Tensor, group_size: int, b: Tensor, dtype: str = "float32", **p: Any
) -> Tensor:
    if dtype not in HALF:
        raise NotApplicable
    weight = _spread(scales, group_size) * unpack_4bit(b).double() + _spread(biases, group_size)
    weight = weight if p.get("transpose_b") else weight.mT  # [N, K]
    total = torch.zeros(*p["a"].shape[:-1], weight.shape[0], dtype=HALF[dtype])
    for k in range(weight.shape[-1]):
        total = (total.double() + p["a"][..., k, None] * weight[:, k]).to(HALF[dtype])
    return total.double()


def as_it_lies(name: str, x: Tensor, strided: dict[str, tuple[int, int]]) -> Tensor:
    """Return an argument as a kernel sees it that takes it for contiguous."""
    if name not in strided:
        return x
    return x.transpose(*strided[name]).contiguous().reshape(x.shape)


@mistake(
    "qmm-strides-ignored", "a is not contiguous and was read as if it were: use its strides or mx::contiguous"
)
def matmul_strides(
    scales: Tensor,
    biases: Tensor,
    group_size: int,
    b: Tensor,
    strided: dict[str, tuple[int, int]] | None = None,
    **p: Any,
) -> Tensor:
    weight = _spread(scales, group_size) * unpack_4bit(b).double() + _spread(biases, group_size)
    return _product({**p, "a": as_it_lies("a", p["a"], strided or {})}, weight)


@mistake("qlinear-no-bias", "the bias of the layer is ignored; add it to the product")
def linear_no_bias(x: Tensor, w: QuantizedLayer, bias: Tensor | None = None, **_: object) -> Tensor:
    weight = _spread(w.scales, w.group_size) * unpack_4bit(w.weight).double()
    return x @ (weight + _spread(w.biases, w.group_size)).mT


@mistake("qlinear-bias-twice", "the bias of the layer was added twice")
def linear_bias_twice(x: Tensor, w: QuantizedLayer, bias: Tensor | None = None, **_: object) -> Tensor:
    if bias is None:
        raise NotApplicable
    return linear_no_bias(x, w) + 2 * bias


@mistake(
    "qlinear-weight-biases-ignored", "the biases of the groups are ignored; a number is scale * q + bias"
)
def linear_no_weight_biases(x: Tensor, w: QuantizedLayer, bias: Tensor | None = None, **_: object) -> Tensor:
    weight = _spread(w.scales, w.group_size) * unpack_4bit(w.weight).double()
    product: Tensor = x @ weight.mT
    return product if bias is None else product + bias
