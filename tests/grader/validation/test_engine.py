"""The engine that grades the corpus: what it grades, what it concludes, and that it cleans up."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course.catalog import find_week
from grader.validation import engine
from grader.validation.engine import CANARY, CANARY_VARIABLE, Report, Summary, canary_planted, specimens


def report(name, *problems, group="mutants", failed=()):
    return Report(group, name, problems, 1.0, failed=failed)


def test_a_check_that_no_mutant_fails_is_named():
    """Such a check is none, so the validation is not ok, though every specimen is."""
    summary = Summary(1, [report("m", failed=("1.1 a",))], ("1.1 a", "1.1 b"))
    assert (summary.uncaught, summary.ok) == (["1.1 b"], False)
    summary.reports.append(report("v", group="variations", failed=("1.1 b",)))
    assert summary.uncaught == ["1.1 b"]  # only mutants count
    summary.reports.append(report("n", failed=("1.1 b",)))
    assert (summary.uncaught, summary.ok) == ([], True)


def test_counts_are_per_group():
    """How many came out right, of how many."""
    summary = Summary(1, [report("m"), report("n", "problem"), report("a", group="attacks")])
    assert summary.counts() == {"mutants": (1, 2), "attacks": (1, 1)}
    assert not summary.ok


def test_the_groups_are_reference_skeleton_and_the_corpus(tmp_path):
    """In this order, narrowed by a part of the name."""
    for group in ("mutants", "variations", "attacks"):
        (tmp_path / group).mkdir()
        (tmp_path / group / f"{group}_one.py").write_text('"""S."""\n')
    groups = ("reference", "skeleton", "mutants", "variations", "attacks")
    assert [s.name for s in specimens(1, tmp_path, groups)] == [
        "reference",
        "skeleton",
        "mutants_one",
        "variations_one",
        "attacks_one",
    ]
    assert [s.name for s in specimens(1, tmp_path, groups, "ons_o")] == ["variations_one"]
    assert [s.name for s in specimens(1, tmp_path, ("mutants",))] == ["mutants_one"]


def test_the_canary_lies_in_environment_and_file_while_grading():
    """And is gone afterwards, whatever happened."""
    with pytest.raises(RuntimeError), canary_planted():  # noqa: PT012
        secret = Path(os.environ["GRADER_VALIDATION_SECRET"])
        assert os.environ[CANARY_VARIABLE] == CANARY == secret.read_text()
        raise RuntimeError
    assert CANARY_VARIABLE not in os.environ
    assert not secret.exists()


@pytest.fixture
def one_task(monkeypatch):
    """Let the week consist of task 1.4.2 alone, so that a whole run takes a second."""
    whole = find_week("1")
    monkeypatch.setattr(engine, "find_week", lambda text: replace(whole, tasks=(whole.task("1.4.2"),)))


def test_a_mutant_is_graded_end_to_end(tmp_path, one_task):
    """A wrong scale of the sigmoid fails the checks of silu that it names, with the hint that reproduces it."""
    (tmp_path / "mutants").mkdir()
    (tmp_path / "mutants" / "relu.py").write_text(
        '"""silu is ReLU."""\n'
        'FAILS = ["1.4.2 silu-values"]\n'
        'HINTS = {"1.4.2 silu-values": "this is ReLU"}\n'
        'APPEND = {"basics.py": "def silu(x):\\n    return mx.maximum(x, 0)\\n"}\n'
    )
    heard = []
    summary = engine.validate(
        1, tmp_path, ("mutants",), 1, "relu", lambda r, total: heard.append((r.name, total))
    )
    (found,) = summary.reports
    assert heard == [("relu", 1)]
    assert "1.4.2 silu-values" in found.failed
    assert [p for p in found.problems if "silu-values" in p] == []
    assert [p for p in found.problems if "fails, is not named" in p]  # the rest of what ReLU breaks
    assert found.points == 0.0


def test_a_specimen_that_does_not_fit_is_a_problem_of_its_own(tmp_path, one_task):
    """The others are still graded."""
    (tmp_path / "mutants").mkdir()
    (tmp_path / "mutants" / "old.py").write_text('"""S."""\nCHANGES = [("basics.py", "no such text", "")]\n')
    (found,) = engine.validate(1, tmp_path, ("mutants",), 1, "old").reports
    assert found.problems == ("old: 'no such text' occurs 0 times in basics.py, not once",)
