"""Counts of what kernels move, as checks compare them: summed over the dispatches of a call, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from grader.course.metal import Traffic
from grader.metal_result import Count
from grader.worker.replays import Replayed

# name in checks and reports -> the simulator's counts that are added up; those of all threadgroups are counted here
SUMS: dict[str, tuple[str, ...]] = {
    "device bytes": ("device_read_bytes", "device_write_bytes"),
    "device transactions": ("device_transactions",),
    "threadgroup bytes": ("threadgroup_read_bytes", "threadgroup_write_bytes"),
    "bank passes": ("bank_passes",),
    "barriers": ("threadgroup_barriers",),
    "simd operations": ("simd_operations", "matrix_operations"),
}
IDEALS = {
    "device transactions": ("device_transactions", "device_ideal_transactions"),
    "bank passes": ("bank_passes", "bank_ideal_passes"),
}
REFERENCE, IDEAL = "the reference", "the least for these bytes"


def counted(done: Iterable[Replayed]) -> dict[str, float]:
    """Return the sums over dispatches of every count that the simulator has."""
    total: dict[str, float] = {}
    for one in done:
        profiled = one.counts.get("profiled_threadgroups", 0)
        scale = one.counts.get("threadgroups", 0) / profiled if profiled else 0.0
        for name, value in one.counts.items():
            total[name] = total.get(name, 0.0) + value * scale
    return total


def compared(
    check: Traffic, case: str, yours: Mapping[str, float], reference: Mapping[str, float]
) -> tuple[Count, ...]:
    """Return each count beside the reference's, and how far transactions are from the least possible."""
    limits = {limit.count: limit.threshold for limit in check.limits}
    against = [
        Count(name, case, _sum(yours, parts), REFERENCE, _sum(reference, parts), limits.get(name))
        for name, parts in SUMS.items()
    ]
    ideal = [
        Count(name, case, yours.get(real, 0.0), IDEAL, yours.get(best, 0.0))
        for name, (real, best) in IDEALS.items()
    ]
    return tuple(c for c in (*against, *ideal) if c.yours or c.other)


def _sum(counts: Mapping[str, float], names: Iterable[str]) -> float:
    return sum(counts.get(name, 0.0) for name in names)
