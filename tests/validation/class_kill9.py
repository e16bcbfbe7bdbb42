"""Kills the grading of a class with SIGKILL at random moments and looks at what is left.

    python -m tests.validation.class_kill9 --moments 20

For every moment: each result that was on the disk before the kill is still there and is not made again, no process of
the grader lives on, and the same command ends with the grades and verdicts of a run that nobody disturbed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from grader.classroom.loading import load
from grader.validation.sample_class import hand_in, people
from tests.validation.kill9 import ROOT, descendants, survivors

STUDENTS = 20
TASKS = ("1.3.2", "1.5.2")
RUN_S = 600.0


@dataclass
class Moment:
    """What was found after one kill."""

    phase: str
    kept: int = 0  # results that were there
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """The folders of one try."""

    root: Path
    sample: Path

    def __post_init__(self) -> None:
        (self.root / "tmp").mkdir(parents=True)
        for folder in (self.root, self.root / "tmp"):
            folder.chmod(0o755)

    @property
    def folder(self) -> Path:
        """The class's folder."""
        return self.root / "class"

    def start(self) -> subprocess.Popen[bytes]:
        """Start `grader class grade` on two processes."""
        line = [sys.executable, "-c", "from grader.cli import main; main()", "class", "grade"]
        line += [str(self.sample / "handed-in"), "--week", "1", "--roster", str(self.sample / "roster.csv")]
        line += ["--policy", str(self.sample / "policy.toml"), "--out", str(self.folder), "--seed", "9"]
        line += ["--home", str(self.root / "home"), "--jobs", "2"]
        line += [part for task in TASKS for part in ("--task", task)]
        environment = {**os.environ, "TMPDIR": str(self.root / "tmp")}
        with (self.root / "output").open("ab") as output:
            return subprocess.Popen(
                line, cwd=ROOT, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL
            )

    def results(self) -> dict[str, tuple[int, int]]:
        """Return inode and time of each kept result: another one means that it was made again."""
        found = {}
        for path in (self.folder / "results").glob("*.json"):
            with contextlib.suppress(FileNotFoundError):
                status = path.stat()
                found[path.name] = (status.st_ino, status.st_mtime_ns)
        return found

    def grades(self) -> dict[str, object]:
        """Return what counts for every student, and every verdict."""
        found: dict[str, object] = {}
        for grade in load(self.folder).grades:
            counted = grade.counted
            checks = counted.result.tasks if counted is not None and counted.result is not None else ()
            found[grade.student.id] = [
                grade.total,
                grade.reasons,
                grade.pending,
                counted.source if counted else "",
                [(t.id, c.name, c.verdict, c.points) for t in checks for c in t.checks],
            ]
        return found


@dataclass(frozen=True)
class Undisturbed:
    """A run that nobody has killed."""

    grades: dict[str, object]
    seconds: float
    results: int


def undisturbed(root: Path, sample: Path) -> Undisturbed:
    """Run the command once to its end."""
    place, started = Place(root, sample), time.monotonic()
    code = place.start().wait(RUN_S)
    if code != 0:
        raise RuntimeError(f"the undisturbed run ended with {code}: {(place.root / 'output').read_text()}")
    return Undisturbed(place.grades(), time.monotonic() - started, len(place.results()))


def try_moment(root: Path, sample: Path, choice: random.Random, whole: Undisturbed) -> Moment:
    """Start the command, kill it at a moment of `choice`, look, and give the command again."""
    place = Place(root, sample)
    process = place.start()
    if choice.random() < 0.4:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(choice.uniform(0, whole.seconds))
    else:  # soon after one of the results was written
        wanted = choice.randint(1, whole.results)
        while process.poll() is None and len(place.results()) < wanted:
            time.sleep(0.002)
        time.sleep(choice.uniform(0, 0.03))
    family = {process.pid, *descendants(process.pid)}
    before = place.results()
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = (place.folder / "accepted").exists()
    phase = "after the end" if done else "between results" if before else "before the first result"
    moment = Moment(phase, len(before))
    alive = survivors(family)
    if alive:
        moment.problems.append(f"{len(alive)} processes live on: {sorted(alive)}")
    code = place.start().wait(RUN_S)
    if code != 0:
        moment.problems.append(f"given again, it ended with {code}: {(place.root / 'output').read_text()}")
        return moment
    after = place.results()
    if {name: after.get(name) for name in before} != before:
        moment.problems.append("a result that was there has been made again")
    if place.grades() != whole.grades:
        moment.problems.append("other grades than those of an undisturbed run")
    left = [p.name for p in (place.root / "tmp").iterdir() if p.name.startswith(("grader-", "canary-"))]
    if left:
        moment.problems.append(f"temporary folders are left: {sorted(left)}")
    return moment


def main(arguments: list[str] | None = None) -> int:
    """Try as many moments as asked for, print the figures, and return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description="kill -9 the grading of a class at random moments")
    parser.add_argument("--moments", type=int, default=20)
    parser.add_argument("--seed", type=int, default=20261128)
    parser.add_argument(
        "--jobs", type=int, default=1, help="so many classes at a time, each with its own folders"
    )
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="class-kill9-"))
    folder.chmod(0o755)
    try:
        sample = folder / "sample"
        plain = [p for p in people(STUDENTS, 1) if p.kind not in ("attack", "corrupt archive")]
        hand_in(plain, sample)
        whole = undisturbed(folder / "undisturbed", sample)

        def one(number: int) -> Moment:
            choice = random.Random(f"{options.seed} {number}")
            moment = try_moment(folder / str(number), sample, choice, whole)
            shutil.rmtree(folder / str(number))
            return moment

        moments = []
        with ThreadPoolExecutor(options.jobs) as pool:
            for number, moment in enumerate(pool.map(one, range(options.moments))):
                moments.append(moment)
                for problem in moment.problems:
                    print(f"moment {number}: {problem}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for phase, count in Counter(moment.phase for moment in moments).most_common():
        print(f"{count:4} kills {phase}")
    wrong = sum(bool(moment.problems) for moment in moments)
    print(f"{sum(m.kept for m in moments):4} results were kept before, none of them made again")
    print(f"\n{len(moments) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
