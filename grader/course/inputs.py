"""Input builders: `(case, generator) -> Call`, one per target. Numpy only; every number is rounded to its dtype.

Axes they share: `dtype`; `values`, the size of the numbers ("normal", "small" near 1e-3, "large" near 1e4, "wide" from
1e-3 to 1e3); shapes as tuples or as the letters of the contract (B, L, S, H, H_q, D, E).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.course.arrays import Float64, make
from grader.course.model import Call, Case, Checkpoint, Layer
from grader.worker.wire import Array, Dtype

Generator = np.random.Generator

SIZES = {"normal": 1.0, "small": 1e-3, "tenth": 0.1, "large": 1e4, "ten": 10.0}


def draw(case: Case, rng: Generator, shape: tuple[int, ...], size: float | None = None) -> Float64:
    """Draw numbers of the case's `values`, normally distributed, or log-uniform in magnitude for "wide"."""
    kind = case.get("values", "normal")
    if size is None and kind == "wide":
        return np.asarray(rng.choice([-1.0, 1.0], shape) * 10 ** rng.uniform(-3, 3, shape))
    return np.asarray(rng.standard_normal(shape) * (SIZES[kind] if size is None else size))


def _array(case: Case, values: Float64) -> Array:
    return make(values, case["dtype"])


def softmax(case: Case, rng: Generator) -> Call:
    """`x` of any shape, any axis."""
    x = draw(case, rng, case["shape"])
    return Call({"x": _array(case, x), "axis": case["axis"]}, dtype=case["dtype"])


def linear(case: Case, rng: Generator) -> Call:
    """`x [..., in]`, `w [out, in]`, with or without `bias [out]`."""
    inner, outer = case["inner"], case["outer"]
    x = _array(case, draw(case, rng, (*case["lead"], inner)))
    w = _array(case, draw(case, rng, (outer, inner), inner**-0.5))
    by_name = {"bias": _array(case, draw(case, rng, (outer,), 1.0))} if case["bias"] else {}
    return Call({"x": x, "w": w}, by_name, dtype=case["dtype"])


def mask_values(kind: str, shape: tuple[int, ...], rng: Generator) -> Float64:
    """Return an additive mask: "causal" (bottom right), "random" (finite) or "holes" (-inf, never a whole row)."""
    rows, keys = shape[-2:]
    if kind == "random":
        return np.asarray(rng.standard_normal(shape) * 2)
    if kind == "causal":
        hidden = np.triu(np.ones((rows, keys), bool), keys - rows + 1)
        return np.zeros(shape) + np.where(hidden, -np.inf, 0.0)
    hidden = rng.random(shape) < 0.4
    hidden[..., 0] = False
    return np.where(hidden, -np.inf, 0.0)


def _mask(case: Case, rng: Generator, full: tuple[int, ...]) -> dict[str, Any]:
    """Return the `mask` argument of the case; `mask_shape` "broadcast" leaves the leading axes out."""
    kind = case.get("mask")
    if kind is None:
        return {}
    if kind == "word":
        return {"mask": "causal"}
    shape = full
    if case.get("mask_shape") == "broadcast":
        shape = full[-2:]
    elif case.get("mask_shape") == "ones":
        shape = (*(1 for _ in full[:-2]), *full[-2:])
    return {"mask": _array(case, mask_values(kind, shape, rng))}


def _scale(case: Case) -> dict[str, Any]:
    return {} if case.get("scale") is None else {"scale": case["scale"]}


def attention_simple(case: Case, rng: Generator) -> Call:
    """`query [..., L, D]`, `key` and `value [..., S, D]`."""
    lead, rows, keys, dim = case["lead"], case["L"], case["S"], case["D"]
    q, k, v = (_array(case, draw(case, rng, (*lead, n, dim))) for n in (rows, keys, keys))
    by_name = {**_scale(case), **_mask(case, rng, (*lead, rows, keys))}
    return Call({"query": q, "key": k, "value": v}, by_name, dtype=case["dtype"])


def attention_grouped(case: Case, rng: Generator) -> Call:
    """`query [..., H_q, L, D]`, `key` and `value [..., H, S, D]`."""
    lead, rows, keys, dim = case["lead"], case["L"], case["S"], case["D"]
    q = _array(case, draw(case, rng, (*lead, case["H_q"], rows, dim)))
    k, v = (_array(case, draw(case, rng, (*lead, case["H"], keys, dim))) for _ in "kv")
    by_name = {**_scale(case), **_mask(case, rng, (*lead, case["H_q"], rows, keys))}
    return Call({"query": q, "key": k, "value": v}, by_name, dtype=case["dtype"])


