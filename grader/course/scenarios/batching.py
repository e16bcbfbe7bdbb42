"""A batch of requests beside `BatchingKvCache`: every row gets the logits that its sequence gets alone.

Requests are prefilled one by one, through the submission's model, into caches of their own; those are given to a
row of the batch's caches, layer by layer. What the caches hold is never looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.course.scenarios.served import Fed, Model, Request, Span, build, request
from grader.worker.faults import ERROR, Fault
from grader.worker.wire import Handle

if TYPE_CHECKING:
    from grader.run.bench import Bench

BATCH = "kv_cache.BatchingKvCache"
MAX_SEQ_LEN = 64


@dataclass
class Batch:
    """Rows of requests; None is a free one, which is fed token 0 at position 0."""

    model: Model
    rows: list[Request | None]
    caches: list[Handle] = field(default_factory=list)

    def add(self, row: int, asked: Request) -> None:
        """Give a prefilled request a row, on every layer."""
        bench = self.model.bench
        bench.called = f"{BATCH}.add_request(prefilled, {row}) with {asked.position} tokens"
        for layer, own in zip(self.caches, asked.caches, strict=True):
            bench.call(layer, own, row, method="add_request", complete=True)
        self.rows[row] = asked

    def remove(self, row: int) -> None:
        """Free a row, on every layer."""
        bench = self.model.bench
        bench.called = f"{BATCH}.remove_request({row})"
        for layer in self.caches:
            bench.call(layer, row, method="remove_request", complete=True)
        self.rows[row] = None

    def feed(self, count: int = 1) -> None:
        """Feed the next `count` tokens of every request in one call."""
        starts = [asked.position if asked else 0 for asked in self.rows]
        longest = max(starts)
        fed: list[Fed | None] = []
        ids: list[list[int]] = []
        for asked, start in zip(self.rows, starts, strict=True):
            if asked is None:
                fed.append(None)
                ids.append([0] * count)
                continue
            piece = Span(start, start + count, tuple(starts), longest - start)
            asked.pieces = (*asked.pieces, piece)
            fed.append(Fed(asked.whole, asked.pieces))
            ids.append(list(asked.whole[start : start + count]))
        free = [str(i) for i, asked in enumerate(self.rows) if asked is None]
        note = f"rows hold {', '.join(map(str, starts))} tokens"
        note += f"; free: {', '.join(free)}, not judged" if free else ""
        self.model.call(fed, ids, starts, self.caches, note)


def _sides(bench: Bench) -> Iterator[bool]:
    bench.called = f"{BATCH}(1, {MAX_SEQ_LEN})"
    bench.construct(BATCH, 1, MAX_SEQ_LEN)  # before the model, so that a class without a body is told as such
    for public in (True, False) if bench.include_hidden else (True,):
        bench.public = public
        yield public


def _batch(model: Model, rows: int, max_seq_len: int = MAX_SEQ_LEN) -> Batch:
    bench = model.bench
    bench.called = f"{BATCH}({rows}, {max_seq_len})"
    caches = [bench.construct(BATCH, rows, max_seq_len) for _ in range(model.layers)]
    return Batch(model, [None] * rows, caches)


def _prefilled(model: Model, length: int, index: int, further: int = 12) -> Request:
    """Return a random sequence of which the first `length` tokens have been fed; the prefill is not judged here."""
    asked = request(model, length + further, index)
    asked.feed(length)
    model.steps.pop()
    return asked


def _together(bench: Bench, dtype: str, lengths: tuple[int, ...], steps: tuple[int, ...]) -> None:
    """Prefill sequences of these lengths, then feed all of them in steps of so many tokens."""
    model = build(bench, "random-tied", dtype)
    batch = _batch(model, len(lengths))
    for row, length in enumerate(lengths):
        batch.add(row, _prefilled(model, length, row + 1))
    for count in steps:
        batch.feed(count)
    model.judge()


def rows_of_different_lengths(bench: Bench) -> None:
    """Rows of different lengths, each at its own positions, get the logits that each gets alone."""
    for public in _sides(bench):
        for lengths in ((5, 2, 7), (3, 6)) if public else ((4, 9, 1, 6), (8, 3)):
            _together(bench, "float32", lengths, (1, 1, 1))


def free_rows(bench: Bench) -> None:
    """Rows without a request change nothing for the others."""
    for public in _sides(bench):
        model = build(bench, "random-tied")
        batch = _batch(model, 4)
        taken = {1: 3, 3: 6} if public else {0: 7, 2: 2}
        for row, length in taken.items():
            batch.add(row, _prefilled(model, length, row + 1))
        for _ in range(3):
            batch.feed()
        model.judge()


def a_row_joins(bench: Bench) -> None:
    """A request that joins a running batch, shorter or longer than the others, leaves them as they are."""
    for public in _sides(bench):
        for first, second in ((2, 6), (6, 2)) if public else ((3, 9), (8, 1)):
            model = build(bench, "random-tied")
            batch = _batch(model, 2)
            batch.add(0, _prefilled(model, first, 1))
            batch.feed()
            batch.feed()
            batch.add(1, _prefilled(model, second, 2))
            batch.feed()
            batch.feed()
            model.judge()


def a_row_leaves(bench: Bench) -> None:
    """A request that leaves frees its row for another one; the rest of the batch goes on as if it had never been."""
    for public in _sides(bench):
        for leaves in (0, 1):
            model = build(bench, "random-tied")
            batch = _batch(model, 2 if public else 3)
            for row, length in enumerate((7, 3) if public else (4, 8, 2)):
                batch.add(row, _prefilled(model, length, row + 1))
            batch.feed()
            batch.remove(leaves)
            batch.feed()
            batch.add(leaves, _prefilled(model, 4 if public else 5, 9))
            batch.feed()
            batch.feed()
            model.judge()


def a_batch_of_one(bench: Bench) -> None:
    """One row in a batch for one gets what it gets without a batch."""
    for public in _sides(bench):
        _together(bench, "float32", (4,) if public else (1,), (1, 1, 1))


def several_tokens(bench: Bench) -> None:
    """A call that feeds several tokens to every row is causal within each row."""
    for public in _sides(bench):
        _together(bench, "float32", (5, 2) if public else (3, 6, 4), (2, 1, 3) if public else (3, 2))


def half_precision(bench: Bench) -> None:
    """A batch in float16 works as one in float32."""
    for public in _sides(bench):
        _together(bench, "float16", (5, 2) if public else (1, 6, 3), (1, 1))


def all_rows_leave(bench: Bench) -> None:
    """A batch whose only requests have all left takes new ones."""
    for public in _sides(bench):
        model = build(bench, "random-tied")
        batch = _batch(model, 2)
        for row, length in enumerate((6, 3)):
            batch.add(row, _prefilled(model, length, row + 1))
        batch.feed()
        batch.remove(0)
        batch.remove(1)
        batch.add(1, _prefilled(model, 2 if public else 4, 8))
        batch.feed()
        batch.add(0, _prefilled(model, 5 if public else 1, 9))
        batch.feed()
        model.judge()


def rejects_a_taken_row(bench: Bench) -> None:
    """A request for a row that does not exist, or that another one has, is an error."""
    model = build(bench, "random-tied")
    for row, what in ((0, "row 0, which is taken"), (2, "row 2 of a batch of two")):
        batch = _batch(model, 2)
        batch.add(0, _prefilled(model, 3, 1))
        _rejects(bench, batch, row, f"add_request to {what}")


def rejects_too_many_tokens(bench: Bench) -> None:
    """A request with more tokens than `max_seq_len`, or one that grows beyond it, is an error; what fits is none."""
    model = build(bench, "random-tied")
    _grow(_batch(model, 1, max_seq_len=16), _prefilled(model, 6, 1))
    try:
        _grow(_batch(model, 1, max_seq_len=4), _prefilled(model, 6, 1))
    except Fault as fault:
        _judge_refusal(fault)
        bench.done()
        return
    text = "an exception: 6 tokens and 4 more do not fit into max_seq_len=4"
    bench.fail("accepted", text, "no exception")


def _grow(batch: Batch, asked: Request) -> None:
    batch.add(0, asked)
    for _ in range(4):
        batch.feed()


def _rejects(bench: Bench, batch: Batch, row: int, what: str) -> None:
    try:
        batch.add(row, _prefilled(batch.model, 2, 2))
    except Fault as fault:
        _judge_refusal(fault)
        bench.done()
        return
    bench.fail("accepted", f"an exception: {what}", "no exception")


def _judge_refusal(fault: Fault) -> None:
    """Let pass what is an exception of the submission's own choice.

    Raises:
        Fault: it is none.
    """
    if fault.kind != ERROR or fault.exception in ("NotImplementedError", "MissingTarget"):
        raise fault
