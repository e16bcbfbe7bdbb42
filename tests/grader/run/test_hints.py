"""Proofs of hints on made-up numbers: what explains them all is shown, everything else is not."""

from __future__ import annotations

import numpy as np
import torch

from grader.oracles import basics
from grader.run.compare import target
from grader.run.hints import Sample, prove

NAMES = ("linear-no-bias", "linear-not-transposed")
NO_BIAS = "the bias is not added (reproduces your numbers)"


def sample(answer, bias=1.0, seed=0):
    """Return a failing case of `linear` with square weights; `answer(x, w, b)` is what the submission returned."""
    rng = np.random.default_rng(seed)
    x, w = (torch.from_numpy(rng.standard_normal((4, 4)).astype(np.float32).astype(np.float64)) for _ in "xw")
    b = torch.full((4,), bias, dtype=torch.float64)
    arguments = {"x": x, "w": w, "bias": b, "dtype": "float32"}
    return Sample(arguments, target(basics.linear(x, w, b), "float32", "linear"), answer(x, w, b).numpy())


def without_bias(x, w, b):
    return x @ w.mT


def not_transposed(x, w, b):
    return x @ w + b


def test_the_mistake_that_reproduces_the_numbers_is_shown():
    """With the remark that it does."""
    assert prove(NAMES, [sample(without_bias), sample(without_bias, seed=1)]) == NO_BIAS


def test_rounding_does_not_hide_a_mistake():
    """The submission's float32 numbers are a few eps from the mistake's float64 ones."""

    def in_float32(x, w, b):
        return (x.float() @ w.float().mT).double()

    assert prove(NAMES, [sample(in_float32)]) == NO_BIAS


def test_two_mistakes_at_once_are_not_explained():
    """A result without bias and not transposed is neither mistake's."""
    assert prove(NAMES, [sample(lambda x, w, b: x @ w)]) == ""


def test_every_failing_case_has_to_be_explained():
    """One case that has another cause withdraws the hint."""
    assert prove(NAMES, [sample(without_bias), sample(not_transposed)]) == ""


def test_agreement_has_to_mean_something():
    """Where the mistake gives the right answer, agreeing with it proves nothing: a bias of zero."""
    assert prove(NAMES, [sample(without_bias, bias=0.0)]) == ""
    assert prove(NAMES, [sample(without_bias, bias=0.0), sample(without_bias)]) == NO_BIAS


def test_the_first_mistake_of_the_list_wins():
    """The order of the course decides between mistakes that give the same numbers."""
    assert prove(("silu-relu", "linear-no-bias"), []) == ""
    assert prove(tuple(reversed(NAMES)), [sample(without_bias)]) == NO_BIAS


def test_a_mistake_that_does_not_run_on_a_case_is_not_shown():
    """Weights that are not square cannot have been used the wrong way round."""
    made = sample(not_transposed)
    assert prove(NAMES, [made]).startswith("w was used as [in, out]")
    narrow = {**made.arguments, "w": made.arguments["w"][:3], "bias": made.arguments["bias"][:3]}
    right = target(basics.linear(narrow["x"], narrow["w"], narrow["bias"]), "float32", "linear")
    assert prove(NAMES, [made, Sample(narrow, right, made.got[:, :3])]) == ""


def test_nan_and_infinite_numbers_are_explained_by_themselves_alone():
    """Overflowing without max subtraction gives NaN in the same places; NaN everywhere is something else."""
    x = torch.tensor([[1000.0, 0.0], [1.0, 2.0]], dtype=torch.float64)
    arguments = {"x": x, "axis": -1, "dtype": "float32"}
    right = target(basics.softmax(x, -1), "float32", "softmax")
    overflow = torch.tensor([[np.nan, 0.0], *torch.softmax(x[1:], -1).tolist()]).numpy()
    names = ("softmax-no-max",)
    assert prove(names, [Sample(arguments, right, overflow)]).startswith("exp overflowed")
    assert prove(names, [Sample(arguments, right, np.full((2, 2), np.nan))]) == ""
    assert prove(names, []) == ""
