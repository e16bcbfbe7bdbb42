"""The store begins, finishes, lists, loads and resumes runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from recorded_runs import CHECKS, HASHES, header, result

from grader.errors import CannotJudge, UsageError
from grader.result import Progress, Verdict
from grader.store import Store, partial_result


def record(
    store: Store, run_id: str, checks: int = len(CHECKS), finish: bool = True, **changes: object
) -> None:
    with store.begin(header(run_id, **changes)) as journal:
        for task_id, check in CHECKS[:checks]:
            journal.add(task_id, check)
        if finish:
            journal.finish(result(run_id, **{k: v for k, v in changes.items() if k != "seed"}))


def test_finished_run_comes_back_whole(tmp_path: Path) -> None:
    """What is finished is loaded exactly as it was, by id and by the beginning of its id."""
    with Store.open(tmp_path / "home") as store:
        record(store, "run-1")
    with Store.open(tmp_path / "home") as store:
        assert store.load("run-1") == result("run-1")
        assert store.load("ru") == result("run-1")
        (row,) = store.history()
    assert (row.state, row.checks_done, row.checks_planned) == ("finished", 4, 4)
    assert (row.points, row.max_points, row.extra_points, row.max_extra_points) == (10.0, 10.0, 0.0, 2.0)


def test_cut_off_run_keeps_its_checks_and_is_resumed(tmp_path: Path) -> None:
    """A run whose writer is gone shows what it had, is found again, and goes on to the same result."""
    store = Store.open(tmp_path)
    record(store, "run-1", checks=2, finish=False)
    (row,) = store.history()
    assert row.status == "cut off (2 of 4 checks)"
    assert (row.points, row.max_points) == (6.0, 10.0)
    state = store.unfinished(1, HASHES, 7, student="mia")
    assert state is not None
    assert list(state.checks.items()) == [((task_id, check.name), check) for task_id, check in CHECKS[:2]]
    with store.resume(state) as journal:
        assert store.history()[0].status == "running (2 of 4 checks)"
        for task_id, check in CHECKS[2:]:
            journal.add(task_id, check)
        journal.finish(result("run-1"))
    assert store.load("run-1") == result("run-1")
    assert store.unfinished(1, HASHES, 7, student="mia") is None


def test_cut_off_run_loads_as_an_incomplete_result(tmp_path: Path) -> None:
    """A task that was not finished is SKIPPED and says how far it came; a finished one has its verdict."""
    store = Store.open(tmp_path)
    record(store, "run-1", checks=3, finish=False)
    loaded = store.load("run-1")
    assert not loaded.complete
    assert (loaded.points, loaded.max_points) == (6.0, 10.0)
    first, second = loaded.tasks
    assert (first.verdict, first.reason, first.checks) == (
        Verdict.PASS,
        "",
        tuple(check for _, check in CHECKS[:3]),
    )
    assert second.verdict is Verdict.SKIPPED
    assert second.reason == "The run was cut off after 0 of 1 checks of this task."
    assert loaded.to_json()["hashes"] == HASHES


@pytest.mark.parametrize(
    "other",
    [
        {"week": 2},
        {"hashes": {**HASHES, "submission": "other"}},
        {"seed": 8},
        {"selected": ("1.1.1",)},
        {"student": "ben"},
        {"unsafe": True},
    ],
)
def test_only_the_same_run_is_resumed(tmp_path: Path, other: dict[str, object]) -> None:
    """A cut-off run is not taken for one of another week, submission, seed, selection, student or safety."""
    store = Store.open(tmp_path)
    record(store, "run-1", checks=2, finish=False)
    same: dict[str, object] = {"week": 1, "hashes": HASHES, "seed": 7, "student": "mia"}
    assert store.unfinished(**same) is not None  # type: ignore[arg-type]
    assert store.unfinished(**{**same, **other}) is None  # type: ignore[arg-type]


def test_history_is_of_one_student_and_week_newest_last(tmp_path: Path) -> None:
    """History is ordered by the time of the start and narrowed by student and week."""
    store = Store.open(tmp_path)
    record(store, "b", started_at="2026-03-02T10:00:00+00:00")
    record(store, "a", started_at="2026-03-03T10:00:00+00:00")
    record(store, "c", started_at="2026-03-01T10:00:00+00:00")
    record(store, "d", student="ben")
    record(store, "e", week=2)
    assert [row.run_id for row in store.history("mia", 1)] == ["c", "b", "a"]
    assert [row.run_id for row in store.history("ben")] == ["d"]
    assert [row.run_id for row in store.history(week=2)] == ["e"]
    assert len(store.history()) == 5


def test_progress_holds_earlier_whole_finished_runs(tmp_path: Path) -> None:
    """Progress leaves out later runs, other students, cut-off runs and runs of selected tasks."""
    store = Store.open(tmp_path)
    record(store, "a", started_at="2026-03-01T10:00:00+00:00")
    record(store, "b", started_at="2026-03-02T10:00:00+00:00", selected=("1.1.1",))
    record(store, "c", started_at="2026-03-03T10:00:00+00:00", finish=False)
    record(store, "d", started_at="2026-03-04T10:00:00+00:00", student="ben")
    record(store, "e", started_at="2026-03-05T10:00:00+00:00")
    record(store, "f", started_at="2026-03-06T10:00:00+00:00")
    finished = {row.run_id: row.finished_at for row in store.history()}
    expected = (Progress("a", finished["a"], 10.0, 0.0, ("1.1.1", "1.2.1")),)
    assert store.progress("mia", 1, before="e") == expected
    assert store.load("e").progress == expected
    assert [earlier.run_id for earlier in store.progress("mia", 1)] == ["a", "e", "f"]


def test_unknown_and_ambiguous_runs_are_usage_errors(tmp_path: Path) -> None:
    """An unknown run is answered with names that are close, an ambiguous beginning with what fits."""
    store = Store.open(tmp_path)
    with pytest.raises(UsageError, match="no run is called 'x'; there are 0 runs"):
        store.load("x")
    record(store, "2026-a1")
    record(store, "2026-b2")
    with pytest.raises(UsageError, match="did you mean 2026-a1"):
        store.load("2062-a1")
    with pytest.raises(UsageError, match=r"'2026' is ambiguous: 2 runs begin with it \(2026-a1, 2026-b2\)"):
        store.load("2026")
    with pytest.raises(UsageError, match="no run is called ''"):
        store.load("")


def test_a_run_id_is_used_once(tmp_path: Path) -> None:
    """A second run with the id of the first is refused and leaves the first as it is."""
    store = Store.open(tmp_path)
    record(store, "run-1")
    with pytest.raises(CannotJudge, match="run run-1 exists already"):
        store.begin(header("run-1"))
    assert store.load("run-1") == result("run-1")


@pytest.mark.parametrize("run_id", ["", "../x", "a/b", ".x", "a b", "x" * 101])
def test_a_run_id_is_a_plain_file_name(run_id: str) -> None:
    """A run id cannot name a file elsewhere."""
    with pytest.raises(ValueError, match="it names a file"):
        header(run_id)


def test_only_the_complete_result_of_the_run_finishes_it(tmp_path: Path) -> None:
    """A result of another run and a partial result are refused, and the run stays resumable."""
    store = Store.open(tmp_path)
    journal = store.begin(header("run-1"))
    with pytest.raises(ValueError, match="run_id"):
        journal.finish(result("run-2"))
    with pytest.raises(ValueError, match="not complete"):
        journal.finish(result("run-1", complete=False))
    journal.close()
    with pytest.raises(ValueError, match="closed"):
        journal.add(*CHECKS[0])
    state = store.unfinished(1, HASHES, 7, student="mia")
    assert state is not None
    assert partial_result(state).points == 0


def test_everything_is_for_the_owner_alone(tmp_path: Path) -> None:
    """Folders are 0700 and files 0600, whatever the umask."""
    home = tmp_path / "home"
    store = Store.open(home)
    journal = store.begin(header())
    with store._database.writing():  # SQLite's side files exist while a connection is open
        modes = {path.name: path.stat().st_mode & 0o777 for path in [home, *home.rglob("*")]}
    journal.close()
    assert modes == {
        "home": 0o700,
        "runs": 0o700,
        "run-1.jsonl": 0o600,
        "history.db": 0o600,
        "history.db-wal": 0o600,
        "history.db-shm": 0o600,
    }


def test_names_that_are_not_utf8_are_kept(tmp_path: Path) -> None:
    """A student or path in another encoding (lone surrogates) is stored and found again."""
    store = Store.open(tmp_path)
    record(store, "run-1", student="m\udcffa", submission="caf\udce9", finish=False)
    (row,) = store.history(student="m\udcffa")
    assert (row.student, row.submission) == ("m\udcffa", "caf\udce9")
    assert store.load("run-1").student == "m\udcffa"
