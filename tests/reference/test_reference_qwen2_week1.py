"""The model and its parts equal transformers' Qwen2 in float64, and mlx-lm's own, on 4-bit weights, too."""

from types import SimpleNamespace

import mlx.core as mx
import numpy as np
import pytest
import torch
from closeness import DTYPES, EPS, assert_close, exact, values
from mlx_lm.models import qwen2

from reference.attention import causal_mask
from reference.models import load
from reference.qwen2_week1 import (
    Qwen2MLP,
    Qwen2ModelWeek1,
    Qwen2MultiHeadAttention,
    Qwen2TransformerBlock,
)

by_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)
IDS = np.random.default_rng(0).integers(0, 258, size=(3, 11))
E, HEADS, KV_HEADS, INTERMEDIATE = 32, 4, 2, 48


def layer(dtype, theta=1e6, scale=1.0):
    """Return one layer of mlx-lm, with random weights and biases."""
    args = qwen2.ModelArgs("qwen2", E, 1, INTERMEDIATE, HEADS, 1e-6, 10, KV_HEADS, rope_theta=theta)
    theirs = qwen2.TransformerBlock(args)
    mx.random.seed(3)
    theirs.apply(lambda w: scale * mx.random.normal(w.shape) * (0.3 if w.ndim == 1 else w.shape[-1] ** -0.5))
    theirs.set_dtype(dtype)
    return theirs


def attention_of(theirs, **options):
    """Build our attention on the weights of theirs."""
    q, k, v = theirs.q_proj, theirs.k_proj, theirs.v_proj
    weights = (q.weight, k.weight, v.weight, theirs.o_proj.weight, q.bias, k.bias, v.bias)
    return Qwen2MultiHeadAttention(E, HEADS, KV_HEADS, *weights, **options)


@by_dtype
@pytest.mark.parametrize("theta", [1e6, 100.0])
@pytest.mark.parametrize("mask", [None, "causal"])
def test_attention_equals_mlx_lm(mask, theta, dtype):
    """Grouped heads, biases on Q, K and V, theta passed on."""
    theirs = layer(dtype, theta).self_attn
    x, _ = values(1, 2, 7, E, dtype=dtype)
    want = exact(theirs(x, mask=mask))
    got = attention_of(theirs, max_seq_len=7, theta=theta)(x, mask)
    assert_close(got, want, 3.0, dtype, inner=dtype)


def test_attention_takes_masks_of_any_shape():
    """The causal mask as an array, with and without the axes of batch and heads, is the causal mask."""
    attention = attention_of(layer(mx.float32).self_attn)
    x, x64 = values(1, 2, 7, E)
    want = exact(attention(x, "causal"))
    mask = causal_mask(7, 7, mx.float32)
    for shape in ((7, 7), (1, 7, 7), (2, 1, 7, 7), (2, HEADS, 7, 7)):
        assert_close(attention(x, mx.broadcast_to(mask, shape)), want, 3.0, mx.float32)
    assert np.array_equal(exact(x), x64)


def test_attention_survives_scores_beyond_float16():
    """With scores above 65504 the answer in float16 is finite and near the one in float32."""
    theirs = layer(mx.float16, scale=150.0).self_attn
    theirs.v_proj.weight, theirs.v_proj.bias = theirs.v_proj.weight / 150, theirs.v_proj.bias / 150
    theirs.o_proj.weight = theirs.o_proj.weight / 150
    x, _ = values(2, 1, 5, E, dtype=mx.float16)
    q, k = (p(x).astype(mx.float32) for p in (theirs.q_proj, theirs.k_proj))
    assert mx.max(mx.abs(q[..., :8] @ k[..., :8].swapaxes(-1, -2))).item() > 65504
    got = attention_of(theirs)(x)
    theirs.set_dtype(mx.float32)
    want = exact(attention_of(theirs)(x.astype(mx.float32)))
    assert_close(got, want, 3.0, mx.float16, c=8, inner=mx.float16)


@by_dtype
def test_mlp_equals_torch(dtype):
    """down(silu(gate(x)) * up(x)), in float64."""
    (gate, g64), (up, u64) = (values(s, INTERMEDIATE, E, dtype=dtype, scale=E**-0.5) for s in (1, 2))
    down, d64 = values(3, E, INTERMEDIATE, dtype=dtype, scale=INTERMEDIATE**-0.5)
    x, x64 = values(4, 2, 3, E, dtype=dtype)
    hidden = torch.nn.functional.silu(torch.tensor(x64 @ g64.T)).numpy() * (x64 @ u64.T)
    got = Qwen2MLP(E, INTERMEDIATE, gate, up, down)(x)
    assert_close(got, hidden @ d64.T, 1 + np.abs(hidden) @ np.abs(d64.T), dtype, inner=dtype)


