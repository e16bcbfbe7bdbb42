"""Bars on a logarithmic axis as SVG: medians with their intervals, and the gate.

x in percent and y in pixels, as in `charts`. Knows nothing about gates: numbers and labels in, markup out. Labels are
escaped here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from grader.report.charts import percent
from grader.speed_result import Bar, three

ROW = 22  # pixels of a row of bars
END = 93.0  # percent at which the axis of the bars ends
ROOM = 12.0  # percent that the gate's label takes on either side


@dataclass(frozen=True)
class Unit:
    """A unit: its name, and its size in seconds or bytes."""

    name: str
    size: float


MILLISECONDS, MEBIBYTES = Unit("ms", 1e-3), Unit("MiB", 2.0**20)
TIMES = (Unit("s", 1.0), MILLISECONDS, Unit("us", 1e-6))
SIZES = (Unit("GiB", 2.0**30), MEBIBYTES, Unit("KiB", 2.0**10))


def unit_of(values: Sequence[float], memory: bool) -> Unit:
    """Return the largest unit in which the largest of `values` (seconds or bytes) is at least 1."""
    most = max(values, default=0.0)
    units = SIZES if memory else TIMES
    return next((unit for unit in units if most >= unit.size), units[-1])


@dataclass(frozen=True)
class Axis:
    """A logarithmic axis over whole decades of `unit`."""

    first: int  # exponent of ten at the left end
    last: int
    unit: Unit

    @classmethod
    def over(cls, values: Iterable[float], memory: bool = False) -> Axis:
        """Return the axis that holds all `values` (seconds or bytes); zeros and less are left out."""
        unit = MEBIBYTES if memory else MILLISECONDS
        logs = [math.log10(value / unit.size) for value in values if 0 < value < math.inf]
        first, last = math.floor(min(logs, default=0.0) - 0.02), math.ceil(max(logs, default=0.0))
        return cls(first, max(last, first + 1), unit)

    def at(self, value: float) -> float:
        """Return the place of a value in percent; what lies outside is put at the end."""
        if value <= 0:
            return 0.0
        place = (math.log10(value / self.unit.size) - self.first) / (self.last - self.first)
        return END * min(max(place, 0.0), 1.0)

    def decades(self) -> list[tuple[float, str]]:
        """Return place and label of every power of ten."""
        exponents = range(self.first, self.last + 1)
        return [(END * (e - self.first) / (self.last - self.first), power(e)) for e in exponents]


def power(exponent: int) -> str:
    """Write a power of ten: `0.01`, `1`, `1,000`."""
    return f"{10**exponent:,}" if exponent >= 0 else f"{10.0**exponent:.{-exponent}f}"


LINE = Markup('<line x1="{}" x2="{}" y1="{}" y2="{}" class="{}"/>')


def line(x1: float, x2: float, y1: float, y2: float, style: str) -> Markup:
    """Draw a straight line: x in percent, y in pixels."""
    return LINE.format(percent(x1), percent(x2), f"{y1:g}", f"{y2:g}", style)


WHISKER = Markup(
    '<defs><g id="interval">'
    '<line x1="0" x2="100%" y1="11" y2="11" class="halo"/><line x1="0" x2="100%" y1="11" y2="11" class="whisker"/>'
    '<line x1="0" x2="0" y1="6" y2="16" class="whisker"/>'
    '<line x1="100%" x2="100%" y1="6" y2="16" class="whisker"/></g></defs>'
)
"""The mark of an interval, once per page, in the key of the bars: every bar uses it."""


def bar(axis: Axis, drawn: Bar, kind: str, name: str, gated: bool) -> Markup:
    """Draw one bar with its interval; decorative, since the numbers stand beside it.

    Args:
        axis: the table's axis.
        drawn: median and interval.
        kind: you, ref or other.
        name: that of the shape's axis, whose grid and gate are used.
        gated: whether the axis has a gate.
    """
    middle, low, high = (axis.at(v) for v in (drawn.median_s, drawn.low_s, drawn.high_s))
    frame = Markup(
        '<svg width="100%" height="{}" aria-hidden="true"><use href="#{}-grid"/>'
        '<rect y="{}" width="{}" height="{}" class="{}-bar"/>'
        '<svg x="{}" width="{}"><use href="#interval"/></svg>{}</svg>'
    )
    y, height = ("7.5", 7) if kind == "other" else ("7", 8)
    gate = Markup('<use href="#{}-gate"/>').format(name) if gated else Markup("")
    width = percent(max(high - low, 0.05))
    return frame.format(ROW, name, y, percent(middle), height, kind, percent(low), width, gate)


def bar_axis(axis: Axis, gate: float | None, name: str) -> Markup:
    """Draw the labels under the bars of one shape; holds the grid and the gate that these use by `name`."""
    text = Markup('<text x="{}" y="12" text-anchor="{}" class="{}">{}</text>')
    grid = Markup("").join(line(x, x, 0, ROW, "grid") for x, _ in axis.decades())
    body = Markup('<defs><g id="{}-grid">{}</g>').format(name, grid)
    if gate is not None:
        at = axis.at(gate)
        body += Markup('<g id="{}-gate">{}</g>').format(name, line(at, at, 0, ROW, "gate"))
    body += Markup("</defs>")
    taken = -math.inf  # where the gate's own label stands, on a wide screen
    if gate is not None:
        taken = max(axis.at(gate), 18.0)
        label = f"gate {three(gate / axis.unit.size)}"
        body += text.format(percent(taken), "middle", "gate-text wide", label)
    decades = axis.decades()
    for i, (x, label) in enumerate(decades):
        at_end = i in (0, len(decades) - 1)
        if abs(x - taken) < ROOM and i and not at_end:
            continue
        style = "phone" if abs(x - taken) < ROOM and i else "" if at_end else "wide"
        label = f"{label} {axis.unit.name}" if i == 0 else label
        body += text.format(percent(x), "start" if i == 0 else "middle", style, label)
    return Markup('<svg width="100%" height="18" aria-hidden="true">{}</svg>').format(body)
