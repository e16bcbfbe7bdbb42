"""The reference's quantized_matmul: every rung equals float64 arithmetic within its dtype for any shape and strides."""

import threading
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

import kernels
from kernels.build import build
from tests.kernels.quantized_cases import DTYPES, MOST, Product, product, random_products

ROOT = Path(__file__).resolve().parents[2]
SETS = ("plain", "neon", "avx2", "avx512")


@pytest.fixture(scope="module")
def module():
    build(ROOT / "reference" / "kernels", kernels.DEFAULT_OUT)
    return kernels.load()


@pytest.fixture
def widest(module):
    """Every instruction set of this machine, narrowest first; the widest one is used again afterwards."""
    here = module.isa()
    names = []
    for name in SETS:
        try:
            module.limit_isa(name)
        except ValueError:
            continue
        names.append(name)
    yield names
    module.limit_isa(here)


def test_a_product_that_can_be_done_by_hand(module):
    """Weights 0 .. 7, four times over, times 0.5, minus 1; a is 1, so a row of w adds up to (4 * 28) / 2 - 32 = 24."""
    b = mx.array([[0x76543210] * 4, [0] * 4], dtype=mx.uint32)
    scales, biases = mx.array([[0.5], [3.0]]), mx.array([[-1.0], [0.25]])
    for rung in range(module.quantized_matmul_rungs + 1):
        out = module.quantized_matmul_rung(rung, scales, biases, 32, 4, mx.ones((1, 32)), b, True)
        assert out.tolist() == [[24.0, 8.0]]
        out = module.quantized_matmul_rung(rung, scales, biases, 32, 4, mx.array([[2.0, 4.0]]), b, False)
        assert out.tolist() == [[-1.0 + q for q in range(8)] * 4]


@pytest.mark.parametrize("seed", range(4))
def test_every_rung_is_within_its_dtype_on_random_shapes(module, widest, seed):
    """320 products in all, each by every rung with every instruction set of this machine."""
    for case in random_products(80, seed):
        for rung in range(module.quantized_matmul_rungs + 1):
            for name in widest if rung not in (1, 2) else widest[:1]:
                module.limit_isa(name)
                error = case.error(module.quantized_matmul_rung(rung, *case.arguments()))
                assert error <= MOST[case.a.dtype], f"rung {rung} with {name}: {case}: {error} eps"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("M", "K", "N"), [(1, 896, 4864), (1, 4864, 896), (5, 896, 128), (33, 896, 1000), (128, 1536, 260)]
)
def test_sizes_of_a_model(module, M, K, N, dtype):
    case = product(np.random.default_rng(M * K), (M, K), N, dtype)
    assert case.error(module.quantized_matmul(*case.arguments())) <= MOST[dtype]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("M", [3, 20])
def test_strides_are_followed(module, M, dtype):
    """Every other row and column of larger arrays, and a transposed one, in place of dense operands."""
    rng = np.random.default_rng(M)
    case = product(rng, (M, 128), 50, dtype)
    strided = Product(
        _spread(case.scales),
        _spread(case.biases),
        64,
        case.a.T.reshape(128, M).T,
        _spread(case.b),
        True,
        case.weights,
    )
    for rung in range(module.quantized_matmul_rungs + 1):
        assert strided.error(module.quantized_matmul_rung(rung, *strided.arguments())) <= MOST[dtype]


def _spread(x: mx.array) -> mx.array:
    """Return a view of the same values whose rows and columns are not neighbours in memory."""
    rows, cols = x.shape
    wide = mx.full((2 * rows, 3 * cols), 7, dtype=x.dtype)
    wide[::2, ::3] = x
    return wide[::2, ::3]


def test_a_broadcast_scale_is_followed(module):
    rng = np.random.default_rng(0)
    case = product(rng, (2, 64), 9, mx.float32)
    one = mx.broadcast_to(mx.array([[2.0]]), (9, 1))
    same = Product(one, case.biases, 64, case.a, case.b, True, case.weights)
    dense = module.quantized_matmul(one + 0, case.biases, 64, 4, case.a, case.b, True)
    assert mx.array_equal(module.quantized_matmul(*same.arguments()), dense)


@pytest.mark.parametrize("transpose_b", [True, False])
def test_no_rows_give_no_rows(module, transpose_b):
    case = product(np.random.default_rng(0), (0, 64), 128, mx.float16, transpose_b=transpose_b)
    assert module.quantized_matmul(*case.arguments()).shape == (0, 128)


def test_scales_and_biases_may_differ_in_dtype(module):
    case = product(np.random.default_rng(1), (4, 64), 8, mx.bfloat16, scale_dtype=mx.float16)
    mixed = Product(case.scales.astype(mx.float32), case.biases, 64, case.a, case.b, True, case.weights)
    assert mixed.error(module.quantized_matmul(*mixed.arguments())) <= MOST[mx.bfloat16]


@pytest.mark.parametrize("M", [1, 16])
@pytest.mark.parametrize("dtype", [mx.float16, mx.bfloat16])
def test_numbers_far_apart_in_one_group_do_not_cost_the_dtype(module, M, dtype):
    """One number 1000 times the others is what models' activations are like; rung 6 scales a group by its largest."""
    rng = np.random.default_rng(2)
    case = product(rng, (M, 256), 64, dtype)
    a = case.a * mx.where(mx.arange(256) % 50 == 7, 50.0, 0.05).astype(dtype)
    case = Product(case.scales, case.biases, 64, a, case.b, True, case.weights)
    assert (
        case.error(module.quantized_matmul_rung(6, *case.arguments())) <= 2
    )  # seen: 0.83 in float16, 0.48 in bfloat16; rung 5: 0.41, 0.45


