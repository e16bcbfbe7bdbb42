"""Day 6: a batch of requests in one model. Data only."""

from __future__ import annotations

from functools import partial

from grader.course.model import Scenario, Task
from grader.course.week2.day1 import CACHE
from grader.course.week2.names import EDGE

BATCH = ("batch-padding-seen", "batch-not-causal", "batch-first-row", "batch-longest", *CACHE)

_batch = partial(Scenario, deadline_s=10, mistakes=BATCH)

T26 = Task(
    "2.6",
    "Batched model",
    6,
    "kv_cache.BatchingKvCache",
    needs=("2.1",),
    blanks=("kv_cache.BatchingKvCache",),
    checks=(
        _batch(
            "rows",
            "rows of different lengths get the logits that each gets alone",
            points=3,
            function="batching.rows_of_different_lengths",
        ),
        _batch(
            "free-rows",
            "rows without a request change nothing for the others",
            points=1,
            function="batching.free_rows",
        ),
        _batch(
            "joins",
            "a request that joins a running batch leaves the others as they are",
            points=1.5,
            function="batching.a_row_joins",
        ),
        _batch(
            "leaves",
            "a request that leaves frees its row for another one, and the rest goes on",
            points=1.5,
            function="batching.a_row_leaves",
        ),
        _batch(
            "one-row",
            "a batch of one row gets what it gets without a batch",
            points=1,
            function="batching.a_batch_of_one",
        ),
        _batch(
            "several-tokens",
            "a call that feeds several tokens to every row is causal within each row",
            tier=EDGE,
            points=0.5,
            function="batching.several_tokens",
        ),
        _batch(
            "half-precision",
            "a batch in float16 works as one in float32",
            tier=EDGE,
            points=0.5,
            function="batching.half_precision",
        ),
        _batch(
            "all-leave",
            "a batch that all requests have left takes new ones",
            tier=EDGE,
            points=0.5,
            function="batching.all_rows_leave",
        ),
        Scenario(
            "taken-row",
            "a request for a row that is taken, or that does not exist, is an error",
            tier=EDGE,
            points=0.5,
            function="batching.rejects_a_taken_row",
        ),
        Scenario(
            "too-many-tokens",
            "tokens beyond max_seq_len are an error",
            tier=EDGE,
            points=0.5,
            function="batching.rejects_too_many_tokens",
        ),
    ),
)
