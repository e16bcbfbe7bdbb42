"""Judging how a specimen was graded: everything that must not happen is said."""

from __future__ import annotations

import pytest

from grader.result import CheckResult, Message, Result, TaskResult, Tier, Verdict
from grader.validation import judge
from grader.validation.corpus import Specimen

PASS, FAIL, SKIPPED, ERROR = Verdict.PASS, Verdict.FAIL, Verdict.SKIPPED, Verdict.ERROR


def result(core=PASS, edge=PASS, kind="wrong-values", hint="", points=None):
    """Return a result of one task with a core check of 2 points and an edge check of half a point."""
    say = Message(kind, "called", "expected", "got", hint=hint)
    checks = (
        CheckResult(
            "a",
            "s",
            Tier.CORE,
            core,
            2.0 if core is PASS else 0.0,
            2.0,
            message=None if core is PASS else say,
        ),
        CheckResult(
            "b",
            "s",
            Tier.EDGE,
            edge,
            0.5 if edge is PASS else 0.0,
            0.5,
            message=None if edge is PASS else say,
        ),
    )
    earned = checks[0].points if points is None else points
    task = TaskResult("1.1", "T", 1, core, earned, 2.0, checks[1].points, 0.5, checks)
    return Result("r", 1, "W", "s", "", "", 0.0, 0.0, (task,), {1: "D"}, (), "", False, {}, {})


def mutant(fails=("1.1 a",), hints=None):
    return Specimen("m", "mutants", "S.", fails=fails, hints=hints or {})


@pytest.mark.parametrize(
    ("found", "problems"),
    [
        (result(), []),
        (result(edge=FAIL), ["1.1 b: FAIL", "0.0 of 0.5 extra points"]),
        (result(core=ERROR, points=2.0), ["1.1 a: ERROR"]),
        (result(points=1.0), ["1.0 of 2.0 points"]),
    ],
)
def test_the_reference_gets_every_point(found, problems):
    """Core and extra; an ERROR that holds the points is a problem too."""
    assert judge.reference(found) == problems


@pytest.mark.parametrize(
    ("found", "problems"),
    [
        (result(FAIL, FAIL, "not-implemented"), []),
        (result(FAIL, FAIL, "missing"), ["1.1 a: FAIL missing", "1.1 b: FAIL missing"]),
        (result(SKIPPED, FAIL, "not-implemented"), ["1.1 a: SKIPPED not-implemented"]),
        (result(FAIL, PASS, "not-implemented"), ["1.1 b: PASS ", "0.0 + 0.5 points"]),
    ],
)
def test_the_skeleton_gets_none(found, problems):
    """Every verdict is FAIL "not implemented"."""
    assert judge.skeleton(found) == problems


@pytest.mark.parametrize(
    ("specimen", "found", "problems"),
    [
        (mutant(), result(FAIL), []),
        (mutant(), result(FAIL, SKIPPED), []),
        (mutant(), result(), ["1.1 a has to FAIL, is PASS"]),
        (mutant(), result(SKIPPED), ["1.1 a has to FAIL, is SKIPPED"]),
        (mutant(), result(FAIL, FAIL), ["1.1 b fails, is not named"]),
        (mutant(), result(FAIL, ERROR), ["1.1 b: ERROR"]),
        (mutant(("1.1 z",)), result(), ["1.1 z has to FAIL, is not a check"]),
        (mutant(()), result(), ["names no check: a mutant that nothing has to catch is none"]),
        (mutant(hints={"1.1 a": "the bias"}), result(FAIL, hint="the bias is missing"), []),
        (
            mutant(hints={"1.1 a": "the bias"}),
            result(FAIL),
            ["1.1 a: hint '' does not begin with 'the bias'"],
        ),
    ],
)
def test_a_mutant_fails_exactly_what_it_names(specimen, found, problems):
    """No check more, none less, none in doubt, with the hint that it names."""
    assert judge.mutant(specimen, found) == problems


def test_a_variation_gets_all_core_points():
    """An edge check may fail, a core check may not."""
    one = Specimen("v", "variations", "S.")
    assert judge.variation(one, result(edge=FAIL)) == []
    assert judge.variation(one, result(FAIL))[-1] == "0.0 of 2.0 points"
    assert judge.variation(one, result(FAIL))[0].startswith("1.1 a: FAIL what")


def test_a_slow_variation_loses_what_it_names_and_nothing_else():
    """The named check has to fail and costs its points; any other loss is a problem."""
    slow = Specimen("v", "variations", "S.", fails=("1.1 a",))
    assert judge.variation(slow, result(FAIL)) == []
    assert judge.variation(slow, result()) == ["a has to FAIL, is PASS", "2.0 of 0.0 points"]
    unknown = Specimen("v", "variations", "S.", fails=("1.1 z",))
    assert judge.variation(unknown, result()) == ["1.1 z has to FAIL, is not a check"]


def test_a_measured_variation_may_lose_races_alone():
    """A lost race that is allowed costs its own points and is no problem, nor is a won one; nothing else may fail."""
    one, races = Specimen("v", "variations", "S."), frozenset({"1.1 a"})
    assert judge.variation(one, result(FAIL), races) == []
    assert judge.variation(one, result(), races) == []
    assert judge.variation(one, result(FAIL), frozenset({"1.1 b"}))[-1] == "0.0 of 2.0 points"


def attack(found, shown="", left=(), **fields):
    return judge.attack(Specimen("a", "attacks", "S.", **fields), found, shown, ("canary-1",), list(left))


@pytest.mark.parametrize(
    ("problems", "wanted"),
    [
        (attack(result(FAIL, FAIL)), []),
        (attack(result(FAIL, PASS)), ["gained 0.0 + 0.5 points"]),
        (attack(result(ERROR, FAIL)), ["1.1 a: ERROR"]),
        (attack(result(FAIL, FAIL), "... canary-1 ..."), ["leaked 'canary-1'"]),
        (attack(result(FAIL, FAIL), "own", leaks=("own",)), ["leaked 'own'"]),
        (attack(result(FAIL, FAIL), left=["process 7"]), ["left behind: process 7"]),
        (attack(result(FAIL, FAIL), "\x1b[31m"), ["a raw escape character in the output"]),
        (attack(result(FAIL, FAIL), kinds={"1.1 a": "exit"}), ["1.1 a is wrong-values, has to be exit"]),
    ],
)
def test_an_attack_gains_harms_and_leaks_nothing(problems, wanted):
    """Points, verdicts of the grader's fault, canaries, traces, raw control characters, another kind of end."""
    assert problems == wanted


def test_what_a_student_sees_is_all_of_it():
    """The result file, the report and the console, so that a leak in any of them is found."""
    text = judge.visible(result(FAIL, hint="ünïque"), "the report", "the console")
    assert all(part in text for part in ("ünïque", "the report", "the console", '"points"'))
