"""A roofline as SVG: what was reached, under the roofs of memory and arithmetic.

x in percent and y in pixels, as in `charts`. Knows nothing about gates: numbers and labels in, markup out. Labels are
escaped here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from grader.report.bars import line, power
from grader.report.charts import percent, picture
from grader.report.wording import visible
from grader.speed_result import three


@dataclass(frozen=True)
class Mark:
    """What one implementation reached: FLOP/s."""

    name: str
    kind: str  # you, ref or other
    flops: float


@dataclass(frozen=True)
class Place:
    """One shape in a roofline: its FLOP per byte, and who reached what."""

    label: str
    intensity: float
    marks: tuple[Mark, ...]


ROOF_HEIGHT = 300


@dataclass(frozen=True)
class _Frame:
    """Two logarithmic axes."""

    left: float
    right: float
    low: float
    high: float

    def x(self, intensity: float) -> float:
        return 100 * math.log(intensity / self.left) / math.log(self.right / self.left)

    def y(self, flops: float) -> float:
        return ROOF_HEIGHT * (1 - math.log(flops / self.low) / math.log(self.high / self.low))


def roofline(
    name: str, places: Sequence[Place], peaks: tuple[float, float], title: tuple[str, str]
) -> Markup:
    """Draw GFLOP/s against FLOP per byte, both logarithmic, under the roofs of memory and arithmetic.

    Args:
        name: what the ids in the page begin with.
        places: the shapes.
        peaks: FLOP/s and bytes/s that the machine reached when it was measured.
        title: names the chart for a screen reader, and says what it shows.
    """
    ridge = peaks[0] / peaks[1]
    intensities = [*(place.intensity for place in places), ridge]
    reached = [mark.flops for place in places for mark in place.marks] + [peaks[0]]
    left, right = min(intensities) / 3, max(intensities) * 4
    low = 10 ** math.floor(math.log10(min(*reached, left * peaks[1]) * 0.7))
    frame = _Frame(left, right, low, max(reached) * 1.6)
    body = _roof_grid(frame) + _roofs(frame, peaks)
    for place in places:
        body += _marks(frame, place)
    return picture(name, *title, ROOF_HEIGHT + 24, body)


def _roof_grid(frame: _Frame) -> Markup:
    body = Markup("")
    text = Markup('<text x="{}" y="{}" dx="{}" text-anchor="{}">{}</text>')
    for exponent in range(math.ceil(math.log10(frame.low)), math.floor(math.log10(frame.high)) + 1):
        y = round(frame.y(10.0**exponent), 1)
        body += line(0, 100, y, y, "grid")
        body += text.format("0", f"{y + 4:g}", -8, "end", power(exponent - 9))
    for exponent in range(math.ceil(math.log10(frame.left)), math.floor(math.log10(frame.right)) + 1):
        x = frame.x(10.0**exponent)
        body += line(x, x, 0, ROOF_HEIGHT, "grid")
        if x < 70:
            body += text.format(percent(x), ROOF_HEIGHT + 18, 0, "middle", power(exponent))
    body += line(0, 100, ROOF_HEIGHT, ROOF_HEIGHT, "axis")
    body += text.format("100%", ROOF_HEIGHT + 18, 0, "end", "FLOP per byte")
    return body + text.format("0", -6, -32, "start", "GFLOP/s")


def _roofs(frame: _Frame, peaks: tuple[float, float]) -> Markup:
    flat, ridge = round(frame.y(peaks[0]), 1), frame.x(peaks[0] / peaks[1])
    start = round(frame.y(frame.left * peaks[1]), 1)
    body = line(0, ridge, start, flat, "roof") + line(ridge, 100, flat, flat, "roof")
    text = Markup('<text x="{}" y="{}" dx="{}" text-anchor="{}" class="strong">{}</text>')
    body += text.format("100%", f"{flat - 6:g}", 0, "end", f"peak: {three(peaks[0] / 1e9)} GFLOP/s")
    return body + text.format("0", f"{flat - 6:g}", 4, "start", f"memory: {three(peaks[1] / 1e9)} GB/s")


def _marks(frame: _Frame, place: Place) -> Markup:
    x = frame.x(place.intensity)
    at = percent(x)
    ladder = sorted(frame.y(mark.flops) for mark in place.marks if mark.kind == "ref")
    body = line(x, x, round(ladder[0], 1), round(ladder[-1], 1), "ladder") if len(ladder) > 1 else Markup("")
    near_end = x > 70
    side, anchor = (-1, "end") if near_end else (1, "start")
    label = Markup('<text x="{}" y="{:.1f}" dx="{}" text-anchor="{}" class="{}">{}</text>')
    free = -math.inf  # where the next label of a library may stand
    for mark in sorted(place.marks, key=lambda m: (m.kind == "you", -m.flops)):
        y = frame.y(mark.flops)
        if mark.kind == "ref":
            body += Markup('<circle cx="{}" cy="{:.1f}" r="7.5" class="rung"/>').format(at, y)
            body += label.format(at, y + 4, 0, "middle", "strong", visible(_rung(mark.name)))
        elif mark.kind == "you":
            body += _symbol(at, y, "M0-7L7 0L0 7L-7 0z", "you-mark")
            text = f"you {three(mark.flops / 1e9)}"
            body += label.format(at, y + 4, 12 * side, anchor, "you-text", text)
        else:
            free = max(y, free + 13)
            shape = "M-4-4L4 4M-4 4L4-4" if mark.name.lower().startswith("mlx") else "M-5 0H5M0-5V5"
            body += _symbol(at, y, shape, "other-mark")
            other = "start" if x < 15 else "end"
            body += label.format(at, free + 4, 11 if x < 15 else -11, other, "", visible(mark.name))
    return body + label.format(at, ROOF_HEIGHT - 6, 0, "middle", "strong", visible(place.label.split(",")[0]))


def _rung(name: str) -> str:
    """Return what stands in a rung's circle: its number, L for the last one, R for the reference as it ships."""
    last = name.rsplit(" ", 1)[-1]
    return last if last.isdigit() else name[:1].upper()


def _symbol(at: str, y: float, path: str, style: str) -> Markup:
    frame = Markup('<svg x="{}" y="{:.1f}" width="1" height="1"><path d="{}" class="{}"/></svg>')
    return frame.format(at, y, path, style)
