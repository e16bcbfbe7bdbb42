"""Tries the gates on this machine before anybody is graded: the reference against itself, as it is and slowed down.

Real workers, a real kernel, the gate as it is used. A slow-down is planted by a share of the same work done again, so
it costs what it would cost in a submission. Prints nothing; `grader bench --self-test` shows what comes back.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from grader import paths
from grader.bench.rates import Rate
from grader.course import kernel_inputs
from grader.course.model import FasterThan, Rival, Task
from grader.errors import CannotJudge
from grader.run import race
from grader.run.gates import Grounds, guarded
from grader.run.outcome import Outcome
from grader.run.rivals import NoRival, Rivals
from grader.run.runner import Resources
from grader.run.session import Session
from grader.run.speed import Faster

THRESHOLD = 1.15
FACTORS = (1.0, 1.10, 1.25, 1.50)
WRONG = {1.0: "FAIL", 1.10: "FAIL", 1.25: "PASS", 1.50: "PASS"}
K, N, M = 896, 896, 8  # a call of rung 2 takes about 5 ms: a second call for a share adds 1 % of its own
OPS = ("quantized_matmul", "flash_attention")

_PLANTED = """
import kernels
import mlx.core as mx


def _slower(share):
    def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
        again = round(b.shape[0] * share)  # so many columns of the product are computed twice
        results = [kernels.quantized_matmul_rung(2, scales, biases, group_size, bits, a, b, transpose_b)]
        if again:
            part = (scales[:again], biases[:again], group_size, bits, a, b[:again], transpose_b)
            results.append(kernels.quantized_matmul_rung(2, *part))
        mx.eval(results)
        return results[0]

    return quantized_matmul


by_0, by_10, by_25, by_50 = (_slower(share) for share in (0.0, 0.10, 0.25, 0.50))
"""

# takes one core for some tenths of a second, then rests as long
_BURSTS = """
import os, random, sys, time
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {int(sys.argv[1])})
print(flush=True)
while os.getppid() == int(sys.argv[2]):
    end = time.perf_counter() + random.uniform(0.05, 0.4)
    while time.perf_counter() < end:
        sum(range(1000))
    time.sleep(random.uniform(0.05, 0.4))
"""


@dataclass(frozen=True)
class Trial:
    """One verdict of the self-test."""

    factor: float  # how much more work was planted
    verdict: str
    cpu: tuple[float, float, float]  # ratio: median, low, high
    wall: tuple[float, float, float]
    rounds: int
    processes: int
    seconds: float
    reason: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether the gate said what it must not say."""
        return self.verdict in (WRONG[self.factor], "INVALID")


@dataclass(frozen=True)
class SelfTest:
    """All verdicts, and the rates that follow from them."""

    threshold: float
    load: bool
    trials: tuple[Trial, ...] = field(default_factory=tuple)

    @property
    def wrong(self) -> Rate:
        """Verdicts that say what they must not say."""
        return Rate(sum(t.is_wrong for t in self.trials), len(self.trials))

    @property
    def false_fail(self) -> Rate:
        """FAIL (or INVALID) of what lies under the gate."""
        under = [t for t in self.trials if t.factor < self.threshold]
        return Rate(sum(t.is_wrong for t in under), len(under))

    @property
    def false_pass(self) -> Rate:
        """PASS of what lies above the gate."""
        above = [t for t in self.trials if t.factor > self.threshold]
        return Rate(sum(t.is_wrong for t in above), len(above))

    @property
    def inconclusive(self) -> Rate:
        """Verdicts that could not be found."""
        return Rate(sum(t.verdict == "INCONCLUSIVE" for t in self.trials), len(self.trials))

    @property
    def ok(self) -> bool:
        """Whether gates may be believed here: nothing wrong, and hardly anything inconclusive."""
        return self.wrong.count == 0 and self.inconclusive.share <= 0.05

    def rows(self) -> list[tuple[str, dict[str, int]]]:
        """Return for each planted slow-down how often each verdict was found: `("+25 %", {"FAIL": 100})`."""
        found = []
        for factor in FACTORS:
            mine = [t.verdict for t in self.trials if t.factor == factor]
            counts = {v: mine.count(v) for v in ("PASS", "FAIL", "INCONCLUSIVE", "INVALID")}
            found.append(("A/A" if factor == 1.0 else f"+{100 * (factor - 1):.0f} %", counts))
        return found

    def to_json(self) -> dict[str, Any]:
        """Return every trial and the rates."""
        rates = {
            name: {"count": rate.count, "total": rate.total, "share": rate.share, "upper_95": rate.upper}
            for name in ("wrong", "false_fail", "false_pass", "inconclusive")
            for rate in (getattr(self, name),)
        }
        trials = [asdict(t) for t in self.trials]
        return {"threshold": self.threshold, "load": self.load, "ok": self.ok, **rates, "trials": trials}

    def write(self, file: Path) -> None:
        """Write `to_json` into a file, whole or not at all."""
        part = file.with_name(f"{file.name}.part")
        part.write_text(json.dumps(self.to_json(), indent=1) + "\n", encoding="utf-8")
        part.replace(file)


