"""Each failure of the disk or the database is one sentence, and nothing recorded is lost."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from recorded_runs import CHECKS, HASHES, header, result
from sqlalchemy import text

from grader.errors import CannotJudge
from grader.store import Journal, Store
from grader.store.database import Database, migrate
from grader.store.journal import read_journal


def make_run(store: Store, run_id: str = "run-1") -> None:
    with store.begin(header(run_id)) as journal:
        for task_id, check in CHECKS:
            journal.add(task_id, check)
        journal.finish(result(run_id))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 512 KiB, enough for SQLite's side files and some runs."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(folder)]
    if os.name != "posix" or os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("a small file system can only be mounted by root on Linux")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path, leave_bytes: int = 0) -> None:
    """Fill the disk but for `leave_bytes`."""
    with suppress(OSError), (folder / "filler").open("wb", buffering=0) as filler:
        while filler.write(bytes(4096)):
            pass
    os.truncate(folder / "filler", max((folder / "filler").stat().st_size - leave_bytes, 0))


@pytest.mark.parametrize("content", [b"not a database at all" * 400, None])
def test_a_damaged_database_is_named_and_left(tmp_path: Path, content: bytes | None) -> None:
    """A file that is no database, or has overwritten pages, is reported, and not a byte of it changes."""
    make_run(Store.open(tmp_path))
    path = tmp_path / "history.db"
    damaged = content or path.read_bytes()[:4096] + bytes(path.stat().st_size - 4096)
    path.write_bytes(damaged)
    with pytest.raises(CannotJudge) as caught:
        Store.open(tmp_path)
    assert str(caught.value) == (
        f"{path} is not a readable history database (the file is damaged). It was left as it was; move it "
        "away, and the history is built again from the journals beside it, or use --home."
    )
    assert path.read_bytes() == damaged
    path.rename(tmp_path / "damaged.db")
    assert Store.open(tmp_path).load("run-1") == result()


def test_random_damage_never_shows_a_traceback(tmp_path: Path) -> None:
    """Whatever bytes of the database are overwritten, the store answers or says that it cannot."""
    store = Store.open(tmp_path)
    make_run(store)
    make_run(store, "run-2")
    path = tmp_path / "history.db"
    raw = path.read_bytes()
    places = random.Random(7)
    refused = 0
    for _ in range(60):
        damaged = bytearray(raw)
        at = places.randrange(0, len(raw) - 64)
        damaged[at : at + 64] = places.randbytes(64)
        path.write_bytes(damaged)
        try:
            store = Store.open(tmp_path)
            store.history()
            store.load("run-1")
            make_run(store, "run-3")
        except CannotJudge:
            refused += 1
        for extra in (path.with_name("history.db-wal"), path.with_name("history.db-shm")):
            extra.unlink(missing_ok=True)
        (tmp_path / "runs" / "run-3.jsonl").unlink(missing_ok=True)
    assert refused >= 5


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    """A database with other tables is not made into a history."""
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        connection.execute("create table recipes (name text)")
    with pytest.raises(CannotJudge, match=r"history\.db is a database of something else; move it away"):
        Store.open(tmp_path)
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        assert connection.execute("select name from sqlite_master").fetchall() == [("recipes",)]


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    """A database of a revision that this version does not know is refused and keeps its revision."""
    make_run(Store.open(tmp_path))
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
        connection.commit()
    with pytest.raises(
        CannotJudge, match=r"newer version of the grader \(revision 9999, this one reads up to 0001"
    ):
        Store.open(tmp_path)
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        assert connection.execute("select version_num from alembic_version").fetchall() == [("9999",)]
        assert connection.execute("select run_id from runs").fetchall() == [("run-1",)]


def test_a_locked_database_is_waited_for_and_named(tmp_path: Path) -> None:
    """A writer that waits for longer than the limit is told so, and its run is kept."""
    store = Store.open(tmp_path, busy_s=0.1)
    journal = store.begin(header())
    journal.add(*CHECKS[0])
    with (
        Database(tmp_path / "history.db").writing(),
        pytest.raises(CannotJudge, match=r"history\.db is in use by another process \(waited 0\.1 s\)"),
    ):
        journal.finish(result())
    journal.close()
    assert Store.open(tmp_path).load("run-1") == result()


def test_a_database_that_is_busy_while_it_is_opened_is_waited_for(tmp_path: Path) -> None:
    """A process that finds a new database in the hands of another opens it as soon as that one lets go."""
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("begin immediate")  # SQLite itself does not wait for this one
        timer = threading.Timer(0.3, other.execute, ["commit"])
        timer.start()
        try:
            with Database(path).reading() as connection:
                assert connection.execute(text("pragma journal_mode")).scalar() == "wal"
        finally:
            timer.join()


def test_a_full_disk_keeps_what_was_finished(small_disk: Path) -> None:
    """A journal that does not fit says what was kept; with space again the same run goes on to its result."""
    store = Store.open(small_disk)
    journal = store.begin(header())
    journal.add(*CHECKS[0])
    fill(small_disk)
    added: list[str] = []
    with pytest.raises(CannotJudge) as caught:
        add_many(journal, added)
    journal.close()
    assert str(caught.value) == (
        f"{small_disk}/runs/run-1.jsonl cannot be written: the disk is full. What was finished before is "
        f"kept ({1 + len(added)} of 4 checks); the same command, given again, goes on from there."
    )
    kept = read_journal(small_disk / "runs" / "run-1.jsonl")
    assert kept is not None
    assert (len(kept.checks), kept.damaged_lines) == (1 + len(added), 0)
    (small_disk / "filler").unlink()
    store = Store.open(small_disk)
    state = store.unfinished(1, HASHES, 7, student="mia")
    assert state is not None
    with store.resume(state) as journal:
        for task_id, check in CHECKS[1:]:
            journal.add(task_id, check)
        journal.finish(result())
    assert store.load("run-1") == result()


def add_many(journal: Journal, added: list[str]) -> None:
    for number in range(200):  # the last block of the file has room for some
        check = replace(CHECKS[0][1], name=f"extra-{number}", sentence="x" * 200)
        journal.add("1.1.1", check)
        added.append(check.name)


@pytest.mark.parametrize("leave_kib", range(0, 260, 20))
def test_a_disk_that_fills_up_anywhere_is_one_sentence(small_disk: Path, leave_kib: int) -> None:
    """Whether journal, database or SQLite's side files do not fit: it is said, and what was there stays."""
    make_run(Store.open(small_disk), "before")
    fill(small_disk, leave_kib * 1024)
    made: list[str] = []
    with pytest.raises(CannotJudge, match="the disk is full") as caught:
        make_many(small_disk, made)
    assert "\n" not in str(caught.value)
    (small_disk / "filler").unlink()
    store = Store.open(small_disk)
    for run_id in ["before", *made]:
        assert store.load(run_id).to_json() == result(run_id).to_json()
    assert {row.state for row in store.history()} <= {"finished", "cut off"}