@pytest.mark.parametrize("value", [0.0, 1e-38, -1e-40, 6e-8])
@pytest.mark.parametrize("M", [1, 16])
def test_groups_of_zeros_and_of_tiny_numbers(module, M, value):
    """Neither a division by zero nor an overflow of the group's scale: the result is tiny too."""
    case = product(np.random.default_rng(3), (M, 128), 40, mx.bfloat16)
    a = mx.full((M, 128), value, dtype=mx.bfloat16)
    out = module.quantized_matmul_rung(6, case.scales, case.biases, 64, 4, a, case.b, True)
    assert float(mx.abs(out).max()) <= abs(value) * 128 * 80
    assert not bool(mx.isnan(out).any())


def test_infinities_stay_in_their_row(module):
    for M in (2, 30):
        case = product(np.random.default_rng(4), (M, 128), 33, mx.float16)
        a = case.a.at[0, 5].add(float("inf"))
        for rung in range(module.quantized_matmul_rungs + 1):
            out = module.quantized_matmul_rung(rung, case.scales, case.biases, 64, 4, a, case.b, True)
            assert not bool(mx.isfinite(out[0]).any())
            assert bool(mx.isfinite(out[1:]).all())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("M", "N"), [(1, 1000), (3, 129), (40, 700)])
def test_the_number_of_threads_does_not_change_a_bit(module, M, N, dtype):
    case = product(np.random.default_rng(5), (M, 512), N, dtype)
    before = module.num_threads()
    try:
        results = []
        for threads in (1, 2, 3):
            module.set_num_threads(threads)
            results.append(module.quantized_matmul(*case.arguments()))
            mx.eval(results[-1])
    finally:
        module.set_num_threads(before)
    assert all(mx.array_equal(result, results[0]) for result in results)


def test_two_streams_at_once_do_not_disturb_each_other(module):
    """Each thread has a stream of its own; one of them finds the pool taken and must come to the same result."""
    cases = [
        product(np.random.default_rng(seed), (M, 512), 600, mx.bfloat16) for seed, M in enumerate((1, 30))
    ]
    want = [module.quantized_matmul(*case.arguments()) for case in cases]
    mx.eval(want)
    wrong = []

    def repeat(case, right):
        stream = mx.new_stream(mx.cpu)
        for _ in range(60):
            out = module.quantized_matmul(*case.arguments(), stream=stream)
            mx.eval(out)
            if not mx.array_equal(out, right, stream=stream):
                wrong.append(str(case))

    threads = [threading.Thread(target=repeat, args=pair) for pair in zip(cases, want, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_lazy_graph_keeps_its_order(module):
    """Products that feed each other with nothing evaluated in between give what they give one by one."""
    case = product(np.random.default_rng(6), (2, 256), 256, mx.float32)
    lazy = eager = case.a
    for _ in range(25):
        lazy = module.quantized_matmul(case.scales, case.biases, 64, 4, mx.tanh(lazy), case.b, True)
        eager = module.quantized_matmul(case.scales, case.biases, 64, 4, mx.tanh(eager), case.b, True)
        mx.eval(eager)
    assert mx.array_equal(lazy, eager)


BAD = [
    ({"bits": 8}, r"bits \(8\) must be 4"),
    ({"group_size": 48}, r"group_size \(48\) must be 32, 64 or 128"),
    ({"a": mx.zeros((2, 64), dtype=mx.int32)}, r"dtype of a \(int32\) must be float32, float16 or bfloat16"),
    ({"a": mx.zeros((2, 96))}, r"last axis of a \(96\) must be 64"),
    ({"a": mx.array(1.0)}, r"a must have at least 1 axis, not 0"),
    ({"b": mx.zeros((5, 8), dtype=mx.int32)}, r"dtype of b \(int32\) must be uint32"),
    ({"b": mx.zeros((1, 5, 8), dtype=mx.uint32)}, r"b must have 2 axes, not 3"),
    ({"b": mx.zeros((5, 9), dtype=mx.uint32)}, r"a row of b \(72\) must be a multiple of group_size \(64\)"),
    ({"scales": mx.zeros((5, 2))}, r"scales \(5,2\) must have shape \(5,1\)"),
    ({"biases": mx.zeros((4, 1))}, r"biases \(4,1\) must have shape \(5,1\)"),
    ({"scales": mx.zeros((5, 1), dtype=mx.uint8)}, r"dtype of scales \(uint8\) must be float32"),
]


@pytest.mark.parametrize(
    ("change", "message"), BAD, ids=[next(iter(change)) + str(i) for i, (change, _) in enumerate(BAD)]
)
def test_what_does_not_fit_is_a_value_error_with_value_and_bound(module, change, message):
    good = {
        "scales": mx.zeros((5, 1)),
        "biases": mx.zeros((5, 1)),
        "group_size": 64,
        "bits": 4,
        "a": mx.zeros((2, 64)),
        "b": mx.zeros((5, 8), dtype=mx.uint32),
        "transpose_b": True,
    }
    assert module.quantized_matmul(**good).shape == (2, 5)
    with pytest.raises(ValueError, match=message):
        module.quantized_matmul(**(good | change))


def test_a_rung_that_does_not_exist_is_named(module):
    case = product(np.random.default_rng(0), (1, 64), 8, mx.float32)
    with pytest.raises(ValueError, match=r"rung \(7\) must be between 0 and 6"):
        module.quantized_matmul_rung(7, *case.arguments())
