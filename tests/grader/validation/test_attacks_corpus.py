"""The attacks: every file builds, they cover what they have to, and a few are graded for real; what is left is seen."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from grader.course.catalog import find_week
from grader.paths import ROOT
from grader.validation import corpus, traces
from grader.validation.engine import validate

ATTACKS = corpus.load(ROOT / "tests", "attacks", 1)
FAULTS = ("error", "timeout", "crash", "exit", "memory", "output", "threads", "protocol")
QUICK = (
    "answers_with_wire_objects",
    "forks",
    "frames_broken",
    "hidden_told_by_text",
    "read_home_and_accounts",
    "sockets",
    "worker_prepare_patched",
    "writes_everywhere",
)
OWN_USER = 60_999  # of the range that workers get


def test_there_are_at_least_sixty_attacks() -> None:
    """The acceptance asks for sixty; every one says in a sentence what it does, and no two say the same."""
    assert len(ATTACKS) >= 60
    assert [s for s, count in Counter(a.sentence for a in ATTACKS).items() if count > 1] == []


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.name)
def test_an_attack_builds(attack: corpus.Specimen, tmp_path: Path) -> None:
    """It stands on the skeleton, so that no point can be honest; it can be built, and names checks that exist."""
    root = corpus.build(attack, ROOT, tmp_path / "submission")
    changed = {*attack.append, *attack.files}
    assert attack.base == "student"
    assert changed
    for name in changed:
        compile((root / attack.layout / name).read_bytes(), name, "exec")
    checks = {f"{t.id} {c.name}" for t in find_week("1").tasks for c in t.checks}
    assert set(attack.kinds) <= checks


def test_every_kind_of_fault_is_asked_for_twice() -> None:
    """Each kind of fault is stated for two checks at least as what has to come out."""
    asked = Counter(kind for attack in ATTACKS for kind in attack.kinds.values())
    assert {kind: asked[kind] for kind in FAULTS if asked[kind] < 2} == {}


def test_no_source_line_holds_its_own_marker() -> None:
    """A traceback shows source lines: a marker in one of them would be seen without any leak."""
    held = [
        a.name for a in ATTACKS for text in a.append.values() for m in a.leaks if m in text and len(m) > 4
    ]
    assert held == []


@pytest.mark.skipif(sys.platform != "linux", reason="the sandbox of other systems is untested")
def test_quick_attacks_achieve_nothing(tmp_path: Path) -> None:
    """Eight attacks of different kinds, graded through the same door as a student."""
    (tmp_path / "attacks").mkdir()
    for name in QUICK:
        text = (ROOT / "tests" / "attacks" / f"{name}.py").read_text()
        (tmp_path / "attacks" / f"{name}.py").write_text(text)
    summary = validate(1, tmp_path, ("attacks",), jobs=1)
    assert {r.name: r.problems for r in summary.reports} == dict.fromkeys(QUICK, ())


@contextmanager
def _orphan(user: int) -> Iterator[None]:
    """A process that has lost its parent and runs as `user`: it belongs to nobody's tree any more."""
    code = f"""
import os, sys, time
if os.fork():
    os._exit(0)
os.setsid()
os.setuid({user})
print(os.getpid(), flush=True)
os.close(1)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-S", "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
    try:
        yield
    finally:
        os.kill(pid, signal.SIGKILL)


@contextmanager
def _child() -> Iterator[None]:
    with subprocess.Popen(["sleep", "60"]) as process:
        try:
            yield
        finally:
            process.kill()


@contextmanager
def _file(path: Path) -> Iterator[None]:
    path.parent.mkdir(exist_ok=True)
    path.write_text("left")
    try:
        yield
    finally:
        path.unlink()
        with suppress(OSError):
            path.parent.rmdir()


@contextmanager
def _abstract_socket() -> Iterator[None]:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0left-behind")
        yield


@contextmanager
def _listening_socket() -> Iterator[None]:
    with socket.create_server(("127.0.0.1", 0)):
        yield


@contextmanager
def _system_v_memory() -> Iterator[None]:
    libc = ctypes.CDLL(None, use_errno=True)
    identity = libc.shmget(0, ctypes.c_size_t(4096), 0o1600)
    assert identity >= 0, os.strerror(ctypes.get_errno())
    try:
        yield
    finally:
        libc.shmctl(identity, 0, None)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="traces are read from /proc")
@pytest.mark.parametrize(
    ("leak", "seen"),
    [
        pytest.param(_child, "process ", id="child"),
        pytest.param(
            lambda: _file(Path("/dev/shm/left-behind")), "file /dev/shm/left-behind", id="shared-memory"
        ),
        pytest.param(lambda: _file(Path("/tmp/left/deep")), "file /tmp/left", id="folder"),
        pytest.param(_abstract_socket, "socket @left-behind", id="abstract-socket"),
        pytest.param(_listening_socket, "socket tcp 0100007F:", id="listening-socket"),
        pytest.param(_system_v_memory, "System V shm ", id="system-v"),
    ],
)
def test_what_is_left_is_seen(leak: Callable[[], object], seen: str) -> None:
    """Each kind of trace shows while it is there, and only then."""
    me = frozenset({os.getuid()})
    before = traces.look()
    with leak():  # type: ignore[attr-defined]
        during = traces.look().left_by(before, me)
    assert [thing for thing in during if thing.startswith(seen)], during
    assert [thing for thing in traces.look().left_by(before, me) if thing.startswith(seen)] == []


@pytest.mark.skipif(
    sys.platform != "linux" or os.getuid() != 0, reason="takes root to run as a worker's user"
)
def test_an_orphan_of_a_workers_user_is_seen() -> None:
    """A process that has left the tree is known by its user; one of another user is somebody else's."""
    before = traces.look()
    with _orphan(OWN_USER):
        time.sleep(0.05)
        now = traces.look()
    assert len([t for t in now.left_by(before, frozenset({OWN_USER})) if t.startswith("process")]) == 1
    assert [t for t in now.left_by(before, frozenset({OWN_USER - 1})) if t.startswith("process")] == []


def test_a_changed_file_is_seen_where_its_owner_is_asked_about(tmp_path: Path) -> None:
    """A file of the submission that has other bytes or another time than before counts as a trace."""
    (tmp_path / "basics.py").write_text("before")
    before = traces.look((tmp_path,))
    (tmp_path / "basics.py").write_text("after it")
    (tmp_path / "basics.py").chmod(0o644)
    now = traces.look((tmp_path,))

    def left(user: int) -> list[str]:
        return [
            t for t in now.left_by(before, frozenset({user})) if str(tmp_path) in t
        ]  # others work beside us

    assert left(os.getuid()) == [f"changed file {tmp_path}/basics.py"]
    assert left(OWN_USER) == []
