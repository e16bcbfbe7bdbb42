"""BatchingKvCache equals a dense simulation for any order of requests that come, decode and go."""

import hypothesis.strategies as st
import mlx.core as mx
import numpy as np
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from reference.kv_cache import BatchingKvCache, TinyKvFullCache

H, D, MAX_SEQ_LEN = 2, 3, 12


def prefilled(key, value):
    """Return a cache of one request; `[H, n, D]` each, n may be 0."""
    cache = TinyKvFullCache()
    if key.shape[1]:
        cache.update_and_fetch(mx.array(key[None]), mx.array(value[None]))
    return cache


class Batching(RuleBasedStateMachine):
    """The simulation keeps each row's tokens as lists of numpy arrays."""

    @initialize(rows=st.integers(1, 4), seed=st.integers(0, 2**32 - 1))
    def start(self, rows, seed):
        self.rng = np.random.default_rng(seed)
        self.cache = BatchingKvCache(rows, MAX_SEQ_LEN)
        self.rows = [None] * rows

    def draw(self, *shape):
        return self.rng.normal(size=(2, *shape)).astype(np.float32)

    @precondition(lambda self: any(r is None for r in self.rows))
    @rule(data=st.data(), length=st.integers(0, 8))
    def add(self, data, length):
        row = data.draw(st.sampled_from([i for i, r in enumerate(self.rows) if r is None]))
        past = self.draw(H, length, D)
        own = prefilled(*past)
        self.cache.add_request(own, row)
        assert length == 0 or np.array_equal(np.array(own.key_values[0])[0], past[0])
        self.rows[row] = past

    @precondition(lambda self: any(r is not None for r in self.rows))
    @rule(data=st.data())
    def remove(self, data):
        row = data.draw(st.sampled_from([i for i, r in enumerate(self.rows) if r is not None]))
        self.cache.remove_request(row)
        self.rows[row] = None

    @rule(L=st.integers(1, 3), word=st.sampled_from([None, "causal", "array"]))
    def decode(self, L, word):
        B = len(self.rows)
        longest = max((r.shape[2] for r in self.rows if r is not None), default=0)
        new = self.draw(B, H, L, D)
        S = longest + L
        extra = self.rng.normal(size=(B, 1, L, S)).astype(np.float32) if word == "array" else 0.0
        mask = mx.array(extra) if word == "array" else word
        given = [mx.array(x) for x in new]
        if S > MAX_SEQ_LEN:
            with pytest.raises(ValueError, match=f"{longest} tokens cannot grow by {L}: max_seq_len is 12"):
                self.cache.update_and_fetch(*given, mask_length=L, mask=mask)
            return
        key, value, seq_len, mask = self.cache.update_and_fetch(*given, mask_length=L, mask=mask)
        assert (seq_len, key.shape, value.shape, mask.shape) == (S, (B, H, S, D), (B, H, S, D), (B, 1, L, S))
        want = np.full((B, 1, L, S), -np.inf)
        for b, past in enumerate(self.rows):
            seen = new[:, b] if past is None else np.concatenate([past, new[:, b]], axis=2)
            n = seen.shape[2]
            got = np.array([np.array(x)[b, :, S - n :] for x in (key, value)])
            assert np.array_equal(got, seen)
            for i in range(L):
                want[b, 0, i, S - n : S - L + i + 1] = 0
            if past is not None:
                self.rows[b] = seen
        assert np.array_equal(np.array(mask), (want + extra).astype(np.float32))


TestBatching = Batching.TestCase
TestBatching.settings = settings(max_examples=50, stateful_step_count=20, deadline=None, derandomize=True)


def test_by_hand():
    """Rows of 2 and 1 tokens and a free one, two new tokens each: aligned at the end, a free row sees its own."""
    cache = BatchingKvCache(3, 8)
    for row, numbers in ((0, [1.0, 2.0]), (2, [5.0])):
        past = np.array(numbers, dtype=np.float32).reshape(1, -1, 1)
        cache.add_request(prefilled(past, -past), row)
    new = mx.array([[3.0, 4.0], [8.0, 9.0], [6.0, 7.0]]).reshape(3, 1, 2, 1)
    key, value, S, mask = cache.update_and_fetch(new, -new)
    no = -np.inf
    assert S == 4
    assert key[:, 0, :, 0].tolist() == [[1, 2, 3, 4], [0, 0, 8, 9], [0, 5, 6, 7]]
    assert value.tolist() == (-key).tolist()
    assert mask[:, 0].tolist() == [
        [[0, 0, 0, no], [0, 0, 0, 0]],
        [[no, no, 0, no], [no, no, 0, 0]],
        [[no, 0, 0, no], [no, 0, 0, 0]],
    ]


