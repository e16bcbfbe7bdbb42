"""Processes that are killed or run side by side lose nothing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from recorded_runs import CHECKS, HASHES, header, result

import grader
from grader.store import Store
from grader.store.database import Database
from grader.store.rows import insert_running

WRITER = Path(__file__).with_name("writer.py")
ROOT = Path(grader.__file__).parents[1]


def start_writer(home: Path, run_id: str, runs: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(home), run_id, str(runs)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{WRITER.parent}"},
    )


def check_confirmed(home: Path, confirmed: list[list[str]]) -> None:
    """Compare what the store holds with what the writer was told before it was killed."""
    with Store.open(home) as store:
        finished = {words[1] for words in confirmed if words[0] == "finished"}
        for run_id in {words[1] for words in confirmed if len(words) > 1}:
            loaded = store.load(run_id)
            if run_id in finished:
                assert loaded.to_json() == result(run_id, student=run_id).to_json()
            added = {words[2] for words in confirmed if words[0] == "added" and words[1] == run_id}
            assert added <= {check.name for task in loaded.tasks for check in task.checks}
        assert {row.state for row in store.history()} <= {"finished", "cut off"}


def test_killing_the_writer_at_random_moments_loses_nothing(tmp_path: Path) -> None:
    """After each of 20 kills the database opens, holds what was confirmed, and the run goes on to its end."""
    moments = random.Random(20)
    cut_off = 0
    for attempt in range(20):
        writer = start_writer(tmp_path, f"run{attempt}", 40)
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(moments.randrange(1, 60))]
        # spin for a part of the next step, so that the kill also falls between two confirmations
        for _ in range(moments.randrange(0, 60_000)):
            pass
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.readlines()
        writer.stdout.close()
        assert writer.wait() == -signal.SIGKILL
        check_confirmed(tmp_path, [line.decode().split() for line in lines if line.endswith(b"\n")])
        with Store.open(tmp_path) as store:
            for row in store.history():
                if row.state == "cut off":
                    cut_off += 1
                    finish(store, row.run_id)
                    assert (
                        store.load(row.run_id).to_json() == result(row.run_id, student=row.run_id).to_json()
                    )
    assert cut_off >= 5  # otherwise the kills came at moments that show nothing


def finish(store: Store, run_id: str) -> None:
    state = store.unfinished(1, HASHES, 7, student=run_id)
    assert state is not None
    with store.resume(state) as journal:
        for task_id, check in CHECKS:
            if (task_id, check.name) not in state.checks:
                journal.add(task_id, check)
        journal.finish(result(run_id, student=run_id))


def test_two_processes_share_one_database(tmp_path: Path) -> None:
    """Two writers that create the database at the same time and write side by side lose no run."""
    writers = [start_writer(tmp_path, name, 15) for name in ("left", "right")]
    outputs = [writer.communicate(timeout=120)[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    for output in outputs:
        check_confirmed(tmp_path, [line.decode().split() for line in output.splitlines()])
    with Store.open(tmp_path) as store:
        assert [row.state for row in store.history()] == ["finished"] * 30


def make_run(store: Store) -> None:
    with store.begin(header()) as journal:
        for task_id, check in CHECKS:
            journal.add(task_id, check)
        journal.finish(result())


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("statement", ["insert_running", "upsert_finished"])
def test_a_row_that_was_not_written_is_made_from_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    """A process that ends between the journal and the row costs neither: opening the store writes the row."""

    def killed(*_arguments: object) -> None:
        raise Killed

    store = Store.open(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(f"grader.store.rows.{statement}", killed)
        with pytest.raises(Killed):
            make_run(store)
    store = Store.open(tmp_path)
    if statement == "insert_running":
        assert [row.status for row in store.history()] == ["cut off (0 of 4 checks)"]
    else:
        assert store.load("run-1") == result()
        assert [row.state for row in store.history()] == ["finished"]


def test_a_lost_database_is_built_again_from_the_journals(tmp_path: Path) -> None:
    """Moving the database away loses nothing: history, progress and results are the same afterwards."""
    store = Store.open(tmp_path)
    for run_id in ("a", "b", "c"):
        with store.begin(header(run_id)) as journal:
            journal.add(*CHECKS[0])
            if run_id != "b":
                journal.finish(result(run_id))
    before = (store.history(), store.progress("mia", 1), [store.load(run_id) for run_id in "abc"])
    (tmp_path / "history.db").rename(tmp_path / "moved.db")
    store = Store.open(tmp_path)
    assert (store.history(), store.progress("mia", 1), [store.load(run_id) for run_id in "abc"]) == before


def test_a_reader_is_not_held_up_by_a_writer(tmp_path: Path) -> None:
    """While another process is in the middle of writing, the history is read as it was before."""
    store = Store.open(tmp_path, busy_s=0.0)
    with Database(tmp_path / "history.db").writing() as connection:
        insert_running(connection, header("new"))
        assert store.history() == []
    assert [row.run_id for row in store.history()] == ["new"]
