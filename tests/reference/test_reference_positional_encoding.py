"""RoPE equals a rotation of complex numbers in float64, and MLX's own kernel."""

import mlx.core as mx
import numpy as np
import pytest
from closeness import DTYPES, assert_close, exact, values

from reference.positional_encoding import RoPE

by_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=str)


def oracle(x, positions, base, traditional):
    """Multiply complex numbers by exp(i * angle); the error grows with the angle and the pair's length."""
    D = x.shape[-1]
    angle = np.asarray(positions)[..., None, None] * base ** (-np.arange(0, D, 2) / D)
    pairs = x[..., 0::2] + 1j * x[..., 1::2] if traditional else x[..., : D // 2] + 1j * x[..., D // 2 :]
    turned, size = pairs * np.exp(1j * angle), np.abs(pairs) * (1 + angle)
    if traditional:
        return (np.stack(both, -1).reshape(x.shape) for both in ((turned.real, turned.imag), (size, size)))
    return (np.concatenate(both, -1) for both in ((turned.real, turned.imag), (size, size)))


@pytest.mark.parametrize(
    ("traditional", "want"),
    [(True, [[[[1, 2, 3, 4]], [[-2, 1, -4, 3]]]]), (False, [[[[1, 2, 3, 4]], [[-3, -4, 1, 2]]]])],
)
def test_a_quarter_turn_by_hand(traditional, want):
    """Position 0 stays; with all frequencies a quarter turn, position 1 maps each pair (a, b) to (-b, a)."""
    rope = RoPE(4, 2, base=1.0, traditional=traditional)
    rope.frequencies = mx.full((2,), np.pi / 2)
    got = rope(mx.array([[[[1.0, 2, 3, 4]], [[1, 2, 3, 4]]]]))
    assert_close(got, want, 4.0, mx.float32)


@by_dtype
@pytest.mark.parametrize("traditional", [False, True])
@pytest.mark.parametrize("base", [10000, 1e6, 37.5])
@pytest.mark.parametrize(
    ("offset", "positions"),
    [
        (None, range(4)),
        (slice(0, 4), range(4)),
        (slice(5, 9), range(5, 9)),
        (slice(996, 1000), range(996, 1000)),
        ([slice(0, 4), slice(90, 94)], [range(4), range(90, 94)]),
        ([slice(7, 11), slice(7, 11)], [range(7, 11)] * 2),
    ],
    ids=["none", "zero", "five", "last", "rows", "same-rows"],
)
def test_equals_complex_rotation(offset, positions, base, traditional, dtype):
    """Offsets None, a slice, a slice per row; any base; both pairings; every dtype."""
    x, x64 = values(1, 2, 4, 3, 8, dtype=dtype)
    want, magnitude = oracle(x64, np.array(positions), base, traditional)
    assert_close(RoPE(8, 1000, base, traditional)(x, offset), want, magnitude, dtype)


@pytest.mark.parametrize("traditional", [False, True])
def test_equals_mlx(traditional):
    """mx.fast.rope, which wants heads before tokens, agrees."""
    x, x64 = values(2, 2, 4, 3, 16)
    theirs = mx.fast.rope(x.swapaxes(1, 2), 16, traditional=traditional, base=5e5, scale=1.0, offset=6)
    _, magnitude = oracle(x64, np.arange(6, 10), 5e5, traditional)
    got = RoPE(16, 64, 5e5, traditional)(x, slice(6, 10))
    assert_close(got, exact(theirs.swapaxes(1, 2)), magnitude, mx.float32)


def test_default_is_half_rotation_with_base_10000():
    """The defaults are those of the contract."""
    x, x64 = values(3, 1, 4, 1, 8)
    want, magnitude = oracle(x64, np.arange(4), 10000, False)
    assert_close(RoPE(8, 4)(x), want, magnitude, mx.float32)


@pytest.mark.parametrize(
    ("offset", "message"),
    [
        (slice(0, 3), "names 3 of 10 positions, x has 4 tokens"),
        (slice(8, 12), "names 2 of 10 positions, x has 4 tokens"),
        ([slice(0, 4)], "offset has 1 slices, x has 2 batch rows"),
        ([slice(0, 4), slice(0, 5)], "names 5 of 10 positions, x has 4 tokens"),
    ],
)
def test_offsets_that_do_not_fit_raise(offset, message):
    """Slices of the wrong length, beyond seq_len, or too few of them are named."""
    with pytest.raises(ValueError, match=message):
        RoPE(8, 10)(mx.zeros((2, 4, 1, 8)), offset)


def test_odd_dims_raise():
    """An odd number of channels has no pairs."""
    with pytest.raises(ValueError, match=r"dims \(7\) must be even"):
        RoPE(7, 10)


def test_the_argument_stays_as_it_is():
    """x is not rotated in place."""
    x, x64 = values(4, 1, 4, 1, 8)
    mx.eval(RoPE(8, 4)(x))
    assert np.array_equal(exact(x), x64)
