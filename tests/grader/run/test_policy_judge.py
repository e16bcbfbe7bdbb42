"""What an `Allowed` check finds in a submission's text, and what its failure does to the points of the task."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fake_submission import FakeSession, cache, softmax

from grader.course.catalog import find_week
from grader.course.model import Allowed, Task, Week
from grader.policy.rules import Forbids, Name
from grader.result import Message, Tier, Verdict
from grader.run.outcome import Outcome
from grader.run.policy import Judge, refusals
from grader.run.sabotage import probes
from grader.run.verdicts import check_result, task_result
from grader.worker.client import WorkerSpec
from grader.worker.faults import Fault

FORBIDS = Forbids(names=(Name("mlx.core.softmax", "MLX does the work"),), refused=("mlx.core.softmax",))
ALLOWED = Allowed("allowed", "it does the work itself", op="softmax")
CORE = softmax(name="core", points=2.0)
EDGE = softmax(name="edge", points=1.0, tier=Tier.EDGE)
TASK = Task("9.1", "T", 1, "basics.softmax", (ALLOWED, CORE, EDGE), forbids=FORBIDS)


class Session(FakeSession):
    """A session on text alone: no kernels are built."""

    built = None

    def __init__(self, root, text, answer=lambda target, call: None):
        super().__init__(answer)
        (root / "student").mkdir()
        (root / "student" / "basics.py").write_text(text)
        self.spec = WorkerSpec(root / "student", "student", root)
        self.forbidden = []

    def forbid(self, refused):
        self.forbidden.append(refused)


def judge(root, text, answer=lambda target, call: None):
    return Judge(Session(root, text, answer), cache(), include_hidden=True)


def test_a_certain_use_fails_with_file_line_and_name(tmp_path):
    """Nothing is called for it."""
    got = judge(tmp_path, "import mlx.core as mx\n\ndef softmax(x, axis):\n    return mx.softmax(x, axis)\n")
    outcome = got.judge(ALLOWED, TASK)
    assert (outcome.verdict, outcome.message.kind) == (Verdict.FAIL, "forbidden")
    assert outcome.message.got == "student/basics.py:4 uses mx.softmax: MLX does the work"
    assert outcome.message.expected == "it does the work itself"


def test_a_doubtful_use_is_a_note_for_staff(tmp_path):
    """And no reason to fail."""
    got = judge(tmp_path, "def softmax(x, axis):\n    return eval('x')\n")
    assert got.judge(ALLOWED, TASK).verdict is Verdict.SKIPPED
    assert got.notes([TASK]) == ("for staff: task 9.1: student/basics.py:2 eval runs text as code",)


@pytest.mark.parametrize(
    ("exception", "kind"),
    [("NotImplementedError", "not-implemented"), ("MissingTarget", "missing"), ("Forbidden", "forbidden")],
)
def test_what_a_call_says(tmp_path, exception, kind):
    """A target that is not written, or that calls what was taken away, fails the check."""
    fault = Fault("ERROR", "task 9.1", exception)
    outcome = judge(tmp_path, "", lambda target, call: fault).judge(ALLOWED, TASK)
    assert (outcome.verdict, outcome.message.kind) == (Verdict.FAIL, kind)


def test_an_answer_of_any_kind_is_for_other_checks(tmp_path):
    """Without a built op there is nothing to switch off, and nothing is claimed."""
    outcome = judge(tmp_path, "def softmax(x, axis): return 1\n").judge(ALLOWED, TASK)
    assert (outcome.verdict, outcome.message.got) == (Verdict.SKIPPED, "not tried: softmax is not built")


def test_text_that_exhausts_the_parser_is_a_note(tmp_path):
    """The process that reads it may end; the grader goes on."""
    got = judge(tmp_path, "x = " + "1+" * 150_000 + "1")
    assert got.judge(ALLOWED, TASK).verdict is Verdict.SKIPPED
    assert len(got.notes([TASK])) == 1


def test_workers_change_only_with_what_is_refused(tmp_path):
    """Tasks that refuse the same, or nothing, share workers."""
    session = Session(tmp_path, "")
    got = Judge(session, cache(), include_hidden=True)
    other = replace(TASK, id="9.2", forbids=None)
    for task in (other, TASK, TASK, other, other):
        got.prepare(task)
    assert session.forbidden == [(("mlx.core.softmax", "task 9.1 forbids mx.softmax"),), ()]
    assert refusals(other) == ()


def test_every_core_check_of_values_is_tried_hidden_first():
    """What a submission cannot have learnt by heart; public cases where hidden ones may not be used."""
    assert [(check.name, case.public) for check, case in probes(TASK, True)] == [("core", False)]
    assert [(check.name, case.public) for check, case in probes(TASK, False)] == [("core", True)]


@pytest.mark.parametrize(("verdict", "points"), [(Verdict.FAIL, (0.0, 0.0)), (Verdict.PASS, (2.0, 1.0))])
def test_a_task_that_is_not_allowed_earns_nothing(verdict, points):
    """Neither core nor extra points, though every other check passes."""
    week = Week(9, "W", {1: "D"}, (TASK,))
    message = Message("forbidden", "called", "expected", "got")
    results = [check_result(week, TASK, ALLOWED, Outcome(verdict, 0, 1, message), [], {})]
    for check in (CORE, EDGE):
        results.append(check_result(week, TASK, check, Outcome(Verdict.PASS, 1, 1), results, {}))
    task = task_result(TASK, results, {})
    assert (task.verdict, task.points, task.extra_points) == (verdict, *points)


def test_the_check_comes_before_everything_that_it_takes_away():
    """In the course, too."""
    tasks = [t for t in find_week("2").tasks if any(isinstance(c, Allowed) for c in t.checks)]
    assert {t.id for t in tasks} == {"2.2", "2.3", "2.4", "2.5"}
    assert all(isinstance(t.checks[0], Allowed) and t.forbids is not None for t in tasks)
