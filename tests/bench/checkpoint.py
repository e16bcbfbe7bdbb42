"""A checkpoint of the Qwen2-0.5B shape with random 4-bit weights, for speed alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock

from grader.course import checkpoints

LAYERS = 24
SIZES: dict[str, Any] = {
    "hidden_size": 896,
    "intermediate_size": 4864,
    "num_attention_heads": 14,
    "num_key_value_heads": 2,
    "num_hidden_layers": LAYERS,
    "vocab_size": 151_936,
    "max_position_embeddings": 32_768,
    "rope_theta": 1_000_000.0,
    "tie_word_embeddings": True,
}


def write(folder: Path) -> Path:
    """Write the checkpoint, about 280 MB, and return its folder."""
    with mock.patch.dict(checkpoints.SHAPES, {"qwen2-0.5b": SIZES}):
        return checkpoints.write("qwen2-0.5b", 2026, folder)
