"""A journal keeps every whole line, whatever happens to the rest of the file."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from recorded_runs import CHECKS, HASHES, header, result

from grader.errors import CannotJudge
from grader.result import Verdict
from grader.store import Store, partial_result
from grader.store.journal import create_journal, is_being_written, read_journal
from grader.store.lines import decode_line, decode_lines, encode_line
from grader.store.records import RunHeader

TEXT = st.text(st.characters(), max_size=30)  # lone surrogates included
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
LINE = st.dictionaries(TEXT, JSON, max_size=4)


@given(LINE)
def test_a_line_comes_back_and_is_one_line(line: dict[str, object]) -> None:
    """What is encoded is decoded again, and no text in it can end the line early."""
    raw = encode_line(line)
    assert raw.index(b"\n") == len(raw) - 1
    assert decode_line(raw[:-1]) == line


@given(LINE, st.integers(0, 10_000), st.integers(0, 255))
def test_a_changed_byte_is_noticed(line: dict[str, object], position: int, value: int) -> None:
    """A line in which one byte differs is not taken for a line."""
    raw = bytearray(encode_line(line)[:-1])
    position %= len(raw)
    if raw[position] != value:
        raw[position] = value
        assert decode_line(bytes(raw)) is None


@given(st.lists(LINE, max_size=5), st.integers(0, 10_000))
def test_truncating_keeps_all_whole_lines(lines: list[dict[str, object]], length: int) -> None:
    """However much of the end is missing, the lines before it are read."""
    raw = [encode_line(line) for line in lines]
    length %= len(b"".join(raw)) + 1
    ends = [sum(map(len, raw[: count + 1])) - 1 for count in range(len(raw))]  # the line feed may be missing
    whole = [line for line, end in zip(lines, ends, strict=True) if end <= length]
    read = list(decode_lines(b"".join(raw)[:length]))
    assert [line for line in read if line is not None] == whole
    assert read.count(None) <= 1


@given(st.binary(max_size=200))
@example(b'{"crc":"00000000","line":}')
@example(encode_line([1, 2])[:-1])  # type: ignore[arg-type]
def test_garbage_is_dropped(raw: bytes) -> None:
    """Bytes that no journal wrote are damaged lines, never an exception."""
    assert all(line is None for line in decode_lines(raw))


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """The journal of a finished run."""
    with Store.open(tmp_path).begin(header()) as journal:
        for task_id, check in CHECKS:
            journal.add(task_id, check)
        journal.finish(result())
    return tmp_path / "runs" / "run-1.jsonl"


def test_truncating_a_journal_anywhere_keeps_its_checks(whole: Path) -> None:
    """Of the journal of a real run, cut anywhere, exactly the whole checks are read."""
    raw = whole.read_bytes()
    ends = [index for index, byte in enumerate(raw) if byte == ord("\n")]
    near = {end + by for end in ends for by in (-1, 0, 1)}  # where a line becomes whole
    for length in sorted(near | set(range(0, len(raw), 13))):
        whole.write_bytes(raw[:length])
        state = read_journal(whole)
        if length < ends[0]:
            assert state is None
            continue
        assert state is not None
        checks = [((task_id, check.name), check) for task_id, check in CHECKS]
        assert list(state.checks.items()) == checks[: sum(end <= length for end in ends[1:])]
        assert (state.result is None) == (length < ends[-1])


def test_a_torn_line_does_not_spoil_what_is_added_later(tmp_path: Path) -> None:
    """A run that was cut off within a line is resumed: the torn check is done again, all others are kept."""
    store = Store.open(tmp_path)
    with store.begin(header()) as journal:
        for task_id, check in CHECKS[:2]:
            journal.add(task_id, check)
    path = tmp_path / "runs" / "run-1.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    state = store.unfinished(1, HASHES, 7, student="mia")
    assert state is not None
    assert (list(state.checks), state.damaged_lines) == ([("1.1.1", "softmax-values")], 1)
    with store.resume(state) as journal:
        for task_id, check in CHECKS[1:]:
            journal.add(task_id, check)
    state = read_journal(path)
    assert state is not None
    assert list(state.checks.values()) == [check for _, check in CHECKS]
    assert state.damaged_lines == 1
    assert {"resumed_by": os.getpid()} in list(decode_lines(path.read_bytes()))


def test_a_line_of_an_unknown_version_is_left_out(whole: Path) -> None:
    """Whole lines that this version does not understand are counted and cost nothing else."""
    added = encode_line({"task": "1.9", "check": {"name": "new"}}) + encode_line({"header": {"week": 1}})
    whole.write_bytes(whole.read_bytes() + added + encode_line({"something": "new"}))
    state = read_journal(whole)
    assert state is not None
    assert (len(state.checks), state.result, state.damaged_lines) == (len(CHECKS), result(), 2)


def test_a_header_comes_back() -> None:
    """A header survives its JSON form, which is what a resumed run works with."""
    assert RunHeader.from_json(decode_line(encode_line(header().to_json())[:-1]) or {}) == header()


def test_the_lock_tells_who_is_alive(tmp_path: Path) -> None:
    """A journal is being written until its writer closes it; a missing one is not."""
    store = Store.open(tmp_path)
    journal = store.begin(header())
    path = tmp_path / "runs" / "run-1.jsonl"
    assert is_being_written(path)
    journal.close()
    assert not is_being_written(path)
    assert not is_being_written(tmp_path / "runs" / "nobody.jsonl")


def test_a_running_run_is_not_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run is not offered while it runs, and resuming it all the same is refused."""
    monkeypatch.setattr("grader.store.journal._CLAIM_S", 0.0)
    store = Store.open(tmp_path)
    journal = store.begin(header())
    assert store.unfinished(1, HASHES, 7, student="mia") is None
    state = read_journal(tmp_path / "runs" / "run-1.jsonl")
    assert state is not None
    with pytest.raises(CannotJudge, match=r"run-1 is being continued by another process\."):
        store.resume(state)
    journal.add(*CHECKS[0])
    journal.close()
    with pytest.raises(CannotJudge, match="run-1 was continued by another process; look at it again"):
        store.resume(state)


