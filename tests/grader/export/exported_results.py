"""One result that has everything in it, for the tests of the exports and the example in the documentation."""

from __future__ import annotations

from grader.result import CheckResult, Message, Result, SandboxLayer, TaskResult, Tier, Verdict

WRONG = Message(
    kind="wrong-values",
    called="RoPE(64, 128)(x float32[1, 5, 2, 64]), seed 7",
    expected="[0.25, -1.5, 0.75, ...]",
    got="[0.5, -1.25, 0.75, ...], 312 of 640 differ, worst by 1.875 at [0, 4, 1, 63]",
    region="positions 1 to 4 only",
    hint="your result is what comes out when RoPE rotates adjacent pairs",
    rerun="grader check 1.2.1 --case 2",
    traceback=("positional_encoding.py:31 in __call__: return out.reshape(x.shape)",),
    printed="offset None",
)

EXAMPLE = Result(
    run_id="20260301-100000-4f2a",
    week=1,
    title="Week 1: from matmul to text",
    submission="student",
    student="mia",
    started_at="2026-03-01T10:00:00+00:00",
    seconds=3.5,
    worker_cpu_s=2.25,
    tasks=(
        TaskResult(
            id="1.2.1",
            title="RoPE",
            day=2,
            verdict=Verdict.FAIL,
            points=2.0,
            max_points=6.0,
            extra_points=0.0,
            max_extra_points=1.0,
            checks=(
                CheckResult(
                    "rope-first", "the first position is not rotated", Tier.CORE, Verdict.PASS, 2.0, 2.0, 4, 4
                ),
                CheckResult(
                    "rope-values",
                    "RoPE equals PyTorch",
                    Tier.CORE,
                    Verdict.FAIL,
                    0.0,
                    4.0,
                    1,
                    9,
                    WRONG,
                    0.5,
                    0.25,
                ),
            ),
        ),
        TaskResult(
            id="1.3.3",
            title="Attention of Qwen2",
            day=3,
            verdict=Verdict.SKIPPED,
            points=0.0,
            max_points=4.0,
            extra_points=0.0,
            max_extra_points=0.0,
            checks=(),
            needs=("1.2.1",),
            reason="needs 1.2.1, which failed",
        ),
    ),
    days={2: "Positions", 3: "Grouped attention"},
    sandbox=(
        SandboxLayer("seccomp", "no fork, no exec, no sockets", "active"),
        SandboxLayer("uid", "runs as a user without files", "unavailable: not root"),
    ),
    canary="31 of 31 forbidden attempts were refused",
    unsafe=False,
    environment={"python": "3.11.7", "mlx": "0.32.4"},
    hashes={"submission": "9f31c2", "course": "b07e55", "environment": "41aa08"},
    notes=("notebook.ipynb was left out",),
    selected=("1.2.1", "1.3.3"),
)
