"""A class's folder keeps what it was given, whole or not at all."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from grader.classroom.folder import ClassFolder, key_of
from grader.classroom.packed import Packed
from grader.classroom.work import Done
from grader.errors import CannotJudge, UsageError

PACKED = Packed(
    "a" * 64, "student", "kernels", {"student/basics.py": b"x = 1\n", "kernels/k.cpp": b"\0\xff"}, ("n",)
)


def test_a_folder_is_made_once_and_opened_after(tmp_path: Path):
    """An empty place becomes a class folder; anything else is left alone, with one sentence."""
    made = ClassFolder.make(tmp_path / "class")
    assert ClassFolder(made.root).runs() == []
    with pytest.raises(
        UsageError, match=r"^there is no class folder .*nothing; `grader class grade` makes one$"
    ):
        ClassFolder(tmp_path / "nothing")
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.tex").touch()
    with pytest.raises(UsageError, match="is no class folder and not empty"):
        ClassFolder.make(other)
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is a file"):
        ClassFolder.make(tmp_path / "file")


def test_results_are_kept_by_key(tmp_path: Path):
    """What was kept comes back; a damaged file counts as not there, so that it is made again."""
    folder = ClassFolder.make(tmp_path / "class")
    folder.keep_result(Done("k1", {"points": 3}, grader_cpu_s=0.25, seconds=2, place="here"))
    kept = folder.result("k1")
    assert kept is not None
    assert (kept["result"], kept["problem"], kept["grader_cpu_s"]) == ({"points": 3}, "", 0.25)
    (folder.root / "results" / "k1.json").write_text("{half")
    assert folder.result("k1") is None
    assert folder.result("k2") is None


def test_submissions_come_back_byte_for_byte(tmp_path: Path):
    """The archive of a submission holds all that a run needs; a damaged one is one sentence."""
    folder = ClassFolder.make(tmp_path / "class")
    folder.keep_submission(PACKED)
    assert folder.submission(PACKED.sha256) == PACKED
    path = folder.root / "submissions" / f"{PACKED.sha256}.zip"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(CannotJudge, match="is damaged"):
        folder.submission(PACKED.sha256)
    with pytest.raises(CannotJudge, match="is missing"):
        folder.submission("b" * 64)


def test_runs_are_numbered_and_one_counts(tmp_path: Path):
    """Runs are listed in order; only one that exists can be accepted; what is damaged is one sentence."""
    folder = ClassFolder.make(tmp_path / "class")
    assert (folder.next_number(), folder.accepted()) == ("0001", "")
    folder.keep_run("0001", {"run_id": "0001"})
    folder.keep_run("0002", {"run_id": "0002"})
    folder.accept("2")
    assert (folder.runs(), folder.next_number(), folder.accepted()) == (["0001", "0002"], "0003", "0002")
    with pytest.raises(UsageError, match=r"there is no run 7 in .*; there are 0001, 0002"):
        folder.accept("7")
    (folder.root / "runs" / "0001.json").write_text(json.dumps({"schema": "other"}))
    with pytest.raises(CannotJudge, match="is of another version"):
        folder.run("1")


def test_one_command_at_a_time(tmp_path: Path):
    """A second command on the same folder is told so, and what a killed one has left half written is swept."""
    folder = ClassFolder.make(tmp_path / "class")
    half = folder.root / "results" / ".k.json.1.part"
    half.touch()
    said: list[str] = []

    def second() -> None:
        try:
            with ClassFolder(folder.root).locked():
                said.append("nothing")
        except CannotJudge as error:
            said.append(str(error))

    with folder.locked():
        assert not half.exists()
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert said == [f"another command is working on {folder.root} at this moment"]


def test_the_address_depends_on_everything():
    """The same parts in another order have the same key; any other value another one."""
    parts = {"submission": "a", "course": "b", "tasks": ["1.1"]}
    assert key_of(parts) == key_of(dict(reversed(parts.items())))
    assert len({key_of({**parts, name: "z"}) for name in parts} | {key_of(parts)}) == 4


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What was kept before stays, and no half of a file is left."""
    folder = ClassFolder.make(tmp_path / "class")
    folder.keep_result(Done("k1", {"points": 3}))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CannotJudge, match=r"k2.json cannot be written: the disk is full; what was graded"):
        folder.keep_result(Done("k2", {"points": 3}))
    assert sorted(p.name for p in (folder.root / "results").iterdir()) == ["k1.json"]
