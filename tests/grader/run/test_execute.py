"""Carrying out checks on made-up submissions, without a worker."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from fake_submission import FakeSession, cache, outcome, softmax, task

from grader.course import inputs
from grader.course.arrays import make, numbers
from grader.course.model import Check, Equivalent, KeepsDtype, Rejects, Unchanged, grid
from grader.result import Verdict
from grader.run.execute import FATAL_FAULTS, Executor
from grader.worker.client import Reply
from grader.worker.faults import Fault


def right(target, call):
    x = torch.from_numpy(numbers(call.args["x"]))
    return make(torch.softmax(x, call.args["axis"]).numpy(), call.dtype)


def is_hidden(call):
    return call.args["x"].shape[0] > 4


def wrong_if(condition):
    def answer(target, call):
        good = right(target, call)
        return make(numbers(good) + 1.0, call.dtype) if condition(call) else good

    return answer


def facts(found):
    """Return the verdict and how many cases passed."""
    return found.verdict, found.cases_passed, found.cases_total


def test_a_right_submission_passes_every_case():
    """Public and hidden ones, and has no message."""
    found = outcome(softmax(), right)
    assert facts(found) == (Verdict.PASS, 4, 4)
    assert found.message is None


def test_hidden_cases_are_left_out_on_request():
    """`grader check` runs the public ones alone."""
    assert facts(outcome(softmax(), wrong_if(is_hidden), include_hidden=False)) == (Verdict.PASS, 2, 2)


def test_one_case_can_be_picked_by_its_number():
    """And nothing else is called."""
    assert facts(outcome(softmax(), right, only_case=2)) == (Verdict.PASS, 1, 1)
    assert outcome(softmax(), wrong_if(lambda c: c.args["x"].shape == (4, 3)), only_case=1).message is None


def test_no_case_is_no_pass():
    """A number that no case of this check has cannot pass it."""
    assert facts(outcome(softmax(), right, only_case=99)) == (Verdict.FAIL, 0, 0)


def test_the_first_public_failure_is_shown():
    """A public case with numbers is better to work with than a hidden one."""
    found = outcome(softmax(), wrong_if(lambda c: c.args["x"].shape != (2, 3)))
    assert facts(found) == (Verdict.FAIL, 1, 4)
    assert found.message.called == "basics.softmax(x=float32[4, 3], axis=-1); case 2"
    assert found.message.rerun == "grader check 9.1 --case 2"
    assert found.message.expected.startswith("float32[4, 3], each element within")
    assert found.message.map is None  # every element is wrong


def test_a_hidden_failure_shows_no_number_of_the_case():
    """The kind of case and what is wrong, no shape, no value, no index."""
    found = outcome(softmax(), wrong_if(is_hidden), printed="x was [17, 19]")
    message = found.message
    assert facts(found) == (Verdict.FAIL, 2, 4)
    assert message.called == "basics.softmax, a hidden case: 2 axes, float32"
    assert message.expected == "the right answer, each element within 6 eps(float32) of its magnitude"
    assert message.got == "an array of the right shape, every element outside"
    assert (message.region, message.map, message.printed) == ("", None, "")
    assert message.rerun == "grader check 9.1"


def test_a_proved_hint_is_shown():
    """The mistakes of the check are tried on all its failing cases."""

    def last_axis(target, call):
        return make(torch.softmax(torch.from_numpy(numbers(call.args["x"])), -1).numpy(), call.dtype)

    cases = grid(shape=[(3, 3), (4, 5)], axis=[0], dtype=["float32"])
    check = softmax(public=cases, mistakes=("softmax-all-elements", "softmax-last-axis"))
    assert outcome(check, last_axis).message.hint.startswith("softmax always ran over the last axis")
    assert outcome(check, lambda t, c: make(np.ones(c.args["x"].shape), "float32")).message.hint == ""


def test_an_exception_is_the_submissions_finding():
    """With its own frames, and the other cases still run."""
    fault = Fault("ERROR", "boom", "ValueError", ("basics.py:3 in softmax: raise ValueError",), "printed")
    found = outcome(softmax(), lambda t, c: fault if c.args["x"].shape == (2, 3) else right(t, c))
    assert facts(found) == (Verdict.FAIL, 3, 4)
    assert (found.message.kind, found.message.got) == ("error", "ValueError: boom")
    assert found.message.traceback == fault.traceback
    assert found.message.printed == "printed"


def test_not_implemented_is_found_out_once():
    """The first case says it; nothing more is called, and all cases count as failed."""
    session = FakeSession(lambda t, c: Fault("ERROR", "your task", "NotImplementedError"))
    check = softmax()
    found = Executor(session, cache()).run(task(check), check)
    assert facts(found) == (Verdict.FAIL, 0, 4)
    assert session.calls == 1


def test_faults_that_cost_a_worker_end_a_check_after_two():
    """Four cases of five seconds each would be waiting for nothing."""
    session = FakeSession(lambda t, c: Fault("TIMEOUT", "it was in softmax"))
    check = softmax()
    found = Executor(session, cache()).run(task(check), check)
    assert (found.verdict, found.message.kind) == (Verdict.FAIL, "timeout")
    assert session.calls == FATAL_FAULTS


def test_an_unknown_kind_of_check_is_the_graders_mistake():
    """It is not charged to the submission: the runner records an ERROR."""
    with pytest.raises(TypeError, match="Check"):
        outcome(Check("c", "s"), right)


def case_check(kind, **settings):
    public = grid(shape=[(2, 3)], axis=[-1], dtype=["float16"])
    return kind("c", "s", target="basics.softmax", inputs=inputs.softmax, public=public, **settings)


def test_unchanged_compares_bytes():
    """An argument that comes back with other numbers was changed in place, by position or by name."""
    check = case_check(Unchanged)
    assert outcome(check, right).verdict is Verdict.PASS

    def in_place(target, call):
        return Reply(None, (make(np.zeros((2, 3)), "float16"), -1), "", 0.0, 0.0)

    found = outcome(check, in_place)
    assert (found.message.kind, found.message.got) == ("changed-input", "x was changed in place")


def test_the_dtype_is_kept_or_named():
    """float32 out of float16 is said as such, no array as such."""
    check = case_check(KeepsDtype)
    assert outcome(check, right).verdict is Verdict.PASS
    found = outcome(check, lambda t, c: make(numbers(right(t, c)), "float32"))
    assert (found.message.kind, found.message.got) == ("wrong-dtype", "float32 for float16 input")
    assert outcome(check, lambda t, c: None).message.kind == "wrong-type"


def test_rejecting_means_raising_on_purpose():
    """An answer is wrong, an exception is right, and neither a crash nor a missing function is a rejection."""
    check = case_check(Rejects)
    assert outcome(check, lambda t, c: Fault("ERROR", "bad shape", "ValueError")).verdict is Verdict.PASS
    assert outcome(check, right).message.kind == "accepted"
    kinds = [
        outcome(check, lambda t, c, f=f: f).message.kind
        for f in (
            Fault("ERROR", "", "NotImplementedError"),
            Fault("ERROR", "", "MissingTarget"),
            Fault("CRASH", ""),
        )
    ]
    assert kinds == ["not-implemented", "missing", "crash"]


def test_equivalent_compares_the_submission_with_itself():
    """Two calls that have to agree, at the magnitude of the oracle; neither has to be right."""
    check = case_check(Equivalent, other=inputs.softmax, tolerance="softmax", magnitude="basics.softmax")
    answers = iter([0.5, 0.5, 0.5, 0.7])

    def constant(target, call):
        return make(np.full((2, 3), next(answers)), call.dtype)

    assert outcome(check, constant).verdict is Verdict.PASS
    assert outcome(check, constant).message.kind == "wrong-values"
    assert outcome(check, lambda t, c: None).message.kind == "wrong-type"


def test_expected_values_are_computed_once():
    """Many submissions are judged by one evaluation of the oracle."""
    known, check = cache(), softmax()
    case = next(iter(check.cases(True)))
    assert known.get("9.1", check, case) is known.get("9.1", check, case)
