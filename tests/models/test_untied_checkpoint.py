"""The random checkpoint with a head of its own: alive in every layer, and different from a tied one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest
from mlx_lm.utils import load_model


@pytest.fixture(scope="module")
def model(models: Path) -> Any:
    model, config = load_model(models / "qwen2-untied-random")
    assert config["tie_word_embeddings"] is False
    model.set_dtype(mx.float32)
    return model


@pytest.fixture(scope="module")
def ids() -> mx.array:
    return mx.array(np.random.default_rng(3).integers(0, 320, (2, 24)))


def test_head_and_embedding_are_different_4bit_layers(model: Any) -> None:
    """Both are quantized in groups of 64, and one is not the other."""
    head, embedding = model.lm_head, model.model.embed_tokens
    assert (head.group_size, head.bits, embedding.group_size, embedding.bits) == (64, 4, 64, 4)
    assert not mx.array_equal(head.weight, embedding.weight).item()


def test_using_the_embedding_as_head_changes_the_tokens(model: Any, ids: mx.array) -> None:
    """An ignored `lm_head` is visible in nearly every token."""
    hidden = model.model(ids)
    right = model.lm_head(hidden).argmax(-1)
    wrong = model.model.embed_tokens.as_linear(hidden).argmax(-1)
    assert (right == wrong).mean().item() < 0.1


def test_logits_are_spread(model: Any, ids: mx.array) -> None:
    """The distribution is neither flat nor one-hot, and differs from place to place."""
    logits = model(ids)
    best = mx.softmax(logits, axis=-1).max(-1)
    assert 0.02 < best.mean().item() < 0.9
    assert len(set(logits.argmax(-1).flatten().tolist())) > 24
    assert mx.abs(logits).max().item() < 100


def test_attention_reaches_back(model: Any, ids: mx.array) -> None:
    """Another first token changes the last logits: attention is not stuck on the token itself."""
    other = mx.array(ids)
    other[:, 0] = (other[:, 0] + 1) % 320
    assert mx.abs(model(ids)[:, -1] - model(other)[:, -1]).max().item() > 0.1
