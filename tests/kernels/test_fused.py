"""rms_norm, rope and swiglu: right in every dtype, on every instruction set, for every shape and layout."""

from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

import kernels
from kernels.build import build

ROOT = Path(__file__).resolve().parents[2]
EPS = {mx.float32: 2.0**-23, mx.float16: 2.0**-10, mx.bfloat16: 2.0**-7}
TINY = {mx.float32: 2.0**-126, mx.float16: 2.0**-22, mx.bfloat16: 2.0**-126}
DTYPES = tuple(EPS)


@pytest.fixture(scope="session")
def built():
    """The reference's kernels, built if their content changed."""
    build(ROOT / "reference" / "kernels", kernels.DEFAULT_OUT)
    return kernels.load()


@pytest.fixture(params=["plain", "neon", "avx2", "avx512"])
def module(built, request):
    """The kernels limited to one instruction set."""
    widest = built.isa()
    try:
        built.limit_isa(request.param)
    except ValueError:
        pytest.skip(f"this machine does not have {request.param}")
    yield built
    built.limit_isa(widest)


def exact(array):
    return np.array(array.astype(mx.float32)).astype(np.float64)


def normal(rng, *shape, dtype=mx.float32, scale=1.0):
    return mx.array(rng.normal(size=shape) * scale).astype(dtype)


def assert_close(got, want, magnitude, dtype, c, note):
    """Within c float32 units of the magnitude, in which it was computed, and one rounding to the dtype."""
    assert got.dtype == dtype, note
    assert got.shape == want.shape, note
    bound = EPS[dtype] * np.abs(want) + c * EPS[mx.float32] * magnitude + TINY[dtype]
    error = np.abs(exact(got) - want)
    assert (error <= bound).all(), f"{note}: {np.max(error / bound):.3g} times the bound"


def random_array(rng, shape, dtype, scale):
    """Return normal numbers in memory that is dense, sliced, swapped or strided."""
    layout = int(rng.integers(4))
    *leading, rows, dim = shape
    if layout == 1:
        return normal(rng, *leading, rows, dim + 3, dtype=dtype, scale=scale)[..., 1 : dim + 1]
    if layout == 2 and leading:
        return normal(rng, *leading[:-1], rows, leading[-1], dim, dtype=dtype, scale=scale).swapaxes(-2, -3)
    if layout == 3:
        return normal(rng, *leading, rows, 2 * dim, dtype=dtype, scale=scale)[..., ::2]
    return normal(rng, *shape, dtype=dtype, scale=scale)


def random_shape(rng):
    leading = rng.integers(1, 4, size=int(rng.integers(0, 3)))
    return (
        *(int(n) for n in leading),
        int(rng.integers(1, 40)),
        int(rng.choice([1, 2, 7, 8, 9, 16, 17, 64, 127, 896])),
    )


def test_rms_norm_is_right_on_100_random_shapes(module):
    """Weights in a dtype of their own, inputs down to where eps decides."""
    check_rms_norm(module, range(100))


