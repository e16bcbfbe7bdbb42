"""The oracles of Qwen2's parts and of the whole model, against mlx-lm's Qwen2 in float32."""

from __future__ import annotations

import mlx.core as mx
import numpy as np
import pytest
import torch
from mlx.utils import tree_map
from mlx_lm.models import qwen2 as theirs
from mlx_lm.utils import load_model
from mlx_side import MAKE, agree, numbers
from transformers.models.qwen2.modeling_qwen2 import Qwen2RotaryEmbedding

from grader.course import checkpoints
from grader.oracles import qwen2
from grader.paths import MODELS, PUBLIC_MODELS
from grader.run.compare import target

SIZES = theirs.ModelArgs(
    model_type="qwen2",
    hidden_size=32,
    num_hidden_layers=1,
    intermediate_size=48,
    num_attention_heads=4,
    num_key_value_heads=2,
    rms_norm_eps=1e-3,
    vocab_size=8,
    rope_theta=5000.0,
)


def _block():
    """Return mlx-lm's block with random weights, and the same weights by the oracle's names."""
    block = theirs.TransformerBlock(SIZES)
    named = {}
    for short, module in (("q", "q_proj"), ("k", "k_proj"), ("v", "v_proj"), ("o", "o_proj")):
        layer = getattr(block.self_attn, module)
        layer.weight, named[f"w{short}"] = numbers(*layer.weight.shape, size=0.2)
        if short != "o":
            layer.bias, named[f"b{short}"] = numbers(*layer.bias.shape, size=0.5)
    for name in ("gate", "up", "down"):
        layer = getattr(block.mlp, f"{name}_proj")
        layer.weight, named[f"w_{name}"] = numbers(*layer.weight.shape, size=0.2)
    for name in ("input_layernorm", "post_attention_layernorm"):
        layer = getattr(block, name)
        layer.weight, named[f"w_{name}"] = numbers(*layer.weight.shape)
    return block, named


def _masks(length):
    mask, mask64 = numbers(2, 4, length, length)
    return [(None, None), ("causal", "causal"), (mask, mask64)]


def test_mlp_is_mlx_lms():
    """down(silu(gate(x)) * up(x)) with the same weights."""
    block, named = _block()
    x, x64 = numbers(2, 5, 32)
    chosen = {k: named[k] for k in ("w_gate", "w_up", "w_down")}
    assert agree(qwen2.mlp(**chosen, x=x64), block.mlp(x), "mlp")


def test_attention_is_mlx_lms():
    """Without a mask, causal and with an additive one; theta and grouped heads included."""
    block, named = _block()
    x, x64 = numbers(2, 5, 32)
    chosen = {k: v for k, v in named.items() if len(k) == 2}
    for mask, mask64 in _masks(5):
        expected = qwen2.attention(num_heads=4, num_kv_heads=2, x=x64, mask=mask64, theta=5000.0, **chosen)
        assert agree(expected, block.self_attn(x, mask), "qwen-attention")


def test_block_is_mlx_lms():
    """Pre-norm with both residuals and the given eps."""
    block, named = _block()
    x, x64 = numbers(2, 5, 32)
    sizes = {"num_attention_heads": 4, "num_kv_heads": 2, "rms_norm_eps": 1e-3, "theta": 5000.0}
    for mask, mask64 in _masks(5):
        assert agree(qwen2.block(x64, mask64, **sizes, **named), block(x, mask), "block")


def _logits(folder, ids):
    """Return mlx-lm's logits with every floating weight in float32."""
    model, _ = load_model(folder, lazy=True)
    model.update(
        tree_map(
            lambda p: p.astype(mx.float32) if mx.issubdtype(p.dtype, mx.floating) else p, model.parameters()
        )
    )
    return model(mx.array(ids))


# plain, 4-bit and untied; the random ones stand for the 4-bit checkpoint that ships, which takes seconds
CHECKPOINTS = ("qwen2-tiny-float", "qwen2-untied-random", "random-tied", "random-untied", "random-theta")


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_logits_are_mlx_lms(name, tmp_path):
    """Shipped and random checkpoints, plain and 4-bit, tied and untied, other thetas and eps."""
    folder = MODELS / name if name in PUBLIC_MODELS else checkpoints.write(name, 99, tmp_path / name)
    config, _ = qwen2.read_checkpoint(folder)
    ids = MAKE.integers(0, config["vocab_size"], (2, 5))
    expected = qwen2.logits(folder, torch.from_numpy(ids))
    assert agree(expected, _logits(folder, ids), "model")
    assert np.ptp(expected.value.numpy()) > 1  # the logits say something


def test_late_positions_are_judged_as_fairly_as_early_ones(tmp_path):
    """Angles in float32 are the more wrong the later: over 600 positions mlx-lm stays within half of the bound."""
    folder = checkpoints.write("random-long", 4, tmp_path / "long")
    ids = MAKE.integers(0, 256, (1, 600))
    want = target(qwen2.logits(folder, torch.from_numpy(ids)), "float32", "model")
    error = np.abs(np.array(_logits(folder, ids), np.float64) - want.value)
    assert (error / want.bound.max(axis=-1, keepdims=True)).max() < 0.5


def test_the_rotation_is_transformers_own_in_float64(tmp_path):
    """Cosines and sines of the first positions, which float32 has right to 1e-5, for another theta than the default."""
    model = qwen2.load(checkpoints.write("random-theta", 1, tmp_path / "theta"), "float32")
    assert isinstance(model.model.rotary_emb, qwen2.Rotation)
    original = Qwen2RotaryEmbedding(model.config)
    x, where = torch.zeros(1, dtype=torch.float64), torch.arange(40)[None]
    for ours, known in zip(model.model.rotary_emb(x, where), original(x, where), strict=True):
        torch.testing.assert_close(ours, known, atol=1e-5, rtol=0)
