"""The parts below the page: where points went, what to do next, what changed, how numbers are written."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import made_up
import pytest

from grader.report import advice, wording
from grader.report.charts import Part, Segment, Tick, progress_line, score_bar
from grader.report.history import SHOWN_RUNS, History, history
from grader.report.score import Share, held_points, share, tally
from grader.result import Progress, Tier, Verdict

ROW = ("1.3.1", "Grouped query attention", 9, 2, ("1.1.1",))


@pytest.mark.parametrize(
    ("verdict", "parts"),
    [
        (Verdict.PASS, (9, 0, 0, 0)),
        (Verdict.FAIL, (0, 0, 9, 0)),
        (Verdict.SKIPPED, (0, 0, 0, 9)),
        (Verdict.INCONCLUSIVE, (2, 7, 0, 0)),
        (Verdict.ERROR, (2, 7, 0, 0)),
    ],
)
def test_a_verdict_decides_where_the_points_of_a_task_go(verdict: Verdict, parts: tuple) -> None:
    """Earned, held, lost and open: with points on the checks, and on the task alone."""
    task = made_up.task(ROW, verdict)
    assert share(task) == Share(task, *parts)
    bare = replace(task, checks=())
    earned, held, lost, unjudged = parts
    assert share(bare) == Share(bare, *((0, 9, 0, 0) if held else (earned, held, lost, unjudged)))


def test_a_task_with_every_kind_of_check_splits_in_four() -> None:
    """One core check of each kind, with its own points: each goes to its own part; edge points to none."""
    points = {
        Verdict.PASS: 1,
        Verdict.FAIL: 2,
        Verdict.SKIPPED: 4,
        Verdict.INCONCLUSIVE: 8,
        Verdict.ERROR: 16,
    }
    checks = [made_up.check(kind.value, Tier.CORE, kind, most) for kind, most in points.items()]
    unpaid = replace(made_up.check("unpaid", Tier.CORE, Verdict.ERROR, 32), points=0.0)
    edge = made_up.check("edge", Tier.EDGE, Verdict.ERROR, 64)
    task = replace(
        made_up.task(ROW, Verdict.FAIL), checks=(*checks, unpaid, edge), points=25.0, max_points=63.0
    )
    assert share(task) == Share(task, earned=1, held=24, lost=2, open=36)


def test_a_run_is_counted_by_verdict() -> None:
    """PASS and FAIL are always counted, the other kinds where they occur; held points sum over tasks."""
    assert tally(made_up.week()) == [(Verdict.PASS, 14), (Verdict.FAIL, 0)]
    assert tally(made_up.mixed()) == list(zip(Verdict, (7, 2, 3, 1, 1), strict=True))
    assert held_points(made_up.mixed()) == 8


def test_the_next_task_is_the_first_whose_needs_do_not_fail() -> None:
    """A failing task behind another failing one waits; with a ring of them the first one is taken."""
    failing = (Verdict.FAIL, made_up.TILED)
    step = advice.next_step(
        made_up.week({"1.3.3": failing, "1.4.2": failing, "1.3.2": failing, "1.7": failing})
    )
    assert (step.kind, step.task.id, step.check.name) == (advice.Kind.FIX, "1.3.2", "values")
    assert [task.id for task in step.later] == ["1.4.2", "1.7"]
    ring = made_up.week({"1.3.1": failing})
    ring = replace(ring, tasks=tuple(replace(task, needs=("1.3.1",)) for task in ring.tasks))
    assert advice.next_step(ring).task.id == "1.3.1"


def test_a_check_that_is_not_written_is_told_once_per_task() -> None:
    """Stubs give one finding, whatever was called; other messages are told once only if they are equal."""
    stub = made_up.not_written("1.1.1")
    row = made_up.TASKS[0]
    task = made_up.task(row, Verdict.FAIL, stub)
    varied = tuple(replace(c, message=replace(stub, called=c.name)) for c in task.checks)
    assert [len(f.checks) for f in advice.findings(replace(task, checks=varied))] == [4]
    wrong = tuple(replace(c, message=replace(made_up.TILED, called=c.name)) for c in task.checks)
    assert [len(f.checks) for f in advice.findings(replace(task, checks=wrong))] == [1, 1, 1, 1]
    remark = replace(made_up.check("dtype", Tier.STYLE, Verdict.PASS, 0, made_up.TILED))
    silent = made_up.check("ranks", Tier.CORE, Verdict.SKIPPED, 2)
    assert advice.findings(replace(task, checks=(remark, silent))) == [
        advice.Finding((remark,), made_up.TILED)
    ]


def test_history_tells_what_changed_since_the_last_run() -> None:
    """Earlier runs are sorted by time; tasks that pass now, broke, or are held are told apart."""
    run = made_up.mixed()
    last = replace(run.progress[-1], passed_tasks=(*made_up.PASSED_BEFORE, "1.6"))
    past = history(replace(run, progress=(last, *run.progress[:-1])))
    assert past == History(
        runs=5,
        chart=past.chart,
        comparable=True,
        gained=12.0,
        now_pass=("1.4.1",),
        broke=("1.7",),
        held=("1.6",),
    )
    assert [point.points for point in past.chart] == [16.0, 37.0, 30.0, 46.0, 58.0]


def test_history_is_hidden_for_a_first_run_and_leaves_a_partial_run_out_of_its_chart() -> None:
    """No earlier run, no section; a run of some tasks is not compared by points; long histories are cut."""
    assert history(made_up.week()) is None
    itself = Progress(made_up.week().run_id, "2026-11-24T02:49:30Z", 1.0, 0.0, ())
    assert history(made_up.week(progress=(itself,))) is None
    partial = history(replace(made_up.mixed(), selected=("1.7",)))
    assert (partial.comparable, partial.gained, len(partial.chart)) == (False, 0.0, 4)
    many = tuple(Progress(f"r{i}", f"2026-10-{i % 28 + 1:02d}T00:00:00Z", i, 0.0, ()) for i in range(100))
    long = history(made_up.week(progress=many))
    assert (long.runs, len(long.chart), long.chart[-1].points) == (101, SHOWN_RUNS, 100)


def test_the_score_bar_has_the_lengths_of_the_points() -> None:
    """Two tasks of 3 and 1 points: rectangles in percent, the hatched part drawn twice, one gap between."""
    bar = score_bar(
        [
            Segment("a", (Part("earned", 2), Part("held", 1))),
            Segment("<b>", (Part("lost", 1), Part("open", 0))),
        ],
        [Tick("1", "Day 1", "3/3", 0, 3), Tick("2", "Day 2", "0/1", 3, 1)],
        "title",
        "summary",
    )
    svg = ET.fromstring(bar)
    rects = [r.attrib for r in svg.iter("rect")][1:]
    assert [(r["x"], r["width"], r["class"]) for r in rects] == [
        ("0%", "50%", "solid"),
        ("50%", "25%", "hatched"),
        ("50%", "25%", "held"),
        ("75%", "25%", "lost"),
    ]
    assert [line.attrib["x1"] for line in svg.iter("line") if line.attrib["class"] == "gap"] == ["75%"]
    assert [t.text for t in svg.iter("title")] == ["title", "a", "<b>"]


@pytest.mark.parametrize("top", [0.0, 100.0])
def test_the_progress_chart_places_every_run(top: float) -> None:
    """Marks are evenly spaced, the last one is larger, and no points at all still give a chart."""
    svg = ET.fromstring(progress_line([0, 50, 100], ["1 Nov", "1 Nov", "2 Nov"], top, "title", "summary"))
    circles = [(c.attrib["cx"], c.attrib["cy"], c.attrib["r"]) for c in svg.iter("circle")]
    heights = ["150.0", "75.0", "0.0"] if top else ["150.0"] * 3
    assert circles == list(zip(["2%", "50%", "98%"], heights, ["3", "3", "4"], strict=True))
    assert [t.text for t in svg.iter("text")][-2:] == ["1 Nov", "2 Nov"]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (wording.points(6.0), "6"),
        (wording.points(2.5), "2.5"),
        (wording.points(100 / 3), "33.33"),
        (wording.points(1080), "1,080"),
        (wording.points(-0.001), "0"),
        (wording.count(1, "point"), "1 point"),
        (wording.count(0.5, "point"), "0.5 points"),
        (wording.listing([]), ""),
        (wording.listing(["a"]), "a"),
        (wording.listing(["a", "b", "c"]), "a, b and c"),
        (wording.in_words(7), "seven"),
        (wording.in_words(31), "31"),
        (wording.when("2026-11-24T02:49:10Z"), "24 November 2026, 02:49 UTC"),
        (wording.when("2026-11-24T02:49:10.123456+02:00"), "24 November 2026, 00:49 UTC"),
        (wording.when("yesterday"), "yesterday"),
        (wording.day_of("2026-03-01T00:00:00"), "1 Mar"),
        (wording.day_of(""), ""),
        (wording.duration(0.421), "0.42 s"),
        (wording.duration(41.26), "41.3 s"),
        (wording.duration(99.96), "1 min 40 s"),
        (wording.cut("abcdef", 6), "abcdef"),
        (wording.cut("abcdefg", 6), "abcdef ... (1 more characters)"),
        (wording.slug("a/b c"), "a-b-c"),
    ],
)
def test_numbers_dates_and_names_are_written_as_documented(written: str, text: str) -> None:
    """Each form of the wording, by example."""
    assert written == text