def self_test(
    verdicts: int = 400, load: bool = False, listener: Callable[[Trial, int], None] | None = None
) -> SelfTest:
    """Let the gate find verdicts whose answers are known.

    Args:
        verdicts: how many; the planted slow-downs take turns.
        load: let another process take a core in bursts meanwhile.
        listener: gets each trial and the number of all.

    Raises:
        CannotJudge: there is no reference, or it cannot be built.
    """
    trials: list[Trial] = []
    with ExitStack() as stack:
        resources = Resources.open(time.time_ns() & 0xFFFFFFFF, stack)
        grounds = stack.enter_context(_planted(resources))
        if load:
            stack.enter_context(bursts())
        for number in range(verdicts):
            factor = FACTORS[number % len(FACTORS)]
            trial = _trial(factor, number, grounds)
            trials.append(trial)
            if listener is not None:
                listener(trial, verdicts)
    return SelfTest(THRESHOLD, load, tuple(trials))


def _trial(factor: float, number: int, grounds: Grounds) -> Trial:
    check = _check(factor, number)
    started = time.perf_counter()
    found = guarded(check, _TASK, check.target, Faster(check, _TASK, grounds).run)
    seconds = time.perf_counter() - started
    speed = found.speed
    if speed is None:
        raise CannotJudge(f"the self-test measured nothing: {_said(found)}")
    cpu = speed.cpu or (0.0, 0.0, 0.0)
    return Trial(factor, speed.verdict, cpu, speed.wall, speed.rounds, speed.processes, seconds, speed.reason)


def _said(found: Outcome) -> str:
    return found.message.got if found.message is not None else found.verdict.value


_TASK = Task("self-test", "self-test", 0, "planted.by_0", ())


def _check(factor: float, number: int) -> FasterThan:
    return FasterThan(
        f"self-test {number}",  # a name of its own has numbers of its own
        "the gate finds what was planted",
        target=f"planted.by_{100 * (factor - 1):.0f}",
        inputs=kernel_inputs.quantized_matmul,
        axes={"K": K, "N": N, "lead": (M,), "group": 64, "dtype": "float32"},
        rival=Rival("rung 2", "planted.by_0"),
        threshold=THRESHOLD,
        oracle="kernels.quantized_matmul",
        tolerance="quantized-matmul",
        idle="a",
        flops=2.0 * M * N * K,
    )


@contextmanager
def _planted(resources: Resources) -> Iterator[Grounds]:
    """Give a copy of the reference with slowed-down kernels beside its own, as submission and as reference."""
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="grader-self-test-", dir=resources.place))
        )
        folder.chmod(0o755)
        package = folder / "planted" / "reference"
        origin = paths.reference()
        if not origin.is_dir():
            raise CannotJudge(f"there is no reference at {origin}")
        shutil.copytree(origin, package, ignore=shutil.ignore_patterns("__pycache__"))
        (package / "planted.py").write_text(_PLANTED)
        rivals = stack.enter_context(Rivals(resources.zygote, OPS, package, resources.place))
        folders = resources.cache.folders
        try:
            session = Session(rivals.spec(), resources.zygote, folders)
        except NoRival as problem:
            raise CannotJudge(str(problem)) from problem
        stack.enter_context(session)
        yield Grounds(session, rivals, resources.cache.generator, folders.folder)


@contextmanager
def bursts() -> Iterator[None]:
    """Let another process take the core on which races begin, in bursts, within this context."""
    core = (race.cores() or [0])[0]
    command = [sys.executable, "-c", _BURSTS, str(core), str(os.getpid())]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.kill()
