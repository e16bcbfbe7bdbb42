"""Input builders of the two kernels: `(case, generator) -> Call`. Numpy only; every number is rounded to its dtype.

Axes beside those of `grader.course.inputs`: `strided`, names of arguments that are not contiguous; `mask_shape` with
"batch" for `[B, 1, L, S]`; `sign` "positive" for numbers of one sign, whose sums grow.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.course.arrays import Float64, make
from grader.course.inputs import Generator, draw, mask_values
from grader.course.model import Call, Case, Layer, Made, Strided
from grader.worker.wire import Array


def _array(case: Case, values: Float64, name: str = "", axes: tuple[int, int] = (-1, -2)) -> Array | Strided:
    array = make(values, case["dtype"])
    return Strided(array, axes) if name in case.get("strided", ()) else array


def _packed(rng: Generator, rows: int, numbers: int) -> Array:
    return make(rng.integers(0, 1 << 32, (rows, numbers // 8), dtype=np.uint64), "uint32")


def _scales(case: Case, rng: Generator, rows: int, numbers: int) -> tuple[Float64, Float64]:
    """Return scales and biases `[rows, groups]`; a bias near -8 scales puts the weights around 0, as trained ones."""
    shape = (rows, numbers // case["group"])
    scales = rng.uniform(0.5, 1.5, shape) * 0.1
    if case.get("sign") == "positive":
        return scales, rng.uniform(0.1, 0.3, shape)
    return scales * rng.choice([-1.0, 1.0], shape), scales * rng.uniform(-9, -6, shape)


def quantized_matmul(case: Case, rng: Generator) -> Call:
    """`a [..., K]` and a packed matrix `[N, K / 8]`, or `[K, N / 8]` if the case has `transpose` False."""
    inner, outer = case["K"], case["N"]
    transposed = case.get("transpose", True)
    rows, numbers = (outer, inner) if transposed else (inner, outer)
    scales, biases = _scales(case, rng, rows, numbers)
    a = draw(case, rng, (*case["lead"], inner))
    a = np.abs(a) if case.get("sign") == "positive" else a
    args: dict[str, Any] = {
        "scales": make(scales, case["dtype"]),
        "biases": make(biases, case["dtype"]),
        "group_size": case["group"],
        "bits": case.get("bits", 4),
        "a": _array(case, a, "a"),
        "b": _packed(rng, rows, numbers),
    }
    return Call(args, {"transpose_b": True} if transposed else {}, dtype=case["dtype"])


def mismatched_matmul(case: Case, rng: Generator) -> Call:
    """A product whose `a` has `more` columns beyond the K of the packed matrix."""
    call = quantized_matmul(case, rng)
    a = draw(case, rng, (*case["lead"], case["K"] + case["more"]))
    return Call({**call.args, "a": make(a, case["dtype"])}, call.by_name, dtype=case["dtype"])


def quantized_linear(case: Case, rng: Generator) -> Call:
    """`x [..., in]`, weights that the submission takes from a 4-bit layer, with or without `bias [out]`."""
    inner, outer = case["K"], case["N"]
    scales, biases = (make(x, case["dtype"]) for x in _scales(case, rng, outer, inner))
    layer = Layer(_packed(rng, outer, inner), scales, biases, case["group"])
    x = make(draw(case, rng, (*case["lead"], inner)), case["dtype"])
    by_name = {"bias": make(draw(case, rng, (outer,), 4.0), case["dtype"])} if case["bias"] else {}
    weights = Made("quantize.QuantizedWeights", "from_mlx_layer", layer)
    return Call({"x": x, "w": weights}, by_name, dtype=case["dtype"])


def flash_attention(case: Case, rng: Generator) -> Call:
    """`query [..., H_q, L, D]`, `key` and `value [..., H, S, D]`, any mask."""
    lead, rows, keys, dim = case["lead"], case["L"], case["S"], case["D"]
    size = case.get("scores", 1.0) ** 0.5  # factor of q and k, so of the scores' square root
    q = draw(case, rng, (*lead, case["H_q"], rows, dim)) * size
    k = draw(case, rng, (*lead, case["H"], keys, dim)) * size
    v = draw(case, rng, (*lead, case["H"], keys, dim))
    if case.get("rising"):
        # keys fit better and better, so that the running maximum changes in every block
        slope = np.linspace(-case["rising"], case["rising"], keys)[:, None] * dim**0.5
        q[..., :1], k[..., :1] = 1.0, slope
    if case.get("sign") == "positive":
        v = np.abs(v)
    arrays = {name: _array(case, x, name, (-2, -3)) for name, x in {"query": q, "key": k, "value": v}.items()}
    by_name: dict[str, Any] = {} if case.get("scale") is None else {"scale": case["scale"]}
    by_name.update(_mask(case, rng, (*lead, case["H_q"], rows, keys)))
    return Call(arrays, by_name, dtype=case["dtype"])


def _mask(case: Case, rng: Generator, full: tuple[int, ...]) -> dict[str, Any]:
    kind = case.get("mask")
    if kind is None:
        return {}
    if kind == "word":
        return {"mask": "causal"}
    shape = {
        "full": full,
        "broadcast": full[-2:],
        "ones": (*(1 for _ in full[:-2]), *full[-2:]),
        "batch": (*full[:-3], 1, *full[-2:]),
    }[case.get("mask_shape", "full")]
    if (
        kind == "late"
    ):  # as in a batch that is padded on the left: nothing in the first blocks of keys is visible
        hidden = np.arange(full[-1]) < full[-1] * 3 // 5
        return {"mask": make(np.broadcast_to(np.where(hidden, -np.inf, 0.0), shape), case["dtype"])}
    if kind != "blind":
        return {"mask": make(mask_values(kind, shape, rng), case["dtype"])}
    values = mask_values("holes", shape, rng)
    values[..., case["blind"], :] = -np.inf  # this row sees nothing
    return {"mask": make(values, case["dtype"])}
