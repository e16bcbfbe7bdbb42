"""`python -m tests.bench.week1`: what isolation costs, and how long Week 1 takes. All ratios from one run.

* null call: the median of calls that do nothing, through the wire, a sandboxed worker and back;
* isolation: CPU seconds of grader and worker for all of Week 1 on the reference, against the same checks with the
  reference imported into the grader; the two are measured in turn, each with the oracles' answers already known;
* Week 1: wall time of the whole command `grader submit week1`, start-up included.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

from grader.course.catalog import find_week
from grader.paths import ROOT
from grader.run import session
from grader.run.runner import Request, Resources, Runner, worker_spec
from grader.worker.client import Worker
from grader.worker.submission import find, snapshot

CALLS = 5000
ROUNDS = 11
SUBMISSION = "def nothing():\n    return None\n"


def null_call_ms(stack: ExitStack, resources: Resources) -> dict[str, float]:
    """Return median and 95th percentile of a call that does nothing."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grader-bench-")))
    folder.chmod(0o755)
    (folder / "student").mkdir()
    (folder / "student" / "__init__.py").write_text("")
    (folder / "student" / "basics.py").write_text(SUBMISSION)
    copy = snapshot(find(folder), folder / "snapshot")
    worker = Worker(worker_spec(copy, ()), resources.zygote)
    worker.start()
    worker.load()
    times = []
    for _ in range(CALLS):
        started = time.perf_counter()
        worker.call("basics.nothing")
        times.append((time.perf_counter() - started) * 1e3)
    worker.stop()
    return {"median": statistics.median(times), "p95": sorted(times)[int(0.95 * CALLS)]}


def own_cpu_s() -> float:
    """Return the CPU time of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def isolation(resources: Resources) -> dict[str, list[float]]:
    """Return CPU seconds per round of Week 1 on the reference, isolated and in one process."""
    from tests.bench.inline import InlineWorker

    runner = Runner(resources)
    request = Request(find_week("1"), ROOT / "reference")
    runner.grade(request)  # the oracles' answers are known from here on
    found: dict[str, list[float]] = {"isolated": [], "inline": []}
    for round_ in range(ROUNDS):
        order = ("isolated", "inline") if round_ % 2 else ("inline", "isolated")
        for way in order:
            started = own_cpu_s()
            if way == "isolated":
                worker_s = runner.grade(request).worker_cpu_s
            else:
                with mock.patch.object(session, "Worker", InlineWorker):
                    worker_s = runner.grade(request).worker_cpu_s
            found[way].append(own_cpu_s() - started + worker_s)
    return found


def week1_wall_s() -> list[float]:
    """Return wall times of the whole command on the reference."""
    times = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            command = [
                sys.executable,
                "-m",
                "grader",
                "submit",
                "week1",
                "--submission",
                str(ROOT / "reference"),
            ]
            command += ["--report", f"{folder}/reports", "--home", f"{folder}/home"]
            started = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - started)
    return times


def main() -> int:
    """Measure, print, and write reports/bench-week1.json with the raw samples."""
    with ExitStack() as stack:
        resources = Resources.open(1, stack)
        null = null_call_ms(stack, resources)
        cpu = isolation(resources)
    wall = week1_wall_s()
    ratios = [a / b for a, b in zip(cpu["isolated"], cpu["inline"], strict=True)]
    print(f"null call            {null['median']:.3f} ms median, {null['p95']:.3f} ms p95   (at most 0.2 ms)")
    print(
        f"isolation, CPU       {statistics.median(cpu['isolated']):.2f} s against "
        f"{statistics.median(cpu['inline']):.2f} s in one process: ratio {statistics.median(ratios):.3f}, "
        f"{min(ratios):.3f} to {max(ratios):.3f} over {ROUNDS} rounds   (at most 1.15)"
    )
    print(
        f"Week 1 on reference  {statistics.median(wall):.1f} s wall, {os.cpu_count()} CPUs   (at most 20 s)"
    )
    report = ROOT / "reports" / "bench-week1.json"
    report.parent.mkdir(exist_ok=True)
    report.write_text(json.dumps({"null_call_ms": null, "cpu_s": cpu, "week1_wall_s": wall}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
