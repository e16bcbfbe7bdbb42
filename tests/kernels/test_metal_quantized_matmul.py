"""quantized_matmul.metal in the simulator: every kernel equals float64 arithmetic within its dtype for any shape."""

import mlx.core as mx
import numpy as np
import pytest

from tests.kernels.metal_module import recorded, reference, why_not
from tests.kernels.quantized_cases import MOST, Product, product, random_products

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
KERNELS = {1: "naive", 2: "matvec", 3: "tiled", 4: "matrix"}


@pytest.mark.parametrize("rung", [0, *KERNELS])
def test_random_products(rung):
    """Ragged M and N, all groups and dtypes, both orientations, scales of another dtype than a."""
    module, gpu, _ = reference()
    for case in random_products(200, seed=100 + rung):
        out = module.quantized_matmul_rung(rung, *case.arguments(), stream=gpu.stream)
        assert case.error(out) <= MOST[case.a.dtype], str(case)


@pytest.mark.parametrize(
    ("M", "transpose_b", "kernel"),
    [
        (1, True, "matvec"),
        (1, False, "vecmat"),
        (7, True, "matvec"),
        (8, True, "matrix"),
        (40, False, "matrix"),
    ],
)
def test_the_kernel_is_chosen_by_shape(M, transpose_b, kernel):
    module, gpu, captures = reference()
    case = product(np.random.default_rng(0), (M, 64), 64, mx.float16, transpose_b=transpose_b)
    _, dispatches = recorded(captures, lambda: module.quantized_matmul(*case.arguments(), stream=gpu.stream))
    layout = "nk" if transpose_b else "kn"
    assert [d["kernel"] for d in dispatches] == [f"quantized_matmul_{kernel}_{layout}_float16_float16"]


def test_strides_are_followed_by_a_copy_on_the_gpu():
    """A view that is not dense, and one that runs backwards, give what their dense copies give."""
    module, gpu, captures = reference()
    case = product(np.random.default_rng(1), (6, 128), 9, mx.float32)
    wide = mx.zeros((12, 384))
    wide[::2, ::3] = case.a
    views = (wide[::2, ::3], mx.contiguous(case.a[::-1])[::-1])
    mx.eval(views)
    dense = module.quantized_matmul(*case.arguments(), stream=gpu.stream)
    for view in views:
        same = Product(case.scales, case.biases, 64, view, case.b, True, case.weights)
        out, dispatches = recorded(
            captures, lambda same=same: module.quantized_matmul(*same.arguments(), stream=gpu.stream)
        )
        assert mx.array_equal(out, dense)
        assert dispatches[0]["kernel"] == "copy_dense_float32_float32"


@pytest.mark.parametrize("rung", [2, 4])
@pytest.mark.parametrize("transpose_b", [True, False])
def test_two_runs_are_equal_bit_for_bit(rung, transpose_b):
    module, gpu, _ = reference()
    case = product(np.random.default_rng(2), (9, 256), 256, mx.bfloat16, transpose_b=transpose_b)
    first, second = (
        module.quantized_matmul_rung(rung, *case.arguments(), stream=gpu.stream) for _ in range(2)
    )
    assert mx.array_equal(first, second)


def test_a_lazy_graph_keeps_its_order():
    """Products that feed each other and MLX's own ops, with nothing evaluated in between."""
    module, gpu, _ = reference()
    case = product(np.random.default_rng(3), (2, 256), 256, mx.float32)
    lazy = eager = case.a
    with mx.stream(gpu.stream):
        for _ in range(10):
            lazy = module.quantized_matmul(case.scales, case.biases, 64, 4, mx.tanh(lazy), case.b, True)
            eager = module.quantized_matmul(case.scales, case.biases, 64, 4, mx.tanh(eager), case.b, True)
            mx.eval(eager)
        assert mx.array_equal(lazy, eager)


def test_no_rows_give_no_rows():
    module, gpu, _ = reference()
    case = product(np.random.default_rng(4), (0, 64), 128, mx.float16)
    assert module.quantized_matmul(*case.arguments(), stream=gpu.stream).shape == (0, 128)


def test_the_cpu_is_still_the_cpu():
    """An op on a stream of the CPU dispatches nothing, whatever runs on the GPU beside it."""
    module, _, captures = reference()
    case = product(np.random.default_rng(5), (3, 64), 10, mx.float16)
    out, dispatches = recorded(captures, lambda: module.quantized_matmul(*case.arguments(), stream=mx.cpu))
    assert dispatches == []
    assert case.error(out) <= MOST[mx.float16]


def test_a_rung_that_does_not_exist_is_named():
    module, gpu, _ = reference()
    case = product(np.random.default_rng(0), (1, 64), 8, mx.float32)
    with pytest.raises(ValueError, match=r"rung \(5\) must be between 0 and 4 on the GPU"):
        mx.eval(module.quantized_matmul_rung(5, *case.arguments(), stream=gpu.stream))
