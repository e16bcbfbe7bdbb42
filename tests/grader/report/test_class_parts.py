"""Strips of kernels, entries for staff, the rule of who needs help, and the charts of a class."""

from __future__ import annotations

from dataclasses import replace

import made_up
import made_up_speed
import pytest
from page_tree import parse

from grader.class_result import Alarm, Attempt, ClassResult, Grade, Likeness, Refused, Student
from grader.report.class_charts import Ratio, Scale, days, dots, strip, verdict_bar
from grader.report.class_help import who_needs_help
from grader.report.class_matrix import matrix, shortened
from grader.report.class_names import naming
from grader.report.class_page import render_class
from grader.report.class_staff import held_verdicts, staff_entries
from grader.report.class_strips import strip_groups
from grader.result import Result, Verdict


def graded(student: str, *runs: Result, times: tuple[str, ...] = (), **fields: object) -> Grade:
    stamps = times or ("",) * len(runs)
    attempts = tuple(
        Attempt(student, n, f"{student}/{n}", time, run)
        for n, (time, run) in enumerate(zip(stamps, runs, strict=True), 1)
    )
    points = runs[-1].points
    base = Grade(Student(student, code=f"s{student}"), attempts, attempts[-1], points, 0.0, 0.0, points)
    return replace(base, **fields)


def whole(*grades: Grade, **fields: object) -> ClassResult:
    return replace(ClassResult("1", "Week 1", 1, grades=grades), **fields)


def test_each_gate_is_one_strip_and_the_reference_comes_first() -> None:
    """Seven gates of three students: a strip each, verdicts counted, comparisons with oneself behind."""
    run = made_up_speed.measured()
    groups = strip_groups(whole(*(graded(name, run) for name in "abc")))
    assert [(group.title, len(group.strips)) for group in groups] == [
        (made_up_speed.KERNEL, 3),
        (made_up_speed.ATTENTION, 1),
        ("2.1 decoding with a cache", 1),
        ("2.4 memory of flash attention", 1),
        ("2.7 four requests at once", 1),
    ]
    first, second, third = groups[0].strips
    assert (first.tally, second.tally, third.tally) == ("3 PASS", "0 PASS, 3 FAIL", "0 PASS, 3 INCONCLUSIVE")
    assert first.sentence == "median 0.931x, 3 faster than rung 2"
    assert second.sentence == "median 1.69x, none faster than rung 2"
    assert groups[1].strips[0].tally == "0 PASS, 3 INVALID"
    assert groups[4].what.endswith("right is better.")
    assert strip_groups(whole(graded("a", made_up.week()))) == ()


def test_a_strip_names_nobody() -> None:
    """The section of kernels holds no id, no code and no link."""
    result = whole(graded("ada", made_up_speed.measured()), graded("bob", made_up_speed.measured()))
    text = parse(render_class(result, {"ada": "students/a.html"})).one("section", id="kernels")
    assert not text.all("a")
    assert not {"ada", "bob", "sada", "sbob"} & set(text.text().split())


def test_a_ratio_axis_is_logarithmic_and_holds_what_it_is_given() -> None:
    """Equal ratios are equally far apart; outside the axis a mark stands at its end."""
    scale = Scale.over([0.5, 8.0])
    assert scale.at(2.0) - scale.at(1.0) == pytest.approx(scale.at(4.0) - scale.at(2.0))
    assert 0 < scale.at(0.5) < scale.at(8.0) < 1
    assert (scale.at(0.0), scale.at(1e9)) == (0.0, 1.0)
    assert scale.ticks() == [0.5, 1.0, 2.0, 5.0]
    assert Scale.over([0.001, 1000.0]).ticks() == [0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0]


def test_a_strip_draws_one_spot_and_one_interval_per_submission() -> None:
    """Marks of one verdict share a path; each has its place."""
    ratios = [
        Ratio(0.9, 0.8, 1.0, "P"),
        Ratio(1.0, 0.9, 1.1, "P"),
        Ratio(3.0, 2.9, 3.1, "F"),
        Ratio(1.2, 1, 1.4, "I"),
    ]
    tree = parse(str(strip("s", ratios, Scale.over([0.8, 3.1]), 1.15, "title", "summary")))
    spots = {p.attrs["class"]: p.attrs["d"].count("h0") for p in tree.all("path") if "h0" in p.attrs["d"]}
    spans = {p.attrs["class"]: p.attrs["d"].count("H") for p in tree.all("path") if "H" in p.attrs["d"]}
    assert spots == {"P spot": 2, "F spot": 1, "I spot": 1, "hole": 1}
    assert spans == {"P span": 2, "F span": 1, "I span": 1}


@pytest.mark.parametrize("counts", [[3, 0, 1], [0, 0, 0], [600], [40, 400, 160]])
def test_every_student_is_one_dot_above_the_axis(counts: list[int]) -> None:
    """However many there are, no dot is lost and none leaves the chart."""
    tree = parse(str(dots(counts, 100, (10, 20, 30), "summary")))
    paths = [path.attrs["d"] for path in tree.all("path")]
    assert sum(path.count("M") for path in paths) == sum(counts)
    heights = [float(mark.split(" ")[1]) for path in paths for mark in path.replace("h0", "").split("M")[1:]]
    assert all(0 <= height < 150 for height in heights)


def test_days_are_labelled_with_room_between() -> None:
    """Sixty days have at most nine labels, the last day among them."""
    labels = [f"day{n}" for n in range(60)]
    tree = parse(str(days(labels, [(1.0, 2.0, 3.0)] * 60, 100, "summary")))
    shown = [node.text() for node in tree.all("text") if node.text().startswith("day")]
    assert len(shown) <= 9
    assert shown[-1] == "day59"
    assert len(tree.all("circle")) == 60


