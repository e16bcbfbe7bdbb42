"""Kills the grader with SIGKILL at random moments and looks at what is left.

    python -m tests.validation.kill9 --moments 50

For every moment: each check whose journal line was there before the kill is still there, the database opens and is
sound, no process of the grader lives on, the same command takes the run up and ends with the score and the verdicts
of a run that nobody disturbed, and afterwards no temporary folder is left. Half of the moments are spread evenly
over the time of a run, the other half lie within 30 ms after a line of the journal was written.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from grader.store.journal import JournalState, read_journal

ROOT = Path(__file__).resolve().parents[2]
TASKS = ("1.3.2", "1.5.2")  # nine checks of two kinds, among the quickest of the week
SETTLE_S = 10.0  # until the processes of a killed grader have to be gone
RUN_S = 300.0


@dataclass(frozen=True)
class Undisturbed:
    """A run that nobody has killed."""

    verdicts: dict[str, object]
    seconds: float
    checks: int


@dataclass
class Moment:
    """What was found after one kill."""

    phase: str  # when it hit
    shown: int  # checks that were finished before
    lost: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """The folders of one try; temporary files of the grader go where nobody else has any."""

    root: Path

    def __post_init__(self) -> None:
        (self.root / "tmp").mkdir(parents=True)
        mine = self.root.parent / "submission"  # a copy, so that nobody edits it between two commands
        if not mine.exists():
            shutil.copytree(ROOT / "reference", mine, ignore=shutil.ignore_patterns("__pycache__"))
        for folder in (self.root, self.root / "tmp"):
            folder.chmod(0o755)

    @property
    def home(self) -> Path:
        """The grader's home."""
        return self.root / "home"

    def start(self, tasks: tuple[str, ...]) -> subprocess.Popen[bytes]:
        """Start `grader submit week1` for some tasks."""
        line = [sys.executable, "-c", "from grader.cli import main; main()", "submit", "week1"]
        line += ["--submission", str(self.root.parent / "submission"), "--student", "kill9", "--seed", "9"]
        line += ["--report", str(self.root / "reports"), "--json", str(self.root / "result.json")]
        line += ["--home", str(self.home), *(part for task in tasks for part in ("--task", task))]
        environment = {**os.environ, "TMPDIR": str(self.root / "tmp")}
        with (self.root / "output").open("ab") as output:
            return subprocess.Popen(
                line, cwd=ROOT, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL
            )

    def journals(self) -> list[JournalState]:
        """Return what the journals hold now."""
        found = (read_journal(path) for path in sorted((self.home / "runs").glob("*.jsonl")))
        return [state for state in found if state is not None]

    def verdicts(self) -> dict[str, object]:
        """Return the score and every verdict of the result file."""
        result = json.loads((self.root / "result.json").read_text())
        return {
            "points": [result["points"], result["extra_points"], result["complete"]],
            **{
                f"{task['id']} {check['name']}": [check["status"], check["points"], check["cases_passed"]]
                for task in result["tasks"]
                for check in task["checks"]
            },
        }


def undisturbed(folder: Path, tasks: tuple[str, ...] = TASKS) -> Undisturbed:
    """Run the command once to its end."""
    place, started = Place(folder), time.monotonic()
    code = place.start(tasks).wait(RUN_S)
    if code != 0:
        raise RuntimeError(f"the undisturbed run ended with {code}: {(place.root / 'output').read_text()}")
    verdicts = place.verdicts()
    return Undisturbed(verdicts, time.monotonic() - started, len(verdicts) - 1)


