"""What the terminal shows of a class: how it stands, and every line that staff has to read."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from grader.class_result import Alarm, Refused
from grader.export.class_console import MOST, class_summary
from grader.result import Verdict
from tests import class_maker


def shown(result, graded: int = 3) -> str:
    stream = io.StringIO()
    Console(width=200, file=stream).print(class_summary(result, graded))
    return stream.getvalue()


def test_the_median_is_of_core_points_and_tasks_are_counted_by_verdict():
    """The summary's figures are those of the grades, whatever extra points and penalties make of them."""
    result = class_maker.make(20)
    text = shown(result)
    there = sorted(g.points for g in result.grades if g.counted is not None)
    middle = (there[(len(there) - 1) // 2] + there[len(there) // 2]) / 2
    assert f"median {middle:g} of {result.max_points:g} core points" in text
    assert "3 results made, the others were known" in text
    first = result.graded[0].result
    assert first is not None
    results = [a.result for a in result.graded if a.result is not None]
    passed = sum(t.verdict is Verdict.PASS for r in results for t in r.tasks if t.id == first.tasks[0].id)
    row = next(line for line in text.splitlines() if line.startswith(first.tasks[0].id))
    assert f" {passed} " in row


def test_staff_reads_refusals_and_alarms_and_long_lists_are_counted():
    """Each has a line; what is hostile in it is spelled out; after so many lines the rest is a number."""
    result = replace(
        class_maker.make(20),
        refused=tuple(Refused(f"file{i}\x1b[31m", "a file that is no archive") for i in range(MOST + 5)),
        alarms=(Alarm("a" * 64, ("s001",), "98 + 3", "97 + 3", ("1.3.1 values: PASS, then FAIL",)),),
    )
    text = shown(result)
    assert f"refused: {MOST + 5}" in text
    assert "and 5 more: they are in the report" in text
    assert "s001: 98 + 3, then 97 + 3: 1.3.1 values: PASS, then FAIL" in text
    assert "\x1b[31m" not in text
    assert "file0\\x1b[31m: a file that is no archive" in text