def causal_mask(case: Case, rng: Generator) -> Call:
    """`L`, `S` and a dtype."""
    return Call({"L": case["L"], "S": case["S"], "dtype": Dtype(case["dtype"])}, dtype=case["dtype"])


def multi_head(case: Case, rng: Generator) -> Call:
    """`SimpleMultiHeadAttention` and its three inputs `[B, L, E]`, all different."""
    hidden, heads, rows = case["E"], case["H"], case["L"]
    shape = (hidden, hidden)
    weights = {f"w{p}": _array(case, draw(case, rng, shape, hidden**-0.5)) for p in "qkvo"}
    inputs = {p: _array(case, draw(case, rng, (case["B"], rows, hidden))) for p in ("query", "key", "value")}
    return Call(
        inputs,
        _mask(case, rng, (case["B"], heads, rows, rows)),
        init={"hidden_size": hidden, "num_heads": heads, **weights},
        dtype=case["dtype"],
    )


def rope(case: Case, rng: Generator) -> Call:
    """`RoPE(dims, seq_len, base, traditional)` and `x [B, L, H, D]`; `start` None, a number, or one per row."""
    batch, rows, dim, start = case["B"], case["L"], case["D"], case.get("start")
    x = _array(case, draw(case, rng, (batch, rows, case["H"], dim)))
    by_name: dict[str, Any] = {}
    if isinstance(start, tuple):
        by_name["offset"] = [slice(s, s + rows) for s in start]
    elif start is not None:
        by_name["offset"] = slice(start, start + rows)
    init_by_name = {k: case[k] for k in ("base", "traditional") if case.get(k) is not None}
    return Call(
        {"x": x},
        by_name,
        init={"dims": dim, "seq_len": case.get("seq_len", 64)},
        init_by_name=init_by_name,
        dtype=case["dtype"],
    )


def rms_norm(case: Case, rng: Generator) -> Call:
    """`RMSNorm(dim, weight, eps)` and `x [..., dim]`."""
    dim = case["dim"]
    weight = _array(case, 1 + draw(case, rng, (dim,), 0.3))
    x = _array(case, draw(case, rng, (*case["lead"], dim)))
    by_name = {} if case.get("eps") is None else {"eps": case["eps"]}
    return Call({"x": x}, init={"dim": dim, "weight": weight}, init_by_name=by_name, dtype=case["dtype"])


def silu(case: Case, rng: Generator) -> Call:
    """`x` uniform in `low` to `high`, zero included."""
    x = rng.uniform(case["low"], case["high"], case["shape"])
    x.flat[0] = 0.0
    return Call({"x": _array(case, x)}, dtype=case["dtype"])


def _mlp_weights(case: Case, rng: Generator, hidden: int, inner: int) -> dict[str, Array]:
    return {
        "w_gate": _array(case, draw(case, rng, (inner, hidden), hidden**-0.5)),
        "w_up": _array(case, draw(case, rng, (inner, hidden), hidden**-0.5)),
        "w_down": _array(case, draw(case, rng, (hidden, inner), inner**-0.5)),
    }


def mlp(case: Case, rng: Generator) -> Call:
    """`Qwen2MLP(dim, hidden_dim, w_gate, w_up, w_down)` and `x [B, L, E]`."""
    hidden, inner = case["E"], case["I"]
    x = _array(case, draw(case, rng, (case["B"], case["L"], hidden)))
    init = {"dim": hidden, "hidden_dim": inner, **_mlp_weights(case, rng, hidden, inner)}
    return Call({"x": x}, init=init, dtype=case["dtype"])


def _attention_weights(case: Case, rng: Generator) -> dict[str, Array]:
    hidden, heads, kv_heads = case["E"], case["H_q"], case["H"]
    head_dim = hidden // heads
    size = case.get("weight", 1.0) * hidden**-0.5
    rows = {"q": hidden, "k": kv_heads * head_dim, "v": kv_heads * head_dim}
    weights = {
        f"w{p}": _array(case, draw(case, rng, (n, hidden), size if p != "v" else hidden**-0.5))
        for p, n in rows.items()
    }
    weights["wo"] = _array(case, draw(case, rng, (hidden, hidden), hidden**-0.5))
    biases = {f"b{p}": _array(case, draw(case, rng, (n,), case.get("bias", 0.5))) for p, n in rows.items()}
    return {**weights, **biases}