def try_moment(
    folder: Path, choice: random.Random, whole: Undisturbed, tasks: tuple[str, ...] = TASKS
) -> Moment:
    """Start the command, kill it at a moment of `choice`, look, and take the run up again."""
    place = Place(folder)
    process = place.start(tasks)
    _wait_for_moment(place, process, choice, whole)
    family = {process.pid, *descendants(process.pid)}
    before = place.journals()
    process.send_signal(signal.SIGKILL)
    process.wait()
    moment = Moment(_phase(before, whole), sum(len(state.checks) for state in before))
    _look(place, family, before, moment)
    code = place.start(tasks).wait(RUN_S)
    if code != 0:
        moment.problems.append(f"taken up again, it ended with {code}: {(place.root / 'output').read_text()}")
        return moment
    after = place.journals()
    runs = [state.header.run_id for state in before if state.result is None]
    if runs and [state.header.run_id for state in after] != runs:
        moment.problems.append(f"the run {runs} was not taken up, there are {len(after)} runs")
    if place.verdicts() != whole.verdicts:
        moment.problems.append(f"other verdicts: {place.verdicts()} in place of {whole.verdicts}")
    left = sorted(p.name for p in (place.root / "tmp").iterdir() if p.name.startswith(("grader-", "canary-")))
    if left:
        moment.problems.append(f"temporary folders are left: {left}")
    return moment


def _wait_for_moment(
    place: Place, process: subprocess.Popen[bytes], choice: random.Random, whole: Undisturbed
) -> None:
    if choice.random() < 0.5:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(choice.uniform(0, whole.seconds))
        return
    lines = choice.randint(1, whole.checks + 2)  # the header and the result have lines too
    while process.poll() is None and _lines(place) < lines:
        time.sleep(0.002)
    time.sleep(choice.uniform(0, 0.03))


def _lines(place: Place) -> int:
    return sum(path.read_bytes().count(b"\n") for path in (place.home / "runs").glob("*.jsonl"))


def _phase(before: list[JournalState], whole: Undisturbed) -> str:
    if not before:
        return "before the run was begun"
    if before[-1].result is not None:
        return "after the result was recorded"
    return "between checks" if before[-1].checks else "before the first check"


def _look(place: Place, family: set[int], before: list[JournalState], moment: Moment) -> None:
    """Look at processes, journals and the database that a kill has left."""
    alive = survivors(family)
    if alive:
        moment.problems.append(f"{len(alive)} processes live on: {sorted(alive)}")
    now = {state.header.run_id: state for state in place.journals()}
    for state in before:
        kept = now[state.header.run_id].checks if state.header.run_id in now else {}
        moment.lost += [f"{key}" for key, check in state.checks.items() if kept.get(key) != check]
    if moment.lost:
        moment.problems.append(f"lost: {moment.lost}")
    database = place.home / "history.db"
    if database.exists() and database.stat().st_size:
        with contextlib.closing(sqlite3.connect(database)) as connection:
            said = connection.execute("pragma integrity_check").fetchone()[0]
        if said != "ok":
            moment.problems.append(f"the database: {said}")


def descendants(pid: int) -> Iterator[int]:
    """Yield the processes that `pid` has started, and those that they have."""
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = file.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                child = int(file.parent.name)
                yield child
                yield from descendants(child)


def is_running(pid: int) -> bool:
    """Return whether a process is there and not only waits to be collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return False


def survivors(family: set[int]) -> set[int]:
    """Return the processes that still run `SETTLE_S` after the kill; none as soon as all have ended."""
    deadline = time.monotonic() + SETTLE_S
    while (alive := {pid for pid in family if is_running(pid)}) and time.monotonic() < deadline:
        time.sleep(0.02)
    return alive


def main(arguments: list[str] | None = None) -> int:
    """Try as many moments as asked for, print the figures, and return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description="kill -9 the grader at random moments")
    parser.add_argument("--moments", type=int, default=50)
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument(
        "--jobs", type=int, default=1, help="so many graders at a time, each with its own folders"
    )
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="kill9-"))
    folder.chmod(0o755)
    try:
        whole = undisturbed(folder / "undisturbed")

        def one(number: int) -> Moment:
            moment = try_moment(folder / str(number), random.Random(f"{options.seed} {number}"), whole)
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
    print(
        f"{sum(m.shown for m in moments):4} checks were finished before, {sum(len(m.lost) for m in moments)} lost"
    )
    print(f"{len(moments) - wrong:4} runs were taken up to the same score and verdicts, {wrong} not")
    print(f"\n{len(moments) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
