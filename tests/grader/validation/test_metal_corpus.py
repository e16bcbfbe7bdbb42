"""Specimens of Metal kernels as data: each fits the reference, and between them they fail every check of the GPU."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.course.catalog import find_week
from grader.validation import corpus

ROOT = Path(__file__).resolve().parents[3]
TASKS = [task for task in find_week("2").tasks if task.device == "gpu"]
CHECKS = {f"{task.id} {check.name}" for task in TASKS for check in task.checks}
SPECIMENS = [
    s for g in corpus.GROUPS for s in corpus.load(ROOT / "tests", g, 2) if s.name.startswith("w2_metal_")
]


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda s: f"{s.group}-{s.name}")
def test_a_specimen_fits_its_base_and_names_what_exists(specimen, tmp_path):
    """It can be made, grades one task on the GPU, and names checks of that."""
    corpus.build(specimen, ROOT, tmp_path)
    assert len(specimen.tasks) == 1
    assert set(specimen.tasks) <= {task.id for task in TASKS}
    named = {*specimen.fails, *specimen.hints, *specimen.kinds}
    assert sorted(named - CHECKS) == []
    assert {name.partition(" ")[0] for name in named} <= set(specimen.tasks)


def test_no_specimen_is_there_twice():
    """No two make the same submission."""
    made = [(s.changes, tuple(s.append.items())) for s in SPECIMENS]
    assert [s.name for i, s in enumerate(SPECIMENS) if made[i] in made[:i]] == []


def test_there_are_as_many_as_were_asked_for():
    """At least 40 mutants, 8 honest variations and 8 attacks."""
    count = {g: sum(s.group == g for s in SPECIMENS) for g in corpus.GROUPS}
    assert count["mutants"] >= 40
    assert min(count["variations"], count["attacks"]) >= 8
