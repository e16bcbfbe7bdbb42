"""Clusters: what is taken together, what is told apart, who is counted how often."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from grader.class_result import Attempt, ClassResult, Grade, Student
from grader.report.class_clusters import Cluster, Sort, clusters, first_failing, general, tally
from grader.result import CheckResult, Message, Result, TaskResult, Tier, Verdict
from tests import class_maker
from tests.class_maker import TASKS, hinted, task_of, unwritten_message

TILED = "KV heads were tiled; query head h reads KV head h // (H_q // H)"


def check(name: str, message: Message | None, tier: Tier = Tier.CORE) -> CheckResult:
    verdict = Verdict.PASS if message is None else Verdict.FAIL
    return CheckResult(name, name, tier, verdict, 2.0 if message is None else 0.0, 2.0, 1, 1, message)


def run(**failing: list[CheckResult]) -> Result:
    """Return a run in which the tasks `t2_4_2` fail so; tasks behind them are skipped, the others pass."""
    done: dict[str, Verdict] = {}
    tasks: list[TaskResult] = []
    for row in TASKS:
        checks = failing.get("t" + row[0].replace(".", "_"), [check("values", None)])
        if any(done[need] in (Verdict.FAIL, Verdict.SKIPPED) for need in row[4]):
            checks = [replace(check("values", None), verdict=Verdict.SKIPPED, points=0.0)]
        tasks.append(task_of(row, checks, done))
    base = class_maker.make(1).graded[0].result
    assert base is not None
    return replace(base, tasks=tuple(tasks))


def whole(*runs: Result) -> ClassResult:
    grades = []
    for i, result in enumerate(runs):
        attempt = Attempt(f"u{i}", 1, "", "", result)
        grades.append(Grade(Student(f"u{i}"), (attempt,), attempt, result.points))
    return ClassResult("1", "Week 2", 2, grades=tuple(grades))


def wrong(got: str, kind: str = "wrong-values", region: str = "", hint: str = "") -> Message:
    return Message(kind, "f(x)", "float32[2, 5]", got, region, hint)


def told(found: tuple[Cluster, ...]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(c.cause.sort.value, c.cause.words, c.students) for c in found]


def test_one_hint_in_several_checks_and_tasks_of_a_student_is_one_cluster_and_one_student():
    """Tasks are listed, points and skipped verdicts add up, and the student is counted once."""
    both = run(
        t2_4_2=[check("a", hinted("", TILED)), check("b", hinted("", TILED))],
        t2_6_1=[check("a", hinted("", TILED))],
    )
    (found,) = clusters(whole(both))
    assert told((found,)) == [("proved", "KV heads were tiled", ("u0",))]
    assert found.cause.remedy == "query head h reads KV head h // (H_q // H)"
    assert [task.id for task in found.tasks] == ["2.4.2", "2.6.1"]
    assert found.points == 9  # 6 and 3 of the made-up week
    assert (found.waiting, found.behind) == (("2.6.3", "2.7.2"), 2)


def test_a_hint_speaks_for_its_task_and_each_hint_for_itself():
    """Beside a proved hint other symptoms of the task are not told; two hints are two clusters."""
    eps = "eps stands outside the root; it belongs inside"
    one = run(
        t2_4_2=[check("a", wrong("NaN", "nan")), check("b", hinted("", TILED)), check("c", hinted("", eps))]
    )
    assert told(clusters(whole(one))) == [
        ("proved", "KV heads were tiled", ("u0",)),
        ("proved", "eps stands outside the root", ("u0",)),
    ]


def test_symptoms_are_the_same_but_for_numbers():
    """Other counts, places and widths make no other cluster; another region's words, kind or task does."""
    a = run(t2_4_2=[check("a", wrong("float32[2, 5], 3 of 10 elements differ", region="heads 1, 3 only"))])
    b = run(t2_4_2=[check("b", wrong("bfloat16[1, 7], 2 of 7 elements differ", region="heads 5 only"))])
    c = run(t2_4_2=[check("a", wrong("float32[2, 5], 3 of 10 elements differ", region="row 1 only"))])
    d = run(t2_6_1=[check("a", wrong("float32[2, 5], 3 of 10 elements differ", region="heads 1, 3 only"))])
    found = clusters(whole(a, b, c, d))
    assert [(f.students, f.tasks[0].id) for f in found] == [
        (("u0", "u1"), "2.4.2"),
        (("u2",), "2.4.2"),
        (("u3",), "2.6.1"),
    ]


def test_what_usually_causes_a_symptom_proves_nothing():
    """A hint that begins with "usually" stays a remark beside an unproved cluster."""
    (found,) = clusters(
        whole(run(t2_5_1=[check("a", wrong("a race", "race", hint="usually: a missing barrier"))]))
    )
    assert (found.cause.sort, found.cause.words, found.cause.remedy) == (
        Sort.ALIKE,
        "race",
        "usually: a missing barrier",
    )


