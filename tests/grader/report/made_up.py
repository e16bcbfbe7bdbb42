"""Made-up results whose numbers add up: a first week with 100 core points and 14 extra ones.

`week(...)` builds a whole run from a table of what happened to which task; everything else follows from it.
"""

from __future__ import annotations

from dataclasses import replace

from grader.result import (
    CheckResult,
    Message,
    Progress,
    Result,
    SandboxLayer,
    TaskResult,
    Tier,
    Verdict,
)

DAYS = {
    1: "Attention and multi-head attention",
    2: "Rotary positions",
    3: "Grouped query attention",
    4: "RMSNorm and MLP",
    5: "The Qwen2 model",
    6: "Generating text",
    7: "Sampling",
}

# id, title, core points, extra points, needs
TASKS = (
    ("1.1.1", "Softmax and scaled dot-product attention", 8, 1, ()),
    ("1.1.2", "Linear layer and multi-head attention", 8, 1, ("1.1.1",)),
    ("1.2.1", "RoPE on adjacent pairs", 7, 1, ()),
    ("1.2.2", "RoPE on halves", 7, 1, ()),
    ("1.3.1", "Grouped query attention", 9, 2, ("1.1.1",)),
    ("1.3.2", "Causal mask", 5, 1, ()),
    ("1.3.3", "Qwen2 attention block", 9, 1, ("1.2.2", "1.3.1", "1.3.2")),
    ("1.4.1", "RMSNorm", 6, 1, ()),
    ("1.4.2", "SiLU and the MLP", 6, 1, ()),
    ("1.5.1", "Transformer block", 8, 1, ("1.3.3", "1.4.1", "1.4.2")),
    ("1.5.2", "Embedding", 5, 1, ()),
    ("1.5.3", "The whole model", 10, 1, ("1.5.1", "1.5.2")),
    ("1.6", "Generate text", 6, 1, ("1.5.3",)),
    ("1.7", "Sampler", 6, 0, ()),
)

TILED = Message(
    kind="wrong-values",
    called="attention.scaled_dot_product_attention_grouped  B=1 H_q=14 H=2 L=7 S=33 D=64 float16, seed 4242",
    expected="float16[1, 14, 7, 64], each element within 4 eps of sum(p * |v|)",
    got="float16[1, 14, 7, 64], 2,670 of 6,272 elements outside; "
    "worst at [0, 5, 3, 14]: expected -0.499, got 0.795",
    region="heads 1, 3, 5, 8, 10, 12 only, all positions",
    hint="KV heads were tiled; query head h reads KV head h // (H_q // H)",
    rerun="grader check 1.3.1 --case 9",
)

RAISED = Message(
    kind="error",
    called="sampler.make_sampler(temp=0.7, top_p=None, top_k=None) on float32[1, 151936], seed 11",
    expected="int32[1], one id per row",
    got="TypeError: '<' not supported between instances of 'NoneType' and 'float'",
    rerun="grader check 1.7 --case 3",
    traceback=(
        "sampler.py:8 in make_sampler: return lambda x: pick(x, top_p)",
        "sampler.py:21 in pick: if p < 1.0:",
    ),
    printed="top_p is None\nlogprobs (1, 151936)\n",
)

NOT_MEASURED = Message(
    kind="not-measured",
    called="generate.simple_generate  128 and 512 tokens, 40 rounds",
    expected="time per token grows at most 5.0x",
    got="4.8x, interval [4.1x, 5.6x]: another program took 30 % of the machine",
)

BROKEN_GRADER = Message(
    kind="grader-error",
    called="basics.silu on bfloat16[4, 1024], seed 7",
    expected="bfloat16[4, 1024]",
    got="the oracle ran out of memory",
)


def not_written(task: str) -> Message:
    """Return the message of a stub."""
    return Message(
        kind="not-implemented",
        called=f"the function of {task}(x float32[3, 4]), seed 1",
        expected="float32[3, 4]",
        got=f"not implemented yet: NotImplementedError: task {task}",
        rerun=f"grader check {task}",
    )


def check(
    name: str, tier: Tier, verdict: Verdict, most: float, message: Message | None = None
) -> CheckResult:
    """Return a check of eight cases; what could not be judged counts."""
    counts = verdict in (Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.ERROR)
    passed = {Verdict.PASS: 8, Verdict.FAIL: 5, Verdict.INCONCLUSIVE: 7}.get(verdict, 0)
    return CheckResult(
        name=name,
        sentence={
            "values": "the result equals PyTorch for every shape and dtype",
            "ranks": "any number of leading axes, none included",
            "extremes": "values near 1e-3 and 1e4 keep their precision",
            "dtype": "the result has the dtype of the input",
        }.get(name, name),
        tier=tier,
        verdict=verdict,
        points=most if counts else 0.0,
        max_points=most,
        cases_passed=passed,
        cases_total=8,
        message=message,
        seconds=0.125,
        cpu_s=0.0625,
    )


