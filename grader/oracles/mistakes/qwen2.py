"""Wrong parts of Qwen2: attention, MLP, block and model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from grader.oracles.attention import causal, merge_heads, repeat_heads, split_heads
from grader.oracles.mistakes import NotApplicable, mistake
from grader.oracles.mistakes.attention import tile_heads
from grader.oracles.positional import angles, positions, rotate
from grader.oracles.qwen2 import read_checkpoint

LARGEST_HALF = 65504.0


@dataclass(frozen=True)
class Wrong:
    """What a mistaken attention does otherwise; the defaults are right."""

    theta: float | None = None
    traditional: bool = False
    rope: bool = True
    rope_value: bool = False
    rope_over_heads: bool = False
    bias: bool = True
    mask: bool = True
    scale: bool = True
    half_scores: bool = False
    repeat: Callable[[Tensor, int], Tensor] = repeat_heads


def _attention(p: dict[str, Any], x: Tensor, wrong: Wrong) -> Tensor:
    heads = p.get("num_heads") or p["num_attention_heads"]
    kv_heads, mask, length = p["num_kv_heads"], p.get("mask"), x.shape[-2]
    head_dim = p["wq"].shape[0] // heads
    theta = p.get("theta", 1000000) if wrong.theta is None else wrong.theta
    bias = 1.0 if wrong.bias else 0.0
    q = split_heads(x @ p["wq"].mT + bias * p["bq"], heads).transpose(-3, -2)
    k = split_heads(x @ p["wk"].mT + bias * p["bk"], kv_heads).transpose(-3, -2)
    v = split_heads(x @ p["wv"].mT + bias * p["bv"], kv_heads).transpose(-3, -2)

    def turn(t: Tensor) -> Tensor:
        if wrong.rope_over_heads:
            return rotate(
                t, angles(head_dim, theta, positions(None, t.shape[-2]))[:, 0, :], wrong.traditional
            )
        return rotate(t, angles(head_dim, theta, positions(None, length)), wrong.traditional)

    if wrong.rope:
        q, k = turn(q), turn(k)
        v = turn(v) if wrong.rope_value else v
    q, k, v = (t.transpose(-3, -2) for t in (q, k, v))
    scores = q @ wrong.repeat(k, heads).mT
    if wrong.half_scores:
        scores = torch.where(scores.abs() > LARGEST_HALF, torch.inf * scores.sign(), scores)
    scores = scores * (head_dim**-0.5 if wrong.scale else 1.0)
    if wrong.mask and mask is not None:
        scores = scores + (causal(length, length) if isinstance(mask, str) else mask)
    w_out: Tensor = p["wo"]
    return merge_heads(torch.softmax(scores, -1) @ wrong.repeat(v, heads)) @ w_out.mT


_ATTENTION = {
    "theta-ignored": (
        Wrong(theta=10000),
        "theta is not passed on to RoPE; these numbers come from base 10000",
    ),
    "theta-default": (
        Wrong(theta=1000000),
        "the theta that is passed in is ignored; these numbers come from 1000000",
    ),
    "rope-traditional": (
        Wrong(traditional=True),
        "RoPE rotates adjacent pairs; Qwen2 rotates halves (traditional=False)",
    ),
    "rope-missing": (Wrong(rope=False), "queries and keys are not rotated by RoPE"),
    "rope-on-values": (
        Wrong(rope_value=True),
        "the values are rotated too; RoPE belongs to queries and keys",
    ),
    "rope-heads-axis": (
        Wrong(rope_over_heads=True),
        "RoPE ran over the head axis; apply it to [B, L, H, D], before the heads move in front of L",
    ),
    "bias-missing": (Wrong(bias=False), "the biases of Q, K and V are not added"),
    "mask-dropped": (Wrong(mask=False), "the mask is not passed on to attention, so causality is lost"),
    "half-scores": (
        Wrong(half_scores=True),
        "the scores overflow float16, whose largest number is 65504; compute attention in float32",
    ),
    "scores-not-scaled": (Wrong(scale=False), "the scores are not scaled by head_dim ** -0.5"),
    "kv-tiled": (
        Wrong(repeat=tile_heads),
        "KV heads were tiled; query head h reads KV head h // (num_heads // num_kv_heads)",
    ),
}


def _norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps) * weight


def _mlp(x: Tensor, p: dict[str, Any], form: str = "right") -> Tensor:
    gate, up = x @ p["w_gate"].mT, x @ p["w_up"].mT
    silu = torch.nn.functional.silu
    forms: dict[str, Tensor] = {
        "right": silu(gate) * up,
        "swapped": gate * silu(up),
        "no-silu": gate * up,
        "silu-product": silu(gate * up),
        "no-gate": silu(up),
        "no-up": silu(gate),
        "sum": silu(gate) + up,
        "gelu": torch.nn.functional.gelu(gate) * up,
        "relu": torch.relu(gate) * up,
    }
    w_down: Tensor = p["w_down"]
    return forms[form] @ w_down.mT


_MLP = {
    "mlp-swapped": ("swapped", "gate and up are swapped; silu goes over the gate: silu(gate(x)) * up(x)"),
    "mlp-no-silu": ("no-silu", "silu is missing: down(silu(gate(x)) * up(x))"),
    "mlp-silu-product": ("silu-product", "silu ran over the product; it goes over the gate alone"),
    "mlp-no-gate": ("no-gate", "the gate is not used: down(silu(gate(x)) * up(x))"),
    "mlp-no-up": ("no-up", "the up projection is not used: down(silu(gate(x)) * up(x))"),
    "mlp-sum": ("sum", "gate and up were added; multiply them"),
    "mlp-gelu": ("gelu", "GELU was used in place of silu"),
    "mlp-relu": ("relu", "ReLU was used in place of silu"),
}

RIGHT = Wrong()


def _block(p: dict[str, Any], x: Tensor, form: str = "right", wrong: Wrong = RIGHT) -> Tensor:
    eps = 1e-5 if form == "eps" else p["rms_norm_eps"]
    first, second = p["w_input_layernorm"], p["w_post_attention_layernorm"]
    if form == "norms-swapped":
        first, second = second, first
    if form == "one-norm":
        second = first
    normed = x if form == "no-input-norm" else _norm(x, first, eps)
    attended = _attention(p, normed, wrong)
    if form == "post-norm":
        h = _norm(x + _attention(p, x, wrong), first, eps)
        return _norm(h + _mlp(h, p), second, eps)
    if form == "no-residual":
        return _mlp(_norm(attended, second, eps), p)
    if form == "no-attention-residual":
        h = attended
    elif form in ("residual-after-norm", "attention-residual-after-norm"):
        h = normed + attended
    else:
        h = x + attended
    again = h if form == "no-post-norm" else _norm(h, second, eps)
    kept = {
        "no-mlp-residual": torch.zeros_like(h),
        "residual-after-norm": again,
        "mlp-residual-after-norm": again,
        "mlp-residual-from-x": x,
    }.get(form, h)
    return kept + _mlp(again, p)


_BLOCK = {
    "residual-after-norm": "both residuals were taken after the norm; keep x from before it: x + attention(norm(x))",
    "attention-residual-after-norm": "the attention's residual was taken after the norm; keep x from before it",
    "mlp-residual-after-norm": "the MLP's residual was taken after the norm; keep h from before it",
    "mlp-residual-from-x": "the MLP's residual is the block's input; it has to be the attention's output plus x",
    "no-attention-residual": "the residual around attention is missing",
    "no-mlp-residual": "the residual around the MLP is missing",
    "no-residual": "both residuals are missing",
    "post-norm": "the norms run after the residuals (post-norm); Qwen2 normalises before attention and before the MLP",
    "no-input-norm": "the norm before attention is missing",
    "no-post-norm": "the norm before the MLP is missing",
    "norms-swapped": "the weights of the two norms are swapped",
    "one-norm": "both norms use the weight of the input norm",
    "eps": "rms_norm_eps is not passed on; these numbers come from 1e-5",
}


def _register() -> None:
    def for_attention(wrong: Wrong) -> Callable[..., Tensor]:
        return lambda x, **p: _attention(p, x, wrong)

    def for_mlp(form: str) -> Callable[..., Tensor]:
        return lambda x, **p: _mlp(x, p, form)

    def for_block(form: str, wrong: Wrong) -> Callable[..., Tensor]:
        return lambda x, **p: _block(p, x, form, wrong)

    def for_model(form: str, wrong: Wrong) -> Callable[..., Tensor]:
        return lambda mlx_model, inputs, **_: _model(mlx_model, inputs, form, wrong)

    for name, (wrong, hint) in _ATTENTION.items():
        mistake(f"qwen-{name}", hint)(for_attention(wrong))
        mistake(f"block-{name}", hint)(for_block("right", wrong))
        mistake(f"model-{name}", hint)(for_model("right", wrong))
    for name, (form, hint) in _MLP.items():
        mistake(name, hint)(for_mlp(form))
    for name, hint in _BLOCK.items():
        mistake(f"block-{name}", hint)(for_block(name, RIGHT))
        mistake(f"model-block-{name}", hint)(for_model(name, RIGHT))
    for name, hint in _MODEL.items():
        mistake(f"model-{name}", hint)(for_model(name, RIGHT))


_MODEL = {
    "head-tied": "lm_head is ignored and the embedding used as output head, but tie_word_embeddings is False",
    "final-norm-missing": "the final norm before the output head is missing",
    "not-causal": "attention is not causal: a token saw its successors",
    "last-layer-missing": "the last layer is not run",
    "layers-reversed": "the layers run in reverse order",
    "first-layer-only": "every layer has the weights of the first one",
}


def _layer(
    config: dict[str, Any], weights: dict[str, Tensor], index: int, mask: str | None
) -> dict[str, Any]:
    stem = f"model.layers.{index}."
    names = {
        **{f"w{p}": f"self_attn.{p}_proj.weight" for p in "qkvo"},
        **{f"b{p}": f"self_attn.{p}_proj.bias" for p in "qkv"},
        **{f"w_{p}": f"mlp.{p}_proj.weight" for p in ("gate", "up", "down")},
        **{f"w_{p}": f"{p}.weight" for p in ("input_layernorm", "post_attention_layernorm")},
    }
    return {
        **{k: weights[stem + v] for k, v in names.items()},
        "num_attention_heads": config["num_attention_heads"],
        "num_kv_heads": config["num_key_value_heads"],
        "rms_norm_eps": config["rms_norm_eps"],
        "theta": config["rope_theta"],
        "mask": mask,
    }


def _model(mlx_model: tuple[Path, str], inputs: Tensor, form: str, wrong: Wrong) -> Tensor:
    config, weights = read_checkpoint(*mlx_model)
    tied = config["tie_word_embeddings"]
    if form == "head-tied" and tied:
        raise NotApplicable
    count = config["num_hidden_layers"]
    order = list(range(count))
    order = {
        "last-layer-missing": order[:-1],
        "layers-reversed": order[::-1],
        "first-layer-only": [0] * count,
    }.get(form, order)
    h = weights["model.embed_tokens.weight"][inputs]
    for index in order:
        layer = _layer(config, weights, index, None if form == "not-causal" else "causal")
        h = _block(layer, h, form, wrong)
    if form != "final-norm-missing":
        h = _norm(h, weights["model.norm.weight"], 1e-5 if form == "eps" else config["rms_norm_eps"])
    head = "model.embed_tokens.weight" if tied or form == "head-tied" else "lm_head.weight"
    return h @ weights[head].mT


_register()