@pytest.mark.parametrize("dtype", [mx.float32, mx.float16, mx.bfloat16], ids=str)
def test_everything_keeps_the_dtype(dtype):
    """Padding and mask do not widen half precision."""
    cache, own = BatchingKvCache(2, 8), TinyKvFullCache()
    own.update_and_fetch(mx.ones((1, H, 3, D), dtype=dtype), mx.ones((1, H, 3, D), dtype=dtype))
    cache.add_request(own, 1)
    new = mx.ones((2, H, 1, D), dtype=dtype)
    key, value, _, mask = cache.update_and_fetch(new, new)
    assert {key.dtype, value.dtype, mask.dtype} == {dtype}


def test_what_a_long_row_needed_goes_with_it():
    """After the longest request has left, S is the length of those that stay."""
    cache = BatchingKvCache(2, 100)
    for row, length in ((0, 60), (1, 3)):
        past = np.ones((2, H, length, D), dtype=np.float32)
        cache.add_request(prefilled(*past), row)
    cache.remove_request(0)
    new = mx.ones((2, H, 1, D))
    key, _, S, _ = cache.update_and_fetch(new, new)
    assert (S, key.shape) == (4, (2, H, 4, D))


def test_misuse_is_named():
    """Rows that are taken, free, or not there; a past that is too long; the wrong number of rows."""
    cache = BatchingKvCache(2, 4)
    past = np.ones((2, H, 3, D), dtype=np.float32)
    cache.add_request(prefilled(*past), 0)
    for call, message in (
        (lambda: cache.add_request(prefilled(*past), 0), "row 0 is taken: remove its request first"),
        (lambda: cache.add_request(prefilled(*past), 2), r"id \(2\) must be from 0 to 1"),
        (lambda: cache.remove_request(-1), r"id \(-1\) must be from 0 to 1"),
        (lambda: cache.remove_request(1), "row 1 has no request"),
        (
            lambda: cache.add_request(prefilled(*np.ones((2, H, 5, D), dtype=np.float32)), 1),
            "the request has 5 tokens, max_seq_len is 4",
        ),
        (
            lambda: cache.update_and_fetch(mx.ones((1, H, 1, D)), mx.ones((1, H, 1, D))),
            "keys have 1 rows, the cache has 2",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_a_request_alone_keeps_everything():
    """TinyKvFullCache appends at the end, counts, and hands the mask through; the caller's arrays stay."""
    cache = TinyKvFullCache()
    key = mx.arange(2 * 5 * 3).reshape(1, 2, 5, 3)
    for start, stop in ((0, 3), (3, 4), (4, 5)):
        piece = key[:, :, start:stop]
        got = cache.update_and_fetch(piece, -piece, mask_length=stop - start, mask="causal")
        assert mx.array_equal(got[0], key[:, :, :stop])
        assert mx.array_equal(got[1], -key[:, :, :stop])
        assert got[2:] == (stop, "causal")
    mask = mx.zeros((1, 6))
    assert cache.update_and_fetch(key[:, :, :1], key[:, :, :1], mask=mask)[3] is mask


@pytest.mark.parametrize("evaluated", [False, True])
def test_what_was_fetched_stays(evaluated):
    """Later steps write into the same memory, but never into what a caller holds, nor into what it gave."""
    alone, batch = TinyKvFullCache(), BatchingKvCache(1, 1000)
    given = [mx.full((1, H, 1, D), i) for i in range(600)]
    batch.add_request(prefilled(*np.full((2, H, 1, D), -1.0, dtype=np.float32)), 0)
    held = []
    for i, new in enumerate(given):
        fetched = [alone.update_and_fetch(new, -new), batch.update_and_fetch(new, -new)]
        if evaluated:
            mx.eval(fetched[0][:2], fetched[1][:2])
        if i in (0, 254, 255, 256, 257, 599):
            held.append((i, fetched))
    for i, ((key, value, *_), (keys, values, *_)) in held:
        assert key[0, 1, :, 2].tolist() == list(range(i + 1))
        assert mx.array_equal(key, -value)
        assert keys[0, 0, :, 0].tolist() == [-1, *range(i + 1)]
        assert mx.array_equal(keys[:, :, 1:], -values[:, :, 1:])
    assert all((new == i).all() for i, new in enumerate(given))


def test_a_token_costs_no_copy_of_the_past():
    """The memory that 500 tokens take from the allocator is that of a few growths, not 500 times the past."""
    cache, new = TinyKvFullCache(), mx.ones((1, 4, 1, 256))
    places = set()
    for _ in range(500):
        key, value, *_ = cache.update_and_fetch(new, new)
        mx.eval(key, value)
        places.add(np.array(key, copy=False).__array_interface__["data"][0])
    assert len(places) <= 3
