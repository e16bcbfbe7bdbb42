"""Render a benchmark as one self-contained HTML page, in the look of the reports.

Knows nothing about files or how anything was measured: the same result gives the same bytes.
"""

from __future__ import annotations

from dataclasses import replace

from grader.bench_result import BenchResult, ShapeResult
from grader.report.render import environment, page_parts
from grader.report.speed import Group, Shape, groups, shown
from grader.report.wording import count
from grader.speed_result import SpeedResult, three


def render_bench(result: BenchResult) -> str:
    """Return the page of a benchmark."""
    return (
        environment()
        .get_template("bench.html")
        .render(
            result=result,
            groups=bench_groups(result),
            threads=count(result.threads, "thread"),
            roofs=(three(result.peak_flops / 1e9), three(result.peak_bytes_per_s / 1e9)),
            **page_parts(scripts=False),
        )
    )


def bench_groups(result: BenchResult) -> tuple[Group, ...]:
    """Return one table per group of shapes, with rates in its rows and the reasons of who has no bar."""
    by_key = {shape.key: shape for shape in result.shapes}
    tables = groups(_as_gate(shape, result) for shape in result.shapes)
    return tuple(
        replace(
            table,
            rated=True,
            shapes=tuple(_rated(s, by_key[(table.title, s.label)], result) for s in table.shapes),
        )
        for table in tables
    )


def _as_gate(shape: ShapeResult, result: BenchResult) -> SpeedResult:
    """Return a shape in the form that the tables draw, without anything that is asked for."""
    return SpeedResult(
        group=shape.group,
        label=shape.label,
        verdict="",
        unit="time",
        against="",
        threshold=0.0,
        wall=(0.0, 0.0, 0.0),
        bars=tuple(series.bar for series in shape.series if series.bar is not None),
        flops=shape.flops,
        moved_bytes=shape.moved_bytes,
        peak_flops=result.peak_flops,
        peak_bytes_per_s=result.peak_bytes_per_s,
    )


def _rated(drawn: Shape, shape: ShapeResult, result: BenchResult) -> Shape:
    roof = min(result.peak_flops, result.peak_bytes_per_s * shape.flops / shape.moved_bytes)
    medians = [series.bar.median_s for series in shape.series if series.bar is not None]
    rows = tuple(
        replace(row, rates=_rates(shape, median, roof))
        for row, median in zip(drawn.rows, medians, strict=True)
    )
    left_out = tuple((shown(s.name), s.reason) for s in shape.series if s.bar is None)
    return replace(drawn, rows=rows, left_out=left_out)


def _rates(shape: ShapeResult, median_s: float, roof: float) -> tuple[str, str, str]:
    flops = shape.flops / median_s
    return three(flops / 1e9), three(shape.moved_bytes / median_s / 1e9), f"{three(100 * flops / roof)} %"
