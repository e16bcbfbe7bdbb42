"""Parts of Qwen2 in float64: MLP, attention, block; and the whole model through transformers' own Qwen2.

The parts are chains of operations, so their magnitudes come from Monte Carlo arithmetic.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from grader.oracles.attention import attend, causal, merge_heads, repeat_heads, split_heads
from grader.oracles.basics import dequantize
from grader.oracles.expected import EPS, SAMPLES, Expected, Rounding, monte_carlo, spread
from grader.oracles.positional import angles, positions, rotate


def norm(r: Rounding, x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """Return RMSNorm, marked as one rounding."""
    return r(x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps) * weight)


def feed_forward(r: Rounding, x: Tensor, w_gate: Tensor, w_up: Tensor, w_down: Tensor) -> Tensor:
    """Return `down(silu(gate(x)) * up(x))`."""
    gate = r.matmul(x, w_gate.mT)
    return r.matmul(r(r(gate * torch.sigmoid(gate)) * r.matmul(x, w_up.mT)), w_down.mT)


def mlp(
    w_gate: Tensor, w_up: Tensor, w_down: Tensor, x: Tensor, dtype: str = "float32", **_: object
) -> Expected:
    """Return Qwen2's gated MLP for `x [B, L, E]`."""
    return monte_carlo(lambda r: feed_forward(r, x, w_gate, w_up, w_down), dtype)


def self_attention(
    r: Rounding,
    x: Tensor,
    num_heads: int,
    num_kv_heads: int,
    wq: Tensor,
    wk: Tensor,
    wv: Tensor,
    wo: Tensor,
    bq: Tensor,
    bk: Tensor,
    bv: Tensor,
    mask: Tensor | str | None,
    theta: float,
    traditional: bool = False,
) -> Tensor:
    """Return Qwen2's attention: biases on Q, K, V; RoPE on halves; grouped heads."""
    length = x.shape[-2]
    if isinstance(mask, str):
        mask = causal(length, length)
    head_dim = wq.shape[0] // num_heads
    angle = r.internal(angles(head_dim, theta, positions(None, length)))
    q = split_heads(r(r.matmul(x, wq.mT) + bq), num_heads)
    k = split_heads(r(r.matmul(x, wk.mT) + bk), num_kv_heads)
    v = split_heads(r(r.matmul(x, wv.mT) + bv), num_kv_heads)
    q, k = (r(rotate(t.transpose(-3, -2), angle, traditional)).transpose(-3, -2) for t in (q, k))
    out = attend(r, q, repeat_heads(k, num_heads), repeat_heads(v, num_heads), mask)
    return r.matmul(merge_heads(out), wo.mT)


def attention(
    num_heads: int,
    num_kv_heads: int,
    x: Tensor,
    mask: Tensor | str | None = None,
    theta: float = 1000000,
    dtype: str = "float32",
    **weights: Any,
) -> Expected:
    """Return Qwen2's multi-head attention for `x [B, L, E]`; mask None, additive or "causal"."""
    chosen = {name: weights[name] for name in ("wq", "wk", "wv", "wo", "bq", "bk", "bv")}
    return monte_carlo(
        lambda r: self_attention(r, x, num_heads, num_kv_heads, mask=mask, theta=theta, **chosen), dtype
    )


def block_chain(r: Rounding, x: Tensor, mask: Tensor | str | None, **p: Any) -> Tensor:
    """Return one pre-norm block: each residual is taken before the norm."""
    chosen = {name: p[name] for name in ("wq", "wk", "wv", "wo", "bq", "bk", "bv")}
    normed = norm(r, x, p["w_input_layernorm"], p["rms_norm_eps"])
    attended = self_attention(
        r, normed, p["num_attention_heads"], p["num_kv_heads"], mask=mask, theta=p["theta"], **chosen
    )
    h = r(x + attended)
    normed = norm(r, h, p["w_post_attention_layernorm"], p["rms_norm_eps"])
    return r(h + feed_forward(r, normed, p["w_gate"], p["w_up"], p["w_down"]))


def block(
    x: Tensor,
    mask: Tensor | str | None = None,
    theta: float = 1000000,
    dtype: str = "float32",
    **parameters: Any,
) -> Expected:
    """Return a Qwen2 transformer block for `x [B, L, E]`."""
    return monte_carlo(lambda r: block_chain(r, x, mask, theta=theta, **parameters), dtype)


