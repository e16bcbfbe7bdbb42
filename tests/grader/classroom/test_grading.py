"""A class is graded once, whole, and the same again: what is known is kept, what differs raises an alarm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from made_results import check, result, task

from grader.class_result import Student
from grader.classroom import grading
from grader.classroom.folder import ClassFolder
from grader.classroom.found import Found
from grader.classroom.grading import Assignment, ClassRun, Watcher, carry_out, take_in
from grader.classroom.work import NUMBERS, SPEED, Done, Job
from grader.errors import CannotJudge
from grader.result import Result, Verdict

WANTED = Assignment(week=2, tasks=("2.2",), seed=7)
STUDENTS = (Student("ada"), Student("bob"), Student("eve"))


@dataclass
class Fake:
    """An engine that answers at once, and remembers what it was asked."""

    answers: dict[str, Result | str] = field(default_factory=dict)  # submission -> result, or a problem
    asked: list[tuple[str, str]] = field(default_factory=list)  # (submission, stage)
    alone: list[bool] = field(default_factory=list)
    breaks_after: int = 1000

    def carry_out(self, jobs: Iterable[Job], alone: bool = False) -> Iterator[Done]:
        """Answer each job."""
        for job in jobs:
            if len(self.asked) >= self.breaks_after:
                raise KeyboardInterrupt
            self.asked.append((job.packed.sha256, job.stage))
            self.alone.append(alone)
            answer = self.answers.get(job.packed.sha256, result(task("2.2", check("values"))))
            if isinstance(answer, str):
                yield Done(job.key, problem=answer, fault="grader")
            else:
                made = {**answer.to_json(), "hashes": {"submission": job.packed.sha256}}
                yield Done(job.key, made)


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    """Three students: ada and bob hand in the same, eve something else."""
    for student, text in (("ada", "x = 1\n"), ("bob", "x = 1\n"), ("eve", "x = 2\n")):
        package = tmp_path / "in" / student / "student"
        package.mkdir(parents=True)
        (package / "basics.py").write_text(text)
    return tmp_path / "in"


def found(place: Path, *students: str) -> list[Found]:
    return [Found(s, 1, s, "2026-11-24T00:00:00+00:00", "folder", place / s) for s in students]


def run(folder: ClassFolder, place: Path, engine: Fake, wanted: Assignment = WANTED, again=()) -> ClassRun:
    made = ClassRun(folder, wanted, "0001", STUDENTS)
    take_in(made, found(place, "ada", "bob", "eve"), Watcher())
    carry_out(made, engine, Watcher(), again)
    made.keep(complete=True)
    return made


@pytest.fixture(autouse=True)
def opened_as_it_is(monkeypatch: pytest.MonkeyPatch):
    """Folders need no unpacking."""
    from contextlib import nullcontext

    monkeypatch.setattr(grading.intake, "opened", lambda one, room, notes: nullcontext(one.path))


def test_numbers_first_and_gates_one_at_a_time(handed_in: Path, tmp_path: Path):
    """Every submission is graded once, however many hand it in; the gates follow when all numbers are there."""
    engine = Fake()
    made = run(ClassFolder.make(tmp_path / "class"), handed_in, engine)
    (ada, bob, eve) = made.entries
    assert ada.key == bob.key != eve.key
    assert engine.asked == [
        (ada.submission, NUMBERS),
        (eve.submission, NUMBERS),
        (ada.submission, SPEED),
        (eve.submission, SPEED),
    ]
    assert engine.alone == [False, False, True, True]


def test_what_is_known_is_not_graded_again(handed_in: Path, tmp_path: Path):
    """The same command once more does nothing; another seed, task or course asks for everything."""
    folder = ClassFolder.make(tmp_path / "class")
    run(folder, handed_in, Fake())
    second, third = Fake(), Fake()
    assert run(folder, handed_in, second).graded == 0
    assert second.asked == []
    run(folder, handed_in, third, Assignment(week=2, tasks=("2.2",), seed=8))
    assert len(third.asked) == 4


def test_an_interruption_keeps_what_is_done(handed_in: Path, tmp_path: Path):
    """Cut off after one result, the next command makes the other ones only."""
    folder = ClassFolder.make(tmp_path / "class")
    first = Fake(breaks_after=1)
    with pytest.raises(KeyboardInterrupt):
        run(folder, handed_in, first)
    second = Fake()
    run(folder, handed_in, second)
    assert len(first.asked) == 1
    assert [stage for _, stage in second.asked] == [NUMBERS, SPEED, SPEED]
    assert (first.asked[0][0], NUMBERS) not in second.asked


def test_without_gates_nothing_is_measured(handed_in: Path, tmp_path: Path):
    """A run that leaves the gates out has one stage, and its results serve the stage of a later run with gates."""
    folder = ClassFolder.make(tmp_path / "class")
    quick, whole = Fake(), Fake()
    run(folder, handed_in, quick, Assignment(week=2, tasks=("2.2",), left_out=("gates",), seed=7))
    run(folder, handed_in, whole)
    assert [stage for _, stage in quick.asked] == [NUMBERS, NUMBERS]
    assert [stage for _, stage in whole.asked] == [SPEED, SPEED]


def test_what_the_grader_could_not_do_is_tried_again(handed_in: Path, tmp_path: Path):
    """A problem of the grader's is no result; one of the submission's is."""
    folder = ClassFolder.make(tmp_path / "class")
    made = run(folder, handed_in, Fake())
    eve = made.entries[2].submission
    for key in (made.entries[2].key, made.entries[2].numbers):
        folder.keep_result(Done(key, problem="no room", fault="grader"))
    second = Fake()
    run(folder, handed_in, second)
    assert {submission for submission, _ in second.asked} == {eve}


def test_another_score_for_the_same_raises_an_alarm(handed_in: Path, tmp_path: Path):
    """Graded once more because staff asked: the same score says nothing, another one names students and checks."""
    folder = ClassFolder.make(tmp_path / "class")
    assert run(folder, handed_in, Fake()).alarms == []
    assert run(folder, handed_in, Fake(), again=("ada",)).alarms == []
    ada = run(folder, handed_in, Fake()).entries[0].submission
    worse = Fake({ada: result(task("2.2", check("values", Verdict.FAIL)))})
    made = run(folder, handed_in, worse, again=("ada",))
    assert {s for s, _ in worse.asked} == {ada}
    assert made.alarms == [
        {
            "submission": ada,
            "students": ["ada", "bob"],
            "before": "5 + 0",
            "after": "0 + 0",
            "checks": ["2.2 values: PASS, then FAIL"],
        }
    ]


def test_a_submission_that_cannot_be_read_costs_the_others_nothing(handed_in: Path, tmp_path: Path):
    """It gets a sentence without any temporary name; the others are graded."""
    (handed_in / "bob" / "student" / "basics.py").unlink()
    made = run(ClassFolder.make(tmp_path / "class"), handed_in, Fake())
    assert [bool(e.problem) for e in made.entries] == [False, True, False]
    assert made.entries[1].fault == "submission"
    assert made.entries[1].problem.startswith("no package found in ")


def test_the_seed_stays_secret(handed_in: Path, tmp_path: Path):
    """No file of the class's folder holds the seed of the hidden cases."""
    folder = ClassFolder.make(tmp_path / "class")
    run(folder, handed_in, Fake(), Assignment(week=2, tasks=("2.2",), seed=987654321987))
    assert not [p for p in folder.root.rglob("*") if p.is_file() and b"987654321987" in p.read_bytes()]


def test_a_file_that_staff_cannot_read_costs_the_others_nothing(
    handed_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """It is no fault of the student's: staff is told, and the next command tries again."""
    opened = grading.intake.opened

    def gone(one: Found, room: Path, notes: list[str]):
        if one.student == "bob":
            raise CannotJudge("the archive bob.zip cannot be unpacked: Permission denied")
        return opened(one, room, notes)

    monkeypatch.setattr(grading.intake, "opened", gone)
    made = run(ClassFolder.make(tmp_path / "class"), handed_in, Fake())
    assert [(e.fault, bool(e.key)) for e in made.entries] == [("", True), ("grader", False), ("", True)]
    assert made.entries[1].problem == "the archive bob.zip cannot be unpacked: Permission denied"
