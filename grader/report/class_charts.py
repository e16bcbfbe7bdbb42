"""Charts of a class as SVG: scores, days, verdicts of a task, ratios of kernels.

x in percent and y in pixels, as in `charts`; many marks are one path, so that 600 students stay cheap. Knows nothing
about results: numbers and labels in, markup out. Labels are escaped here.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from grader.report.charts import percent, picture
from grader.report.wording import points, visible

PLOT = 150  # pixels above the axis
COLUMN = 15  # pixels of a bin on a phone
LABELS = 9  # dates under an axis at most

_LINE = Markup('<line x1="{}" x2="{}" y1="{:g}" y2="{:g}" class="{}"/>')
_TEXT = Markup('<text x="{}" y="{:g}" text-anchor="{}" class="{}">{}</text>')


def _line(x1: float, x2: float, y1: float, y2: float, style: str) -> Markup:
    return _LINE.format(percent(x1), percent(x2), y1, y2, style)


def _text(x: float, y: float, label: str, anchor: str = "middle", style: str = "") -> Markup:
    return _TEXT.format(percent(x), y, anchor, style, visible(label))


def dots(counts: Sequence[int], most: float, middle: tuple[float, float, float], summary: str) -> Markup:
    """Draw a dot per student over the bins of their scores, median and middle half below.

    Args:
        counts: students per bin, from 0 to `most`.
        most: the score at the right end.
        middle: lower quartile, median, upper quartile.
        summary: says in a sentence what the chart shows.
    """
    pitch, columns = _packing(max(counts, default=0))
    body = [_line(0, 100, PLOT, PLOT, "axis")]
    for fifth in range(6):
        anchor = "start" if fifth == 0 else "end" if fifth == 5 else "middle"
        body.append(_text(20 * fifth, PLOT + 32, points(most * fifth / 5), anchor))
    column = Markup('<svg x="{}"><path d="{}" class="dots" stroke-width="{:g}"/></svg>')
    for i, number in enumerate(counts):
        if number:
            marks = "".join(_dot(n, pitch, min(columns, number)) for n in range(number))
            body.append(column.format(percent(100 * (i + 0.5) / len(counts)), marks, 0.72 * pitch))
    low, median, high = (100 * min(max(value / most, 0.0), 1.0) if most > 0 else 0.0 for value in middle)
    body += [_line(low, high, PLOT + 9, PLOT + 9, "mid"), _line(median, median, PLOT + 3, PLOT + 15, "mid")]
    return picture("scores-dots", "Distribution of core points", summary, PLOT + 36, Markup("").join(body))


def _packing(largest: int) -> tuple[float, int]:
    """Return the distance of dots in pixels, and how many stand side by side, so that the largest bin has room."""
    for tenths in range(125, 14, -5):
        pitch = tenths / 10
        columns = max(1, int(COLUMN / pitch))
        if math.ceil(largest / columns) * pitch <= PLOT:
            return pitch, columns
    return 1.5, int(COLUMN / 1.5)


def _dot(n: int, pitch: float, columns: int) -> str:
    row, column = divmod(n, columns)
    x = (column - (columns - 1) / 2) * pitch
    return f"M{x:g} {PLOT - 1 - (row + 0.5) * pitch:g}h0"


def days(
    labels: Sequence[str], bands: Sequence[tuple[float, float, float]], most: float, summary: str
) -> Markup:
    """Draw median and middle half per day.

    Args:
        labels: what is written below a day, as many as `bands`.
        bands: lower quartile, median, upper quartile.
        most: the value at the upper edge.
        summary: says in a sentence what the chart shows.
    """

    def y(value: float) -> float:
        return round(PLOT * (1 - min(max(value / most, 0.0), 1.0)), 1) if most > 0 else PLOT

    last = len(bands) - 1
    places = [3 + 90 * i / max(last, 1) for i in range(len(bands))]
    body = [Markup("")]
    for quarter in range(5):
        value = most * quarter / 4
        body.append(_line(0, 100, y(value), y(value), "grid" if quarter else "axis"))
        label = Markup('<text x="0" y="{:g}" dx="-8" text-anchor="end">{}</text>')
        body.append(label.format(y(value) + 4, points(value)))
    wide = "" if len(bands) <= 31 else " thin"
    body += [
        _line(x, x, y(low), y(high), f"band{wide}") for x, (low, _, high) in zip(places, bands, strict=True)
    ]
    medians = [(x, y(middle)) for x, (_, middle, _) in zip(places, bands, strict=True)]
    body += [
        Markup('<line x1="{}" y1="{:g}" x2="{}" y2="{:g}" class="curve"/>').format(
            percent(x1), y1, percent(x2), y2
        )
        for (x1, y1), (x2, y2) in itertools.pairwise(medians)
    ]
    step = math.ceil(len(labels) / LABELS)
    for i, (x, height) in enumerate(medians):
        body.append(Markup('<circle cx="{}" cy="{:g}" r="3" class="knot"/>').format(percent(x), height))
        if (last - i) % step == 0:
            narrow = (last - i) // step % 2 and last // step > 3  # a phone has room for every second one
            body.append(_text(x, PLOT + 18, labels[i], style="wide" if narrow else ""))
    end = Markup('<text x="{}" y="{:g}" dx="9" class="strong">{}</text>')
    body.append(end.format(percent(places[-1]), medians[-1][1] + 4, points(round(bands[-1][1], 1))))
    return picture("scores-days", "Core points by day", summary, PLOT + 36, Markup("").join(body))


def verdict_bar(passed: int, failed: int, skipped: int, other: int) -> Markup:
    """Draw the verdicts of one task beside each other; decorative, since the numbers stand beside it."""
    total = passed + failed + skipped + other or 1
    shapes = (
        (passed, 5, 8, "pass-bar"),
        (failed, 2, 14, "fail-bar"),
        (skipped, 8, 2, "solid"),
        (other, 4.5, 9, "other-bar inc-bar"),
    )
    mark = Markup('<rect x="{}" y="{:g}" width="{}" height="{:g}" class="{}"/>')
    body, at = Markup(""), 0.0
    for number, y, height, style in shapes:
        if number:
            width = 100 * number / total
            body += mark.format(percent(at), y, percent(max(width - 0.5, 0.3)), height, style)
            at += width
    return Markup('<svg width="100%" height="18" aria-hidden="true">{}</svg>').format(body)


@dataclass(frozen=True)
class Ratio:
    """One mark of a strip: a ratio with its interval, and the letter of its verdict."""

    middle: float
    low: float
    high: float
    letter: str  # P, F, I


STRIP = 184  # pixels of the marks of a strip
SIDE = 1000  # units of its width


@dataclass(frozen=True)
class Scale:
    """A logarithmic axis of ratios."""

    low: float
    high: float

    @classmethod
    def over(cls, values: Sequence[float]) -> Scale:
        """Return the axis that holds all `values`, with some room at both ends."""
        known = [value for value in values if 0 < value < math.inf] or [1.0]
        return cls(min(known) * 0.88, max(known) * 1.14)

    def at(self, value: float) -> float:
        """Return the place of a value, 0 to 1; what lies outside is put at the end."""
        if value <= self.low:
            return 0.0
        return min(math.log(value / self.low) / math.log(self.high / self.low), 1.0)

    def ticks(self) -> list[float]:
        """Return the round numbers on the axis: 1, 2, 5 of each power of ten, or only the powers."""
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        found = [step * 10.0**e for e in range(first, last + 1) for step in (1, 2, 5)]
        found = [value for value in found if self.low <= value <= self.high]
        if len(found) <= 6:
            return found
        return [10.0**e for e in range(first, last + 1) if self.low <= 10.0**e <= self.high] or found[::3]


def strip(name: str, ratios: Sequence[Ratio], scale: Scale, gate: float, title: str, summary: str) -> Markup:
    """Draw a mark with its interval per student, in the order given, and the gate as a dashed line."""
    pitch = min(3.0, (STRIP - 4) / max(len(ratios), 1))
    body = [Markup("")]
    for value in scale.ticks():
        x = 100 * scale.at(value)
        body += [_line(x, x, 0, STRIP, "grid"), _text(x, STRIP + 15, f"{value:g}x")]
    if scale.low < 1 < scale.high:
        body.append(_line(100 * scale.at(1), 100 * scale.at(1), 0, STRIP, "one"))
    body.append(_line(100 * scale.at(gate), 100 * scale.at(gate), -2, STRIP, "gate"))
    places = [(ratio, 2 + (i + 0.5) * pitch) for i, ratio in enumerate(ratios)]
    size = "" if len(ratios) <= 90 else " small"
    marks = Markup("").join(_marks(letter, places, scale, size) for letter in "PFI")
    frame = Markup(
        '<svg width="100%" height="{0}" viewBox="0 0 {1} {0}" preserveAspectRatio="none" class="marks">{2}</svg>'
    )
    body.append(frame.format(STRIP, SIDE, marks))
    return picture(name, title, summary, STRIP + 20, Markup("").join(body))


def _marks(letter: str, places: Sequence[tuple[Ratio, float]], scale: Scale, size: str) -> Markup:
    own = [(ratio, f"{y:.4g}") for ratio, y in places if ratio.letter == letter]
    if not own:
        return Markup("")

    def x(value: float) -> int:
        return round(SIDE * scale.at(value))

    lines = "".join(f"M{x(r.low)} {y}H{x(r.high)}" for r, y in own)
    spots = "".join(f"M{x(r.middle)} {y}h0" for r, y in own)
    path = Markup('<path d="{}" class="{}"/>')
    marks = path.format(lines, f"{letter} span{size}") + path.format(spots, f"{letter} spot{size}")
    return marks + path.format(spots, f"hole{size}") if letter == "I" else marks
