"""flash_attention.metal in the simulator: each kernel equals attention in float64 within the course's tolerance."""

import mlx.core as mx
import numpy as np
import pytest

from tests.kernels.flash_attention_oracle import Call, random_call, units
from tests.kernels.metal_module import recorded, reference, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())


@pytest.mark.parametrize("rung", [1, 2])
def test_random_calls(rung):
    """All dtypes and layouts, grouped heads, L and S apart, 1 to 256 channels, masks that broadcast, causal or not."""
    module, gpu, _ = reference()
    for seed in range(200):
        call = random_call(1000 * rung + seed)
        out = module.flash_attention_rung(rung, *call.arguments, stream=gpu.stream)
        assert units(out, call) <= 1, call.note


@pytest.mark.parametrize(("L", "kernel"), [(1, "row"), (3, "row"), (4, "tiled"), (20, "tiled")])
def test_the_kernel_is_chosen_by_shape(L, kernel):
    module, gpu, captures = reference()
    query, key = mx.ones((2, L, 16)), mx.ones((1, 5, 16))
    _, dispatches = recorded(
        captures, lambda: module.flash_attention(query, key, key, 0.25, stream=gpu.stream)
    )
    assert [d["kernel"] for d in dispatches] == [f"flash_attention_{kernel}_float32"]


@pytest.mark.parametrize("L", [1, 9])
def test_a_row_that_sees_nothing_is_zero(L):
    module, gpu, _ = reference()
    query, key = mx.ones((1, L, 8)), mx.ones((1, 40, 8))
    out = module.flash_attention(query, key, key, 1.0, mx.full((L, 40), -mx.inf), stream=gpu.stream)
    assert mx.array_equal(out, mx.zeros((1, L, 8)))


def test_pipelines_of_one_kernel_do_not_share_their_constants():
    """With and without a mask, causal or not, one after the other and all in one graph."""
    module, gpu, _ = reference()
    rng = np.random.default_rng(0)
    query, key, value = (mx.array(rng.normal(size=(2, n, 32)).astype(np.float32)) for n in (6, 40, 40))
    mask = mx.array(rng.normal(size=(6, 40)).astype(np.float16))
    calls = [Call(query, key, value, 0.2, m, causal) for m in (None, mask) for causal in (False, True)]
    outs = [module.flash_attention(*call.arguments, stream=gpu.stream) for call in calls]
    assert max(units(out, call) for out, call in zip(outs, calls, strict=True)) <= 1


def test_too_many_channels_are_named():
    module, gpu, _ = reference()
    x = mx.ones((1, 2, 257))
    with pytest.raises(ValueError, match=r"channels \(257\) must be at most 256 on the GPU"):
        mx.eval(module.flash_attention(x, x, x, 1.0, stream=gpu.stream))
