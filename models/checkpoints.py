"""Write the three checkpoints: trained floats, the same in MLX 4 bit, and random weights with an untied head.

Knows nothing about training or questions. Floats, scales and biases are float16 throughout.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx.nn as nn
import numpy as np
from mlx.utils import tree_flatten
from mlx_lm.models import qwen2
from transformers import Qwen2ForCausalLM

from models.fake_quantization import BITS, GROUP_SIZE

# Keys are the checkpoint's own. What transformers and mlx-lm take from the class is not repeated here.
TINY_CONFIG: dict[str, Any] = {
    "vocab_size": 1024,
    "hidden_size": 128,
    "intermediate_size": 448,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "hidden_act": "silu",
    "max_position_embeddings": 32768,
    "rms_norm_eps": 1e-6,
    "rope_theta": 1000000.0,
    "tie_word_embeddings": True,
    "bos_token_id": 1021,
    "eos_token_id": 1023,
    "pad_token_id": 1021,
}

# Other than the trained one wherever a reader of config.json could have a number built in.
UNTIED_CONFIG: dict[str, Any] = {
    "vocab_size": 320,
    "hidden_size": 128,
    "intermediate_size": 192,
    "num_hidden_layers": 4,
    "num_attention_heads": 8,
    "num_key_value_heads": 2,
    "hidden_act": "silu",
    "max_position_embeddings": 4096,
    "rms_norm_eps": 1e-5,
    "rope_theta": 10000.0,
    "tie_word_embeddings": False,
    "bos_token_id": None,
    "eos_token_id": 319,
    "pad_token_id": None,
}

ARCHITECTURE = {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "torch_dtype": "float16"}
QUANTIZATION = {"quantization": {"group_size": GROUP_SIZE, "bits": BITS}}


def save_checkpoint(folder: Path, config: dict[str, Any], weights: dict[str, mx.array]) -> None:
    """Write `config.json` and `model.safetensors`, tensors in the order of their names."""
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    # transformers refuses a file that does not name its framework
    mx.save_safetensors(
        str(folder / "model.safetensors"), dict(sorted(weights.items())), metadata={"format": "pt"}
    )


def export_float(model: Qwen2ForCausalLM, folder: Path) -> None:
    """Write a trained torch model as float16; the tied head is stored once, as the embedding.

    Raises:
        ValueError: a weight does not fit float16.
    """
    weights = {
        name: mx.array(parameter.detach().numpy()).astype(mx.float16)
        for name, parameter in model.named_parameters()
    }
    for name, weight in weights.items():
        if not mx.isfinite(weight).all():
            raise ValueError(f"{name} has a value above the largest float16 (65504)")
    save_checkpoint(folder, {**ARCHITECTURE, **TINY_CONFIG}, weights)


def export_4bit(float_folder: Path, folder: Path) -> None:
    """Write the float checkpoint again with every linear layer and the embedding in 4 bits, group 64."""
    weights = mx.load(str(float_folder / "model.safetensors"))
    model = build_mlx_model(TINY_CONFIG, list(weights.items()))
    save_quantized(model, folder, TINY_CONFIG)


def export_untied_random(folder: Path, seed: int) -> None:
    """Write a random 4-bit checkpoint with an `lm_head` of its own.

    Each scale keeps the forward pass alive: unit rows in the embedding, products that keep the size of
    their input, attention scores with a deviation of about 1.5 (neither uniform nor one-hot), and logits
    spread wide enough that the best token is clear.

    Args:
        folder: where to write.
        seed: of numpy's generator; the weights do not depend on MLX's version.
    """
    rng = np.random.default_rng(seed)
    shapes = tree_flatten(qwen2.Model(qwen2.ModelArgs.from_dict(model_args(UNTIED_CONFIG))).parameters())
    weights = []
    for name, value in shapes:
        noise = rng.standard_normal(value.shape)
        if "norm" in name:
            drawn = 1.0 + 0.3 * noise
        elif name.endswith("bias"):
            drawn = 0.5 * noise
        elif "embed_tokens" in name:
            drawn = noise
        else:
            gain = 2.0 if "lm_head" in name else 1.2
            drawn = gain * noise / math.sqrt(value.shape[1])
        weights.append((name, mx.array(drawn.astype(np.float16))))
    save_quantized(build_mlx_model(UNTIED_CONFIG, weights), folder, UNTIED_CONFIG)


def build_mlx_model(config: dict[str, Any], weights: list[tuple[str, mx.array]]) -> nn.Module:
    """Return mlx-lm's Qwen2 with these weights, every one of them present."""
    model = qwen2.Model(qwen2.ModelArgs.from_dict(model_args(config)))
    model.load_weights(weights, strict=True)
    return model


def model_args(config: dict[str, Any]) -> dict[str, Any]:
    """Return what mlx-lm reads from `config`."""
    return {**ARCHITECTURE, **config}


def save_quantized(model: nn.Module, folder: Path, config: dict[str, Any]) -> None:
    """Quantize `model` in place, 4 bits and group 64, and write it in MLX's format."""
    nn.quantize(model, group_size=GROUP_SIZE, bits=BITS)
    save_checkpoint(
        folder, {**ARCHITECTURE, **config, **QUANTIZATION}, dict(tree_flatten(model.parameters()))
    )
