"""The course as data: points, names, order, cases and the things that its strings point at."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from grader.course.catalog import COURSE
from grader.course.metal import OnGpu
from grader.course.model import Allowed, Builds, CaseCheck, Matches, Scenario, Unavailable
from grader.course.scenarios import find as find_scenario
from grader.course.tolerances import C
from grader.oracles.mistakes import registry
from grader.paths import ROOT
from grader.result import Tier
from grader.run.oracle_calls import find as find_oracle

WEEKS = COURSE.weeks
TASKS = [task for week in WEEKS for task in week.tasks]
CHECKS = [(task, check) for task in TASKS for check in task.checks]
IDS = [f"{task.id} {check.name}" for task, check in CHECKS]
TIERS = {Tier.CORE: 0, Tier.EDGE: 1, Tier.STYLE: 2}


@pytest.mark.parametrize("week", WEEKS, ids=lambda w: f"week{w.number}")
def test_a_week_is_worth_a_hundred_points(week):
    """Core points sum to 100 and every task has some, in steps of a half."""
    assert sum(task.max_points for task in week.tasks) == 100
    assert {t.id for t in week.tasks if t.max_points <= 0} == set()
    assert {n for n, (_, c) in zip(IDS, CHECKS, strict=True) if c.points % 0.5} == set()


def test_points_follow_the_tier():
    """A core or edge check is worth something, a style check nothing; nor what only takes points or begins."""
    wrong = {
        n
        for n, (_, c) in zip(IDS, CHECKS, strict=True)
        if (c.points > 0) == (c.tier is Tier.STYLE or isinstance(c, Unavailable | Allowed | Builds | OnGpu))
    }
    assert wrong == set()


def test_names_are_unique_within_a_task():
    """Mutants and journals name a check by its task and name."""
    assert [name for name, count in Counter(IDS).items() if count > 1] == []
    assert [i for i, count in Counter(t.id for t in TASKS).items() if count > 1] == []


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.id)
def test_core_comes_before_edge_and_edge_before_style(task):
    """Extra points depend on the core checks before them."""
    order = [TIERS[check.tier] for check in task.checks]
    assert order == sorted(order)
    assert order[0] == 0


def test_needs_point_backwards():
    """A task needs only tasks that are graded before it in its week."""
    for week in WEEKS:
        seen: set[str] = set()
        for task in week.tasks:
            assert set(task.needs) <= seen, task.id
            seen.add(task.id)


def test_days_have_titles():
    """Every day of a week has a title and a task."""
    for week in WEEKS:
        assert {task.day for task in week.tasks} == set(week.days)


def test_sentences_are_of_one_style():
    """Lower case at the start but for names, no full stop at the end, one line."""
    names = ("RMSNorm", "RoPE", "Qwen2")
    wrong = {
        n: c.sentence
        for n, (_, c) in zip(IDS, CHECKS, strict=True)
        if not c.sentence
        or c.sentence.endswith(".")
        or "\n" in c.sentence
        or (c.sentence[0].isupper() and not c.sentence.startswith(names))
    }
    assert wrong == {}


def _definitions(package):
    """Return what a submission defines at the top of its modules: "basics.softmax"."""
    found = set()
    for path in (ROOT / package).glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                found.add(f"{path.stem}.{node.name}")
    return found


@pytest.mark.parametrize("package", ["reference", "student"])
def test_every_target_exists(package):
    """The reference and the skeleton define what is called."""
    targets = {t.target for t in TASKS} | {c.target for _, c in CHECKS if isinstance(c, CaseCheck)}
    assert targets <= _definitions(package)


def test_blanks_cover_every_target():
    """What a check calls is left to the student by some task of the week, by this one or one that is graded before."""
    for week in WEEKS:
        blank: set[str] = set()
        for task in week.tasks:
            blank |= set(task.blanks)
            called = {c.target for c in task.checks if isinstance(c, CaseCheck)} | {task.target}
            assert called <= blank, task.id


def test_no_blank_is_left_to_two_tasks():
    """The skeleton names one task in every blank, and each blank exists in the reference."""
    blanks = [blank for week in WEEKS for task in week.tasks for blank in task.blanks]
    assert [b for b, count in Counter(blanks).items() if count > 1] == []
    assert set(blanks) <= _definitions("reference")


def test_strings_point_at_something():
    """Oracles, rows of the tolerance table, mistakes and scenarios exist; a scenario says what it holds to."""
    for _, check in CHECKS:
        if isinstance(check, Matches):
            assert find_oracle(check.oracle).__doc__
            assert check.tolerance in C
            assert set(check.mistakes) <= set(registry())
        elif isinstance(check, Scenario):
            assert find_scenario(check.function).__doc__


def _scenarios(module):
    """Return the functions of a module of scenarios that take a bench and nothing else."""
    tree = ast.parse((ROOT / "grader" / "course" / "scenarios" / f"{module}.py").read_text())
    functions = [f for f in tree.body if isinstance(f, ast.FunctionDef) and not f.name.startswith("_")]
    return {f.name for f in functions if [a.arg for a in f.args.args] == ["bench"]}


def test_nothing_is_prepared_for_no_check():
    """Every row of the tolerance table and every scenario is used; mistakes are in `oracles/test_mistakes.py`."""
    matches = [c for _, c in CHECKS if isinstance(c, Matches)]
    files = (ROOT / "grader" / "course" / "scenarios").glob("[a-z]*.py")
    plays = {f"{p.stem}.{f}" for p in files for f in _scenarios(p.stem)}
    assert {c.function for _, c in CHECKS if isinstance(c, Scenario)} == plays
    assert {c.tolerance for c in matches} == set(C)


@pytest.mark.parametrize("name", ["basics.none", "none.softmax", "softmax"])
def test_an_unknown_oracle_or_scenario_is_named(name):
    """A slip in the course is the course's fault and says so."""
    with pytest.raises(LookupError, match=name):
        find_oracle(name)
    with pytest.raises(LookupError, match=name):
        find_scenario(name)


@pytest.mark.parametrize(("task", "check"), CHECKS, ids=IDS)
def test_a_check_has_public_cases(task, check):
    """Students can run every check; a check of values has hidden cases too, so that none can be learnt by heart."""
    assert check.public_cases >= 1
    if isinstance(check, Matches):
        assert check.public
        assert check.hidden


@pytest.mark.parametrize(
    ("task", "check"),
    [(t, c) for t, c in CHECKS if isinstance(c, Matches)],
    ids=[n for n, (_, c) in zip(IDS, CHECKS, strict=True) if isinstance(c, Matches)],
)
def test_hidden_cases_are_others(task, check):
    """No hidden case has the axes of a public one: other shapes, settings or checkpoints, not just other numbers."""
    public = [dict(axes) for axes in check.public]
    assert [axes for axes in check.hidden if dict(axes) in public] == []


def test_public_cases_are_numbered_through_the_task():
    """`grader check 1.1.1 --case 7` names one case of one check."""
    for task in TASKS:
        numbers = []
        for check in task.checks:
            if isinstance(check, CaseCheck):
                numbers += [c.number for c in check.cases(True, task.first_case(check)) if c.public]
            else:
                numbers.append(task.first_case(check))
        assert numbers == list(range(1, len(numbers) + 1)), task.id


def test_hidden_cases_have_no_number():
    """What has no number cannot be asked for."""
    for task, check in CHECKS:
        if isinstance(check, CaseCheck):
            assert {c.number for c in check.cases(True, task.first_case(check)) if not c.public} <= {0}
            assert all(c.public for c in check.cases(False))
