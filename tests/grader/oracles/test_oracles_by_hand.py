"""Oracles on numbers that one can compute by hand."""

from __future__ import annotations

import math

import pytest
import torch

from grader.oracles import attention, basics, positional

INF = math.inf


def doubles(*values):
    return torch.tensor(values, dtype=torch.float64)


def test_softmax_of_zero_and_log_three():
    """exp gives 1 and 3, so a quarter and three quarters; far-off numbers do not overflow."""
    want = doubles(0.25, 0.75)
    torch.testing.assert_close(basics.softmax(doubles(0.0, math.log(3)), -1).value, want)
    torch.testing.assert_close(
        basics.softmax(doubles(1e4, 1e4 + math.log(3)), 0).value, want, rtol=1e-11, atol=0
    )


def test_linear_multiplies_rows_of_w():
    """x @ w.T + bias with w [out, in]; the magnitude adds up sizes."""
    x, w = doubles(1.0, -2.0), torch.tensor([[3.0, 4.0], [5.0, 6.0], [0.0, 1.0]], dtype=torch.float64)
    got = basics.linear(x, w, doubles(10.0, 0.0, -1.0))
    assert got.value.tolist() == [5.0, -7.0, -3.0]
    assert got.magnitude.tolist() == [21.0, 17.0, 3.0]


def test_silu_at_zero_and_at_log_three():
    """silu(0) = 0, silu(log 3) = log 3 * 3/4, silu(-log 3) = -log 3 / 4."""
    x = doubles(0.0, math.log(3), -math.log(3))
    torch.testing.assert_close(basics.silu(x).value, math.log(3) * doubles(0.0, 0.75, -0.25))


def test_rms_norm_of_three_and_four():
    """The mean square is 12.5; with eps = 3.5 the root is 4 exactly, with weight 2 the result doubles."""
    got = basics.rms_norm(2, doubles(1.0, 2.0), doubles(3.0, 4.0), eps=3.5)
    assert got.value.tolist() == [0.75, 2.0]


def test_rope_turns_the_first_unit_vector_by_its_position():
    """[1, 0] at position p becomes [cos p, sin p]; position 0 stays as it is."""
    x = torch.tensor([[[[1.0, 0.0]], [[1.0, 0.0]], [[1.0, 0.0]]]], dtype=torch.float64)
    got = positional.rope(2, 8, x).value[0, :, 0]
    want = torch.tensor([[math.cos(p), math.sin(p)] for p in range(3)], dtype=torch.float64)
    torch.testing.assert_close(got, want)


def test_rope_pairs_and_frequencies():
    """Halves pair element i with i + 2, adjacent ones i with i + 1; the second pair turns base ** -0.5 as fast."""
    x = torch.tensor([[[[0.0, 0.0, 0.0, 0.0]], [[1.0, 0.0, 0.0, 0.0]], [[0.0, 1.0, 0.0, 0.0]]]]).double()
    halves = positional.rope(4, 8, x, base=16).value[0, :, 0]
    pairs = positional.rope(4, 8, x, base=16, traditional=True).value[0, :, 0]
    torch.testing.assert_close(halves[1], doubles(math.cos(1), 0, math.sin(1), 0))
    torch.testing.assert_close(halves[2], doubles(0, math.cos(0.5), 0, math.sin(0.5)))
    torch.testing.assert_close(pairs[1], doubles(math.cos(1), math.sin(1), 0, 0))
    torch.testing.assert_close(pairs[2], doubles(-math.sin(2), math.cos(2), 0, 0))


def test_attention_with_equal_scores_is_the_mean():
    """A query of zeros looks at every key alike; with scale = 0 any query does."""
    value = torch.tensor([[1.0, 10.0], [2.0, 20.0], [6.0, 60.0]], dtype=torch.float64)
    key = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], dtype=torch.float64)
    zero = attention.scaled_dot_product_attention_simple(torch.zeros(1, 2).double(), key, value)
    none = attention.scaled_dot_product_attention_simple(key[:1], key, value, scale=0.0)
    torch.testing.assert_close(zero.value, doubles(3.0, 30.0)[None])
    torch.testing.assert_close(none.value, doubles(3.0, 30.0)[None])


def test_attention_with_log_three_between_two_keys():
    """Scores 0 and log 3 give weights 1/4 and 3/4, whatever the scale that makes them."""
    query, key = doubles(2.0)[None], torch.tensor([[0.0], [math.log(3)]], dtype=torch.float64)
    value = torch.tensor([[0.0], [4.0]], dtype=torch.float64)
    got = attention.scaled_dot_product_attention_simple(query, key, value, scale=0.5)
    torch.testing.assert_close(got.value, doubles(3.0)[None])


def test_query_heads_share_kv_heads_in_blocks():
    """Six query heads over two KV heads: heads 0 to 2 read head 0, heads 3 to 5 head 1."""
    value = torch.tensor([1.0, 2.0]).double().reshape(1, 2, 1, 1)
    got = attention.scaled_dot_product_attention_grouped(torch.ones(1, 6, 1, 1).double(), value, value)
    assert got.value.flatten().tolist() == [1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize(
    ("length", "keys", "want"),
    [
        (1, 1, [[0.0]]),
        (2, 2, [[0.0, -INF], [0.0, 0.0]]),
        (2, 4, [[0.0, 0.0, 0.0, -INF], [0.0, 0.0, 0.0, 0.0]]),
        (1, 3, [[0.0, 0.0, 0.0]]),
    ],
)
def test_causal_mask_is_aligned_at_the_bottom_right(length, keys, want):
    """Row i sees the keys 0 to S - L + i, and the answer is exact."""
    got = attention.causal_mask(length, keys)
    assert got.value.tolist() == want
    assert got.magnitude is None


def test_unpacking_starts_at_the_lowest_bits():
    """0x76543210 holds the numbers 0 to 7 in this order."""
    packed = torch.tensor([[0x76543210, 0xFEDCBA98]])
    assert basics.unpack_4bit(packed).tolist() == [list(range(16))]


def test_dequantize_scales_and_shifts_per_group():
    """Two groups of eight: 2 q + 1 and -q."""
    packed = torch.tensor([[0x76543210, 0x76543210]])
    got = basics.dequantize(packed, torch.tensor([[2.0, -1.0]]), torch.tensor([[1.0, 0.0]]), 8)
    assert got.value.tolist() == [[1, 3, 5, 7, 9, 11, 13, 15, 0, -1, -2, -3, -4, -5, -6, -7]]
    assert got.magnitude.tolist() == [[1, 3, 5, 7, 9, 11, 13, 15, 0, 1, 2, 3, 4, 5, 6, 7]]


def test_embedding_picks_rows():
    """Ids of any shape; the rows come out untouched."""
    weight = torch.arange(6.0).double().reshape(3, 2)
    assert basics.embedding(3, 2, weight, torch.tensor([[2, 0]])).value.tolist() == [[[4, 5], [0, 1]]]
    assert basics.embedding_as_linear(3, 2, weight, doubles(1.0, 10.0)).value.tolist() == [10, 32, 54]
