"""The quantized model with a cache gives Week 1's logits, however the tokens are split over calls and rows."""

import itertools

import mlx.core as mx
import numpy as np
import pytest
from closeness import EPS
from week2_stand_ins import put_kernels

from reference.kv_cache import BatchingKvCache, TinyKvFullCache
from reference.models import load
from reference.quantize import QuantizedWeights, dequantize_linear, quantized_linear, quantized_matmul
from reference.qwen2_week1 import Qwen2ModelWeek1
from reference.qwen2_week2 import Qwen2ModelWeek2

TOKENS = [5, 200, 17, 17, 42, 90, 3, 255, 128, 7, 64]


@pytest.fixture(autouse=True, params=["plain", "fused", "built"])
def _kernels(request, monkeypatch):
    put_kernels(request.param, monkeypatch)


@pytest.fixture
def models(quantized):
    """Return both weeks' models with float32 activations, and the logits of Week 1 for `TOKENS`."""
    mlx_model, _ = load(quantized, dtype=mx.float32)
    return mlx_model, np.array(Qwen2ModelWeek1(mlx_model)(mx.array([TOKENS])))[0]


def caches(model):
    return [TinyKvFullCache() for _ in range(model.num_hidden_layers)]


def assert_same_logits(got, want):
    """Logits of about 10 after a dozen products of a hundred terms each: 2000 eps leave no room for a wrong token."""
    assert got.shape == want.shape
    assert np.max(np.abs(np.array(got) - want)) < 2000 * EPS[mx.float32]


@pytest.mark.parametrize("flash", [False, True])
def test_split_at_every_point(models, flash):
    """Two pieces, one piece, token by token: always the logits of the whole sequence without a cache."""
    mlx_model, want = models
    model = Qwen2ModelWeek2(mlx_model, enable_flash_attn=flash)
    n = len(TOKENS)
    for cuts in [*([0, k, n] for k in range(1, n)), [0, n], list(range(n + 1)), [0, 3, 4, 9, n]]:
        cache = caches(model)
        pieces = [model(mx.array([TOKENS[a:b]]), a, cache)[0] for a, b in itertools.pairwise(cuts)]
        assert_same_logits(mx.concatenate(pieces), want)


@pytest.mark.parametrize("flash", [False, True])
def test_rows_of_different_lengths(models, flash):
    """A batch of 4, 1 and 7 earlier tokens and a free row: each row continues as it does alone, no NaN anywhere."""
    mlx_model, want = models
    model = Qwen2ModelWeek2(mlx_model, enable_flash_attn=flash)
    batch = [BatchingKvCache(4, 64) for _ in range(model.num_hidden_layers)]
    lengths = {0: 4, 1: 1, 3: 7}
    for row, length in lengths.items():
        own = caches(model)
        model(mx.array([TOKENS[:length]]), 0, own)
        for layer, cache in zip(batch, own, strict=True):
            layer.add_request(cache, row)
    for step, L in ((0, 1), (1, 2), (3, 1)):  # one token, two at once, one
        starts = [lengths.get(row, -step) + step for row in range(4)]
        inputs = mx.array([TOKENS[start : start + L] for start in starts])
        logits = model(inputs, starts, batch)
        for row, start in enumerate(starts):
            if row in lengths:
                assert_same_logits(logits[row], want[start : start + L])
        assert np.isfinite(np.array(logits)).all()


@pytest.mark.parametrize("dtype", [mx.float16, mx.bfloat16], ids=str)
@pytest.mark.parametrize("flash", [False, True])
def test_half_precision(quantized, dtype, flash):
    """Logits come out in the dtype of the scales, and as near to Week 1's as that allows."""
    mlx_model, _ = load(quantized, dtype=dtype)
    want = np.array(Qwen2ModelWeek1(mlx_model)(mx.array([TOKENS])).astype(mx.float32))
    model = Qwen2ModelWeek2(mlx_model, enable_flash_attn=flash)
    got = model(mx.array([TOKENS]), 0, caches(model))
    assert got.dtype == dtype
    assert np.max(np.abs(np.array(got.astype(mx.float32)) - want)) < 8 * EPS[dtype] * np.max(np.abs(want))


def test_positions_end_where_the_checkpoint_says(models):
    """The last of 512 positions is one, the next is an error that names both."""
    model = Qwen2ModelWeek2(models[0])
    model(mx.array([[1, 2]]), 510, caches(model))
    for offset in (511, [511]):
        with pytest.raises(ValueError, match="512"):
            model(mx.array([[1, 2]]), offset, caches(model))


