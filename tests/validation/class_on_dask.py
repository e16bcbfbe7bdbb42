"""Grades the sample class on this machine's processes and on a Dask cluster, and compares every grade and verdict.

    python -m tests.validation.class_on_dask

The cluster has a scheduler and two workers, started by the commands of docs/class.md; one of them is killed, with
the nanny that would start it anew, when a third of the results are there.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.classroom import conduct, intake, roster
from grader.classroom.folder import ClassFolder
from grader.classroom.grading import Assignment, Watcher
from grader.classroom.loading import load
from grader.classroom.work import Done
from grader.validation.sample_class import hand_in, people
from tests.validation.kill9 import ROOT

TASKS = ("1.2.1", "1.3.2", "1.4.1", "1.5.2")
START_S = 60.0


class Killer(Watcher):
    """Kills a worker of the cluster after so many results."""

    def __init__(self, process: subprocess.Popen[bytes] | None, after: int) -> None:
        self.process, self.after, self.seen = process, after, 0
        self.places: set[str] = set()

    def done(self, stage: str, done: Done) -> None:
        """Count, and kill when it is time."""
        self.seen += 1
        self.places.add(done.place)
        if self.process is not None and self.seen == self.after:
            os.killpg(self.process.pid, signal.SIGKILL)


@contextmanager
def dask(place: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a scheduler and two workers; give its address and the workers."""
    file, environment = place / "scheduler.json", {**os.environ, "PYTHONPATH": str(ROOT)}
    started: list[subprocess.Popen[bytes]] = []

    def start(*line: str) -> None:
        with (place / f"log{len(started)}").open("wb") as log:
            command = [sys.executable, "-m", "dask", *line]
            started.append(
                subprocess.Popen(
                    command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
                )
            )

    try:
        start(
            "scheduler", "--port", "0", "--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(file)
        )
        for _ in range(2):
            start("worker", "--scheduler-file", str(file), "--nthreads", "1", "--no-dashboard")
        end = time.monotonic() + START_S
        while not file.exists() and time.monotonic() < end:
            time.sleep(0.05)
        yield json.loads(file.read_text())["address"], started[1:]
    finally:
        for process in started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def grades(folder: ClassFolder) -> dict[str, object]:
    """Return total, reasons and every verdict of each student."""
    found: dict[str, object] = {}
    for grade in load(folder.root).grades:
        result = grade.counted.result if grade.counted is not None else None
        tasks = result.tasks if result is not None else ()
        verdicts = [(t.id, c.name, c.verdict.value, c.points) for t in tasks for c in t.checks]
        found[grade.student.id] = [grade.total, grade.pending, verdicts]
    return found


def main(arguments: list[str] | None = None) -> int:
    """Grade twice, compare, and print the figures."""
    parser = argparse.ArgumentParser(description="a class on a Dask cluster whose worker is killed")
    parser.add_argument("--students", type=int, default=20)
    options = parser.parse_args(arguments)
    place = Path(tempfile.mkdtemp(prefix="class-on-dask-"))
    place.chmod(0o755)
    try:
        everybody = [p for p in people(options.students, 1) if p.kind != "attack"]
        handed_in = hand_in(everybody, place / "sample")
        taken = intake.discover(handed_in, roster.read(place / "sample" / "roster.csv"))
        wanted = Assignment(week=1, tasks=TASKS, seed=9)
        folders = [ClassFolder.make(place / name) for name in ("local", "cluster")]
        started = time.monotonic()
        conduct.grade(folders[0], wanted, taken, conduct.Means(2), Watcher())
        local_s = time.monotonic() - started
        with dask(place) as (address, workers):
            killer = Killer(workers[0], len(taken.found) // 3)
            started = time.monotonic()
            run = conduct.grade(folders[1], wanted, taken, conduct.Means(scheduler=address), killer)
            cluster_s = time.monotonic() - started
        killed = workers[0].returncode
        first, second = grades(folders[0]), grades(folders[1])
    finally:
        shutil.rmtree(place, ignore_errors=True)
    different = [student for student in first if first[student] != second.get(student)]
    print(f"{run.graded} results on the cluster by {len(killer.places)} processes in {cluster_s:.1f} s")
    print(f"the same on two local processes in {local_s:.1f} s; the killed worker ended with {killed}")
    print(f"{len(first) - len(different)} of {len(first)} grades and their verdicts are the same")
    for student in different:
        print(f"{student}: {first[student]} here, {second.get(student)} on the cluster")
    return 1 if different or killed != -signal.SIGKILL or killer.seen != run.graded else 0


if __name__ == "__main__":
    sys.exit(main())
