"""Builds the attribute tree that `mlx_lm.load` returns for Qwen2 from a folder, inside the worker.

Reads `config.json` and `*.safetensors`; quantized where the folder is. Only holds weights: it cannot be
called, since that is the submission's work. Knows nothing about the course. Layout: mlx-lm's
`models/qwen2.py` and the checkpoint's own keys.
"""

from __future__ import annotations

import json
import types
from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_map

_DEFAULTS = {
    "model_type": "qwen2",
    "num_key_value_heads": None,
    "max_position_embeddings": 32768,
    "rope_theta": 1000000,
    "rope_traditional": False,
    "rope_scaling": None,
    "tie_word_embeddings": True,
}


def load(folder: str, dtype: str | None = None) -> Any:
    """Return the tree of the checkpoint in `folder`.

    Args:
        folder: holds `config.json` and one or more `*.safetensors`, MLX 4-bit or plain.
        dtype: floating weights, scales and biases are cast to it; None leaves them as they are.

    Raises:
        FileNotFoundError: no configuration or no weights.
        ValueError: the weights do not fit the configuration.
    """
    path = Path(folder)
    config = json.loads((path / "config.json").read_text(encoding="utf-8"))
    weights: dict[str, Any] = {}
    for file in sorted(path.glob("*.safetensors")):
        weights.update(_read(file))
    if not weights:
        raise FileNotFoundError(f"no *.safetensors in {path.name}")
    model = CausalLM(types.SimpleNamespace(**{**_DEFAULTS, **config}))
    if model.args.tie_word_embeddings:
        weights.pop("lm_head.weight", None)
    if "quantization" in config:
        nn.quantize(
            model,
            group_size=config["quantization"]["group_size"],
            bits=config["quantization"]["bits"],
            class_predicate=lambda name, module: f"{name}.scales" in weights,
        )
    model.load_weights(list(weights.items()))
    if dtype is not None:
        target = getattr(mx, dtype)
        model.update(tree_map(lambda w: _cast(w, target), model.parameters()))
    mx.eval(model.parameters())
    return model


class Attention(nn.Module):  # type: ignore[misc]
    """The four projections; Q, K and V have a bias."""

    def __init__(self, args: Any) -> None:
        super().__init__()
        head_dim = getattr(args, "head_dim", None) or args.hidden_size // args.num_attention_heads
        q_size, kv_size = args.num_attention_heads * head_dim, args.num_key_value_heads * head_dim
        self.q_proj = nn.Linear(args.hidden_size, q_size, bias=True)
        self.k_proj = nn.Linear(args.hidden_size, kv_size, bias=True)
        self.v_proj = nn.Linear(args.hidden_size, kv_size, bias=True)
        self.o_proj = nn.Linear(q_size, args.hidden_size, bias=False)


class MLP(nn.Module):  # type: ignore[misc]
    """The three projections of the gated MLP."""

    def __init__(self, args: Any) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(args.hidden_size, args.intermediate_size, bias=False)
        self.up_proj = nn.Linear(args.hidden_size, args.intermediate_size, bias=False)
        self.down_proj = nn.Linear(args.intermediate_size, args.hidden_size, bias=False)


class Block(nn.Module):  # type: ignore[misc]
    """One layer."""

    def __init__(self, args: Any) -> None:
        super().__init__()
        self.self_attn = Attention(args)
        self.mlp = MLP(args)
        self.input_layernorm = nn.RMSNorm(args.hidden_size, eps=args.rms_norm_eps)
        self.post_attention_layernorm = nn.RMSNorm(args.hidden_size, eps=args.rms_norm_eps)


class Backbone(nn.Module):  # type: ignore[misc]
    """Embedding, layers and the last norm."""

    def __init__(self, args: Any) -> None:
        super().__init__()
        self.args = args
        self.vocab_size = args.vocab_size
        self.num_hidden_layers = args.num_hidden_layers
        self.embed_tokens = nn.Embedding(args.vocab_size, args.hidden_size)
        self.layers = [Block(args) for _ in range(args.num_hidden_layers)]
        self.norm = nn.RMSNorm(args.hidden_size, eps=args.rms_norm_eps)


class CausalLM(nn.Module):  # type: ignore[misc]
    """The root of the tree: `args`, `model`, `layers`, and `lm_head` if it is not tied to the embedding."""

    def __init__(self, args: Any) -> None:
        super().__init__()
        if args.num_key_value_heads is None:
            args.num_key_value_heads = args.num_attention_heads
        self.args = args
        self.model_type = args.model_type
        self.model = Backbone(args)
        if not args.tie_word_embeddings:
            self.lm_head = nn.Linear(args.hidden_size, args.vocab_size, bias=False)

    @property
    def layers(self) -> Any:
        """The layers, where mlx-lm's models also have them."""
        return self.model.layers


def _read(file: Path) -> dict[str, Any]:
    loaded: Any = mx.load(str(file))
    return dict(loaded)


def _cast(weight: Any, dtype: Any) -> Any:
    return weight.astype(dtype) if mx.issubdtype(weight.dtype, mx.floating) else weight