def _settings(case: Case) -> dict[str, Any]:
    settings = {"max_seq_len": case["max_seq_len"]} if case.get("max_seq_len") else {}
    return {**settings, **({"theta": case["theta"]} if case.get("theta") else {})}


def qwen2_attention(case: Case, rng: Generator) -> Call:
    """`Qwen2MultiHeadAttention(...)` and `x [B, L, E]`; `weight` scales Q and K, so that scores can be made large."""
    init = {"hidden_size": case["E"], "num_heads": case["H_q"], "num_kv_heads": case["H"]}
    x = _array(case, draw(case, rng, (case["B"], case["L"], case["E"])))
    full = (case["B"], case["H_q"], case["L"], case["L"])
    return Call(
        {"x": x},
        _mask(case, rng, full),
        init={**init, **_attention_weights(case, rng)},
        init_by_name=_settings(case),
        dtype=case["dtype"],
    )


def qwen2_block(case: Case, rng: Generator) -> Call:
    """`Qwen2TransformerBlock(...)` and `x [B, L, E]`."""
    hidden, inner = case["E"], case["I"]
    init = {
        "num_attention_heads": case["H_q"],
        "num_kv_heads": case["H"],
        "hidden_size": hidden,
        "intermediate_size": inner,
        "rms_norm_eps": case.get("eps", 1e-6),
        **_attention_weights(case, rng),
        **_mlp_weights(case, rng, hidden, inner),
        "w_input_layernorm": _array(case, 1 + draw(case, rng, (hidden,), 0.3)),
        "w_post_attention_layernorm": _array(case, 1 + draw(case, rng, (hidden,), 0.3)),
    }
    x = _array(case, draw(case, rng, (case["B"], case["L"], hidden)))
    full = (case["B"], case["H_q"], case["L"], case["L"])
    return Call(
        {"x": x}, _mask(case, rng, full), init=init, init_by_name=_settings(case), dtype=case["dtype"]
    )


def _embedding(case: Case, rng: Generator) -> dict[str, Any]:
    vocab, dim = case["V"], case["E"]
    return {
        "vocab_size": vocab,
        "embedding_dim": dim,
        "weight": _array(case, draw(case, rng, (vocab, dim))),
    }


def embedding(case: Case, rng: Generator) -> Call:
    """`Embedding(vocab_size, embedding_dim, weight)` and `ids` of any shape, the first and last row included."""
    ids = rng.integers(0, case["V"], case["shape"])
    ids.flat[0], ids.flat[-1] = case["V"] - 1, 0
    kind = case.get("ids", "int32")
    return Call({"ids": make(ids, kind)}, init=_embedding(case, rng), dtype=case["dtype"])


def embedding_as_linear(case: Case, rng: Generator) -> Call:
    """`Embedding(...).as_linear(x)` for `x [..., E]`."""
    x = _array(case, draw(case, rng, (*case["lead"], case["E"])))
    return Call({"x": x}, init=_embedding(case, rng), method="as_linear", dtype=case["dtype"])


def model_logits(case: Case, rng: Generator) -> Call:
    """`Qwen2ModelWeek1(mlx_model)` on ids `[B, L]` of a checkpoint."""
    ids = rng.integers(0, case["V"], (case["B"], case["L"]))
    checkpoint = Checkpoint(case["checkpoint"], case["dtype"], case.public)
    return Call({"inputs": make(ids, "int32")}, init={"mlx_model": checkpoint}, dtype=case["dtype"])


def dequantize(case: Case, rng: Generator) -> Call:
    """`dequantize_linear(mlx_layer)` for a layer of random 4-bit numbers, scales of either sign."""
    outer, inner, group = case["outer"], case["inner"], case["group"]
    packed = make(rng.integers(0, 1 << 32, (outer, inner // 8), dtype=np.uint64), "uint32")
    scales = _array(case, draw(case, rng, (outer, inner // group), 0.1))
    biases = _array(case, draw(case, rng, (outer, inner // group), 0.5))
    return Call({"mlx_layer": Layer(packed, scales, biases, group)}, dtype=case["dtype"])
