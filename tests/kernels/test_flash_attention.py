"""flash_attention: right in every rung, on every instruction set, for every shape, mask and layout."""

from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

import kernels
from kernels.build import build
from tests.kernels.flash_attention_oracle import DTYPES, Call, exact, random_call, units

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def module():
    """The reference's kernels, built if their content changed."""
    build(ROOT / "reference" / "kernels", kernels.DEFAULT_OUT)
    return kernels.load()


def normal(seed, *shape, dtype=mx.float32, scale=1.0):
    return mx.array(np.random.default_rng(seed).normal(size=shape) * scale).astype(dtype)


def wrong(module, seeds, rungs):
    """Return what fails of random calls: description, rung, error in units of the tolerance."""
    found = []
    for call in map(random_call, seeds):
        for rung in rungs:
            error = units(module.flash_attention_rung(rung, *call.arguments), call)
            if not error <= 1:
                found.append((call.note, rung, error))
    return found


@pytest.mark.parametrize("part", range(6))
def test_every_rung_is_right_on_300_random_shapes(module, part):
    """Ragged sizes, all dtypes, 0 to 2 leading axes, every mask form, dense and scattered layouts."""
    assert wrong(module, range(50 * part, 50 * part + 50), range(1, module.flash_attention_rungs + 1)) == []


@pytest.mark.parametrize("name", ["plain", "neon", "avx2", "avx512"])
def test_every_instruction_set_is_right(module, name):
    """The same source is compiled for each; one machine can run all of its architecture up to its own."""
    widest = module.isa()
    try:
        module.limit_isa(name)
    except ValueError:
        pytest.skip(f"this machine does not have {name}")
    try:
        assert module.isa() == name
        assert wrong(module, range(1000, 1050), (3, 5, 7)) == []
    finally:
        module.limit_isa(widest)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("H_q", "H"), [(1, 1), (2, 2), (7, 1), (14, 2), (32, 2)])
@pytest.mark.parametrize("S", [1023, 1024, 2500])
def test_decode_with_keys_cut_in_parts_is_right(module, dtype, H_q, H, S):
    """One query row and many keys: the parts on different threads are merged to one softmax."""
    q, k, v = (normal(s, 1, h, n, 64, dtype=dtype) for s, h, n in ((1, H_q, 1), (2, H, S), (3, H, S)))
    call = Call(q, k, v, 0.125, None, True)
    assert units(module.flash_attention(*call.arguments), call) <= 1
    hidden = mx.where(mx.arange(S) < S - 40, -mx.inf, 0.0)  # whole parts see nothing
    call = Call(q, k, v, 0.125, hidden, True)
    assert units(module.flash_attention(*call.arguments), call) <= 1


def test_two_keys_by_hand(module):
    """Scores ln 3 and 0 give the weights 3/4 and 1/4."""
    q, k = mx.array([[[1.0]]]), mx.array([[[float(np.log(3.0))], [0.0]]])
    v = mx.array([[[4.0], [8.0]]])
    for rung in range(1, module.flash_attention_rungs + 1):
        assert abs(module.flash_attention_rung(rung, q, k, v, 1.0).item() - 5.0) < 2e-6


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_row_that_sees_nothing_is_zero_and_changes_no_other(module, dtype):
    """No NaN anywhere; the rows beside it keep the bits that they have without the mask."""
    q, k, v = (
        normal(1, 2, 14, 30, 64, dtype=dtype),
        normal(2, 2, 2, 90, 64, dtype=dtype),
        normal(3, 2, 2, 90, 64, dtype=dtype),
    )
    hidden = mx.where(mx.arange(30)[:, None] == 11, -mx.inf, mx.zeros((30, 90)))
    for rung in range(1, module.flash_attention_rungs + 1):
        free = exact(module.flash_attention_rung(rung, q, k, v, 0.125, mx.zeros((30, 90))))
        got = exact(module.flash_attention_rung(rung, q, k, v, 0.125, hidden))
        free[:, :, 11] = 0
        np.testing.assert_array_equal(got, free)


def test_causal_with_more_queries_than_keys_gives_zeros_to_the_early_rows(module):
    q, k, v = normal(1, 3, 9, 8), normal(2, 3, 4, 8), normal(3, 3, 4, 8)
    call = Call(q, k, v, 1.0, None, True)
    for rung in range(1, module.flash_attention_rungs + 1):
        got = module.flash_attention_rung(rung, *call.arguments)
        assert units(got, call) <= 1
        np.testing.assert_array_equal(np.array(got[:, :5]), 0)


@pytest.mark.parametrize("dtype", DTYPES)
def test_scores_above_the_range_of_float16_are_right(module, dtype):
    """q . k reaches 5.8 million; in float16 it would be infinite, and the softmax NaN."""
    signs = mx.where(normal(1, 2, 40, 64) > 0, 300.0, -300.0).astype(dtype)
    call = Call(signs[:, :30], signs, normal(2, 2, 40, 64, dtype=dtype), 0.125, None, False)
    for rung in range(1, module.flash_attention_rungs + 1):
        got = module.flash_attention_rung(rung, *call.arguments)
        np.testing.assert_array_equal(exact(got), exact(call.value[:, :30]))  # each query meets itself


