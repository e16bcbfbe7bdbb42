"""A made-up class of any size, the same for the same seed: attempts over days, verdicts, gates, and what goes wrong.

`make(60)` gives a `ClassResult` whose numbers add up; `planted(result)` tells, from the results alone, how many
students have which hint. Nothing here was graded.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from grader.class_result import (
    Alarm,
    Attempt,
    ClassResult,
    Grade,
    Likeness,
    Refused,
    Student,
)
from grader.result import CheckResult, Message, Result, TaskResult, Tier, Verdict
from grader.speed_result import Bar, SpeedResult

DAYS = {
    1: "KV cache",
    2: "Quantized matmul",
    3: "Quantized matmul on the GPU",
    4: "Flash attention",
    5: "Flash attention on the GPU",
    6: "Batched model",
    7: "Continuous batching",
}

# id, title, core points, extra points, needs, how hard it is (0 to 1)
TASKS = (
    ("2.1.1", "KV cache: update and fetch", 4, 0, (), 0.05),
    ("2.1.2", "Model with a cache", 7, 2, ("2.1.1",), 0.12),
    ("2.1.3", "Generate with a cache", 6, 0, ("2.1.2",), 0.15),
    ("2.2.1", "Quantized weights", 4, 0, (), 0.05),
    ("2.2.2", "Quantized matmul, C++", 6, 1, ("2.2.1",), 0.2),
    ("2.2.3", "Quantized matmul, speed", 5, 0, ("2.2.2",), 0.35),
    ("2.3.1", "Quantized matmul, Metal", 7, 0, ("2.2.1",), 0.22),
    ("2.3.2", "Quantized linear in the model", 3, 0, ("2.3.1",), 0.08),
    ("2.4.1", "Flash attention, equal heads", 5, 0, (), 0.1),
    ("2.4.2", "Flash attention, grouped heads", 6, 2, ("2.4.1",), 0.25),
    ("2.4.3", "Flash attention, speed", 6, 0, ("2.4.1",), 0.4),
    ("2.5.1", "Flash attention, Metal", 6, 0, ("2.4.1",), 0.28),
    ("2.5.2", "Flash attention, Metal, grouped", 5, 0, ("2.5.1",), 0.14),
    ("2.6.1", "RoPE with a list of slices", 3, 0, (), 0.3),
    ("2.6.2", "Batching KV cache", 6, 1, ("2.1.1",), 0.16),
    ("2.6.3", "Model on a batch", 7, 0, ("2.6.1", "2.6.2"), 0.22),
    ("2.7.1", "Request: chunked prefill", 6, 0, ("2.1.3",), 0.12),
    ("2.7.2", "Continuous batching", 8, 1, ("2.6.3", "2.7.1"), 0.3),
)
GATED = {
    "2.2.3": ("M = 1, float32", "M = 32, float32", "M = 128, float32"),
    "2.4.3": ("L = 1, S = 1024", "L = S = 128"),
}
GROUPS = {"2.2.3": "2.2 quantized matmul, 4 bit, group 64", "2.4.3": "2.4 flash attention, D = 64, float32"}
PROOF = " (reproduces your numbers)"

# per task the hints that its failures may have; a failure without one keeps its symptom
HINTS: Mapping[str, tuple[str, ...]] = {
    "2.1.2": ("eps stands outside the root; it belongs inside: rsqrt(mean(x^2) + eps)",),
    "2.1.3": ("every step feeds the whole sequence; after prefill it has to be one token",),
    "2.2.2": ("the last rows are missing when N is not a multiple of the tile; the loop needs a remainder",),
    "2.3.1": ("sums are kept in half; use a float accumulator",),
    "2.4.2": ("KV heads were tiled; query head h reads KV head h // (H_q // H)",),
    "2.5.1": ("a barrier is missing before the next tile is loaded; two threads race",),
    "2.6.1": ("RoPE rotates adjacent pairs; traditional=False rotates the halves i and i + D/2",),
    "2.6.3": ("all positions are taken from request 0; each row has an offset of its own",),
    "2.6.2": ("a request leaves the first layer only; remove it from each",),
    "2.7.2": ("results go to the wrong prompt; a request keeps its prompt_idx, whatever row it gets",),
}
FIRST = (
    "Ada",
    "Bo",
    "Chidi",
    "Dana",
    "Eero",
    "Fatima",
    "Grace",
    "Hugo",
    "Ines",
    "Jun",
    "Kofi",
    "Lea",
    "Mira",
)
LAST = ("Abe", "Brandt", "Costa", "Diallo", "Engel", "Fischer", "Garcia", "Huang", "Ito", "Jansen", "Kim")
ENDS = ("", "son", "er", "-Roth", "sen", "ova", "etti", "ez", "ski", "aro")
HOSTILE_NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\u202egnp.exe \u05e2\u05d1\u05e8\u05d9\u05ea",
    "two\nlines\r\n\tand a tab",
    "=HYPERLINK(1)",
    "x" * 400,
    "{{ 7 * 7 }}{% for x in y %}",
    "e" + "\u0301" * 40,
)


@dataclass(frozen=True)
class Knack:
    """What a made-up student is like."""

    skill: float  # 0 to 1
    hints: frozenset[str]  # misconceptions that stay until the end
    speed: float  # ratio to the reference


def make(number: int, seed: int = 4, *, hostile: bool = False, week: int = 2) -> ClassResult:
    """Return a class of `number` students; with `hostile` some of them are called what a page should not run."""
    dice = random.Random(seed)
    students = [_student(i, dice, hostile) for i in range(number)]
    grades = tuple(_grade(student, i, dice) for i, student in enumerate(students))
    ids = [student.id for student in students]
    return ClassResult(
        run_id="0003",
        title="Week 2: A tiny vLLM",
        week=week,
        course="Serving Qwen2 from scratch, autumn 2026",
        finished_at="2026-11-24T03:00:00Z",
        deadline="2026-11-27T23:59:00Z",
        grades=grades,
        refused=(Refused("notes.docx", "not a folder, an archive or a repository"),) if number > 3 else (),
        alarms=(Alarm("sha256:77aa", (ids[2],), "79 + 3", "74 + 3", ("2.4.2 values: PASS, then FAIL",)),)
        if number > 3
        else (),
        alike=(Likeness(ids[0], ids[1], 0.842, 118, ("batch.py:12-40 and batch.py:10-38",)),)
        if number > 3
        else (),
        policy=(
            "The best attempt counts; of two the earlier one.",
            "Each day late takes 10 % of the points, after 2 free days per student.",
            "Extra points are capped at 6.",
        ),
        notes=("2 submissions have their time from the file system.",),
        max_points=sum(row[2] for row in TASKS),
        max_extra_points=sum(row[3] for row in TASKS),
        hashes={"course": "sha256:b6f210d84e7c0a95", "environment": "sha256:31d5cc908f06e7b2"},
        environment={"machine": "2 cores, x86-64, AVX2, no GPU", "software": "Python 3.12.8, MLX 0.32.4"},
        measured=True,
    )


def _student(i: int, dice: random.Random, hostile: bool) -> Student:
    name = f"{dice.choice(FIRST)} {dice.choice(LAST)}{dice.choice(ENDS)}"
    if hostile and i < len(HOSTILE_NAMES):
        name = HOSTILE_NAMES[i]
    group = f"pair-{i // 2:02d}" if i % 10 in (4, 5) else ""
    login = f"u{70_000 + 37 * i}"
    return Student(login, name, f"{login}@school.example", "AB"[i % 2], group, f"s{i + 1:03d}")


def _grade(student: Student, i: int, dice: random.Random) -> Grade:
    if i % 30 == 29:
        return Grade(student)  # handed in nothing
    if i % 40 == 17:
        problem = "the archive is cut off after 1,024 bytes"
        broken = Attempt(
            student.id, 1, f"{student.id}.zip", "2026-11-23T10:00:00Z", None, problem, "submission"
        )
        return Grade(student, (broken,), broken)
    knack = Knack(
        skill=min(max(dice.betavariate(3.2, 1.5), 0.05), 1.0),
        hints=frozenset(t for t in HINTS if dice.random() < 0.17),
        speed=dice.lognormvariate(0.0, 0.45),
    )
    attempts = tuple(_attempts(student, knack, random.Random(dice.random()), i))
    counted = max(attempts, key=lambda a: a.result.points if a.result is not None else -1)
    points = counted.result.points if counted.result is not None else 0.0
    extra = min(counted.result.extra_points if counted.result is not None else 0.0, 6.0)
    late = 3 if i % 25 == 6 else 0
    counted_late = replace(counted, days_late=late)
    attempts = tuple(counted_late if a is counted else a for a in attempts)
    penalty = round(0.1 * points, 2) if late else 0.0
    return Grade(
        student=student,
        attempts=attempts,
        counted=counted_late,
        points=points,
        extra=extra,
        penalty=penalty,
        total=round(points + extra - penalty, 2),
        reasons=("3 days late, 2 of them free: 10 % off",) if late else (),
        pending="a check could not be judged: staff has to look first"
        if any(t.verdict is Verdict.ERROR for t in (counted.result.tasks if counted.result else ()))
        else "",
    )


def _attempts(student: Student, knack: Knack, dice: random.Random, i: int) -> Iterator[Attempt]:
    number = 1 + min(int(dice.expovariate(0.25)), 11)
    days = sorted(dice.randint(17, 24) for _ in range(number))
    for n, day in enumerate(days, 1):
        grown = knack.skill * (0.35 + 0.65 * n / number)
        reached = round(len(TASKS) * min(1.0, 0.25 + 0.85 * n / number))
        kept = frozenset(
            task for task in knack.hints if hash_of(task, i) > n / number or hash_of(task, i) > 0.4
        )
        now = replace(knack, hints=kept)
        result = _run(student, now, grown, random.Random(f"{i} {student.id}"), f"{i:03d}-{n}", reached)
        time = f"2026-11-{day}T{dice.randint(0, 2 if day == 24 else 23):02d}:{dice.randint(0, 59):02d}:00Z"
        yield Attempt(student.id, n, f"{student.id}/{n}", time, result, over_limit=n == 5 and i % 20 == 3)


def hash_of(task: str, i: int) -> float:
    """Return a number from 0 to 1 that belongs to a student and a task."""
    return random.Random(f"{task} {i}").random()


def _run(
    student: Student, knack: Knack, skill: float, dice: random.Random, run_id: str, reached: int
) -> Result:
    done: dict[str, Verdict] = {}
    tasks = tuple(
        _task(row, knack, skill if place < reached else -1.0, dice, done) for place, row in enumerate(TASKS)
    )
    return Result(
        run_id=run_id,
        week=2,
        title="Week 2: A tiny vLLM",
        submission=f"class/{student.id}",
        student=student.id,
        started_at="2026-11-24T02:49:10Z",
        seconds=41.0,
        worker_cpu_s=30.0,
        tasks=tasks,
        days=DAYS,
        sandbox=(),
        canary="31 of 31 forbidden attempts were refused",
        unsafe=False,
        environment={"machine": "2 cores"},
        hashes={"submission": f"sha256:{run_id}"},
    )


def _task(
    row: tuple, knack: Knack, skill: float, dice: random.Random, done: dict[str, Verdict]
) -> TaskResult:
    task_id, _, core, extra, needs, hard = row
    luck, unwritten, other = dice.random(), dice.random(), dice.random()
    gates = tuple(_gates(task_id, knack, dice))
    if any(done[need] in (Verdict.FAIL, Verdict.SKIPPED) for need in needs):
        checks = [_check("values", Verdict.SKIPPED, core)]
    elif skill + 0.25 * luck < 0.3 + 0.45 * hard and (unwritten < 0.55 or skill < 0):
        checks = [_check("values", Verdict.FAIL, core, unwritten_message(task_id))]
    elif task_id in knack.hints:
        checks = [
            _check("values", Verdict.FAIL, core - 1, hinted(task_id)),
            _check("ranks", Verdict.FAIL, 1, hinted(task_id)),
        ]
    elif gates:
        checks = [_gate_check(gate, core / len(gates), i) for i, gate in enumerate(gates)]
    elif skill + 0.3 * luck < 0.28 + 0.5 * hard:
        checks = [_check("values", Verdict.FAIL, core, symptom(task_id, dice))]
    elif other < 0.004:
        checks = [_check("values", Verdict.ERROR, core, grader_error(), points=core)]
    else:
        checks = [_check("values", Verdict.PASS, core)]
    if extra:
        whole = all(check.verdict is Verdict.PASS for check in checks)
        edge = Verdict.PASS if whole and luck > 0.12 else Verdict.FAIL if whole else Verdict.SKIPPED
        message = symptom(task_id, dice) if edge is Verdict.FAIL else None
        checks.append(_check("extremes", edge, extra, message, tier=Tier.EDGE))
    return task_of(row, checks, done)


def task_of(row: tuple, checks: list[CheckResult], done: dict[str, Verdict]) -> TaskResult:
    """Return a task of these checks, its verdict and points as the grader would decide them."""
    task_id, title, core, extra, needs, _ = row
    own = [check for check in checks if check.tier is Tier.CORE]
    order = (Verdict.FAIL, Verdict.SKIPPED, Verdict.ERROR, Verdict.INCONCLUSIVE)
    verdict = next((kind for kind in order if kind in {c.verdict for c in own}), Verdict.PASS)
    done[task_id] = verdict
    return TaskResult(
        id=task_id,
        title=title,
        day=int(task_id.split(".")[1]),
        verdict=verdict,
        points=round(sum(c.points for c in own), 4),
        max_points=core,
        extra_points=sum(c.points for c in checks if c.tier is Tier.EDGE),
        max_extra_points=extra,
        checks=tuple(checks),
        needs=needs,
        reason="a needed task does not pass yet" if verdict is Verdict.SKIPPED else "",
    )


def _check(
    name: str,
    verdict: Verdict,
    most: float,
    message: Message | None = None,
    *,
    points: float = 0.0,
    tier: Tier = Tier.CORE,
) -> CheckResult:
    earned = most if verdict is Verdict.PASS else points
    return CheckResult(name, f"{name} equal PyTorch", tier, verdict, earned, most, 8, 8, message)


def _gates(task_id: str, knack: Knack, dice: random.Random) -> Iterator[SpeedResult]:
    for label in GATED.get(task_id, ()):
        ratio = knack.speed * dice.lognormvariate(0.0, 0.12)
        wide = dice.uniform(0.01, 0.06) * ratio
        wall = (round(ratio, 4), round(ratio - wide, 4), round(ratio + wide, 4))
        verdict = (
            "PASS"
            if wall[2] < 1.15
            else "FAIL"
            if wall[1] > 1.15
            else "INCONCLUSIVE"
            if wide > 0.04
            else "FAIL"
        )
        bars = (
            Bar("yours", ratio * 4e-3, wall[1] * 4e-3, wall[2] * 4e-3),
            Bar("rung 2", 4e-3, 3.9e-3, 4.1e-3),
        )
        yield SpeedResult(GROUPS[task_id], label, verdict, "time", "rung 2", 1.15, wall, wall, bars, 15)


def _gate_check(gate: SpeedResult, most: float, i: int) -> CheckResult:
    verdict = Verdict(gate.verdict)
    held = verdict in (Verdict.PASS, Verdict.INCONCLUSIVE)
    message = Message(
        "too-slow", "the kernel, timed", "at most 1.15 times rung 2", f"{gate.ratio_text()}; gate 1.15x"
    )
    if verdict is Verdict.INCONCLUSIVE:
        message = replace(message, kind="not-measured", got="the interval spans the gate")
    return replace(
        _check(
            f"speed-{i}",
            verdict,
            most,
            None if verdict is Verdict.PASS else message,
            points=most if held else 0.0,
        ),
        speed=gate,
    )


def hinted(task_id: str, hint: str = "") -> Message:
    """Return a message with a proved hint: that of the task, or another."""
    return Message(
        kind="wrong-values",
        called=f"the function of {task_id}(x float32[2, 5]); case 3",
        expected="float32[2, 5], each element within 4 eps of |x|",
        got="float32[2, 5], 3 of 10 elements outside; worst at [1, 2]: expected 0.5, got 0.25",
        hint=(hint or HINTS[task_id][0]) + PROOF,
        rerun=f"grader check {task_id}",
    )


def symptom(task_id: str, dice: random.Random) -> Message:
    """Return a message without a hint, whose numbers differ from student to student."""
    wrong, row = dice.randint(1, 9), dice.randint(0, 1)
    if dice.random() < 0.3:
        return Message("error", "f(x)", "float32[2, 5]", f"TypeError: '<' not supported at index {wrong}")
    got = f"float32[2, 5], {wrong} of 10 elements outside; worst at [{row}, {wrong % 5}]: expected 0.5, got 0.{wrong}"
    return Message("wrong-values", "f(x)", "float32[2, 5]", got, region=f"row {row} only")


def unwritten_message(task_id: str) -> Message:
    """Return the message of a stub."""
    return Message("not-implemented", "f(x)", "float32[2, 5]", f"not implemented: task {task_id}")


def grader_error() -> Message:
    """Return the message of a check in which the grader failed."""
    return Message(
        "grader-error", "f(x)", "a verdict", "the grader failed with MemoryError; details are in run.log"
    )


def planted(result: ClassResult) -> dict[str, int]:
    """Count, straight from the messages, how many students have a failing core check with each hint."""
    counts: dict[str, int] = {}
    for attempt in result.graded:
        assert attempt.result is not None
        hints = {
            c.message.hint
            for t in attempt.result.tasks
            for c in t.checks
            if c.message is not None and c.message.hint
        }
        for hint in hints:
            counts[hint] = counts.get(hint, 0) + 1
    return counts