def test_a_journal_that_cannot_begin_is_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the header does not fit on the disk there is no half journal afterwards."""

    def full(_descriptor: int, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.write", full)
    with pytest.raises(OSError, match="No space left"):
        create_journal(tmp_path / "run-1.jsonl", header())
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


def test_threads_add_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks that finish at once are all recorded, even if the system writes a few bytes at a time."""
    write = os.write

    def slowly(descriptor: int, data: memoryview) -> int:
        time.sleep(0)  # lets another thread run
        return write(descriptor, data[:50])

    journal = Store.open(tmp_path).begin(header())
    monkeypatch.setattr("os.write", slowly)
    checks = [replace(CHECKS[1][1], name=f"check-{number}") for number in range(40)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda check: journal.add("1.1.1", check), checks))
    journal.close()
    state = read_journal(tmp_path / "runs" / "run-1.jsonl")
    assert state is not None
    assert (set(state.checks.values()), state.damaged_lines) == (set(checks), 0)


def test_an_interrupted_line_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while a line is being written leaves no torn line in the way of the next."""
    write = os.write

    def interrupted(descriptor: int, data: memoryview) -> int:
        write(descriptor, data[:30])
        raise KeyboardInterrupt

    with Store.open(tmp_path).begin(header()) as journal:
        with monkeypatch.context() as patch:
            patch.setattr("os.write", interrupted)
            with pytest.raises(KeyboardInterrupt):
                journal.add(*CHECKS[0])
        journal.add(*CHECKS[1])
    state = read_journal(tmp_path / "runs" / "run-1.jsonl")
    assert state is not None
    assert (list(state.checks.values()), state.damaged_lines) == ([CHECKS[1][1]], 0)


def test_a_cut_off_run_is_judged_by_its_core_checks(tmp_path: Path) -> None:
    """A failed core check fails its task even if others did not run; a task that did not begin is SKIPPED."""
    store = Store.open(tmp_path)
    failed = replace(CHECKS[0][1], verdict=Verdict.FAIL, points=0.0)
    with store.begin(header()) as journal:
        journal.add("1.1.1", failed)
    state = store.unfinished(1, HASHES, 7, student="mia")
    assert state is not None
    assert [task.verdict for task in partial_result(state).tasks] == [Verdict.FAIL, Verdict.SKIPPED]
