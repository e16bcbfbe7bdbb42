"""The charts of a report: turns a `Result` into the numbers and the sentences of each chart.

Knows nothing about SVG.
"""

from __future__ import annotations

from markupsafe import Markup

from grader.report.charts import Part, Segment, Tick, error_map, progress_line, score_bar
from grader.report.history import history
from grader.report.score import Share, share
from grader.report.wording import count, day_of, points
from grader.result import ErrorMap, Result

PARTS = ("earned", "held", "lost", "open")


def score_picture(result: Result) -> Markup:
    """Draw the score bar with the days below it; empty if the run has no points to give."""
    if result.max_points <= 0:
        return Markup("")
    shares = sorted((share(task) for task in result.tasks), key=lambda s: s.task.day)
    sums = {kind: sum(getattr(s, kind) for s in shares) for kind in PARTS}
    summary = (
        f"{count(sums['earned'], 'point')} earned, {points(sums['held'])} held for you, "
        f"{points(sums['lost'])} not earned, {points(sums['open'])} not judged."
    )
    segments = [Segment(_tip(s), tuple(Part(kind, getattr(s, kind)) for kind in PARTS)) for s in shares]
    return score_bar(segments, _ticks(shares), "Core points by task", summary)


def _tip(part: Share) -> str:
    return f"{part.task.id}: {points(part.task.points)} of {points(part.task.max_points)}"


def _ticks(shares: list[Share]) -> list[Tick]:
    ticks, at = [], 0.0
    for day in sorted({s.task.day for s in shares}):
        mine = [s for s in shares if s.task.day == day]
        width = sum(s.total for s in mine)
        figure = f"{points(sum(s.task.points for s in mine))}/{points(width)}"
        ticks.append(Tick(str(day), f"Day {day}", figure, at, width))
        at += width
    return ticks


def map_picture(folded: ErrorMap) -> Markup:
    """Draw where the wrong elements of a result lie."""
    cells = [share for row in folded.shares for share in row]
    wrong = sum(share > 0 for share in cells)
    over = f"{folded.rows} and {folded.columns}" if folded.rows else folded.columns
    summary = f"{wrong} of {len(cells)} cells by {over} hold wrong elements"
    return error_map(folded, "Where the result is wrong", summary)


def progress_picture(result: Result) -> Markup:
    """Draw the points over all runs; empty if there are no two runs to compare."""
    past = history(result)
    if past is None or not past.chart:
        return Markup("")
    values = [point.points for point in past.chart]
    top = max([result.max_points if past.comparable else 100.0, *values])
    summary = (
        f"From {points(values[0])} to {points(values[-1])} core points over {count(len(values), 'run')}; "
        f"the best has {points(max(values))}."
    )
    days = [day_of(point.finished_at) for point in past.chart]
    return progress_line(values, days, top, "Core points over your runs", summary)
