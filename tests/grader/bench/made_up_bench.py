"""A benchmark that was never measured: two shapes, with figures that one can compute by hand."""

from __future__ import annotations

from dataclasses import replace

from grader.bench_result import BenchResult, Series, ShapeResult
from grader.speed_result import Bar

GROUP = "Qwen2 0.5B gate and up: 4-bit matmul, group 64, K = 896, N = 4864"


def series(name: str, median: float, spread: float = 0.1) -> Series:
    low, high = median * (1 - spread), median * (1 + spread)
    return Series(name, Bar(name, median, low, high), (low, median, median, median, high), 4, 0.001)


def shape(label: str, *members: Series, group: str = GROUP, flops: float = 2e9) -> ShapeResult:
    return ShapeResult("quantized_matmul", "0.5b", group, label, flops, flops / 10, members)


RESULT = BenchResult(
    started_at="2026-11-24T02:49:10Z",
    seconds=12.5,
    threads=2,
    rounds=5,
    environment={"cpu": "2 x Made Up CPU", "mlx": "0.32.4", "load average": "0.10"},
    peak_flops=200e9,
    peak_bytes_per_s=10e9,  # so that 10 FLOP per byte allow 100 GFLOP/s
    shapes=(
        shape("M = 1, bfloat16", series("yours", 0.04), series("rung 6", 0.02), series("mlx", 4.0)),
        shape("M = 128, bfloat16", series("yours", 0.5), series("rung 6", 0.02),
              Series("mlx", reason="left out: a call would take about 13 s"), flops=4e9),
    ),
    order=((0, 0, "rung 6"), (0, 0, "yours"), (0, 1, "mlx")),
    notes=("the load average was 0.90 at the start: let the machine do nothing else",),
)  # fmt: skip


def slower(factor: float, name: str = "yours") -> BenchResult:
    """Return the same run in which one implementation takes `factor` times as long."""

    def change(member: Series) -> Series:
        if member.name != name or member.bar is None:
            return member
        return series(name, member.bar.median_s * factor)

    shapes = tuple(replace(s, series=tuple(change(m) for m in s.series)) for s in RESULT.shapes)
    return replace(RESULT, shapes=shapes)
