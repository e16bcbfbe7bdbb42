"""Random Qwen2 checkpoints in MLX's 4-bit format, made from a seed: weights that no submission has seen.

Numpy only. The packed numbers are drawn directly, so nothing has to be quantized, and oracle and worker read the same
file. The sizes keep activations and attention away from both extremes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

GROUP = 64

SHAPES: dict[str, dict[str, Any]] = {
    "random-tied": {"tie_word_embeddings": True, "num_hidden_layers": 2, "rope_theta": 1000000.0},
    "random-untied": {"tie_word_embeddings": False, "num_hidden_layers": 3, "rope_theta": 1000000.0},
    "random-theta": {
        "tie_word_embeddings": False,
        "num_hidden_layers": 1,
        "rope_theta": 500.0,
        "rms_norm_eps": 1e-3,
    },
    # for the growth of a token's cost: room for 1,000 positions, and layers in which weights outweigh attention
    "random-long": {
        "tie_word_embeddings": True,
        "num_hidden_layers": 2,
        "intermediate_size": 1536,
        "rope_theta": 1000000.0,
        "max_position_embeddings": 1024,
    },
    # for the gain of a batch: products so small that a plain kernel, which works row by row, is a small part of a step
    "random-narrow": {
        "tie_word_embeddings": True,
        "num_hidden_layers": 4,
        "hidden_size": 64,
        "intermediate_size": 64,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "rope_theta": 1000000.0,
    },
    "random-deep": {"tie_word_embeddings": True, "num_hidden_layers": 6, "rope_theta": 10000.0},
}


def config(name: str) -> dict[str, Any]:
    """Return the config.json of the checkpoint `name`.

    Raises:
        KeyError: not one of `SHAPES`.
    """
    return {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "hidden_size": 128,
        "intermediate_size": 192,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "vocab_size": 256,
        "max_position_embeddings": 512,
        "rms_norm_eps": 1e-6,
        "hidden_act": "silu",
        "quantization": {"group_size": GROUP, "bits": 4},
        **SHAPES[name],
    }


def write(name: str, seed: int, folder: Path) -> Path:
    """Write config.json and model.safetensors of the checkpoint `name` into `folder` and return it."""
    from safetensors.numpy import save_file

    settings = config(name)
    rng = np.random.default_rng([seed, len(name), *name.encode()])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(settings, indent=1))
    save_file(_weights(settings, rng), folder / "model.safetensors", metadata={"format": "mlx"})
    return folder


def _weights(c: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    hidden, inner, vocab = c["hidden_size"], c["intermediate_size"], c["vocab_size"]
    kv = hidden // c["num_attention_heads"] * c["num_key_value_heads"]
    tensors: dict[str, Any] = {}
    _quantized(tensors, rng, "model.embed_tokens", vocab, hidden, 1.0)
    for i in range(c["num_hidden_layers"]):
        stem = f"model.layers.{i}"
        for p, rows in (("q", hidden), ("k", kv), ("v", kv)):
            _quantized(tensors, rng, f"{stem}.self_attn.{p}_proj", rows, hidden, 1.5 * hidden**-0.5)
            tensors[f"{stem}.self_attn.{p}_proj.bias"] = _half(rng.standard_normal(rows) * 0.5)
        _quantized(tensors, rng, f"{stem}.self_attn.o_proj", hidden, hidden, hidden**-0.5)
        for p, rows, columns in (("gate", inner, hidden), ("up", inner, hidden), ("down", hidden, inner)):
            _quantized(tensors, rng, f"{stem}.mlp.{p}_proj", rows, columns, columns**-0.5)
        for p in ("input_layernorm", "post_attention_layernorm"):
            tensors[f"{stem}.{p}.weight"] = _half(1 + 0.3 * rng.standard_normal(hidden))
    tensors["model.norm.weight"] = _half(1 + 0.3 * rng.standard_normal(hidden))
    if not c["tie_word_embeddings"]:
        _quantized(tensors, rng, "lm_head", vocab, hidden, hidden**-0.5)
    return tensors


def _half(values: Any) -> Any:
    return values.astype(np.float16)


def _quantized(
    tensors: dict[str, Any], rng: np.random.Generator, name: str, rows: int, columns: int, size: float
) -> None:
    """Add `scale * q + bias` with q uniform in 0..15 (standard deviation 4.61), so that the weights have `size`."""
    scales = size / 4.61 * rng.uniform(0.7, 1.3, (rows, columns // GROUP))
    tensors[f"{name}.weight"] = rng.integers(0, 1 << 32, (rows, columns // 8), dtype=np.uint32)
    tensors[f"{name}.scales"] = _half(scales)
    tensors[f"{name}.biases"] = _half(-7.5 * scales * rng.uniform(0.9, 1.1, scales.shape))
