"""Two runs side by side, and the forms in which a benchmark is kept: what differs, what is noise, what is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from made_up_bench import GROUP, RESULT, slower

from grader.bench_result import BenchResult
from grader.comparison import compare, from_bench, from_file
from grader.errors import UsageError


def both(factor: float):
    return compare(from_bench(RESULT, "a.json"), from_bench(slower(factor), "b.json"))


def test_a_benchmark_survives_json():
    """Samples, order, notes and what was left out come back as they were."""
    assert BenchResult.from_json(json.loads(json.dumps(RESULT.to_json()))) == RESULT
    with pytest.raises(ValueError, match="the schema is 'x'"):
        BenchResult.from_json({**RESULT.to_json(), "schema": "x"})


@pytest.mark.parametrize(
    ("factor", "word"), [(1.0, "same"), (1.2, "same"), (1.3, "slower"), (0.85, "same"), (0.7, "faster")]
)
def test_a_difference_counts_if_the_intervals_are_disjoint(factor, word):
    """With 10 % to either side a fifth more is noise, and three tenths more are not."""
    rows = {row.key: row for row in both(factor).rows}
    assert rows[(GROUP, "M = 1, bfloat16", "yours")].word == word
    assert rows[(GROUP, "M = 1, bfloat16", "rung 6")].word == "same"


def test_the_interval_of_a_ratio_is_what_both_intervals_allow():
    """0.9 to 1.1 twice over 0.9 to 1.1: 2 * 0.9 / 1.1 to 2 * 1.1 / 0.9."""
    row = both(2.0).rows[0]
    assert row.ratio == pytest.approx((2.0, 2 * 0.9 / 1.1, 2 * 1.1 / 0.9))
    assert both(2.0).counts() == {"slower": 2, "faster": 0, "same": 3}


def test_other_machines_and_missing_figures_are_said():
    """A ratio over machines is shown with a warning; what one run lacks is counted."""
    other = replace(slower(1.0), environment={"cpu": "8 x Another CPU"}, shapes=RESULT.shapes[:1])
    found = compare(from_bench(RESULT, "a.json"), from_bench(other, "b.json"))
    assert found.notes == (
        "different machines (2 x Made Up CPU, 2 threads; 8 x Another CPU, 2 threads): "
        "a ratio says nothing about the kernels",
        "2 figures are in a.json only",
    )
    assert len(found.rows) == 3


def test_runs_without_anything_in_common_are_refused():
    """There is nothing to show then."""
    with pytest.raises(UsageError, match=r"a and b have no kernel on the same shape in common"):
        compare(from_bench(RESULT, "a"), from_bench(replace(RESULT, shapes=()), "b"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "cannot be read: JSONDecodeError"),
        ("[]", "is no file of grader bench --json or grader submit --json"),
        ('{"schema": "grader-bench/1"}', "cannot be read: KeyError"),
        ('{"schema": "grader-bench/1", "shapes": 3, "order": [], "notes": []}', "cannot be read: TypeError"),
        ("\ud800".encode("utf-8", "surrogatepass"), "cannot be read: UnicodeDecodeError"),
    ],
)
def test_a_file_of_another_form_is_one_sentence(tmp_path, text, sentence):
    """Whatever the file holds, the reader learns its name and what is wrong."""
    path = tmp_path / "x.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UsageError, match=sentence) as caught:
        from_file(path)
    assert str(caught.value).startswith(str(path))


def test_a_file_is_read_as_what_it_is(tmp_path):
    """A file of the benchmark gives the run that was written."""
    path = tmp_path / "x.json"
    path.write_text(json.dumps(RESULT.to_json()))
    assert from_file(path) == from_bench(RESULT, "x.json")