def test_a_bar_of_verdicts_is_as_wide_as_its_shares() -> None:
    """Half passed, a quarter failed: places in percent, and no mark for what did not occur."""
    marks = parse(str(verdict_bar(2, 1, 1, 0))).all("rect")
    assert [(m.attrs["x"], m.attrs["width"]) for m in marks] == [
        ("0%", "49.5%"),
        ("50%", "24.5%"),
        ("75%", "24.5%"),
    ]
    assert parse(str(verdict_bar(0, 0, 0, 0))).all("rect") == []


def test_staff_see_everything_that_only_people_can_settle() -> None:
    """One entry each for what was not graded, alarms, ERROR, INCONCLUSIVE, pending, refused, late, alike and notes."""
    lost = Attempt("b", 1, "b.zip", "", None, "the grader was killed", "grader")
    late = graded("c", made_up.week(), reasons=("2 days late: 20 % off",), penalty=20.0)
    assert late.counted is not None
    late = replace(late, counted=replace(late.counted, days_late=2))
    result = whole(
        graded("a", made_up.mixed(), pending="staff has to look first"),
        graded("d", made_up.mixed(), pending="staff has to look first"),
        Grade(Student("b"), (lost,), None),
        late,
        refused=(Refused("x.docx", "no archive"),),
        alarms=(Alarm("sha", ("a",), "98", "93", ("1.3.1 values: PASS, then FAIL",)),),
        alike=(Likeness("a", "c", 0.5, 1), Likeness("a", "b", 0.842, 118)),
        notes=("a note",),
    )
    found = staff_entries(result, naming(result, None, True))
    assert [(e.kind, tuple(label for label, _ in e.who)) for e in found] == [
        ("not graded", ("b",)),
        ("alarm", ("a",)),
        ("ERROR", ("a", "d")),
        ("INCONCLUSIVE", ("a", "d")),
        ("pending", ("a", "d")),
        ("refused", ()),
        ("late", ("c",)),
        ("alike", ("a", "b")),
        ("alike", ("a", "c")),
        ("note", ()),
    ]
    assert "the grader was killed (the grader's fault)" in found[0].what
    assert found[6].what == "the counted attempt is 2 days late, 20 points off"
    assert found[7].what == "84.2 % alike beyond the skeleton, about 118 lines: a question, no verdict"
    assert staff_entries(result, naming(result, None, False)) == ()
    assert held_verdicts(result) == {Verdict.INCONCLUSIVE: 2, Verdict.ERROR: 2}


def test_a_groups_attempt_is_listed_once() -> None:
    """A broken archive of a pair stands with who handed it in, not with both."""
    broken = Attempt("a", 1, "a.zip", "", None, "cut off", "submission")
    pair = [Grade(Student(name, group="g"), (broken,), broken) for name in ("a", "b")]
    result = whole(*pair)
    assert [e.who for e in staff_entries(result, naming(result, None, True))] == [(("a", ""),)]


def test_the_rule_lists_the_stuck_the_silent_and_the_falling_of_the_lowest_quarter_only() -> None:
    """Each sign alone lists a low score and is told; a high score with the same sign, or no sign, is not listed."""
    wrong = {"1.3.1": (Verdict.FAIL, made_up.TILED), "1.7": (Verdict.FAIL, made_up.RAISED)}
    low, lower = made_up.week(wrong), made_up.week({**wrong, "1.5.3": (Verdict.FAIL, made_up.TILED)})
    other = made_up.week({**wrong, "1.1.1": (Verdict.FAIL, made_up.RAISED)})
    full = made_up.week()
    early, late = "2026-11-20T10:00:00Z", "2026-11-24T10:00:00Z"
    result = whole(
        graded("stuck", lower, lower, lower, times=(late,) * 3),
        graded("silent", lower, times=(early,)),
        graded("falling", low, lower, times=(late,) * 2),
        graded("moving", other, lower, times=(late,) * 2),
        *(graded(f"full{n}", full, full, full, times=(early,) * 3) for n in range(13)),
        graded("empty", made_up.skeleton(), times=(late,)),
        Grade(Student("nobody")),
    )
    listed = {needy.label: needy.why for needy in who_needs_help(result, naming(result, None, True))}
    assert listed == {
        "empty": ("fewer than 40 % of the points",),
        "stuck": ("same failure in 3 attempts",),
        "silent": ("no submission for 4 days",),
        "falling": ("the last attempt has 10 points fewer than the best",),
        "nobody": ("handed in nothing",),
    }


def test_columns_stand_under_their_chapters() -> None:
    """A chapter of several tasks has short heads, one that is a task has its own; days come in order."""
    result = whole(graded("a", made_up.mixed()))
    found = matrix(result, naming(result, None, True))
    assert [(head.title, head.short) for head in found.heads][-3:] == [
        ("1.5", (".1", ".2", ".3")),
        ("1.6", ()),
        ("1.7", ()),
    ]
    assert sum(number for _, number in found.tally) == 14


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("short", "short"),
        ("every step feeds the whole sequence", "every step feeds..."),
        ("x" * 50, "x" * 17 + "..."),
        (" two\n lines ", "two lines"),
    ],
)
def test_a_text_is_shortened_between_words(text: str, expected: str) -> None:
    """At most as long as there is room, with dots for what is missing."""
    assert shortened(text, 20) == expected
