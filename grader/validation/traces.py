"""What a submission may have left behind: processes, files, sockets, shared memory. Compared from outside.

Covered: descendants of this process; orphans that run as a worker's user; files and links at any depth of the folders
that everybody may write, POSIX shared memory among them; entries of the folders that are named, and changes of those
that the submission's user could change; named unix sockets, abstract ones too; TCP sockets that listen, raw sockets;
System V shared memory, semaphores and message queues. Not covered: what lies in namespaces of a worker's own, which
end with it; folders of other graders that run at the same time.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock")
OURS = ("grader-", "canary-", "pytest-", "pymp-", "tmp")  # made by graders, also by those beside this one
# where compilers and the simulator write as a worker's user; gone when they end
CONFINED = ("grader-build-", "grader-metal-", "grader-replay-")
SYSV = {"shm": "shmid", "sem": "semid", "msg": "msqid"}
LISTENS = "0A"
MAX_ENTRIES = 20_000  # of one place: a full folder is no reason to walk for minutes


@dataclass(frozen=True)
class Traces:
    """What there was at one moment."""

    processes: frozenset[int]  # descendants of this process
    orphans: frozenset[tuple[int, int]]  # (process, user id) without a parent that could be a grader's
    files: frozenset[str]
    contents: frozenset[tuple[str, int, int]]  # (path, size, time of change in ns) in the folders named
    sockets: frozenset[str]  # unix sockets by name
    owned: frozenset[tuple[str, int]]  # (other sockets and System V objects, user id)

    def left_by(self, before: Traces, owners: frozenset[int]) -> list[str]:
        """Return what is here now and was not before; of what has an owner only what the user ids `owners` have."""
        orphans = {pid for pid, user in self.orphans - before.orphans if user in owners - {os.getuid()}}
        new = [f"process {pid}" for pid in (self.processes - before.processes) | orphans]
        new += [f"socket {name}" for name in self.sockets - before.sockets if name]
        new += [f"file {name}" for name in self.files - before.files if _may_be_of(name, owners)]
        known = {name for name, *_ in before.contents}
        changed = {name for name, *_ in self.contents - before.contents if name in known}
        new += [f"changed file {name}" for name in changed if _changeable(name, owners)]
        new += [name for name, user in self.owned - before.owned if user in owners]
        return sorted(new)


def look(extra: tuple[Path, ...] = ()) -> Traces:
    """Return what there is now; `extra` are further folders, whose entries must not change either."""
    contents = frozenset(entry for folder in extra for entry in _entries(folder))
    files = {path for place in PLACES for path in _below(Path(place))} | {name for name, *_ in contents}
    return Traces(
        frozenset(_descendants()),
        frozenset(_orphans()),
        frozenset(files),
        contents,
        frozenset(_unix_sockets()),
        frozenset((*_other_sockets(), *_sysv())),
    )


def _below(place: Path) -> Iterable[str]:
    count = 0
    for folder, names, files in os.walk(place):  # follows no link
        for name in (*names, *files):
            yield os.path.join(folder, name)
            count += 1
            if count >= MAX_ENTRIES:
                return


def _entries(folder: Path) -> Iterable[tuple[str, int, int]]:
    try:
        paths = list(folder.iterdir())
    except OSError:
        return
    for path in paths:
        try:
            state = path.lstat()
        except OSError:
            continue
        plain = stat.S_ISREG(state.st_mode)  # a folder changes with what the grader itself puts in
        yield str(path), state.st_size if plain else 0, state.st_mtime_ns if plain else 0


def _may_be_of(name: str, owners: frozenset[int]) -> bool:
    """Return whether one of `owners` may have made the file; those of other graders of our own user are not meant."""
    try:
        owner = os.lstat(name).st_uid
    except OSError:
        return False
    return owner in owners and not _in_a_workplace(name, owner)


def _in_a_workplace(name: str, owner: int) -> bool:
    """Return whether a file is of our own user, or a compiler's, in a folder that a grader of our user has made."""
    for place in PLACES:
        top = os.path.relpath(name, place).split(os.sep)[0]
        if not name.startswith(place + os.sep) or not top.startswith(OURS):
            continue
        with contextlib.suppress(OSError):
            makers = os.lstat(os.path.join(place, top)).st_uid
            return makers == os.getuid() and (owner == makers or top.startswith(CONFINED))
    return False


def _changeable(name: str, owners: frozenset[int]) -> bool:
    try:
        state = os.lstat(name)
    except OSError:
        return True
    return state.st_uid in owners or bool(state.st_mode & stat.S_IWOTH)


def _descendants() -> set[int]:
    parents = {pid: parent for pid, (parent, _, _) in _processes().items()}
    mine, grown = {os.getpid()}, True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in mine} - mine
        mine, grown = mine | more, bool(more)
    return mine


def _orphans() -> Iterable[tuple[int, int]]:
    """Yield processes whose parent is the first process, gone, or of the same user: workers belong to a zygote."""
    processes = _processes()
    for pid, (_, user, state) in processes.items():
        if state != "Z" and not _has_a_grader(pid, user, processes):
            yield pid, user


def _has_a_grader(pid: int, user: int, processes: dict[int, tuple[int, int, str]]) -> bool:
    """Return whether a process descends from one of another user: workers and compilers do, until they are swept."""
    seen = {pid}
    while pid in processes and pid != 1:
        parent, owner, _ = processes[pid]
        if owner != user:
            return True
        if parent in seen:
            break
        seen.add(parent)
        pid = parent
    return False


def _processes() -> dict[int, tuple[int, int, str]]:
    """Return (parent, user id, state) by process id."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            text = (entry / "status").read_text()
        except OSError:
            continue
        fields = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
        found[int(entry.name)] = int(fields["PPid"]), int(fields["Uid"].split()[0]), fields["State"][0]
    return found


def _unix_sockets() -> Iterable[str]:
    for line in _lines("/proc/net/unix")[1:]:
        parts = line.split(maxsplit=7)
        if len(parts) > 7:
            yield parts[7]


def _other_sockets() -> Iterable[tuple[str, int]]:
    for protocol in ("tcp", "tcp6", "raw", "raw6"):
        for line in _lines(f"/proc/net/{protocol}")[1:]:
            parts = line.split()
            if protocol.startswith("raw") or parts[3] == LISTENS:
                yield f"socket {protocol} {parts[1]}", int(parts[7])


def _sysv() -> Iterable[tuple[str, int]]:
    for kind, identity in SYSV.items():
        lines = _lines(f"/proc/sysvipc/{kind}")
        names = lines[0].split() if lines else []
        for line in lines[1:]:
            fields = dict(zip(names, line.split(), strict=False))
            yield f"System V {kind} {fields[identity]}", int(fields["uid"])


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
