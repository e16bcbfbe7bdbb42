"""What the terminal shows of a benchmark and of a comparison: renderables for rich, every name as plain text."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.bench_result import BenchResult, Series, ShapeResult
from grader.export.console import plain
from grader.speed_result import three

COLUMNS = ("kernel", "median", "95 % interval", "GFLOP/s", "GB/s", "of roof")


def heading(result: BenchResult) -> RenderableType:
    """Return what the figures hold for: the machine and its roofs."""
    roofs = (
        f"roofs with {result.threads} thread{'s' if result.threads != 1 else ''}: "
        f"{three(result.peak_flops / 1e9)} GFLOP/s, {three(result.peak_bytes_per_s / 1e9)} GB/s"
    )
    return plain(f"{result.environment.get('cpu', '')}; {roofs}")


def shape_table(shape: ShapeResult, result: BenchResult, head: bool) -> RenderableType:
    """Return the figures of one shape, under the name of its group if `head`."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    for name in COLUMNS:
        table.add_column(name, justify="left" if name == "kernel" else "right", no_wrap=True)
    for series in shape.series:
        if series.bar is not None:
            table.add_row(plain(series.name), *_cells(shape, series, result))
    out = [plain(f"  {s.name}: {s.reason}", style="dim") for s in shape.series if s.bar is None]
    titles = [plain(f"\n{shape.group}", style="bold")] if head else []
    return Group(*titles, plain(f"\n{shape.label}"), table, *out)


def _cells(shape: ShapeResult, series: Series, result: BenchResult) -> list[Text]:
    assert series.bar is not None
    median = series.bar.median_s
    share = 100 * shape.flops / median / roof(shape, result)
    interval = f"{three(series.bar.low_s * 1e3)} to {three(series.bar.high_s * 1e3)}"
    rates = (three(shape.flops / median / 1e9), three(shape.moved_bytes / median / 1e9))
    return [Text(text) for text in (f"{three(median * 1e3)} ms", interval, *rates, f"{three(share)} %")]


def roof(shape: ShapeResult, result: BenchResult) -> float:
    """Return the FLOP/s that this machine allows for a shape: of arithmetic or of memory, whichever is lower."""
    return min(result.peak_flops, result.peak_bytes_per_s * shape.flops / shape.moved_bytes)


def self_test_table(
    rows: Sequence[tuple[str, dict[str, int]]],
    rates: Sequence[tuple[str, str]],
    threshold: float,
    load: bool,
) -> RenderableType:
    """Return how often each verdict was found per planted slow-down, and the rates with their upper bounds.

    Args:
        rows: a slow-down and its verdicts.
        rates: name and figures.
        threshold: of the gate.
        load: whether another process took a core.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    names = list(rows[0][1]) if rows else []
    for name in ("slow-down", *names):
        table.add_column(name, justify="left" if name == "slow-down" else "right")
    for slow_down, counts in rows:
        table.add_row(slow_down, *(str(counts[name]) for name in names))
    lines = [plain(f"{name:<13} {figures}") for name, figures in rates]
    busy = ", with one core loaded in bursts" if load else ""
    return Group(plain(f"gate {three(threshold)}x{busy}"), table, "", *lines)