@pytest.mark.parametrize(
    ("message", "sort", "words"),
    [
        (unwritten_message("2.1.1"), Sort.UNWRITTEN, "not written"),
        (wrong("no answer within 10 s", "timeout"), Sort.ENDED, "no answer within the time limit"),
        (wrong("killed by signal 11", "crash"), Sort.ENDED, "the process crashes"),
        (wrong("1.60x of rung 2", "too-slow"), Sort.GATE, "slower than the gate"),
        (wrong("TypeError: bad operand", "error"), Sort.ALIKE, "an exception: TypeError"),
        (wrong("Mine: <b>", "error"), Sort.ALIKE, "an exception"),
        (wrong("another text", "wrong-text"), Sort.ALIKE, "wrong text"),
    ],
)
def test_what_is_not_a_misconception_is_told_apart(message, sort, words):
    """Not written, limits and gates have sorts of their own, one cluster per task."""
    (found,) = clusters(whole(run(t2_1_1=[check("a", message)]), run(t2_1_1=[check("b", message)])))
    assert (found.cause.sort, found.cause.words, len(found.students)) == (sort, words, 2)


def test_a_lost_extra_point_is_a_cluster_without_core_points():
    """An edge check that fails in a task that passes costs extra points only, and stands behind what costs more."""
    edge = run(t2_1_2=[check("values", None), check("large", wrong("inf", "nan"), Tier.EDGE)])
    core = run(t2_4_2=[check("a", wrong("x", "nan"))])
    found = clusters(whole(edge, edge, core))
    assert [(f.points, f.extra, len(f.students)) for f in found] == [(6, 0, 1), (0, 4, 2)]


def test_style_checks_and_passing_tasks_have_no_cluster():
    """What costs nothing is no misconception; a class without failures has no cluster."""
    styled = run(t2_1_1=[check("values", None), check("dtype", wrong("float32", "wrong-dtype"), Tier.STYLE)])
    assert clusters(whole(styled)) == ()


def test_failing_tasks_are_counted_by_the_sort_of_their_first_cause():
    """One proved, one unwritten, one gate, and nothing for what is skipped."""
    mixed = run(
        t2_4_2=[check("a", hinted("2.4.2"))],
        t2_6_1=[check("a", unwritten_message("2.6.1"))],
        t2_4_3=[check("a", wrong("1.6x", "too-slow"))],
    )
    counts = tally(whole(mixed))
    assert counts == {Sort.PROVED: 1, Sort.ALIKE: 0, Sort.ENDED: 0, Sort.GATE: 1, Sort.UNWRITTEN: 1}


def test_every_planted_misconception_of_a_made_up_class_is_one_cluster_with_its_count():
    """Counts from the clusters are those that one gets by looking at every message."""
    result = class_maker.make(120, seed=7)
    expected = {
        hint.removesuffix(class_maker.PROOF).partition("; ")[0]: number
        for hint, number in class_maker.planted(result).items()
    }
    found = {c.cause.words: len(c.students) for c in clusters(result) if c.cause.sort is Sort.PROVED}
    assert len(expected) == 10
    assert found == expected


def test_the_order_of_students_does_not_change_the_clusters():
    """Same keys, members and sums, whoever comes first."""
    result = class_maker.make(40, seed=9)
    mixed = list(result.grades)
    random.Random(1).shuffle(mixed)

    def as_sets(found: ClassResult) -> set[tuple[tuple[str, ...], frozenset[str], float]]:
        return {(c.cause.key, frozenset(c.students), c.points) for c in clusters(found)}

    assert as_sets(result) == as_sets(replace(result, grades=tuple(mixed)))


def test_the_first_failing_task_is_one_whose_needs_pass():
    """The one to begin with, by day; None where nothing fails."""
    found = first_failing(run(t2_6_1=[check("a", hinted("2.6.1"))], t2_4_2=[check("a", hinted("2.4.2"))]))
    assert found is not None
    assert (found[0].id, found[1].words) == ("2.4.2", "KV heads were tiled")
    assert first_failing(run()) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("float32[2, 5], 3 of 10 elements; heads 1, 3 only", "dtype[#], # of # elements; heads # only"),
        ("worst at [0, 5]: expected -0.499, got 1e-05", "worst at [#]: expected #, got #"),
        ("rows 1 to 7 and 9", "rows #"),
        ("  two\n lines ", "two lines"),
        ("no number", "no number"),
    ],
)
def test_numbers_do_not_tell_texts_apart(text, expected):
    """Numbers, series of them and widths of dtypes become one mark."""
    assert general(text) == expected


def test_hints_of_one_mistake_are_one_cluster():
    """The same two students with two hints in one task: one cluster, counted once; a third tells them apart."""
    checks = [check("a", hinted("", TILED)), check("b", hinted("", "the mask is ignored"))]
    both, one = run(t2_4_2=checks), run(t2_4_2=checks[1:])
    (found,) = clusters(whole(both, both))
    assert (found.cause.words, found.also, found.students) == (
        "KV heads were tiled",
        ("the mask is ignored",),
        ("u0", "u1"),
    )
    assert found.points == 2 * sum(t.max_points - t.points for t in both.tasks if t.id == "2.4.2")
    assert [words for _, words, _ in told(clusters(whole(both, both, one)))] == [
        "the mask is ignored",
        "KV heads were tiled",
    ]


def test_other_tasks_are_one_mistake_only_in_nearly_the_same_words():
    """The mask that two tasks see is one cluster; another mistake of the same students is one of its own."""
    words = ("the causal mask is aligned at the top left", "the mask is aligned at the top left", TILED)
    made = run(
        t2_4_2=[check("a", hinted("", words[0]))],
        t2_6_1=[check("a", hinted("", words[1])), check("b", hinted("", words[2]))],
    )
    found = clusters(whole(made, made))
    assert [(c.cause.words, c.also) for c in found] == [(words[0], (words[1],)), ("KV heads were tiled", ())]
