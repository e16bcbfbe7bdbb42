"""Mutants and variations of the two kernels as data: each fits its base, and between them they fail every check."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.catalog import find_week
from grader.course.model import Matches
from grader.oracles.mistakes import find
from grader.validation import corpus

ROOT = Path(__file__).resolve().parents[3]
PREFIXES = ("w2_matmul_", "w2_flash_", "w2_plain")
TASKS = [find_week("2").task(name) for name in ("2.2", "2.4")]
ON_CPU = {task.id for task in find_week("2").tasks if task.device == "cpu"}
CHECKS = {f"{task.id} {check.name}": check for task in TASKS for check in task.checks}
MISTAKES = {name: check.mistakes for name, check in CHECKS.items() if isinstance(check, Matches)}


def _load(group):
    return [s for s in corpus.load(ROOT / "tests", group, 2) if s.name.startswith(PREFIXES)]


MUTANTS, VARIATIONS = _load("mutants"), _load("variations")


@pytest.mark.parametrize("specimen", [*MUTANTS, *VARIATIONS], ids=lambda s: f"{s.group}-{s.name}")
def test_a_specimen_fits_its_base_and_names_what_exists(specimen, tmp_path):
    """It can be made, of one or both kernels, and tasks, checks and hints that it names are there."""
    package = corpus.build(specimen, ROOT, tmp_path) / "student"
    made = {p.stem for p in (package / "kernels").glob("*.cpp")}
    assert made == {
        {"matmul": "quantized_matmul", "attention": "flash_attention"}[b] for b in specimen.base.split("+")
    }
    assert set(specimen.tasks) <= ON_CPU
    assert sorted({*specimen.fails, *specimen.hints} - set(CHECKS)) == []


def test_there_are_as_many_as_were_asked_for():
    """At least 25 mutants of each kernel in C++, and 25 variations."""
    for prefix in PREFIXES[:2]:
        in_cpp = [m for m in MUTANTS if m.name.startswith(prefix) and m.changes[0][0].endswith(".cpp")]
        assert len(in_cpp) >= 25
    assert len(VARIATIONS) >= 25


def test_no_specimen_is_there_twice():
    """No two make the same submission."""
    for group in (MUTANTS, VARIATIONS):
        made = [(s.base, s.changes) for s in group]
        assert [s.name for i, s in enumerate(group) if made[i] in made[:i]] == []


def test_every_check_of_values_is_failed_by_a_mutant():
    """A check that nothing fails is not a check."""
    values = {name for name, check in CHECKS.items() if hasattr(check, "inputs") and hasattr(check, "public")}
    assert sorted(values - {name for mutant in MUTANTS for name in mutant.fails}) == []


def test_every_mistake_has_a_mutant_whose_hint_is_proved():
    """The words of a mistake that some check lists are what a mutant's HINTS expect there."""
    entries = {(check, text) for mutant in MUTANTS for check, text in mutant.hints.items()}
    proved = {name for check, text in entries for name in MISTAKES[check] if find(name).hint.startswith(text)}
    listed = {name for names in MISTAKES.values() for name in names}
    assert sorted(listed - proved) == []
