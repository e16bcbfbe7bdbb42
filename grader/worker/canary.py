"""Try, from inside a worker, what a submission must not do, and look from outside whether it happened.

A canary is a submission of its own (`forbidden.py`) that goes through the same door as a student's: same
snapshot, same worker, same sandbox. What it reports is believed only where it reports a leak. The rest is
checked from here: files that exist, processes that were born, a decoy process that was signalled or changed,
a secret that came back.

Covers the sandbox as it is on this machine at this moment; says nothing about attempts that it does not make.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from . import forbidden, sandbox
from .submission import Layout, Snapshot, snapshot

PACKAGE = "canary"
SHOWN = 5  # leaks that the sentence names


class CanaryWorker(Protocol):
    """What is needed of a worker: it has been started, with the sandbox applied."""

    def load(self) -> object:
        """Import the package."""

    def call(self, target: str, args: Any = ()) -> Any:
        """Call a function of the package; the answer has a `value`."""

    def stop(self) -> None:
        """End the process."""


Spawn = Callable[[Snapshot], CanaryWorker]


@dataclass(frozen=True)
class CanaryReport:
    """How many attempts were refused, and which were not."""

    refused: int
    total: int
    leaks: tuple[str, ...]  # "read-secret (got through)"

    @property
    def ok(self) -> bool:
        """Tell whether everything was refused and nothing was seen from outside."""
        return self.refused == self.total and not self.leaks

    def text(self) -> str:
        """Return the sentence for the result."""
        sentence = f"{self.refused} of {self.total} forbidden attempts were refused"
        if not self.leaks:
            return sentence
        more = [f"and {len(self.leaks) - SHOWN} more"] if len(self.leaks) > SHOWN else []
        return f"{sentence}; not refused: {'; '.join([*self.leaks[:SHOWN], *more])}"


def attempts() -> list[str]:
    """Return the names of the attempts on this system."""
    return list(forbidden.table())


def run(spawn: Spawn) -> CanaryReport:
    """Start a worker with the canary in it, let it try everything, and judge.

    Args:
        spawn: Starts a worker for the snapshot (root, package folder, package name) and returns it.
    """
    names = attempts()
    with tempfile.TemporaryDirectory(prefix="canary-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        copy = _submission(place)
        scene = _Scene(place, f"canary-{secrets.token_hex(8)}", copy)
        with scene.decoy() as decoy:
            said = _let_loose(spawn, copy, names, scene, decoy)
            seen = scene.traces(decoy)
    leaks = [f"{name} ({said.get(name, 'no answer')})" for name in names if said.get(name) != "refused"]
    refused = sum(said.get(name) == "refused" for name in names)
    return CanaryReport(refused, len(names), (*leaks, *seen))


def _submission(place: Path) -> Snapshot:
    source = place / PACKAGE
    source.mkdir()
    (source / "forbidden.py").write_bytes(Path(forbidden.__file__).read_bytes())
    return snapshot(Layout(source, source, PACKAGE), place / "snapshot")


def _let_loose(
    spawn: Spawn, copy: Snapshot, names: list[str], scene: _Scene, decoy: subprocess.Popen[bytes]
) -> Mapping[str, str]:
    worker = None
    try:
        worker = spawn(copy)
        worker.load()
        value = worker.call("forbidden.attempt", (names, scene.facts(decoy.pid))).value
        scene.look_for_children(getattr(worker, "pid", None))
    finally:
        if worker is not None:
            worker.stop()
    if not isinstance(value, dict):
        return {}
    return {str(name): str(answer) for name, answer in value.items()}


class _Scene:
    """What lies around for the canary to take, and the traces that taking it leaves."""

    def __init__(self, place: Path, token: str, copy: Snapshot) -> None:
        self.token = token
        self.secret_text = secrets.token_hex(16)
        self.folder = place / "open"
        self.folder.mkdir()
        self.folder.chmod(0o777)  # open to everybody: only the sandbox can say no
        self.secret = self.folder / "secret"
        self.secret.write_text(self.secret_text, encoding="ascii")
        self.secret.chmod(0o666)
        self.before = self._state()
        self.watched = [
            self.folder,
            Path(tempfile.gettempdir()),
            Path("/dev/shm"),
            Path("/"),
            copy.package_dir,
        ]
        self.uid = sandbox.uid_for(copy.root) if sys.platform == "linux" and os.geteuid() == 0 else None
        self.children: list[str] = []

    def facts(self, decoy: int) -> dict[str, Any]:
        """Return what the canary is told: a real attacker would have to guess it."""
        torch = find_spec("torch")
        here = Path(__file__)
        return {
            "token": self.token,
            "secret": str(self.secret),
            "folder": str(self.folder),
            "temporary": tempfile.gettempdir(),
            "home": str(Path.home()),
            "grader": str(here.parents[1] / "result.py"),
            "pytorch": str(torch.origin) if torch and torch.origin else str(here),
            "grader_pid": os.getpid(),
            "decoy": decoy,
        }

    @contextmanager
    def decoy(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run a process that the worker could signal, trace and slow down if it were only for the user id."""
        user = {} if self.uid is None else {"user": self.uid, "group": self.uid, "extra_groups": []}
        # it reads from a pipe of ours, so that it ends with the grader, however that ends
        process = subprocess.Popen(  # type: ignore[call-overload]
            ["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd="/", **user
        )
        try:
            self.decoy_before = _process_state(process.pid)
            yield process
        finally:
            process.kill()
            process.communicate()

    def look_for_children(self, pid: int | None) -> None:
        """Note the processes that the worker has started, while it is still there."""
        if pid is None or sys.platform != "linux":
            return
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and _parent(entry) == pid:
                self.children.append(f"process {entry.name} was started")

    def traces(self, decoy: subprocess.Popen[bytes]) -> list[str]:
        """Return what happened, seen from outside; what was left behind is removed."""
        found = list(self.children)
        for path in self._made():
            found.append(f"{path} was made")
            _remove(path)
        if self._state() != self.before:
            found.append("the secret file was changed")
        if decoy.poll() is not None:
            found.append(f"the decoy process was ended by signal {-decoy.returncode}")
        elif _process_state(decoy.pid) != self.decoy_before:
            found.append("the decoy process was changed")
        return found

    def _made(self) -> list[Path]:
        folders = [folder for folder in self.watched if folder.is_dir()]
        return [
            folder / n for folder in folders for n in sorted(os.listdir(folder)) if n.startswith(self.token)
        ]

    def _state(self) -> tuple[object, ...]:
        try:
            info = self.secret.stat()
            return (
                info.st_mode,
                info.st_mtime_ns,
                info.st_nlink,
                self.secret.read_bytes(),
                sorted(_xattrs(self.secret)),
            )
        except OSError as error:
            return (error.errno,)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


def _xattrs(path: Path) -> list[str]:
    return os.listxattr(path) if sys.platform == "linux" else []


def _process_state(pid: int) -> tuple[object, ...]:
    """Return what others can change of a process: nice value, processors, limits, tracer."""
    nice = os.getpriority(os.PRIO_PROCESS, pid)
    if sys.platform != "linux":
        return (nice,)
    seen = [_lines(pid, "limits", ""), _lines(pid, "status", "TracerPid")]
    return nice, frozenset(os.sched_getaffinity(pid)), seen


def _lines(pid: int, name: str, start: str) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8", errors="replace")
    except OSError:  # a grader in a container may lack the right to look; the other traces stay
        return []
    return [line for line in text.splitlines() if line.startswith(start)]


def _parent(entry: Path) -> int:
    try:
        # the name in brackets may hold anything, blanks and brackets included
        return int((entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return -1
