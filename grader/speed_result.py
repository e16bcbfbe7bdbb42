"""What a speed gate measured, as it stands in a result: immutable, for reports, exports and the store.

Knows nothing about how it was measured; `grader.bench` does that.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Bar:
    """How long one implementation took: median and 95 % interval of the median, in seconds a call."""

    name: str  # "yours", "rung 1", "rung 2", "last rung", "mlx", "torch"; in a growth gate "position 50"
    median_s: float
    low_s: float
    high_s: float


@dataclass(frozen=True)
class SpeedResult:
    """What one gate measured: one shape, one threshold. Ratios are medians over rounds with a 95 % interval."""

    group: str  # bars of one group share a table: "2.2 quantized matmul, 4 bit, group 64, K = 896, N = 896"
    label: str  # this shape: "M = 1, bfloat16"
    verdict: str  # PASS, FAIL, INCONCLUSIVE, INVALID
    unit: str  # what a ratio compares: "time" or "memory" (then the bars' figures are bytes), "throughput"
    against: str  # what the threshold refers to: "rung 2", "position 50", "one after another"
    threshold: float  # largest ratio that passes; for "throughput" the smallest
    wall: tuple[float, float, float]  # ratio of wall time: median, low, high; of memory if that is the unit
    cpu: tuple[float, float, float] | None = None  # ratio of CPU time, where it was read
    bars: tuple[Bar, ...] = ()  # the submission's first
    rounds: int = 0
    processes: int = 1
    reason: str = ""  # why not PASS, in one sentence
    flops: float = 0.0  # of one call; 0 if nobody counted
    moved_bytes: float = 0.0  # least memory traffic of one call
    peak_flops: float = 0.0  # of this machine with the threads of the gate, measured; 0 if it was not
    peak_bytes_per_s: float = 0.0

    def ratio_text(self) -> str:
        """Return the ratio of wall time (or memory, or throughput) in words: `1.69x of rung 2 [1.65, 1.74]`."""
        median, low, high = (three(value) for value in self.wall)
        return f"{median}x of {self.against} [{low}, {high}]"

    def bound_text(self) -> str:
        """Return the gate in words: `1.15x`, or `at least 1.50x` where more is better."""
        return f"{'at least ' if self.unit == 'throughput' else ''}{three(self.threshold)}x"


def three(value: float) -> str:
    """Write a measured number with three significant digits: `0.180`, `1.42`, `33.7`, `151`, `1,080`."""
    return f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 999.5 else f"{value:#.3g}".rstrip(".")


def speed_to_json(speed: SpeedResult) -> dict[str, Any]:
    """Return the documented form."""
    fields = asdict(speed)
    fields["wall"] = list(speed.wall)
    fields["cpu"] = None if speed.cpu is None else list(speed.cpu)
    fields["bars"] = [asdict(bar) for bar in speed.bars]
    return fields


def speed_from_json(data: dict[str, Any] | None) -> SpeedResult | None:
    """Rebuild it from `speed_to_json`; None stays None."""
    if data is None:
        return None
    cpu = None if data["cpu"] is None else _triple(data["cpu"])
    bars = tuple(Bar(**bar) for bar in data["bars"])
    return SpeedResult(**{**data, "wall": _triple(data["wall"]), "cpu": cpu, "bars": bars})


def _triple(values: list[float]) -> tuple[float, float, float]:
    median, low, high = values
    return median, low, high
