"""Disks that are full or read-only, a damaged database, two runs at once: one sentence, nothing recorded is lost."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command_line import COMMAND, QUICK, REFERENCE, Done, environment, lines, start

Command = Callable[..., Done]
SUBMIT = ("submit", "week1", "-s", REFERENCE, "-t", QUICK, "--student", "ada")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a small disk with the options given; skips where mounting is not allowed."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(options: str) -> Path:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, text=True
        )
        if done.returncode:
            pytest.skip(f"a disk cannot be mounted here: {done.stderr.strip()}")
        return folder

    try:
        mount_program = shutil.which("mount")
        if mount_program is None:
            pytest.skip("there is no program to mount a disk")
        yield mount
    finally:
        subprocess.run(["umount", str(folder)], capture_output=True)


def fill(disk: Path, leave_bytes: int) -> Path:
    """Fill a disk up to a few free bytes with a file, and return that file."""
    filler = disk / "filler"
    state = shutil.disk_usage(disk)
    with contextlib.suppress(OSError):
        filler.write_bytes(b"x" * (state.free - leave_bytes))
    return filler


def fill_after_a_check(home: Path) -> None:
    """Wait until a journal has its header and a check, then leave no byte free."""
    while not any(lines(journal) >= 2 for journal in home.glob("runs/*.jsonl")):
        time.sleep(0.002)
    fill(home, 0)


def runs(home: Path | str, here: Command) -> list[str]:
    """Return the status of each run in the history."""
    done = here("history", "--home", home)
    assert (done.code, done.err) == (0, "")
    return re.findall(r"finished|cut off \(\d+ of \d+ checks\)|running \(.*?\)", done.out)


def test_a_read_only_report_folder_is_said_before_the_grading(
    here: Command, disk: Callable[[str], Path]
) -> None:
    """No run is made whose report would be lost."""
    folder = disk("ro,size=64k")
    assert here(*SUBMIT, "--report", folder / "reports") == Done(
        4, "", f"grader: the report folder {folder}/reports cannot be written: it is read-only\n"
    )
    assert not Path(".grader").exists()


def test_a_read_only_home_is_said(here: Command, disk: Callable[[str], Path]) -> None:
    """The sentence names the place and a way out."""
    folder = disk("ro,size=64k")
    done = here(*SUBMIT, "--home", folder / "home")
    assert (done.code, done.out) == (4, "")
    assert re.fullmatch(r"grader: \S+ cannot be written: the folder is read-only\. .*--home\.\n", done.err)


def test_a_full_report_folder_is_said_before_the_grading(here: Command, disk: Callable[[str], Path]) -> None:
    """Where not even a byte fits, nothing is graded for a report that cannot be written."""
    folder = disk("size=8k")
    fill(folder, 0)
    for option, what in (("--report", "report folder"), ("--json", "folder of the result file")):
        target = folder / "result.json" if option == "--json" else folder
        assert here(*SUBMIT, option, target) == Done(
            4, "", f"grader: the {what} {folder} cannot be written: the disk is full\n"
        )
    assert not Path(".grader").exists()


def test_a_report_that_does_not_fit_costs_neither_the_run_nor_what_is_printed(
    here: Command, disk: Callable[[str], Path]
) -> None:
    """The table is shown, one sentence names the folder, the result file is whole, the run is in the history."""
    folder = disk("size=24k")
    done = here(*SUBMIT, "--report", folder, "--json", folder / "result.json")
    assert done.code == 4
    assert "Score 4 / 4" in done.out
    assert f"result file: {folder}/result.json" in done.out
    assert re.fullmatch(
        rf"grader: cannot write the report to {folder}: the disk is full "
        r"\(the run is recorded: grader show \S+\)\n",
        done.err,
    )
    assert [p.name for p in folder.iterdir()] == ["result.json"]
    assert json.loads((folder / "result.json").read_text())["points"] == 4
    assert runs(".grader", here) == ["finished"]


def test_a_disk_too_small_for_the_history_is_said(here: Command, disk: Callable[[str], Path]) -> None:
    """A home on a full disk ends before the grading, with the disk as the reason."""
    folder = disk("size=16k")
    done = here(*SUBMIT, "--home", folder / "home")
    assert (done.code, done.out) == (4, "")
    assert re.fullmatch(r"grader: .*the disk is full.*\n", done.err)


def test_a_disk_that_fills_up_during_a_run_keeps_what_was_finished(
    here: Command, disk: Callable[[str], Path]
) -> None:
    """The journal stops at the last check that fits; with space again the same command finishes the same run."""
    home = disk("size=600k")
    assert runs(home, here) == []
    mine = shutil.copytree(REFERENCE, "mine")
    tasks = ("-s", mine, "-t", "1.1.1", "-t", QUICK)
    filler = threading.Thread(target=fill_after_a_check, args=(home,))
    filler.start()
    done = here(*SUBMIT, *tasks, "--home", home)
    filler.join()
    assert (done.code, done.out) == (4, "")
    assert re.fullmatch(r"grader: .*the disk is full.*\n", done.err)
    (home / "filler").unlink()
    cut = runs(home, here)
    assert len(cut) == 1
    kept = int(re.findall(r"\d+", cut[0])[0])
    assert kept >= 1
    again = here(*SUBMIT, *tasks, "--home", home)
    assert (again.code, again.err) == (0, "")
    assert runs(home, here) == ["finished"]


def test_a_damaged_database_is_left_alone_and_rebuilt_from_the_journals(here: Command, graded: Path) -> None:
    """The sentence says what to do; doing it brings every run back."""
    home = Path(shutil.copytree(graded / ".grader", "home"))
    for file in home.glob("history.db-*"):
        file.unlink()
    (home / "history.db").write_bytes(b"no database at all " * 400)
    for command in (("history",), SUBMIT, ("show", "2")):
        done = here(*command, "--home", home)
        assert (done.code, done.out) == (4, "")
        assert re.fullmatch(r"grader: home/history\.db is not a readable history database .*\n", done.err)
    assert (home / "history.db").read_bytes() == b"no database at all " * 400
    (home / "history.db").rename(home / "damaged.db")
    assert runs(home, here) == ["finished"]


def test_two_runs_at_once_on_one_database_both_finish(tmp_path: Path, here: Command) -> None:
    """Neither waits for the other's grading, neither takes the other's run up, both are in the history."""
    both = [start(*SUBMIT, cwd=tmp_path) for _ in range(2)]
    for process in both:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, "")
        assert "Score 4 / 4" in out
    assert runs(".grader", here) == ["finished", "finished"]


def test_the_output_on_a_full_disk_is_said(graded: Path) -> None:
    """`grader history > file` on a full disk does not look like an empty history."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full")
    with full.open("w") as stream:
        done = subprocess_with(stream, graded)
    assert done == Done(4, "", "grader: the disk is full; what was recorded before is kept\n")


def subprocess_with(stream: object, cwd: Path) -> Done:
    """Run `grader history` with its output in `stream`."""
    done = subprocess.run(
        [*COMMAND, "history"], cwd=cwd, env=environment(), stdout=stream, stderr=subprocess.PIPE, text=True
    )
    return Done(done.returncode, "", done.stderr)
