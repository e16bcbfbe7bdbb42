"""The table of tolerances holds: honest arithmetic is within half of each bound, mistakes are far outside.

A few seeds and the implementations that were found to be nearest to the bounds; `python -m tests.margins` measures
many seeds and all of them, and docs/tolerances.md has the figures.
"""

import re
import sys
from contextlib import ExitStack

import numpy as np
import pytest

from grader.course.catalog import COURSE
from grader.course.model import Equivalent, Matches
from grader.course.tolerances import EXACT, C, tiny
from grader.paths import ROOT

sys.path.insert(0, str(ROOT))  # tests/ is no package of the distribution

from tests import margins

NEAREST = (
    "softmax_logsumexp",
    "rope_exp_log",
    "norm_rounds_root",
    "silu_quotient",
    "qwen_attention_fast",
    "everything_input_dtype",
    "dequantize_by_hand",
)
SLOW = {"model"}  # needs transformers' model at nine times per case; one seed has to do
OUTSIDE = 4.0


@pytest.fixture(scope="module")
def measured():
    with ExitStack() as stack:
        implementations = margins.honest(stack, lambda name: name in NEAREST)
        found = margins.measure(range(7, 9), implementations, set(C) - SLOW)
        found |= margins.measure(range(7, 8), implementations, SLOW)
    return found


@pytest.mark.parametrize("row", [name for name in C if C[name] != EXACT])
def test_honest_implementations_stay_within_half_of_the_bound(measured, row):
    """Reference, MLX's kernels and PyTorch, in every precision, err by at most c / 2."""
    assert measured[row].compared > 0
    assert measured[row].honest <= 0.5, measured[row].by


@pytest.mark.parametrize("row", [name for name in C if C[name] != EXACT])
def test_every_mistake_is_far_outside_in_some_case(measured, row):
    """The least visible mistake of a row is at least four times as far from the answer as the bound."""
    assert measured[row].mistake >= OUTSIDE, measured[row].mistake_by


def test_every_mistake_that_a_check_names_shows_in_some_task_of_its_row(measured):
    """No check names a mistake that none of the cases of its row could tell from the right answer."""
    named = {(check.tolerance, name) for _, check in margins.checks() for name in check.mistakes}
    shown = {(row, name) for row, found in measured.items() for name in found.shown}
    assert named - shown == set()


def test_every_check_has_a_row_and_every_row_a_check():
    """The table has no row that nothing uses, and nothing uses a row that it lacks."""
    used = {
        check.tolerance
        for week in COURSE.weeks
        for task in week.tasks
        for check in task.checks
        if isinstance(check, (Matches, Equivalent))
    }
    assert used == set(C)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_underflow_costs_less_than_any_result_that_a_case_has(dtype):
    """`tiny` is below the smallest normal number of every precision, so it hides no wrong result."""
    assert 0 < tiny(dtype) <= {"float16": 2.0**-14}.get(dtype, 2.0**-126)


def test_the_documentation_has_the_table_as_it_is():
    """docs/tolerances.md names every row with the c that the code has."""
    text = (ROOT / "docs" / "tolerances.md").read_text()
    found = {m[1]: float(m[2]) for m in re.finditer(r"(?m)^\| `([\w-]+)` \| ([\d.]+) \|", text)}
    assert found == {name: c for name, c in C.items() if c}


def test_a_wrong_shape_and_a_nan_are_infinitely_far():
    """The measure itself cannot take a NaN or another shape for honest."""
    task, check = next(margins.checks({"softmax"}))
    folders = margins.Checkpoints(1)
    example = next(margins.examples(task, check, margins.OracleCache(1, folders)))
    folders.close()
    right = example.expected.value.numpy()
    assert example.distance(right) == 0
    assert example.distance(right[:-1]) == np.inf
    assert example.distance(np.where(np.arange(len(right)) == 0, np.nan, right)) == np.inf
