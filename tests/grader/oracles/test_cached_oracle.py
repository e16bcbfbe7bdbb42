"""Serving beside a cache: the chain in pieces gives transformers' answer, and each of its flaws is told from others."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from grader.course import checkpoints
from grader.course.arrays import make, numbers
from grader.course.scenarios.served import Fed, Span, Step
from grader.course.week2.day1 import CACHE
from grader.course.week2.day6 import BATCH
from grader.oracles.cached import Piece, alone, fed_in_pieces
from grader.oracles.mistakes import find
from grader.run.served import first_wrong

torch.set_num_threads(1)  # as in a run: small float64 products gain nothing from two

DTYPE = "float32"
# what a flaw needs to show: the pieces of one sequence, or the pasts of the rows of a batch
PARTS = (4, 3, 1, 1)
PASTS = (3, 6, 4)


@pytest.fixture(scope="module", params=["random-tied", "random-untied"])
def folder(request, tmp_path_factory):
    """Return a random checkpoint."""
    return checkpoints.write(request.param, 5, tmp_path_factory.mktemp("checkpoint") / request.param)


def sequence(seed, length):
    """Return random tokens."""
    return tuple(int(i) for i in np.random.default_rng(seed).integers(0, 256, length))


def pieces(ids, lengths):
    """Return a sequence in pieces of these lengths."""
    ends = np.cumsum(lengths)
    return [Piece(ids[e - n : e], int(e - n), (int(e - n),)) for n, e in zip(lengths, ends, strict=True)]


@pytest.mark.parametrize("lengths", [(9,), (4, 3, 1, 1), (1,) * 9, (1, 8)])
def test_the_chain_without_a_flaw_is_transformers_model(folder, lengths):
    """Whatever the pieces, every one of them gets the logits of the whole sequence."""
    ids = sequence(1, 9)
    whole = alone(folder, DTYPE, ids).value
    fed = pieces(ids, lengths)
    for count in range(1, len(fed) + 1):
        last = fed[count - 1]
        got = fed_in_pieces(folder, DTYPE, fed[:count])
        torch.testing.assert_close(got, whole[last.start : last.start + len(last.ids)], rtol=1e-5, atol=1e-5)


def test_alone_does_not_look_ahead(folder):
    """The logits of a prefix are those of the prefix alone, so one evaluation serves every step."""
    ids = sequence(2, 8)
    torch.testing.assert_close(
        alone(folder, DTYPE, ids).value[:5], alone(folder, DTYPE, ids[:5]).value, rtol=1e-5, atol=1e-5
    )


def spans(lengths):
    """Return one row's spans."""
    ends = [int(e) for e in np.cumsum(lengths)]
    return tuple(Span(e - n, e, (e - n,)) for n, e in zip(lengths, ends, strict=True))


def rows_of(kind):
    """Return the rows of every call: one sequence in parts, or three that have been prefilled and go on together."""
    if kind == "parts":
        whole, fed = sequence(3, sum(PARTS)), spans(PARTS)
        return [[Fed(whole, fed[: i + 1])] for i in range(len(PARTS))]
    rows = [(sequence(10 + n, n + 3), spans((n,))) for n in PASTS]
    calls = []
    for start, stop in ((0, 2), (2, 3)):  # two tokens at once, then one
        starts = tuple(n + start for n in PASTS)
        rows = [
            (whole, (*fed, Span(n + start, n + stop, starts, max(starts) - n - start)))
            for (whole, fed), n in zip(rows, PASTS, strict=True)
        ]
        calls.append([Fed(*row) for row in rows])
    return calls


def played(folder, kind, name):
    """Return the steps of a submission that makes the mistake `name`, or none."""
    steps = []
    for rows in rows_of(kind):
        fed = [
            [Piece(r.whole[p.start : p.stop], p.start, p.starts, p.padding) for p in r.pieces] for r in rows
        ]
        if name is None:
            value = torch.stack([fed_in_pieces(folder, DTYPE, f) for f in fed])
        else:
            value = find(name).function((folder, DTYPE), fed)
        steps.append(Step(tuple(rows), make(value.numpy(), DTYPE), "a call"))
    return steps


@pytest.mark.parametrize("kind", ["parts", "batch"])
def test_right_steps_pass(folder, kind):
    """Rounded to float32, the right numbers are within the bounds."""
    assert first_wrong(played(folder, kind, None), folder, DTYPE, "model", BATCH) is None


@pytest.mark.parametrize("name", CACHE)
def test_a_mistake_with_a_cache_is_proved(folder, name):
    """A submission with this mistake fails, and reads this mistake's sentence."""
    wrong = first_wrong(played(folder, "parts", name), folder, DTYPE, "model", CACHE)
    assert wrong is not None
    assert wrong.hint == f"{find(name).hint} (reproduces your numbers)"


@pytest.mark.parametrize("name", [n for n in BATCH if n not in CACHE])
def test_a_mistake_in_a_batch_is_proved(folder, name):
    """The same for batches, with the mistakes of a single cache in the list, too."""
    wrong = first_wrong(played(folder, "batch", name), folder, DTYPE, "model", BATCH)
    assert wrong is not None
    assert wrong.hint == f"{find(name).hint} (reproduces your numbers)"


def test_a_free_row_is_not_judged(folder):
    """What a free row gives, NaN included, is nobody's; the other rows are judged as ever."""
    steps = played(folder, "batch", None)
    for step in steps:
        values = numbers(step.value).copy()
        values[1] = np.nan
        spoilt = Step((step.rows[0], None, step.rows[2]), make(values, DTYPE), step.called)
        assert first_wrong([spoilt], folder, DTYPE, "model", BATCH) is None
        values[2, 0, 7] += 1
        spoilt = Step((step.rows[0], None, step.rows[2]), make(values, DTYPE), step.called)
        found = first_wrong([spoilt], folder, DTYPE, "model", BATCH)
        assert found is not None
        assert found.finding.kind == "wrong-values"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "none"),
        (make(np.zeros((1, 256)), "float32"), "wrong-shape"),
        (make(np.zeros((1, 4, 256)), "int32"), "wrong-dtype"),
        (make(np.full((1, 4, 256), np.nan), "float32"), "nan"),
    ],
)
def test_what_is_no_answer_is_named(folder, value, kind):
    """Nothing, another shape, integers, NaN."""
    (first, *_) = rows_of("parts")
    found = first_wrong([Step(tuple(first), value, "")], folder, DTYPE, "model", CACHE)
    assert found is not None
    assert found.finding.kind == kind


def test_the_first_wrong_step_is_the_one_that_is_told(folder):
    """Right steps before it do not hide it, and later ones do not replace it."""
    right = played(folder, "parts", None)
    wrong = played(folder, "parts", "cache-forgotten")
    found = first_wrong([right[0], right[1], *wrong[2:]], folder, DTYPE, "model", CACHE)
    assert found is not None
    assert found.step is wrong[2]