def make_many(home: Path, made: list[str]) -> None:
    for number in range(200):
        make_run(Store.open(home), f"run-{number}")
        made.append(f"run-{number}")


def test_a_full_disk_before_the_first_run(small_disk: Path) -> None:
    """Where not even an empty history fits, that is one sentence; with space again the store opens."""
    fill(small_disk)
    with pytest.raises(CannotJudge, match="the disk is full"):
        Store.open(small_disk / "home")
    (small_disk / "filler").unlink()
    assert Store.open(small_disk / "home").history() == []


@pytest.mark.parametrize("there", [True, False])
def test_a_read_only_folder_is_named(small_disk: Path, there: bool) -> None:
    """A folder that cannot be written is one sentence, whether or not there is a history in it."""
    if there:
        make_run(Store.open(small_disk))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(CannotJudge, match="cannot be written: the folder is read-only"):
        Store.open(small_disk)


def test_a_folder_that_becomes_read_only(small_disk: Path) -> None:
    """A folder that is switched to read-only between two runs is named, and nothing is lost."""
    store = Store.open(small_disk)
    with store.begin(header()) as journal:
        journal.add(*CHECKS[0])
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(CannotJudge, match="read-only"):
        store.begin(header("run-2"))
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert [row.status for row in Store.open(small_disk).history()] == ["cut off (1 of 4 checks)"]


@pytest.mark.parametrize("where", ["file", "file/home"])
def test_a_home_that_is_a_file_is_named(tmp_path: Path, where: str) -> None:
    """A file in place of the folder is one sentence."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(CannotJudge, match=r"cannot be used: (File exists|Not a directory)\. Use --home"):
        Store.open(tmp_path / where)
    assert (tmp_path / "file").read_text() == "mine"


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    """A process that finds the database upgraded by another one in the meantime leaves it as it is."""
    make_run(Store.open(tmp_path))
    with Database(tmp_path / "history.db").writing() as connection:
        migrate(connection, tmp_path / "history.db")
    assert Store.open(tmp_path).load("run-1") == result()
