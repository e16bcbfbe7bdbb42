"""The model beside a KV cache: whatever pieces a sequence is fed in, its logits are those of the whole sequence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from grader.course.arrays import make
from grader.course.scenarios.served import VOCABULARY, Fed, Model, Span, build, request

if TYPE_CHECKING:
    from grader.run.bench import Bench


def _sides(bench: Bench) -> Iterator[bool]:
    """Yield whether the numbers are public: first they are, then, if hidden cases count, they are not."""
    for public in (True, False) if bench.include_hidden else (True,):
        bench.public = public
        yield public


def _feed(model: Model, index: int, *pieces: int) -> None:
    """Feed one random sequence in pieces of these lengths, and judge every answer."""
    asked = request(model, sum(pieces), index)
    for count in pieces:
        asked.feed(count)
    model.judge()


def decodes_token_by_token(bench: Bench) -> None:
    """After the prompt, every further token is fed alone, and its logits are those of the whole sequence."""
    for public in _sides(bench):
        model = build(bench, "random-tied")
        _feed(model, 1, 5, *[1] * 4)
        _feed(model, 2, *[1] * 5)
        if not public:
            _feed(build(bench, "random-deep"), 3, 11, *[1] * 6)


def prefills_in_parts(bench: Bench) -> None:
    """A prompt that is fed in parts, each at its offset, gives the logits of the whole prompt."""
    for public in _sides(bench):
        model = build(bench, "random-tied")
        _feed(model, 1, 4, 3)
        _feed(model, 2, *((3, 5, 2, 1) if public else (7, 2, 6, 1, 1)))


def own_head(bench: Bench) -> None:
    """A checkpoint with its own lm_head uses it, beside a cache too."""
    for public in _sides(bench):
        _feed(build(bench, "random-untied"), 1, *((4, 1, 1) if public else (6, 3, 1, 1)))


def settings(bench: Bench) -> None:
    """`rope_theta` and `rms_norm_eps` come from the checkpoint."""
    for public in _sides(bench):
        _feed(build(bench, "random-theta"), 1, *((6, 1, 1) if public else (9, 4, 1)))


def half_precision(bench: Bench) -> None:
    """The model runs in float16, as it is shipped."""
    for public in _sides(bench):
        name = "random-tied" if public else "random-untied"
        _feed(build(bench, name, "float16"), 1, *((5, 2, 1, 1) if public else (8, 1, 1, 3)))


def bfloat16(bench: Bench) -> None:
    """The model runs in bfloat16."""
    for public in _sides(bench):
        _feed(build(bench, "random-tied", "bfloat16"), 1, *((5, 1, 1) if public else (6, 3, 1)))


def caches_apart(bench: Bench) -> None:
    """Two sequences that take turns, each with caches of its own, do not mix."""
    for public in _sides(bench):
        model = build(bench, "random-tied")
        first, second = (request(model, 9, index) for index in (1, 2))
        turns = ((first, 4), (second, 3), (first, 1), (second, 1), (second, 2), (first, 3))
        for asked, count in turns if public else (*turns, (second, 1), (first, 1)):
            asked.feed(count)
        model.judge()


def flash(bench: Bench) -> None:
    """With `enable_flash_attn=True` the logits are the same."""
    for public in _sides(bench):
        _feed(build(bench, "random-tied", flash=True), 1, *((5, 1, 1) if public else (7, 3, 1)))


def equal_rows(bench: Bench) -> None:
    """A batch of rows of one length has one offset, and each row gets what it gets alone."""
    for public in _sides(bench):
        model = build(bench, "random-tied")
        rng, caches = bench.generator(public), model.caches()
        rows = [tuple(int(i) for i in rng.integers(0, VOCABULARY, 7)) for _ in range(2 + (not public))]
        fed: tuple[Span, ...] = ()
        for start, stop in ((0, 4), (4, 5), (5, 7)):
            fed = (*fed, Span(start, stop, (start,) * len(rows)))
            ids = [list(row[start:stop]) for row in rows]
            note = f"tokens {start + 1} to {stop} of {len(rows)} sequences"
            model.call([Fed(row, fed) for row in rows], ids, start, caches, note)
        model.judge()


def leaves_ids(bench: Bench) -> None:
    """The caller's ids are the same after the call."""
    model = build(bench, "random-tied")
    ids, caches = make([[3, 1, 2]], "int32"), model.caches()
    bench.called = f"{model.name}(int32[1, 3], offset=0, cache)"
    reply = bench.call(model.handle, ids, 0, caches, echo=True, complete=True)
    if not reply.args or reply.args[0] != ids:
        bench.fail("changed-input", "the ids are the same after the call", "they were changed in place")
    bench.done()
