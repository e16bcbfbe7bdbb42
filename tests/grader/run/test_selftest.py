"""The self-test counts what it has seen; the race itself is tried by `grader bench --self-test`."""

from __future__ import annotations

import json

import pytest

from grader.run.selftest import SelfTest, Trial


def trial(factor, verdict):
    return Trial(factor, verdict, (factor, factor, factor), (factor, factor, factor), 15, 1, 0.5)


ALL_RIGHT = [(1.0, "PASS"), (1.1, "PASS"), (1.25, "FAIL"), (1.5, "FAIL")]


def found(*verdicts):
    return SelfTest(1.15, False, tuple(trial(*v) for v in verdicts))


def test_right_verdicts_are_none_of_the_wrong_ones():
    test = found(*ALL_RIGHT * 5)
    assert (test.wrong.count, test.inconclusive.count, test.ok) == (0, 0, True)
    assert test.rows()[2] == ("+25 %", {"PASS": 0, "FAIL": 5, "INCONCLUSIVE": 0, "INVALID": 0})


@pytest.mark.parametrize(
    ("verdict", "false_fail", "false_pass"),
    [
        ((1.0, "FAIL"), 1, 0),
        ((1.1, "FAIL"), 1, 0),
        ((1.0, "INVALID"), 1, 0),
        ((1.25, "PASS"), 0, 1),
        ((1.5, "PASS"), 0, 1),
        ((1.25, "INVALID"), 0, 1),
    ],
)
def test_one_wrong_verdict_is_enough_to_distrust_the_machine(verdict, false_fail, false_pass):
    test = found(*ALL_RIGHT * 25, verdict)
    assert (test.false_fail.count, test.false_pass.count) == (false_fail, false_pass)
    assert test.wrong.count == 1
    assert not test.ok


def test_one_in_twenty_may_be_inconclusive_but_not_more():
    assert found(*ALL_RIGHT * 5, (1.1, "INCONCLUSIVE")).ok
    assert not found(*ALL_RIGHT * 4, (1.1, "INCONCLUSIVE")).ok


def test_the_file_has_every_trial_and_the_bounds(tmp_path):
    test = found(*ALL_RIGHT)
    test.write(tmp_path / "self-test.json")
    data = json.loads((tmp_path / "self-test.json").read_text())
    assert data["wrong"] == {"count": 0, "total": 4, "share": 0.0, "upper_95": pytest.approx(0.527, abs=1e-3)}
    assert [t["factor"] for t in data["trials"]] == [1.0, 1.1, 1.25, 1.5]
    assert not list(tmp_path.glob("*.part"))