def test_weights_stay_packed(models):
    """The model holds the checkpoint's own arrays: nothing is unpacked, nothing copied."""
    mlx_model, _ = models
    model = Qwen2ModelWeek2(mlx_model)
    theirs = mlx_model.model.layers[1]
    ours = model.layers[1]
    for packed, layer in (
        (ours.self_attn.wq, theirs.self_attn.q_proj),
        (ours.self_attn.wo, theirs.self_attn.o_proj),
        (ours.mlp.w_down, theirs.mlp.down_proj),
        (model.embedding, mlx_model.model.embed_tokens),
    ):
        assert (packed.weight.dtype, packed.weight.shape) == (mx.uint32, layer.weight.shape)
        assert packed.weight is layer.weight
        assert packed.scales is layer.scales


@pytest.mark.parametrize("flash", [False, True])
def test_the_cache_is_asked_as_the_contract_says(models, flash):
    """Keys and values `[B, H, L, D]`, the mask's length and "causal" go to each layer's own cache, once a call."""
    mlx_model, _ = models
    asked = []

    class Watched(TinyKvFullCache):
        def update_and_fetch(self, key, value, mask_length=None, mask=None):
            asked.append((self, key.shape, value.shape, mask_length, mask))
            return super().update_and_fetch(key, value, mask_length, mask)

    model = Qwen2ModelWeek2(mlx_model, enable_flash_attn=flash)
    cache = [Watched(), Watched()]
    model(mx.array([TOKENS[:3]]), 0, cache)
    assert asked == [(c, (1, 2, 3, 16), (1, 2, 3, 16), 3, "causal") for c in cache]


def test_a_plain_checkpoint_is_refused(checkpoint):
    """What Week 2 multiplies by is packed; a dense layer is named."""
    mlx_model, _ = load(checkpoint[0])
    with pytest.raises(ValueError, match="a Embedding layer is not quantized: it has no scales"):
        Qwen2ModelWeek2(mlx_model)


def test_a_cache_for_each_layer(models):
    """Too few caches are an error, not a model with fewer layers."""
    model = Qwen2ModelWeek2(models[0])
    with pytest.raises(ValueError, match="argument 2"):
        model(mx.array([[1]]), 0, caches(model)[:1])


def test_linear_and_rows_equal_the_dense_weight(quantized):
    """quantized_linear is linear with the dequantized weight; rows are rows of it, exactly."""
    mlx_model, _ = load(quantized, dtype=mx.float32)
    layer, table = mlx_model.model.layers[0].self_attn.k_proj, mlx_model.model.embed_tokens
    w, dense = QuantizedWeights.from_mlx_layer(layer), np.array(dequantize_linear(layer)).astype(np.float64)
    for shape in ((64,), (1, 64), (2, 5, 64)):
        x = np.random.default_rng(1).normal(size=shape).astype(np.float32)
        magnitude = np.abs(x) @ np.abs(dense).T
        for bias in (None, layer.bias):
            want = x @ dense.T + (0 if bias is None else np.array(bias))
            got = quantized_linear(mx.array(x), w, bias)
            assert (got.shape, got.dtype) == (want.shape, mx.float32)
            assert (np.abs(np.array(got) - want) <= 8 * EPS[mx.float32] * (magnitude + 1)).all()
    ids = mx.array([[3, 200], [0, 3]])
    rows = QuantizedWeights.from_mlx_layer(table).rows(ids)
    assert np.allclose(np.array(rows), np.array(dequantize_linear(table)[ids]), rtol=1e-6, atol=1e-7)


def test_matmul_without_transpose():
    """A packed `[K, N / 8]` is multiplied from the left as it lies."""
    dense = mx.array(np.random.default_rng(2).normal(size=(24, 64)).astype(np.float32))
    packed, scales, biases = mx.quantize(dense, group_size=32, bits=4)
    a = mx.array(np.random.default_rng(3).normal(size=(3, 24)).astype(np.float32))
    want = np.array(a) @ np.array(mx.dequantize(packed, scales=scales, biases=biases, group_size=32, bits=4))
    got = quantized_matmul(scales, biases, 32, 4, a, packed)
    assert np.max(np.abs(np.array(got) - want)) < 64 * EPS[mx.float32]
