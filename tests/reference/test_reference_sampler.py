"""Samplers choose only from the tokens that the filters leave, and each as often as its probability says."""

import mlx.core as mx
import numpy as np
import pytest
from closeness import DTYPES

from reference.sampler import make_sampler

PROBS = np.array([0.1, 0.4, 0.05, 0.3, 0.15])
DRAWS = 20_000


def logs(*rows, dtype=mx.float32):
    return mx.log(mx.array(np.array(rows, dtype=np.float32))).astype(dtype)


def frequencies(sampler, probs=PROBS, draws=DRAWS):
    """Sample `draws` equal rows at once and return how often each token was chosen."""
    mx.random.seed(11)
    ids = sampler(mx.broadcast_to(logs(probs), (draws, len(probs))))
    assert ids.shape == (draws,)
    return np.bincount(np.array(ids), minlength=len(probs))


@pytest.mark.parametrize(
    ("options", "want"),
    [
        ((1.0, None, None), [0.1, 0.4, 0.05, 0.3, 0.15]),
        ((0.5, None, None), PROBS**2 / (PROBS**2).sum()),
        ((2.0, None, None), PROBS**0.5 / (PROBS**0.5).sum()),
        ((1.0, None, 2), [0, 4 / 7, 0, 3 / 7, 0]),
        ((0.5, None, 2), [0, 16 / 25, 0, 9 / 25, 0]),
        ((1.0, 0.6, None), [0, 4 / 7, 0, 3 / 7, 0]),
        ((1.0, 0.8, None), [0, 40 / 85, 0, 30 / 85, 15 / 85]),
        ((1.0, 0.56, 2), [0, 1, 0, 0, 0]),  # 4/7 = 0.571 reaches it: among all five, 0.4 would not
        ((1.0, 0.6, 2), [0, 4 / 7, 0, 3 / 7, 0]),
        ((1.0, 0.39, None), [0, 1, 0, 0, 0]),
        ((1.0, 0.0, None), [0, 1, 0, 0, 0]),
        ((1.0, 1.0, None), PROBS),
        ((1.0, None, 1), [0, 1, 0, 0, 0]),
        ((1.0, None, 0), PROBS),
        ((1.0, None, 5), PROBS),
        ((1.0, None, 500), PROBS),
        ((1.0, None, 2**31), PROBS),
    ],
)
def test_frequencies(options, want):
    """Chi-square over 20,000 draws stays below 28, which chance exceeds once in 80,000 times (4 degrees)."""
    want = np.asarray(want, dtype=np.float64)
    got = frequencies(make_sampler(*options))
    assert got[want == 0].sum() == 0
    expected = DRAWS * want[want > 0]
    assert ((got[want > 0] - expected) ** 2 / expected).sum() < 28


def test_ties_are_cut_where_the_filter_says():
    """Of four equal tokens top-k 2 keeps two, and so does top-p 0.5."""
    for options in ((1.0, None, 2), (1.0, 0.5, None)):
        got = frequencies(make_sampler(*options), np.full(4, 0.25))
        assert np.count_nonzero(got) == 2


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("options", [(0, None, None), (0, 0.5, 3), (1.0, None, 1), (1.0, 0.0, None)])
def test_each_row_is_its_own(options, dtype):
    """Greedy in four ways: the largest of every row of the batch, not of the batch's axis."""
    rows = logs([0.1, 0.2, 0.7], [0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.1, 0.1, 0.8], dtype=dtype)
    assert make_sampler(*options)(rows).tolist() == [2, 0, 1, 2]
    assert make_sampler(*options)(rows[1:2]).tolist() == [0]


def test_rows_are_filtered_by_themselves():
    """Over many draws each row stays within its own two likeliest tokens, and visits both."""
    mx.random.seed(5)
    rows = mx.repeat(logs([0.5, 0.3, 0.1, 0.1], [0.1, 0.1, 0.4, 0.4]), 500, axis=0)
    for options in ((1.0, None, 2), (1.0, 0.75, None)):
        ids = np.array(make_sampler(*options)(rows))
        assert set(ids[:500]) == {0, 1}
        assert set(ids[500:]) == {2, 3}


def test_masked_tokens_are_never_chosen():
    """A log-probability of -inf stays out, even where top-k would have room for it."""
    rows = mx.broadcast_to(mx.array([-mx.inf, 0.0, -mx.inf]), (1000, 3))
    for options in ((1.0, None, None), (1.0, None, 2), (1.0, 1.0, None), (1.0, 0.999, 3)):
        assert set(make_sampler(*options)(rows).tolist()) == {1}


def test_the_argument_stays_as_it_is():
    """The log-probabilities belong to the caller."""
    rows = logs(PROBS)
    before = np.array(rows)
    mx.eval(make_sampler(1.0, 0.5, 2)(rows))
    assert np.array_equal(np.array(rows), before)


def test_a_seed_makes_a_run_repeatable():
    """The only randomness is mx.random's."""
    rows = mx.broadcast_to(logs(PROBS), (100, 5))
    runs = []
    for _ in range(2):
        mx.random.seed(7)
        runs.append(make_sampler(1.0, 0.9, 4)(rows).tolist())
    assert runs[0] == runs[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((-0.1, None, None), r"temp \(-0.1\)"),
        ((float("nan"), None, None), r"temp \(nan\)"),
        ((1.0, 1.1, None), r"top_p \(1.1\)"),
        ((1.0, -0.1, None), r"top_p \(-0.1\)"),
        ((1.0, None, -1), r"top_k \(-1\)"),
    ],
)
def test_options_out_of_range_raise(options, message):
    """The option and its value are named when the sampler is made, not when it is used."""
    with pytest.raises(ValueError, match=message):
        make_sampler(*options)
