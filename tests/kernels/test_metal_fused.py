"""rms_norm, rope, swiglu and axpby as Metal kernels in the simulator: right in every dtype, shape and layout."""

import mlx.core as mx
import numpy as np
import pytest

from tests.kernels import test_fused as fused
from tests.kernels.metal_module import reference, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
normal, exact = fused.normal, fused.exact


class OnGpu:
    """The reference's module with every call on the simulated GPU."""

    def __getattr__(self, name):
        module, gpu, _ = reference()
        return lambda *arguments: getattr(module, name)(*arguments, stream=gpu.stream)


@pytest.fixture
def module():
    return OnGpu()


def test_rms_norm(module):
    fused.check_rms_norm(module, range(1000, 1200))


def test_swiglu(module):
    fused.check_swiglu(module, range(1000, 1200))


def test_rope(module):
    fused.check_rope(module, range(1000, 1200))
    fused.test_rope_by_hand(module)


def test_empty_arrays_and_single_numbers(module):
    fused.test_empty_arrays_and_single_numbers(module)


def test_a_lazy_graph_keeps_the_order(module):
    fused.test_a_lazy_graph_keeps_the_order(module)


def test_rope_far_out(module):
    """At position 32767 a float32 frequency alone would turn the fast pairs by 2e-3 too much."""
    x = normal(np.random.default_rng(0), 2, 3, 64)
    want, length = fused.rotated(exact(x), 64, 1e6, False, np.array(32767))
    got = module.rope(x, 64, 1e6, False, mx.array(32767))
    fused.assert_close(got, want, length, mx.float32, 4, "position 32767")


@pytest.mark.parametrize("dtype", fused.DTYPES)
def test_axpby(module, dtype):
    rng = np.random.default_rng(1)
    for size in (1, 31, 1024, 1025):
        x, y = normal(rng, size, dtype=dtype), normal(rng, size, dtype=dtype)
        want = 2.5 * exact(x) - 0.5 * exact(y)
        magnitude = 2.5 * np.abs(exact(x)) + 0.5 * np.abs(exact(y))
        fused.assert_close(module.axpby(x, y, 2.5, -0.5), want, magnitude, dtype, 2, f"size {size}")