def check_rms_norm(module, seeds):
    for seed in seeds:
        rng = np.random.default_rng(seed)
        dtype, weight_dtype = DTYPES[seed % 3], DTYPES[seed // 3 % 3]
        shape, scale = random_shape(rng), float(rng.choice([1e-3, 1.0, 100.0]))
        x, eps = random_array(rng, shape, dtype, scale), float(rng.choice([1e-6, 1e-5, 1e-2]))
        weight = normal(rng, 2 * shape[-1], dtype=weight_dtype)[::2]
        root = np.sqrt((exact(x) ** 2).mean(axis=-1, keepdims=True) + np.float32(eps))
        want = exact(x) / root * exact(weight)
        assert_close(module.rms_norm(x, weight, eps), want, np.abs(want), dtype, 8, f"seed {seed}")


def test_swiglu_is_right_on_100_random_shapes(module):
    """Gates up to 100 either way: nothing overflows, and large negative ones lose nothing to cancellation."""
    check_swiglu(module, range(100))


def check_swiglu(module, seeds):
    for seed in seeds:
        rng = np.random.default_rng(seed)
        dtype, shape = DTYPES[seed % 3], random_shape(rng)
        gate = random_array(rng, shape, dtype, float(rng.choice([1.0, 10.0, 30.0])))
        up = random_array(rng, shape, dtype, 1.0)
        g = exact(gate)
        sigmoid = np.exp(-np.logaddexp(0, -g))
        want = g * sigmoid * exact(up)
        magnitude = np.abs(want) * (1 + np.abs(g) * (1 - sigmoid))
        # below -87 e^gate is no normal float32: it may become 0
        want, magnitude = np.where(g < -86, 0, want), np.where(g < -86, 1e-28, magnitude)
        assert_close(module.swiglu(gate, up), want, magnitude, dtype, 4, f"seed {seed}")


def test_rope_is_right_on_100_random_shapes(module):
    """Both pairings, an offset for all rows or one for each, part of the channels or all."""
    check_rope(module, range(100))


def check_rope(module, seeds):
    for seed in seeds:
        rng = np.random.default_rng(seed)
        dtype, traditional = DTYPES[seed % 3], bool(rng.integers(2))
        leading = tuple(int(n) for n in rng.integers(1, 4, size=int(rng.integers(0, 3))))
        L, D = int(rng.integers(1, 20)), int(rng.choice([2, 8, 16, 18, 34, 64, 65, 128]))
        dims, base = 2 * int(rng.integers(1, D // 2 + 1)), float(rng.choice([1e4, 1e6]))
        x = random_array(rng, (*leading, L, D), dtype, 1.0)
        offsets = rng.integers(0, 4000, size=leading[:1] if rng.integers(2) else ())
        got = module.rope(x, dims, base, traditional, mx.array(offsets.astype(np.int32)))
        want, length = rotated(exact(x), dims, base, traditional, offsets)
        assert_close(
            got, want, length, dtype, 4, f"seed {seed}: {x.shape} dims {dims} traditional {traditional}"
        )


def rotated(x, dims, base, traditional, offsets):
    """Return RoPE in float64 and the length of each channel's pair."""
    L = x.shape[-2]
    positions = np.asarray(offsets).reshape(-1, 1) + np.arange(L)  # [B or 1, L]
    angles = positions[..., None] * base ** (-np.arange(0, dims, 2) / dims)
    middle = (1 for _ in x.shape[1:-2])
    angles = angles.reshape(angles.shape[0], *middle, L, dims // 2) if x.ndim > 2 else angles[0]
    first = np.arange(0, dims, 2) if traditional else np.arange(dims // 2)
    second = first + 1 if traditional else first + dims // 2
    a, b, out, length = x[..., first], x[..., second], x.copy(), np.abs(x)
    out[..., first] = a * np.cos(angles) - b * np.sin(angles)
    out[..., second] = a * np.sin(angles) + b * np.cos(angles)
    length[..., first] = length[..., second] = np.hypot(a, b)
    return out, length


def test_rope_by_hand(built):
    """A quarter turn: position pi / 2 does not exist, so the base makes the second pair stand still instead."""
    x = mx.array([[1.0, 2.0, 3.0, 4.0]])
    got = np.array(built.rope(x, 4, 1e30, False, mx.array(1)))
    cos, sin = np.cos(1.0), np.sin(1.0)
    np.testing.assert_allclose(got, [[cos - 3 * sin, 2, sin + 3 * cos, 4]], rtol=1e-6)
    got = np.array(built.rope(x, 4, 1e30, True, mx.array(1)))
    np.testing.assert_allclose(got, [[cos - 2 * sin, sin + 2 * cos, 3, 4]], rtol=1e-6)


def test_empty_arrays_and_single_numbers(built):
    assert built.rms_norm(mx.zeros((0, 4)), mx.ones(4), 1e-5).shape == (0, 4)
    assert built.rope(mx.zeros((2, 0, 4)), 4, 1e4, False, mx.array([1, 2])).shape == (2, 0, 4)
    assert built.swiglu(mx.zeros((3, 0)), mx.zeros((3, 0))).shape == (3, 0)
    assert abs(built.swiglu(mx.array(1.0), mx.array(2.0)).item() - 1.4621172) < 1e-6


def test_a_lazy_graph_keeps_the_order(built):
    """Nothing is evaluated in between; a kernel that reads its inputs too early sees other numbers."""
    x, weight = normal(np.random.default_rng(0), 4, 3, 16), mx.ones(16)
    y, want = x, exact(x)
    for _ in range(20):
        y = built.rms_norm(built.swiglu(built.rope(y + 1, 16, 1e4, False, mx.array(3)), y), weight, 1e-5)
        turned, _ = rotated(want + 1, 16, 1e4, False, np.array(3))
        product = turned / (1 + np.exp(-turned)) * want
        want = product / np.sqrt((product**2).mean(axis=-1, keepdims=True) + 1e-5)
    np.testing.assert_allclose(np.array(y), want, rtol=1e-3, atol=1e-3)


def test_arguments_that_do_not_fit_are_named(built):
    x = mx.zeros((2, 3, 8))
    with pytest.raises(ValueError, match=r"weight \(7\) must be \[8\]"):
        built.rms_norm(x, mx.ones(7), 1e-5)
    with pytest.raises(
        ValueError, match=r"x \(int32\) and weight \(float32\) must be float32, float16 or bfloat16"
    ):
        built.rms_norm(x.astype(mx.int32), mx.ones(8), 1e-5)
    with pytest.raises(ValueError, match=r"dims \(7\) must be even, above 0 and at most D \(8\)"):
        built.rope(x, 7, 1e4, False, mx.array(0))
    with pytest.raises(ValueError, match=r"dims \(10\) must be even"):
        built.rope(x, 10, 1e4, False, mx.array(0))
    with pytest.raises(ValueError, match=r"offsets \(3\) must be \[\], \[1\] or \[2\]"):
        built.rope(x, 8, 1e4, False, mx.array([1, 2, 3]))
    with pytest.raises(ValueError, match=r"dtype of offsets \(float32\) must be int32"):
        built.rope(x, 8, 1e4, False, mx.array(1.0))
    with pytest.raises(ValueError, match=r"gate \(2,3,8\) and up \(2,3,4\) must have one shape"):
        built.swiglu(x, x[..., :4])
    with pytest.raises(ValueError, match=r"gate \(float32\) and up \(float16\) must be one"):
        built.swiglu(x, x.astype(mx.float16))