@by_dtype
def test_block_equals_mlx_lm(dtype):
    """Norms before, residuals beside: one layer, with an eps and a theta of its own."""
    theirs = layer(dtype, theta=500.0)
    a, m = theirs.self_attn, theirs.mlp
    block = Qwen2TransformerBlock(
        *(HEADS, KV_HEADS, E, INTERMEDIATE, 1e-6),
        *(a.q_proj.weight, a.k_proj.weight, a.v_proj.weight, a.o_proj.weight),
        *(a.q_proj.bias, a.k_proj.bias, a.v_proj.bias),
        *(m.gate_proj.weight, m.up_proj.weight, m.down_proj.weight),
        *(theirs.input_layernorm.weight, theirs.post_attention_layernorm.weight),
        max_seq_len=64,
        theta=500.0,
    )
    x, x64 = values(5, 2, 7, E, dtype=dtype)
    for mask in (None, "causal"):
        assert_close(block(x, mask), exact(theirs(x, mask=mask)), 4.0, dtype, inner=dtype)
    assert np.array_equal(exact(x), x64)


@by_dtype
def test_model_equals_transformers(checkpoint, dtype):
    """Logits of a batch, tied and untied; theta, eps, biases and norms are not the defaults."""
    folder, theirs = checkpoint
    with torch.no_grad():
        want = theirs(torch.tensor(IDS)).logits.numpy()
    model, _ = load(folder, dtype)
    got = Qwen2ModelWeek1(model)(mx.array(IDS))
    assert got.dtype == dtype
    assert got.shape == want.shape == (3, 11, 258)
    # Rounding in two layers passes through the weights of all that follow: judge the whole vector of logits.
    error = np.linalg.norm(exact(got) - want, axis=-1) / np.linalg.norm(want, axis=-1)
    assert error.max() < 16 * EPS[dtype]


@by_dtype
def test_model_on_4_bit_weights_equals_mlx_lm(quantized, dtype):
    """The same quantized weights, multiplied by mlx-lm without dequantizing them first."""
    model, _ = load(quantized, dtype)
    want = exact(model(mx.array(IDS)))
    got = exact(Qwen2ModelWeek1(model)(mx.array(IDS)))
    error = np.linalg.norm(got - want, axis=-1) / np.linalg.norm(want, axis=-1)
    assert error.max() < 16 * EPS[dtype]  # a dequantized weight is rounded to dtype, one in the kernel is not


def test_model_is_causal_and_rows_are_independent(checkpoint):
    """A later token changes no earlier logits, and a row of the batch gets what it gets alone."""
    model = Qwen2ModelWeek1(load(checkpoint[0])[0])
    want = exact(model(mx.array(IDS)))
    scale = np.abs(want).max()
    assert_close(model(mx.array(IDS[:, :6])), want[:, :6], scale, mx.float32, c=16)
    assert_close(model(mx.array(IDS[1:2])), want[1:2], scale, mx.float32, c=16)


def test_model_needs_only_the_attribute_tree(checkpoint):
    """Plain namespaces with the checkpoint's names do in place of mlx-lm's classes."""
    model, _ = load(checkpoint[0])

    def tree(module):
        if isinstance(module, list):
            return [tree(item) for item in module]
        if not hasattr(module, "items"):
            return module
        return SimpleNamespace(**{name: tree(part) for name, part in module.items()})

    bare = SimpleNamespace(args=model.args, **vars(tree(model)))
    assert np.array_equal(
        exact(Qwen2ModelWeek1(bare)(mx.array(IDS))), exact(Qwen2ModelWeek1(model)(mx.array(IDS)))
    )


def test_sizes_that_do_not_fit_raise():
    """Head counts that do not divide and a transposed gate are named."""
    w = mx.zeros((6, 6))
    with pytest.raises(ValueError, match=r"hidden_size \(6\) must be a multiple of num_heads \(4\)"):
        Qwen2MultiHeadAttention(6, 4, 2, w, w, w, w, w[0], w[0], w[0])
    with pytest.raises(ValueError, match=r"num_heads \(3\) must be a multiple of num_kv_heads \(2\)"):
        Qwen2MultiHeadAttention(6, 3, 2, w, w, w, w, w[0], w[0], w[0])
    with pytest.raises(ValueError, match=r"\(6, 6\), must be \(8, 6\)"):
        Qwen2MLP(6, 8, w, w, w)