def task(row: tuple, verdict: Verdict, message: Message | None = None, reason: str = "") -> TaskResult:
    """Return a task of two core checks, an edge check where it has extra points, and a style check."""
    task_id, title, core, extra, needs = row
    second = Verdict.PASS if verdict in (Verdict.INCONCLUSIVE, Verdict.ERROR) else verdict
    checks = [
        check("values", Tier.CORE, verdict, core - 2, message),
        check("ranks", Tier.CORE, second, 2, message if second is Verdict.FAIL else None),
    ]
    if extra:
        checks.append(
            check("extremes", Tier.EDGE, second, extra, message if second is Verdict.FAIL else None)
        )
    checks.append(check("dtype", Tier.STYLE, second, 0, message if second is Verdict.FAIL else None))
    return TaskResult(
        id=task_id,
        title=title,
        day=int(task_id[2]),
        verdict=verdict,
        points=sum(c.points for c in checks if c.tier is Tier.CORE),
        max_points=core,
        extra_points=sum(c.points for c in checks if c.tier is Tier.EDGE),
        max_extra_points=extra,
        checks=tuple(checks),
        needs=needs,
        reason=reason,
    )


def week(
    happened: dict[str, tuple] | None = None, default: Verdict = Verdict.PASS, **fields: object
) -> Result:
    """Return a run: `happened` maps a task to (verdict, message, reason), `default` is for all others."""
    happened = happened or {}
    tasks = tuple(task(row, *happened.get(row[0], (default,))) for row in TASKS)
    result = Result(
        run_id="2026-11-24-0249-7c19",
        week=1,
        title="Week 1: from matmul to text",
        submission="homework/student",
        student="s017",
        started_at="2026-11-24T02:49:10Z",
        seconds=12.4,
        worker_cpu_s=8.25,
        tasks=tasks,
        days=DAYS,
        sandbox=(
            SandboxLayer("rlimits", "CPU 60 s, address space 6 GiB, files 64, processes 0", "active"),
            SandboxLayer("no_new_privs", "no set-uid program can help", "active"),
            SandboxLayer("landlock", "reads: Python, MLX, the submission; writes: nothing", "active"),
            SandboxLayer("seccomp", "no fork, exec, socket, ptrace or signal to others", "active"),
            SandboxLayer("uid", "dropped to one that owns nothing", "unavailable: the grader is not root"),
            SandboxLayer("sandbox-exec", "macOS only", "not on this system"),
        ),
        canary="31 of 31 forbidden attempts were refused",
        unsafe=False,
        environment={
            "machine": "2 cores, x86-64, AVX2, no GPU",
            "software": "Python 3.12.8, MLX 0.32.4, torch 2.13.0",
        },
        hashes={
            "submission": "sha256:7c19e04b52aa9d31",
            "course": "sha256:b6f210d84e7c0a95",
            "environment": "sha256:31d5cc908f06e7b2",
        },
    )
    return replace(result, **fields)


PASSED_BEFORE = ("1.1.1", "1.1.2", "1.2.1", "1.2.2", "1.3.2", "1.5.2", "1.7")


def mixed() -> Result:
    """Return a run in which every verdict occurs, with four earlier runs and two notes."""
    skipped = "1.3.1 has to pass first."
    return week(
        {
            "1.3.1": (Verdict.FAIL, TILED),
            "1.3.3": (Verdict.SKIPPED, None, skipped),
            "1.4.2": (Verdict.ERROR, BROKEN_GRADER, "The oracle ran out of memory."),
            "1.5.1": (Verdict.SKIPPED, None, "1.3.3 has to pass first."),
            "1.5.3": (Verdict.SKIPPED, None, "1.5.1 has to pass first."),
            "1.6": (Verdict.INCONCLUSIVE, NOT_MEASURED, "The machine was too busy to time it."),
            "1.7": (Verdict.FAIL, RAISED),
        },
        progress=(
            Progress("r1", "2026-11-20T18:00:00Z", 16.0, 1.0, ("1.1.1", "1.1.2")),
            Progress("r2", "2026-11-21T09:30:00Z", 37.0, 4.0, ("1.1.1", "1.1.2", "1.2.1", "1.2.2", "1.5.2")),
            Progress("r3", "2026-11-21T11:10:00Z", 30.0, 4.0, ("1.1.1", "1.1.2", "1.2.1", "1.2.2")),
            Progress("r4", "2026-11-23T20:45:00Z", 46.0, 6.0, PASSED_BEFORE),
        ),
        notes=("bench.ipynb was left out: only Python sources and kernels are graded.",),
    )


def skeleton() -> Result:
    """Return the run of the untouched skeleton."""
    return week({row[0]: (Verdict.FAIL, not_written(row[0])) for row in TASKS})
