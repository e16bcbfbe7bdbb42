"""The store: begins, resumes, finishes, lists and loads runs.

A folder holds `history.db` and one journal per run in `runs/`. The journals are the truth: a run whose row is
missing or behind, because the process was killed in between or the database was moved away, gets its row from
its journal when the store is opened. Knows nothing about how checks are executed or shown.
"""

from __future__ import annotations

import difflib
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from grader.errors import CannotJudge, UsageError
from grader.result import Progress, Result
from grader.store import rows
from grader.store.database import BUSY_S, Database
from grader.store.journal import (
    Journal,
    JournalState,
    claim_journal,
    create_journal,
    is_being_written,
    read_journal,
)
from grader.store.partial import partial_result
from grader.store.records import CUT_OFF, FINISHED, RUNNING, RunHeader, RunRow


class Store:
    """All runs of one grader home."""

    def __init__(self, folder: Path, database: Database) -> None:
        self._folder = folder
        self._database = database

    @classmethod
    def open(cls, folder: Path, busy_s: float = BUSY_S) -> Store:
        """Open the store in `folder`, which is created if it is missing, for its owner alone.

        Raises:
            CannotJudge: the folder or the database cannot be used; the sentence says why and what to do.
        """
        with _one_sentence(folder):
            if not folder.is_dir():
                folder.parent.mkdir(parents=True, exist_ok=True)
                folder.mkdir(mode=0o700, exist_ok=True)
            (folder / "runs").mkdir(mode=0o700, exist_ok=True)
            (folder / "runs").chmod(0o700)
            path = folder / "history.db"
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            path.chmod(0o600)  # SQLite gives its two side files the same rights
            store = cls(folder, Database(path, busy_s))
            store._catch_up()
        return store

    def close(self) -> None:
        """Do nothing: no connection outlives its transaction. Journals are closed by whoever writes them."""

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def begin(self, header: RunHeader) -> Journal:
        """Begin a run: from here on it is in the history, whatever happens.

        Raises:
            CannotJudge: the run exists already, or the journal or the database cannot be written.
        """
        path = self._journal_path(header.run_id)
        with _one_sentence(path):
            descriptor = create_journal(path, header)
        return self._journal(descriptor, JournalState(path, header))

    def unfinished(
        self,
        week: int,
        hashes: dict[str, str],
        seed: int,
        selected: tuple[str, ...] = (),
        student: str = "",
        unsafe: bool = False,
    ) -> JournalState | None:
        """Return the newest cut-off run that a run of this kind can go on with, None if there is none.

        Raises:
            CannotJudge: the database or a journal cannot be read.
        """
        wanted = (week, hashes, seed, selected, student, unsafe)
        for row in reversed(self.history(student=student, week=week)):
            if row.state != CUT_OFF:
                continue
            state = self._state(row.run_id)
            header = state.header if state else None
            if header and wanted == (
                header.week,
                header.hashes,
                header.seed,
                header.selected,
                header.student,
                header.unsafe,
            ):
                return state
        return None

    def resume(self, state: JournalState) -> Journal:
        """Go on with a cut-off run; `state.checks` are the checks that need not be done again.

        Raises:
            CannotJudge: another process goes on with it or has done so, or the journal cannot be written.
        """
        with _one_sentence(state.path):
            return self._journal(claim_journal(state), state)

    def history(self, student: str | None = None, week: int | None = None) -> list[RunRow]:
        """Return the runs, of one student and week if asked for, newest last."""
        with self._database.reading() as connection:
            found = rows.select_rows(connection, student, week)
        return [row if row.state == FINISHED else self._as_it_stands(row) for row in found]

    def load(self, run: str) -> Result:
        """Return the result of a run, with the progress up to it; `run` is its id or a beginning of it.

        A run that was cut off, or is still running, gives its finished checks with `complete=False`.

        Raises:
            UsageError: no run, or more than one, is called so.
            CannotJudge: the database or the journal cannot be read.
        """
        with self._database.reading() as connection:
            run_id = _unique(run, rows.select_run_ids(connection))
            result = rows.select_result(connection, run_id)
            header = rows.select_header(connection, run_id)
        if result is None:
            result = partial_result(self._state(run_id) or JournalState(self._journal_path(run_id), header))
        return replace(result, progress=self.progress(result.student, result.week, before=run_id))

    def progress(self, student: str, week: int, before: str = "") -> tuple[Progress, ...]:
        """Return the finished runs of the whole week that `student` began before `before`, oldest first.

        Without `before` (the id of a run), or if there is no such run, all of them. Runs of selected tasks
        are left out: their points have another maximum.
        """
        with self._database.reading() as connection:
            return rows.select_progress(connection, student, week, before)

    def _journal_path(self, run_id: str) -> Path:
        return self._folder / "runs" / f"{run_id}.jsonl"

    def _journal(self, descriptor: int, state: JournalState) -> Journal:
        def record(result: Result, finished_at: str) -> None:
            with self._database.writing() as connection:
                rows.upsert_finished(connection, state.header, result, finished_at)

        journal = Journal(descriptor, state.path, state, on_finish=record)
        try:
            with self._database.writing() as connection:
                rows.insert_running(connection, state.header)
        except BaseException:
            journal.close()
            raise
        return journal

    def _state(self, run_id: str) -> JournalState | None:
        path = self._journal_path(run_id)
        with _one_sentence(path):
            return read_journal(path) if path.exists() else None

    def _as_it_stands(self, row: RunRow) -> RunRow:
        """Return the row of an unfinished run with what its journal says now."""
        alive = is_being_written(self._journal_path(row.run_id))
        state = self._state(row.run_id)
        if state is None:
            return replace(row, state=RUNNING if alive else CUT_OFF)
        partial = partial_result(state)
        return replace(
            row,
            state=RUNNING if alive else CUT_OFF,
            checks_done=len(state.checks),
            points=partial.points,
            extra_points=partial.extra_points,
        )

    def _catch_up(self) -> None:
        """Bring the rows up to the journals."""
        with self._database.reading() as connection:
            known = rows.select_run_ids(connection)
            unfinished = rows.select_unfinished_run_ids(connection)
        for path in sorted((self._folder / "runs").glob("*.jsonl")):
            if path.stem in known and path.stem not in unfinished:
                continue
            state = read_journal(path)
            if state is None or (state.result is None and path.stem in known):
                continue
            with self._database.writing() as connection:
                rows.insert_running(connection, state.header)
                if state.result is not None:
                    rows.upsert_finished(connection, state.header, state.result, state.finished_at)


