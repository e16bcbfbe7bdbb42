"""What counts as right, and what is said about what is not."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from grader.course.arrays import EPS, make
from grader.course.tolerances import C, tiny
from grader.oracles.expected import Expected
from grader.run.compare import judge, outside, target
from grader.worker.wire import Array, Handle

ROWS = ("row", "column")


def want(values, magnitude=None, dtype="float32", row="linear"):
    """Return the target of exact `values`, or of values with a magnitude."""
    tensor = torch.tensor(values, dtype=torch.float64)
    size = None if magnitude is None else torch.full(tensor.shape, float(magnitude), dtype=torch.float64)
    return target(Expected(tensor, size), dtype, row)


def summary(value, expected, names=ROWS):
    """Return kind, got and region of a finding, None if there is none."""
    finding = judge(value, expected, names)
    return None if finding is None else (finding.kind, finding.got, finding.region)


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_the_bound_is_c_eps_magnitude_and_tiny(dtype):
    """Just inside is right, just outside is wrong, at every precision."""
    expected = want([0.0, 0.0], 3.0, dtype)
    bound = C["linear"] * EPS[dtype] * 3.0 + tiny(dtype)
    np.testing.assert_array_equal(expected.bound, bound)
    inside = make([0.99 * bound, -0.99 * bound], "float32")
    assert judge(inside, expected, ()) is None
    assert judge(make([0.0, 1.01 * bound], "float32"), expected, ()).kind == "wrong-values"


def test_one_wrong_element_of_many_is_wrong():
    """ "A few wrong elements" never pass."""
    values = np.zeros((50, 50))
    got = values.copy()
    got[7, 9] = 1.0
    assert summary(make(got, "float32"), want(values.tolist(), 1.0)) == (
        "wrong-values",
        "float32[50, 50], 1 of 2,500 elements outside; worst at [7, 9]: expected 0, got 1",
        "row 7, column 9 only",
    )


@pytest.mark.parametrize(
    ("value", "kind", "got"),
    [
        (None, "none", "None: the function returned nothing"),
        ([make([1.0, 2.0], "float32")], "wrong-type", "list, not an array"),
        ("text", "wrong-type", "str, not an array"),
        (Handle(3, "Softmax"), "wrong-type", "an object of type Softmax, not an array"),
        (1.5, "wrong-shape", "float64[]"),
        (make([[1.0], [2.0]], "float16"), "wrong-shape", "float16[2, 1]"),
        (make([1, 2], "int32"), "wrong-dtype", "int32[2]"),
        (make([True, False], "bool"), "wrong-dtype", "bool[2]"),
        (Array("complex64", (2,), bytes(16)), "wrong-dtype", "complex64[2]"),
    ],
)
def test_another_form_has_words_of_its_own(value, kind, got):
    """None, another type, another shape, integers where floats belong: each is said as such."""
    finding = judge(value, want([1.0, 2.0], 1.0), ())
    assert (finding.kind, finding.got) == (kind, got)
    assert finding.expected == "float32[2], each element within 6 eps(float32) of its magnitude"


def test_a_number_may_stand_for_an_array_without_axes():
    """A Python number is judged as an array of shape []."""
    assert judge(1, want(1.0, 1.0), ()) is None
    assert judge(1.5, want(1.0, 1.0), ()).kind == "wrong-values"
    assert judge(math.nan, want(1.0, 1.0), ()).kind == "nan"


def test_nan_is_never_right_where_a_number_belongs():
    """Not even if the bound is huge; where the oracle says NaN it is right."""
    assert summary(make([1.0, np.nan], "float32"), want([1.0, 1.0], 1e30)) == (
        "nan",
        "float32[2], 1 of 2 elements NaN; worst at [1]: expected 1, got nan",
        "column 1 only",
    )
    assert judge(make([np.nan], "float32"), want([math.nan], 1.0), ()) is None
    assert judge(make([1.0], "float32"), want([math.nan], 1.0), ()).kind == "wrong-values"


def test_nan_beside_wrong_numbers_says_both():
    """The kind is NaN, which is what to mend first."""
    kind, got, _ = summary(make([np.nan, 5.0, 1.0], "float32"), want([1.0, 1.0, 1.0], 1.0))
    assert (kind, got.partition(";")[0]) == ("nan", "float32[3], 2 of 3 elements NaN or outside")


def test_infinities_are_right_where_they_are_wanted():
    """Equal infinities agree, opposite ones and those in place of numbers do not."""
    inf = math.inf
    assert judge(make([-inf, 0.0], "float32"), want([-inf, 0.0]), ()) is None
    assert judge(make([inf, 0.0], "float32"), want([-inf, 0.0]), ()).kind == "infinite"
    assert judge(make([1.0], "float32"), want([-inf], 1.0), ()).kind == "wrong-values"
    assert judge(make([inf], "float16"), want([60000.0], 1.0, "float16"), ()).kind == "infinite"


def test_exact_answers_are_compared_exactly():
    """The next number after the right one is wrong."""
    expected = want([1.0, -2.0])
    assert judge(make([1.0, -2.0], "float32"), expected, ()) is None
    assert (
        judge(make([np.nextafter(np.float32(1), np.float32(2)), -2.0], "float32"), expected, ()) is not None
    )
    assert expected.describe() == "float32[2], exactly"


def test_a_wider_dtype_is_judged_at_the_inputs_precision():
    """float32 out of float16 is right if the values are; the dtype is a matter of style."""
    assert judge(make([1.0 + 2.0**-11], "float32"), want([1.0], 1.0, "float16"), ()) is None


def test_the_worst_element_is_farthest_in_units_of_its_bound():
    """Not the one with the largest difference."""
    expected = target(
        Expected(torch.tensor([0.0, 0.0]).double(), torch.tensor([1.0, 1000.0]).double()), "float32", "linear"
    )
    finding = judge(make([0.5, 1.0], "float32"), expected, ())
    assert finding.got == "float32[2], every element outside; worst at [0]: expected 0, got 0.5"


@pytest.mark.parametrize(
    ("count", "share"),
    [(1, "a few elements"), (9, "a few elements"), (10, "many elements"), (100, "every element")],
)
def test_hidden_findings_give_the_share_in_words(count, share):
    """Neither how many nor which."""
    got = np.zeros(100)
    got[:count] = 1
    assert judge(make(got, "float32"), want([0.0] * 100, 1.0), ()).neutral == (
        f"an array of the right shape, {share} outside"
    )


def test_an_element_with_an_infinite_bound_is_not_judged():
    """Whatever it holds, NaN included; its neighbours are."""
    got, bound = np.array([np.nan, np.inf, 5.0, 5.0]), np.array([np.inf, np.inf, np.inf, 1.0])
    assert outside(got, np.zeros(4), bound).tolist() == [False, False, False, True]


def test_outside_is_elementwise():
    """The mask itself, for what the sentences do not show."""
    got, right = np.array([0.0, 1.0, np.nan, np.inf, np.nan]), np.array([0.5, 0.0, 1.0, np.inf, np.nan])
    assert outside(got, right, np.full(5, 0.5)).tolist() == [False, True, True, False, False]
