"""Growth as SVG: what a step costs against a length, with whiskers and the gate.

x in percent and y in pixels, as in `charts`. Knows nothing about gates: numbers and labels in, markup out. Labels are
escaped here.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from markupsafe import Markup

from grader.report.bars import Unit, line
from grader.report.charts import percent, picture
from grader.report.wording import visible
from grader.speed_result import Bar, three

GROWTH_HEIGHT = 200


def growth(
    name: str, pairs: Sequence[tuple[int, Bar]], unit: Unit, what: str, gate: float, title: tuple[str, str]
) -> Markup:
    """Draw what a step costs against a length, both from zero, with whiskers and the gate.

    Args:
        name: what the ids in the page begin with.
        pairs: length and cost, shortest first.
        unit: unit of the axis.
        what: names the length: `position`.
        gate: the largest cost that passes, in seconds or bytes.
        title: names the chart for a screen reader, and says what it shows.
    """
    top = _round_up(max([bar.high_s for _, bar in pairs] + [gate]) / unit.size) * unit.size
    right = _round_up(max(length for length, _ in pairs))
    text = Markup('<text x="{}" y="{}" dx="{}" text-anchor="{}" class="{}">{}</text>')

    def y(value: float) -> float:
        return round(GROWTH_HEIGHT * (1 - value / top), 1)

    body = Markup("")
    for quarter in range(5):
        step = top * quarter / 4
        body += line(0, 100, y(step), y(step), "grid" if quarter else "axis")
        body += text.format("0", f"{y(step) + 4:g}", -8, "end", "", f"{step / unit.size:.3g}")
        if quarter:
            anchor = "end" if quarter == 4 else "middle"
            label = f"{right * quarter / 4:,.0f}"
            body += text.format(percent(25 * quarter), GROWTH_HEIGHT + 18, 0, anchor, "", label)
    body += text.format("0", GROWTH_HEIGHT + 18, 0, "start", "", visible(what))
    body += text.format("0", -10, -32, "start", "", unit.name)
    body += line(0, 100, y(gate), y(gate), "gate")
    body += text.format("100%", f"{y(gate) - 5:g}", 0, "end", "gate-text", f"gate {three(gate / unit.size)}")
    places = [(100 * length / right, bar) for length, bar in pairs]
    for (x1, first), (x2, second) in itertools.pairwise(places):
        body += line(x1, x2, y(first.median_s), y(second.median_s), "you-line")
    for x, drawn in places:
        body += line(x, x, y(drawn.low_s), y(drawn.high_s), "whisker")
        body += Markup('<circle cx="{}" cy="{:g}" r="3.5" class="you-dot"/>').format(
            percent(x), y(drawn.median_s)
        )
        cost = three(drawn.median_s / unit.size)
        anchor = "start" if x < 8 else "end" if x > 92 else "middle"
        below = y(drawn.high_s) + 24 if abs(y(drawn.high_s) - y(gate)) < 26 else y(drawn.high_s) - 9
        body += text.format(percent(x), f"{below:g}", 0, anchor, "you-text", cost)
    return picture(name, *title, GROWTH_HEIGHT + 24, body)


def _round_up(value: float) -> float:
    """Return the next number of the form 1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6 or 8 times a power of ten."""
    if value <= 0:
        return 1.0
    scale = 10.0 ** math.floor(math.log10(value))
    return next((s * scale for s in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8) if s * scale >= value), 10 * scale)