def read_checkpoint(folder: Path, dtype: str = "float32") -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Return config and dense float64 weights of a folder in MLX format (4 bit or plain), keys as in transformers.

    Scales, biases and norms are first rounded to `dtype`, as the worker's tree has them.
    """
    from safetensors.torch import load_file

    config = json.loads((folder / "config.json").read_text())
    raw = {k: v for file in sorted(folder.glob("*.safetensors")) for k, v in load_file(file).items()}
    kind = getattr(torch, dtype)
    parts = {k: v.to(kind).double() if v.is_floating_point() else v.long() for k, v in raw.items()}
    dense: dict[str, Tensor] = {}
    for name, value in parts.items():
        stem = name.removesuffix(".weight")
        if name.endswith((".scales", ".biases")):
            continue  # read together with their weight
        if f"{stem}.scales" in parts:
            group = config["quantization"]["group_size"]
            scales, biases = parts[f"{stem}.scales"], parts[f"{stem}.biases"]
            value = dequantize(value & 0xFFFFFFFF, scales, biases, group).value
        dense[name] = value
    return config, dense


@lru_cache(maxsize=16)
def load(folder: Path, dtype: str) -> Any:
    """Return transformers' `Qwen2ForCausalLM` in float64 with the weights of the folder."""
    from transformers import Qwen2Config, Qwen2ForCausalLM

    config, weights = read_checkpoint(folder, dtype)
    known = {
        k: v
        for k, v in config.items()
        if k not in ("quantization", "quantization_config", "torch_dtype", "dtype")
    }
    model = Qwen2ForCausalLM(Qwen2Config(**known, attn_implementation="eager")).double().eval()
    missing = model.load_state_dict(weights, strict=False)
    lost = [k for k in missing.missing_keys if not (k == "lm_head.weight" and config["tie_word_embeddings"])]
    if lost or missing.unexpected_keys:
        raise ValueError(f"checkpoint {folder.name} lacks {lost} and has unknown {missing.unexpected_keys}")
    model.tie_weights()
    model.model.rotary_emb = Rotation(model.config)
    return model


class Rotation(torch.nn.Module):
    """RoPE's cosines and sines in float64; transformers' own computes them in float32, whatever the model's dtype.

    Every implementation has its angles in float32, so that their errors grow with the position: `generator` makes them
    noisy by as much.
    """

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.head_dim = config.hidden_size // config.num_attention_heads
        self.theta = float(config.rope_parameters["rope_theta"])
        self.generator: torch.Generator | None = None

    def forward(self, x: Tensor, position_ids: Tensor) -> tuple[Tensor, Tensor]:
        """Return both, `[B, L, D]`, for positions `[B, L]`."""
        angle = Rounding(self.generator).internal(angles(self.head_dim, self.theta, position_ids.double()))
        twice = angle.squeeze(-2).repeat(1, 1, 2)
        return twice.cos(), twice.sin()


ROUNDED = ("Linear", "Qwen2RMSNorm", "Qwen2MLP", "Qwen2Attention", "Qwen2DecoderLayer", "Embedding")


def _perturb(generator: torch.Generator, delta: float) -> Any:
    def hook(module: Any, inputs: Any, output: Any) -> Any:
        first = output[0] if isinstance(output, tuple) else output
        noise = torch.randn(first.shape, generator=generator, dtype=torch.float64) * delta
        first = first + first * noise
        return (first, *output[1:]) if isinstance(output, tuple) else first

    return hook


@torch.no_grad()
def logits(folder: Path, ids: Tensor, dtype: str = "float32") -> Expected:
    """Return the logits `[B, L, V]` of transformers' Qwen2 for `ids [B, L]`.

    The magnitude is measured with a perturbation of every angle of RoPE, and after every linear layer, norm, MLP,
    attention and block.
    """
    model = load(folder, dtype)
    value = model(input_ids=ids, use_cache=False).logits
    generator = torch.Generator().manual_seed(20261)
    noise = _perturb(generator, EPS[dtype])
    hooks = [m.register_forward_hook(noise) for m in model.modules() if type(m).__name__ in ROUNDED]
    model.model.rotary_emb.generator = generator
    try:
        deviations = [model(input_ids=ids, use_cache=False).logits - value for _ in range(SAMPLES)]
    finally:
        model.model.rotary_emb.generator = None
        for hook in hooks:
            hook.remove()
    return Expected(value, spread(deviations, EPS[dtype]))


def model(mlx_model: tuple[Path, str], inputs: Tensor, **_: object) -> Expected:
    """Return the logits of `Qwen2ModelWeek1(mlx_model)(inputs)`; `mlx_model` is (folder, dtype)."""
    folder, dtype = mlx_model
    return logits(folder, inputs, dtype)