def test_the_lowest_float_as_mask_hides_like_infinity_and_averages_where_it_hides_all(module):
    """Masks with finfo.min are common; a row full of it is the plain average, as in PyTorch."""
    lowest = float(np.finfo(np.float32).min)
    q, k, v = normal(1, 4, 10, 16), normal(2, 4, 50, 16), normal(3, 4, 50, 16)
    mask = mx.where(mx.arange(50)[None] >= 20, lowest, mx.zeros((10, 50)))
    mask = mx.where(mx.arange(10)[:, None] == 3, lowest, mask)
    for rung in range(1, module.flash_attention_rungs + 1):
        got = np.array(module.flash_attention_rung(rung, q, k, v, 1.0, mask))
        want = np.array(module.flash_attention_rung(rung, q, k[:, :20], v[:, :20], 1.0))
        want[:, 3] = np.array(v).mean(axis=1)
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


def test_a_nan_in_a_query_stays_in_its_row(module):
    q, k, v = normal(1, 2, 20, 16), normal(2, 2, 70, 16), normal(3, 2, 70, 16)
    clean = np.array(module.flash_attention(q, k, v, 1.0))
    got = np.array(module.flash_attention(mx.where(mx.arange(20)[:, None] == 4, mx.nan, q), k, v, 1.0))
    assert np.isnan(got[:, 4]).all()
    np.testing.assert_array_equal(np.delete(got, 4, axis=1), np.delete(clean, 4, axis=1))


@pytest.mark.parametrize("shape", [(0, 2, 3, 8), (2, 2, 0, 8), (2, 0, 3, 8), (2, 2, 3, 0)])
def test_empty_axes_give_empty_results(module, shape):
    B, H_q, _, D = shape
    got = module.flash_attention(
        mx.zeros(shape), mx.zeros((B, min(H_q, 1), 5, D)), mx.zeros((B, min(H_q, 1), 5, D)), 1.0
    )
    assert got.shape == shape
    assert got.tolist() == mx.zeros(shape).tolist()


def test_the_number_of_threads_does_not_change_a_bit(module):
    """Which keys are cut where depends on the shape alone."""
    calls = [random_call(seed) for seed in range(2000, 2030)]
    calls.append(
        Call(normal(1, 7, 1, 64), normal(2, 1, 3000, 64), normal(3, 1, 3000, 64), 0.125, None, False)
    )
    before = module.num_threads()
    results = []
    try:
        for threads in (1, 2, 3):
            module.set_num_threads(threads)
            results.append([exact(module.flash_attention(*call.arguments)) for call in calls])
    finally:
        module.set_num_threads(before)
    for other in results[1:]:
        for one, two in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(one, two)


def test_it_waits_for_its_inputs_in_a_lazy_graph_and_on_two_streams(module):
    """Nothing is evaluated in between; the second stream finds the thread pool taken now and then."""
    k, v = normal(1, 2, 60, 32), normal(2, 2, 60, 32)
    streams = [mx.new_stream(mx.cpu), mx.new_stream(mx.cpu)]
    ends = [normal(3, 14, 30, 32) for _ in streams]
    for _ in range(20):
        ends = [
            module.flash_attention(x * 2 + 1, k, v, 0.3, stream=s) for x, s in zip(ends, streams, strict=True)
        ]
    want = normal(3, 14, 30, 32)
    for _ in range(20):
        want = module.flash_attention_rung(1, want * 2 + 1, k, v, 0.3)
        mx.eval(want)
    for end in ends:
        np.testing.assert_allclose(np.array(end), np.array(want), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((3, 4), (5, 4), (5, 4)), r"query \(3,4\) must be \[\.\.\., H_q, L, D\] with 3 to 5 axes"),
        (((2, 3, 4), (2, 5, 4), (2, 6, 4)), r"key \(2,5,4\) and value \(2,6,4\) must have the same shape"),
        (((2, 3, 4), (2, 5, 8), (2, 5, 8)), r"key \(2,5,8\) must have .* of query \(2,3,4\)"),
        (((1, 2, 3, 4), (2, 2, 5, 4), (2, 2, 5, 4)), r"key \(2,2,5,4\) must have the leading axes"),
        (((4, 3, 4), (3, 5, 4), (3, 5, 4)), r"query heads \(4\) must be a multiple of key/value heads \(3\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(module, shapes, message):
    with pytest.raises(ValueError, match=message):
        module.flash_attention(*map(mx.zeros, shapes), 1.0)


def test_dtypes_masks_and_rungs_that_do_not_fit_are_named(module):
    q, k = mx.zeros((2, 3, 4)), mx.zeros((2, 5, 4))
    with pytest.raises(ValueError, match=r"query's dtype \(int32\) must be float32, float16 or bfloat16"):
        module.flash_attention(q.astype(mx.int32), k, k, 1.0)
    with pytest.raises(
        ValueError, match=r"query \(float32\), key \(float16\) and value \(float32\) must be one"
    ):
        module.flash_attention(q, k.astype(mx.float16), k, 1.0)
    with pytest.raises(ValueError, match=r"mask's dtype \(bool\) must be .* it is added"):
        module.flash_attention(q, k, k, 1.0, mx.zeros((3, 5), dtype=mx.bool_))
    with pytest.raises(ValueError, match=r"mask \(3,4\) must broadcast to .*, here \(2,3,5\)"):
        module.flash_attention(q, k, k, 1.0, mx.zeros((3, 4)))
    with pytest.raises(ValueError, match=r"rung \(0\) must be between 1 and 7"):
        module.flash_attention_rung(0, q, k, k, 1.0)
