"""What is planted in the sample class is what its report finds: every misconception one cluster, with its students."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.class_result import ClassResult
from grader.classroom import conduct, intake, roster
from grader.classroom.folder import ClassFolder
from grader.classroom.grading import Assignment, Watcher
from grader.classroom.loading import load
from grader.paths import ROOT
from grader.report.class_clusters import Sort, clusters
from grader.validation import sample_class
from grader.validation.corpus import read

STUDENTS = 20


def test_the_class_is_the_same_every_time(tmp_path: Path):
    """The same seed hands in the same, byte for byte; another one something else."""

    def planted(folder: Path, seed: int) -> str:
        sample_class.hand_in(sample_class.people(STUDENTS, seed), folder)
        return (folder / "planted.json").read_text()

    assert planted(tmp_path / "a", 1) == planted(tmp_path / "b", 1) != planted(tmp_path / "c", 2)


def test_sixty_students_have_every_kind_of_work():
    """The numbers of the tables, and right work besides."""
    everybody = sample_class.people(60, 1)
    counts = {
        name: sum(name in p.misconceptions for p in everybody)
        for table in (sample_class.WEEK1, sample_class.WEEK2, sample_class.KERNELS)
        for name in table
    }
    assert counts == {**sample_class.WEEK1, **sample_class.WEEK2, **sample_class.KERNELS}
    kinds = {p.kind for p in everybody}
    assert kinds == {"right", "misconception", "half done", "attack", "syntax error", "corrupt archive"}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ClassResult]:
    """Week 1 of twenty students, graded through the real door: archives, sandboxed workers, hints."""
    place = tmp_path_factory.mktemp("sample")
    place.chmod(0o755)
    handed_in = sample_class.hand_in(sample_class.people(STUDENTS, 1), place)
    folder = ClassFolder.make(place / "class")
    folder.keep_policy((place / "policy.toml").read_bytes())
    taken = intake.discover(handed_in, roster.read(place / "roster.csv"))
    conduct.grade(folder, Assignment(week=1, seed=5), taken, conduct.Means(1), Watcher())
    return place, load(folder.root)


def test_every_planted_misconception_is_one_cluster(graded: tuple[Path, ClassResult]):
    """The proved hint of a mutant names a cluster, whose students are those who have it, and nobody else."""
    place, result = graded
    planted = json.loads((place / "planted.json").read_text())
    found = [
        ((c.cause.words, *c.also), set(c.students)) for c in clusters(result) if c.cause.sort is Sort.PROVED
    ]
    for name in sample_class.WEEK1:
        hints = read(ROOT / "tests" / "mutants" / f"{name}.py").hints
        hint = next(iter(hints.values())).partition("; ")[0]  # what follows says how it should be
        who = {p["id"] for p in planted if name in p["misconceptions"]}
        matching = [students for words, students in found if any(hint in text for text in words)]
        assert matching == [who], name
    assert len(found) == len(sample_class.WEEK1)  # and nothing else is claimed to be proved


def test_what_cannot_be_graded_is_said_and_costs_nobody_else(graded: tuple[Path, ClassResult]):
    """The corrupt archive has a sentence; everybody else who handed in has a result."""
    place, result = graded
    planted = {p["id"]: p["kind"] for p in json.loads((place / "planted.json").read_text())}
    without = {
        g.student.id for g in result.grades if g.attempts and (g.counted is None or g.counted.result is None)
    }
    assert without == {student for student, kind in planted.items() if kind == "corrupt archive"}
    assert {g.student.id for g in result.grades if not g.attempts} == {"s900"}
    assert result.complete
    assert result.alarms == ()


def test_the_same_command_again_grades_nothing(graded: tuple[Path, ClassResult]):
    """A second run over the same class takes every result from the first."""
    place, result = graded
    taken = intake.discover(place / "handed-in", roster.read(place / "roster.csv"))
    run = conduct.grade(
        ClassFolder(place / "class"), Assignment(week=1, seed=5), taken, conduct.Means(1), Watcher()
    )
    assert (run.graded, run.number) == (0, result.run_id)
    assert [g.total for g in load(place / "class").grades] == [g.total for g in result.grades]