def _unique(run: str, run_ids: set[str]) -> str:
    """Return the one id that is or begins with `run`."""
    if run in run_ids:
        return run
    found = sorted(run_id for run_id in run_ids if run and run_id.startswith(run))
    if len(found) == 1:
        return found[0]
    if found:
        shown = ", ".join(found[:5]) + (", ..." if len(found) > 5 else "")
        raise UsageError(f"run {run!r} is ambiguous: {len(found)} runs begin with it ({shown}).")
    close = difflib.get_close_matches(run, sorted(run_ids), n=3, cutoff=0.5)
    hint = (
        f"did you mean {' or '.join(close)}?" if close else f"there are {len(run_ids)} runs: grader history."
    )
    raise UsageError(f"no run is called {run!r}; {hint}")


@contextmanager
def _one_sentence(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotJudge(_sentence(error, path)) from error


def _sentence(error: OSError, path: Path) -> str:
    """Return what the user reads when the system refuses `path` with `error`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{path} cannot be written: the disk is full. Nothing recorded is lost; free some space."
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return f"{path} cannot be written: the folder is read-only. Change that, or use --home."
    if error.errno == errno.EEXIST and path.suffix == ".jsonl":
        return f"run {path.stem} exists already; every run needs an id of its own."
    return f"{path} cannot be used: {error.strerror}. Use --home for another place."
