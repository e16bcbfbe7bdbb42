"""Week 1 by PyTorch's own functions, at whatever precision the tensors have: honest implementations for the margins.

Written apart from the oracles, which compute in float64 by formula. Knows nothing about tolerances.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from transformers.models.qwen2.modeling_qwen2 import Qwen2RotaryEmbedding

from grader.oracles import qwen2


def softmax(x: Tensor, axis: int, **_: Any) -> Tensor:
    return torch.softmax(x, axis)


def linear(x: Tensor, w: Tensor, bias: Tensor | None = None, **_: Any) -> Tensor:
    return functional.linear(x, w, bias)


def silu(x: Tensor, **_: Any) -> Tensor:
    return functional.silu(x)


def _mask(mask: Tensor | str | None, query: Tensor, key: Tensor) -> Tensor | None:
    if not isinstance(mask, str):
        return mask
    rows, keys = query.shape[-2], key.shape[-2]
    visible = torch.ones(rows, keys, dtype=torch.bool).tril(keys - rows)
    return torch.zeros(rows, keys, dtype=query.dtype).masked_fill(~visible, float("-inf"))


def attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float | None = None,
    mask: Tensor | str | None = None,
    **_: Any,
) -> Tensor:
    if query.dim() > 2 and key.shape[-3] != query.shape[-3]:
        repeats = query.shape[-3] // key.shape[-3]
        key, value = key.repeat_interleave(repeats, -3), value.repeat_interleave(repeats, -3)
    return functional.scaled_dot_product_attention(
        query, key, value, attn_mask=_mask(mask, query, key), scale=scale
    )


def _heads(x: Tensor, count: int) -> Tensor:
    return x.reshape(*x.shape[:-1], count, -1).transpose(1, 2)


def multi_head(
    num_heads: int,
    wq: Tensor,
    wk: Tensor,
    wv: Tensor,
    wo: Tensor,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
    **_: Any,
) -> Tensor:
    q, k, v = (_heads(functional.linear(x, w), num_heads) for x, w in ((query, wq), (key, wk), (value, wv)))
    return functional.linear(attend(q, k, v, mask=mask).transpose(1, 2).flatten(2), wo)


def rope(
    dims: int,
    x: Tensor,
    base: float = 10000,
    traditional: bool = False,
    offset: Any = None,
    **_: Any,
) -> Tensor:
    """Rotate as transformers does: cosines in float32, rounded to the input's dtype."""
    slices = offset if isinstance(offset, list) else [offset or slice(0, x.shape[1])]
    where = torch.stack([torch.arange(s.start, s.stop, dtype=torch.float32) for s in slices])
    frequency = 1.0 / base ** (torch.arange(0, dims, 2, dtype=torch.float32) / dims)
    angle = (where[..., None] * frequency)[:, :, None, :]
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    a, b = (x[..., 0::2], x[..., 1::2]) if traditional else x.chunk(2, -1)
    turned = a * cos - b * sin, b * cos + a * sin
    return torch.stack(turned, -1).flatten(-2) if traditional else torch.cat(turned, -1)


def rms_norm(weight: Tensor, x: Tensor, eps: float = 1e-5, **_: Any) -> Tensor:
    return functional.rms_norm(x, weight.shape, weight, eps)


def as_linear(weight: Tensor, x: Tensor, **_: Any) -> Tensor:
    return functional.linear(x, weight)


def mlp(w_gate: Tensor, w_up: Tensor, w_down: Tensor, x: Tensor, **_: Any) -> Tensor:
    gate, up = functional.linear(x, w_gate), functional.linear(x, w_up)
    return functional.linear(functional.silu(gate) * up, w_down)


def attention(
    num_heads: int,
    num_kv_heads: int,
    x: Tensor,
    mask: Tensor | str | None = None,
    theta: float = 1000000,
    **w: Any,
) -> Tensor:
    """Return Qwen2's attention, with float32 inside as the course asks."""
    counts = {"q": num_heads, "k": num_kv_heads, "v": num_kv_heads}
    q, k, v = (_heads(functional.linear(x, w[f"w{p}"], w[f"b{p}"]), n) for p, n in counts.items())
    q, k = (rope(t.shape[-1], t.transpose(1, 2), theta).transpose(1, 2) for t in (q, k))
    mask = mask.float() if isinstance(mask, Tensor) else mask
    out = attend(q.float(), k.float(), v.float(), mask=mask)
    return functional.linear(out.transpose(1, 2).flatten(2).to(x.dtype), w["wo"])


def block(x: Tensor, num_attention_heads: int, rms_norm_eps: float, **p: Any) -> Tensor:
    normed = rms_norm(p["w_input_layernorm"], x, rms_norm_eps)
    h = x + attention(num_attention_heads, x=normed, **p)
    normed = rms_norm(p["w_post_attention_layernorm"], h, rms_norm_eps)
    return h + mlp(p["w_gate"], p["w_up"], p["w_down"], normed)


def model(mlx_model: Any, inputs: Tensor, **_: Any) -> Tensor:
    """Return the logits of transformers' Qwen2 with all weights in the given precision."""
    folder, dtype = mlx_model
    half = copy.deepcopy(qwen2.load(folder, dtype)).to(getattr(torch, dtype))
    half.model.rotary_emb = Qwen2RotaryEmbedding(half.config)  # the oracle's is in float64
    logits: Tensor = half(input_ids=inputs, use_cache=False).logits
    return logits


def dequantize(mlx_layer: Any, dtype: str, **_: Any) -> Tensor:
    kind = getattr(torch, dtype)
    nibbles = (mlx_layer.weight[..., None] >> torch.arange(0, 32, 4)) & 15
    groups = nibbles.flatten(-2).unflatten(-1, (-1, mlx_layer.group_size)).to(kind)
    return (groups * mlx_layer.scales[..., None].to(kind) + mlx_layer.biases[..., None].to(kind)).flatten(-2)


TARGETS: dict[str, Callable[..., Tensor]] = {
    "basics.softmax": softmax,
    "basics.linear": linear,
    "basics.silu": silu,
    "attention.scaled_dot_product_attention_simple": attend,
    "attention.scaled_dot_product_attention_grouped": attend,
    "attention.SimpleMultiHeadAttention": multi_head,
    "positional_encoding.RoPE": rope,
    "layer_norm.RMSNorm": rms_norm,
    "embedding.Embedding": as_linear,
    "qwen2_week1.Qwen2MultiHeadAttention": attention,
    "qwen2_week1.Qwen2MLP": mlp,
    "qwen2_week1.Qwen2TransformerBlock": block,
    "qwen2_week1.Qwen2ModelWeek1": model,
    "quantize.dequantize_linear": dequantize,
}


class Torch:
    """PyTorch's own functions at the input's precision."""

    name = "PyTorch"

    def differs(self, target: str) -> bool:
        """Return whether PyTorch has something for the target."""
        return target in TARGETS  # what kernels compute is in kernel_functions

    @torch.no_grad()
    def __call__(self, example: Any, folders: Any) -> np.ndarray[Any, Any]:
        """Return the answer in float64."""
        kind = getattr(torch, example.call.dtype)
        named = {
            k: v.to(kind) if isinstance(v, torch.Tensor) and v.is_floating_point() else v
            for k, v in example.named.items()
        }
        target = example.check.target + (f".{example.call.method}" if example.call.method else "")
        return np.asarray(TARGETS[target.removesuffix(".as_linear")](**named).double().numpy())
