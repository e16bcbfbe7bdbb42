"""Charts as SVG: x in percent and y in pixels, so that a chart fills its column and its text keeps its size.

Knows nothing about results: numbers and labels in, markup out. Labels are escaped here.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from grader.report.wording import points, visible
from grader.result import ErrorMap

BAR_HEIGHT = 16
NARROW_PERCENT = 4.5  # a label of a day narrower than this keeps its number only
MAP_WIDTH = 300  # pixels that the cells of an error map may take at most
PHONE_PERCENT = 12.0  # one narrower than this does so on a phone


@dataclass(frozen=True)
class Part:
    """A stretch of the score bar: `kind` is earned, held, lost or open."""

    kind: str
    value: float


@dataclass(frozen=True)
class Segment:
    """One task in the score bar."""

    label: str
    parts: tuple[Part, ...]

    @property
    def total(self) -> float:
        """Length of the segment in points."""
        return sum(part.value for part in self.parts)


@dataclass(frozen=True)
class Tick:
    """A label under the score bar, from `start` over `width` points."""

    number: str
    name: str
    figure: str
    start: float
    width: float


def score_bar(segments: Sequence[Segment], ticks: Sequence[Tick], title: str, summary: str) -> Markup:
    """Draw the points of every task in one bar, in the course's order.

    Args:
        segments: one per task; tasks without points leave no mark.
        ticks: labels below the bar.
        title: names the chart for a screen reader.
        summary: says in a sentence what the chart shows.
    """
    total = sum(segment.total for segment in segments) or 1.0
    marks, at = [], 0.0
    for segment in segments:
        if segment.total <= 0:
            continue
        tip = Markup("<title>{}</title>").format(visible(segment.label))
        body = Markup("")
        for part in segment.parts:
            if part.value > 0:
                body += _stretch(part.kind, 100 * at / total, 100 * part.value / total)
                at += part.value
        marks.append(Markup("<g>{}{}</g>").format(tip, body))
        if at < total - 1e-6:
            x = percent(100 * at / total)
            marks.append(Markup('<line x1="{0}" x2="{0}" y1="-1" y2="17" class="gap"/>').format(x))
    marks += [_tick(tick, total) for tick in ticks]
    return picture("score", title, summary, 54, HATCH + Markup("").join(marks))


HATCH = Markup(
    '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="2" height="5" class="solid"/></pattern></defs>'
)


def _stretch(kind: str, x: float, width: float) -> Markup:
    frame = Markup('<rect x="{}" y="{}" width="{}" height="{}" class="{}"/>')
    if kind == "earned":
        return frame.format(percent(x), 0, percent(width), BAR_HEIGHT, "solid")
    outline = frame.format(percent(x), ".5", percent(width), BAR_HEIGHT - 1, kind)
    if kind == "held":
        return frame.format(percent(x), 0, percent(width), BAR_HEIGHT, "hatched") + outline
    return outline


def _tick(tick: Tick, total: float) -> Markup:
    x, width = percent(100 * tick.start / total), 100 * tick.width / total
    line = Markup('<line x1="{0}" x2="{0}" y1="16" y2="22" class="axis"/>').format(x)
    if tick.width <= 0:
        return Markup("")
    short = Markup('<text x="{}" y="35" dx="3" class="strong{}">{}</text>')
    if width < NARROW_PERCENT:
        return line + short.format(x, "", visible(tick.number))
    wide = " wide" if width < PHONE_PERCENT else ""
    label = Markup(
        '<text x="{0}" y="35" dx="3" class="strong{3}">{1}</text>'
        '<text x="{0}" y="50" dx="3" class="{3}">{2}</text>'
    ).format(x, visible(tick.name), visible(tick.figure), wide)
    return line + label + (short.format(x, " phone", visible(tick.number)) if wide else Markup(""))


PLOT_HEIGHT = 150
LABELLED_RUNS = 12


def error_map(folded: ErrorMap, title: str, summary: str) -> Markup:
    """Draw where the wrong elements lie: the area of a square is the share of wrong elements in its cell.

    A dot is a cell without any, the ring marks the element that is farthest outside. Sizes are in pixels, because a
    cell has to stay square.
    """
    rows, columns = len(folded.shares), len(folded.shares[0])
    cell = max(7, min(22, MAP_WIDTH // columns))
    left, top = 14 + 7 * len(str(rows)) if folded.rows else 4, 6
    body = [Markup("")]
    for i, row in enumerate(folded.shares):
        y = top + (i + 0.5) * cell
        if folded.rows and (rows <= 12 or i % 4 == 0):
            body.append(Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(left - 8, y + 4, i))
        for j, share in enumerate(row):
            x = left + (j + 0.5) * cell
            if share <= 0:
                body.append(Markup('<circle cx="{:g}" cy="{:g}" r="1" class="inside"/>').format(x, y))
                continue
            side = max(2.0, (cell - 2) * share**0.5)
            square = Markup('<rect x="{:g}" y="{:g}" width="{:g}" height="{:g}" class="outside"/>')
            body.append(
                square.format(round(x - side / 2, 2), round(y - side / 2, 2), round(side, 2), round(side, 2))
            )
    worst_x, worst_y = left + (folded.worst[1] + 0.5) * cell, top + (folded.worst[0] + 0.5) * cell
    ring = Markup('<circle cx="{:g}" cy="{:g}" r="{:g}" class="worst"/>')
    body.append(ring.format(worst_x, worst_y, cell * 0.62))
    bottom = top + rows * cell
    axis = Markup('<text x="{:g}" y="{:g}" text-anchor="middle">{}</text>')
    body += [
        axis.format(left + (j + 0.5) * cell, bottom + 14, j)
        for j in range(0, columns, 1 if cell >= 16 else 8)
    ]
    width, height = left + columns * cell + 8, bottom + 20
    head = Markup('<svg role="img" aria-label="{}. {}" width="{}" height="{}" class="map">')
    return head.format(title, summary, width, height) + Markup("").join(body) + Markup("</svg>")


def progress_line(
    values: Sequence[float], days: Sequence[str], top: float, title: str, summary: str
) -> Markup:
    """Draw points over runs, evenly spaced, with a date under the first run of each day.

    Args:
        values: points per run, oldest first.
        days: the day of each run, such as `24 Nov`; as many as `values`.
        top: the value at the upper edge.
        title: names the chart for a screen reader.
        summary: says in a sentence what the chart shows.
    """
    places = [(_spread(i, len(values)), _height(value, top)) for i, value in enumerate(values)]
    marks = [_grid(top * quarter / 4, top) for quarter in range(5)]
    for (x1, y1), (x2, y2) in itertools.pairwise(places):
        line = Markup('<line x1="{}" y1="{:.1f}" x2="{}" y2="{:.1f}" class="you-line"/>')
        marks.append(line.format(percent(x1), y1, percent(x2), y2))
    labelled = _labelled(values)
    for i, (x, y) in enumerate(places):
        last = i == len(places) - 1
        dot = Markup('<circle cx="{}" cy="{:.1f}" r="{}" class="you-dot"/>')
        marks.append(dot.format(percent(x), y, 4 if last else 3))
        if i in labelled:
            label = Markup('<text x="{}" y="{:.1f}" text-anchor="middle" class="{}">{}</text>')
            kind = "you-text" if last else "strong"
            marks.append(label.format(percent(x), _beside(values, i, y), kind, points(values[i])))
    marks += _dates(days)
    return picture("progress", title, summary, PLOT_HEIGHT + 24, Markup("").join(marks))


def _spread(i: int, n: int) -> float:
    return 50.0 if n == 1 else 2 + 96 * i / (n - 1)


def _height(value: float, top: float) -> float:
    return PLOT_HEIGHT * (1 - min(max(value / top, 0.0), 1.0)) if top > 0 else PLOT_HEIGHT


def _grid(value: float, top: float) -> Markup:
    y = _height(value, top)
    kind = "axis" if value == 0 else "grid"
    line = Markup('<line x1="0" x2="100%" y1="{0:.1f}" y2="{0:.1f}" class="{1}"/>').format(y, kind)
    label = Markup('<text x="0" y="{:.1f}" dx="-8" text-anchor="end">{}</text>')
    return line + label.format(y + 4, points(value))


def _labelled(values: Sequence[float]) -> set[int]:
    if len(values) <= LABELLED_RUNS:
        return set(range(len(values)))
    return {0, len(values) - 1}


def _beside(values: Sequence[float], i: int, y: float) -> float:
    """Place a label above its mark, or below where the line comes down from above."""
    falls = (i > 0 and values[i - 1] > values[i]) and (i + 1 == len(values) or values[i + 1] >= values[i])
    return y + 19 if falls and y + 19 < PLOT_HEIGHT - 2 else y - 9


def _dates(days: Sequence[str]) -> list[Markup]:
    marks = []
    written = -100.0
    for i, day in enumerate(days):
        x = _spread(i, len(days))
        if day and (i == 0 or day != days[i - 1]) and x - written >= 14:
            label = Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>')
            marks.append(label.format(percent(x), PLOT_HEIGHT + 18, visible(day)))
            written = x
    return marks


def percent(value: float) -> str:
    """Write a horizontal place: `12.5%`."""
    return f"{value:.2f}".rstrip("0").rstrip(".") + "%"


def picture(name: str, title: str, summary: str, height: int, body: Markup) -> Markup:
    """Wrap marks into a named picture that a screen reader tells by its title and summary."""
    frame = Markup(
        '<svg role="img" aria-labelledby="{0}-title {0}-desc" width="100%" height="{1}">'
        '<title id="{0}-title">{2}</title><desc id="{0}-desc">{3}</desc>{4}</svg>'
    )
    return frame.format(name, height, visible(title), visible(summary), body)
