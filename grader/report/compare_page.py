"""Render two runs side by side as one self-contained HTML page. Pure: the same runs give the same bytes."""

from __future__ import annotations

from grader.comparison import Comparison, Row
from grader.report.render import environment, page_parts
from grader.report.speed import shown
from grader.speed_result import Bar, three

LETTERS = {"slower": "F", "faster": "P", "same": "S"}


def render_comparison(found: Comparison) -> str:
    """Return the page."""
    tables = {
        group: [_cells(row) for row in found.rows if row.key[0] == group]
        for group in dict.fromkeys(row.key[0] for row in found.rows)
    }
    template = environment().get_template("compare.html")
    return template.render(found=found, tables=tables, **page_parts(scripts=False))


def _cells(row: Row) -> dict[str, str]:
    middle, low, high = (three(value) for value in row.ratio)
    return {
        "shape": row.key[1],
        "kernel": shown(row.key[2]),
        "before": _interval(row.before),
        "after": _interval(row.after),
        "ratio": f"{middle}x [{low}, {high}]",
        "word": row.word,
        "letter": LETTERS[row.word],
    }


def _interval(bar: Bar) -> str:
    return f"{three(bar.median_s * 1e3)} ms [{three(bar.low_s * 1e3)}, {three(bar.high_s * 1e3)}]"
