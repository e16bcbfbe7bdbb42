"""Made-up gates of a second week: every verdict, every unit; ratios follow from the bars."""

from __future__ import annotations

from dataclasses import replace

import made_up

from grader.result import Result, Tier, Verdict
from grader.speed_result import Bar, SpeedResult

KERNEL = "2.2 quantized matmul, 4 bit, group 64, K = 896, N = 4864"
ATTENTION = "2.4 flash attention, 14 heads, 2 KV heads, D = 64"


def bar(name: str, median: float, spread: float = 0.02) -> Bar:
    return Bar(name, median, median * (1 - spread), median * (1 + spread))


def around(ratio: float, spread: float = 0.03) -> tuple[float, float, float]:
    return ratio, ratio * (1 - spread), ratio * (1 + spread)


def kernel(rows: int, verdict: str, times_ms: dict[str, float], **changes: object) -> SpeedResult:
    bars = tuple(bar(name, time / 1e3) for name, time in times_ms.items())
    ratio = around(times_ms["yours"] / times_ms["rung 2"])
    gate = SpeedResult(
        group=KERNEL,
        label=f"M = {rows}, bfloat16",
        verdict=verdict,
        unit="time",
        against="rung 2",
        threshold=1.15,
        wall=ratio,
        cpu=ratio,
        bars=bars,
        rounds=15,
        flops=2.0 * rows * 896 * 4864,
        moved_bytes=896 * 4864 * 0.5625 + rows * (896 + 4864) * 2.0,
        peak_flops=202e9,
        peak_bytes_per_s=28.6e9,
    )
    return replace(gate, **changes)


GATES = (
    kernel(1, "PASS", {"yours": 3.65, "rung 1": 16.8, "rung 2": 3.92, "last rung": 0.18, "mlx": 33.7, "torch": 0.31}),
    kernel(32, "FAIL", {"yours": 157.0, "rung 1": 407, "rung 2": 93.0, "last rung": 1.83, "mlx": 1079, "torch": 9.1}),
    kernel(
        128,
        "INCONCLUSIVE",
        {"yours": 410.0, "rung 2": 361.0, "last rung": 7.8, "mlx": 4100.0, "torch": 22.0},
        wall=(1.16, 0.98, 1.41),
        cpu=(1.136, 1.10, 1.19),
        rounds=60,
        processes=2,
        reason="the interval still spans the gate of 1.15x after fresh processes",
    ),
    kernel(1, "INVALID", {"yours": 0.01, "rung 2": 3.92}, group=ATTENTION, label="L = 128, float32",
           reason="half of the calls took less than the 0.3 ms that this machine needs at its peak"),
    SpeedResult("2.1 decoding with a cache", "a token at 500 against one at 50", "PASS", "time", "position 50", 1.5,
                (1.14, 1.11, 1.18), bars=(bar("position 50", 9.7e-3), bar("position 500", 11.0e-3)), rounds=20),
    SpeedResult("2.4 memory of flash attention", "L = S = 2048", "FAIL", "memory", "length 512", 5.0,
                (15.2, 15.1, 15.4), bars=tuple(bar(f"length {n}", 2.0 * n * n * 4) for n in (512, 1024, 2048))),
    SpeedResult("2.7 four requests at once", "4 requests of 64 tokens", "FAIL", "throughput", "one after another", 1.5,
                (1.02, 0.99, 1.05), bars=(bar("yours", 0.98), bar("one after another", 1.0))),
)  # fmt: skip


def measured(gates: tuple[SpeedResult, ...] = GATES) -> Result:
    """Return a run in which one task carries a check for each gate."""
    base = made_up.mixed()
    checks = tuple(
        replace(
            made_up.check(
                f"speed-{i}", Tier.CORE, Verdict.PASS if gate.verdict == "PASS" else Verdict.FAIL, 1
            ),
            speed=gate,
        )
        for i, gate in enumerate(gates)
    )
    first, *rest = base.tasks
    return replace(base, tasks=(replace(first, checks=(*first.checks, *checks)), *rest))
