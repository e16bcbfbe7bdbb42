"""Takes a commit out of a student's git repository with the `git` command, as data.

Whoever made the repository has also made its configuration, its hooks and its attributes. So git never works in it:
it works in an empty repository of ours and is told only where the objects lie. References are read here, as text.

Covered: hooks, filters, `core.fsmonitor`, `core.pager`, aliases, included configuration, `export-subst`, fetching what
is missing (`ext::` and all other transports are off), objects borrowed from elsewhere and links in the repository
(refused), trees without end, time and memory of git itself. Not covered: a hole in git's reading of an object. What is
in the working folder but was not committed is not graded, nor are submodules and what Git LFS keeps elsewhere.

Sources: https://git-scm.com/docs/git (environment variables), https://git-scm.com/docs/gitrepository-layout.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

from grader.classroom import times
from grader.classroom.unpacked import MARKERS, SOURCES, Unpacked
from grader.errors import CannotJudge, SubmissionRejected
from grader.worker.submission import MAX_ENTRIES, MAX_FILE_BYTES, MAX_TOTAL_BYTES, shown

TIMEOUT_S = 60
MEMORY_KIB = 4 << 20
MAX_LISTING_BYTES = 4 << 20
MAX_COMMIT_BYTES = 1 << 20
MAX_REFERENCES_BYTES = 16 << 20
MAX_REPOSITORY_FILES = 100_000  # looked at for links

_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BRANCH = re.compile(r"refs/heads/[^\x00-\x20\x7f~^:?*\[\\]+")
_COMMITTER = re.compile(rb"^committer .*> (\d{1,12}) [+-]\d{4}$", re.MULTILINE)
_LISTED = re.compile(rb"(\d{6}) (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)", re.DOTALL)
# a limit that a system does not have is no reason not to start
_LIMITED = (
    "/bin/sh",
    "-c",
    f'ulimit -v {MEMORY_KIB} 2>/dev/null; ulimit -t {TIMEOUT_S} 2>/dev/null; exec "$@"',
    "sh",
)


@dataclass(frozen=True)
class Head:
    """What a repository's default branch points at."""

    commit: str
    committed_at: str  # ISO 8601, UTC: what the author's machine said


def find(folder: Path) -> Path | None:
    """Return the repository of a folder: its `.git`, or the folder itself if that is a bare one."""
    for place in (folder / ".git", folder):
        if os.path.islink(place):
            continue
        if os.path.isfile(place / "HEAD") and all(
            os.path.isdir(place / name) for name in ("objects", "refs")
        ):
            return place
    return None


def head(repository: Path, source: str) -> Head:
    """Return the newest commit of the default branch.

    Args:
        repository: As `find` returns it.
        source: What sentences call it.

    Raises:
        SubmissionRejected: no commit, objects of somebody else, links, or damaged.
        CannotJudge: there is no git.
    """
    _refuse_borrowed(repository, source)
    commit = _resolve(repository, source)
    with _beside(repository, commit) as environment:
        text = _git(environment, source, MAX_COMMIT_BYTES, "cat-file", "commit", commit)
    stamp = _COMMITTER.search(text.split(b"\n\n", 1)[0])
    return Head(commit, times.from_seconds(int(stamp[1])) if stamp else "")


def export(repository: Path, commit: str, target: Path, source: str) -> tuple[str, ...]:
    """Write the sources in a commit into `target`, a folder that exists and is empty.

    Returns:
        what was left out, with reasons.

    Raises:
        SubmissionRejected: damaged, beyond a bound, or without any source file.
        CannotJudge: there is no git, or the disk is full.
    """
    out = Unpacked(target, f"the repository {source}")
    _refuse_borrowed(repository, source)
    with _beside(repository, commit) as environment:
        wanted = _listed(environment, source, commit, out)
        total = sum(size for _, _, size in wanted)
        if total > MAX_TOTAL_BYTES:
            raise SubmissionRejected(
                f"the sources in {out.source} are larger than {MAX_TOTAL_BYTES >> 20} MiB"
            )
        with tempfile.TemporaryFile() as asked:
            asked.write(b"".join(f"{name}\n".encode() for _, name, _ in wanted))
            asked.seek(0)
            limit = total + 200 * len(wanted)
            data = (
                _git(environment, source, limit, "cat-file", "--batch", stdin=asked.fileno())
                if wanted
                else b""
            )
    at = 0
    for parts, name, size in wanted:
        title = f"{name} blob {size}\n".encode()
        if data[at : at + len(title)] != title:
            raise SubmissionRejected(f"{out.source} is damaged: {'/'.join(parts)} is missing")
        at += len(title)
        out.file(parts, (data[at : at + size],))
        at += size + 1
    if not out.files:
        raise SubmissionRejected(f"{out.source} holds no source file")
    return out.notes


def _listed(
    environment: dict[str, str], source: str, commit: str, out: Unpacked
) -> list[tuple[tuple[str, ...], str, int]]:
    """Return where each source of a commit belongs, its object and its size; make the folders of everything."""
    text = _git(environment, source, MAX_LISTING_BYTES, "ls-tree", "-r", "-z", "-l", "--full-tree", commit)
    wanted = []
    for line in text.split(b"\0")[:-1]:
        match = _LISTED.fullmatch(line)
        if match is None:
            raise SubmissionRejected(f"the repository {source} is damaged: its list of files cannot be read")
        mode, kind, name, size, path = (part.decode("utf-8", "surrogateescape") for part in match.groups())
        parts = out.accept(path)
        if not parts:
            continue
        if kind != "blob" or mode not in ("100644", "100755", "100664"):
            out.leave(path, "a link or a submodule")
        elif Path(parts[-1]).suffix not in SOURCES and parts[-1] not in MARKERS:
            out.folder(parts[:-1])
        elif int(size) > MAX_FILE_BYTES:
            out.file(parts, (b"\0" * (MAX_FILE_BYTES + 1),))
        else:
            wanted.append((parts, name, int(size)))
    return wanted


def _resolve(repository: Path, source: str) -> str:
    """Return the commit that HEAD means, or the only branch's if HEAD names one that does not exist."""
    text = _read(repository / "HEAD", 4096)
    if _HASH.fullmatch(text.strip()):
        return text.strip()
    branch = text.removeprefix("ref:").strip()
    if branch == "refs/heads/.invalid":
        raise SubmissionRejected(
            f"the repository {source} keeps its references as reftable, which is not taken"
        )
    if not _BRANCH.fullmatch(branch) or ".." in branch:
        raise SubmissionRejected(f"the repository {source} is damaged: HEAD names no branch")
    lines = _read(repository / "packed-refs", MAX_REFERENCES_BYTES).splitlines()
    pairs = (line.split(" ", 1) for line in lines if _HASH.match(line) and " " in line)
    packed = {name: commit for commit, name in pairs}
    found = _read(repository / branch, 4096).strip() or packed.get(branch, "")
    if not found:
        loose = [p for p in sorted((repository / "refs" / "heads").rglob("*"))[:MAX_ENTRIES] if p.is_file()]
        branches = {p.relative_to(repository).as_posix(): _read(p, 4096).strip() for p in loose}
        branches = {n: c for n, c in packed.items() if n.startswith("refs/heads/")} | branches
        if len(branches) != 1:
            raise SubmissionRejected(
                f"the repository {source} has no commit on its default branch {shown(branch)}"
            )
        found = next(iter(branches.values()))
    if not _HASH.fullmatch(found):
        raise SubmissionRejected(f"the repository {source} is damaged: {shown(branch)} names no commit")
    return found


def _read(path: Path, limit: int) -> str:
    """Return a file of a repository as text, nothing if it is missing, a link or too long."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as stream:
            data = stream.read(limit + 1)
    except (OSError, ValueError):
        return ""
    return data.decode("utf-8", "replace") if len(data) <= limit else ""


def _refuse_borrowed(repository: Path, source: str) -> None:
    """See to it that the objects are the repository's own: no links, and none of another place."""
    for name in ("objects/info/alternates", "objects/info/http-alternates", "commondir"):
        if os.path.lexists(repository / name):
            raise SubmissionRejected(
                f"the repository {source} borrows from another one ({name}): clone it anew"
            )
    seen = 0
    for folder, folders, files in os.walk(repository):
        for name in (*folders, *files):
            seen += 1
            if seen > MAX_REPOSITORY_FILES:
                raise SubmissionRejected(
                    f"the repository {source} holds more than {MAX_REPOSITORY_FILES:,} files: run git gc in it"
                )
            if os.path.islink(os.path.join(folder, name)):
                raise SubmissionRejected(f"the repository {source} holds a link ({shown(name)})")


@contextmanager
def _beside(repository: Path, commit: str) -> Iterator[dict[str, str]]:
    """Give an environment in which git is in an empty repository of ours and reads the student's objects."""
    with tempfile.TemporaryDirectory(prefix="grader-git-") as name:
        place = Path(name)
        (place / "refs").mkdir()
        (place / "HEAD").write_text("ref: refs/heads/none\n")
        sha256 = "\tobjectformat = sha256\n" if len(commit) == 64 else ""
        (place / "config").write_text(
            f"[core]\n\trepositoryformatversion = {int(bool(sha256))}\n\tbare = true\n\tcommitGraph = false\n"
            f"\tmultiPackIndex = false\n\tpackedGitWindowSize = 32m\n[extensions]\n{sha256}"
        )
        yield _environment(place, repository.absolute() / "objects")


def _git(
    environment: dict[str, str], source: str, limit: int, *arguments: str, stdin: int = subprocess.DEVNULL
) -> bytes:
    """Return what a git command prints.

    Raises:
        SubmissionRejected: it fails, takes longer than `TIMEOUT_S`, or prints more than `limit` bytes.
        CannotJudge: there is no git.
    """
    program = shutil.which("git")
    if program is None:
        raise CannotJudge("git is not installed, so a repository cannot be read")
    with subprocess.Popen(
        (*_LIMITED, program, "--no-pager", *arguments),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd=environment["GIT_DIR"],
        start_new_session=True,
    ) as process:
        timer = Timer(TIMEOUT_S, process.kill)
        timer.start()
        try:
            assert process.stdout is not None
            data = process.stdout.read(limit + 1)
            if len(data) > limit:
                process.kill()
                raise SubmissionRejected(f"the repository {source} holds more than can be graded")
            failed = process.wait() != 0
        finally:
            timer.cancel()
    if failed:
        raise SubmissionRejected(f"the repository {source} is damaged: git cannot read commit or files")
    return data


def _environment(place: Path, objects: Path) -> dict[str, str]:
    """Return an environment in which git knows no configuration but ours and reaches nothing."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C",
        "HOME": str(place),
        "GIT_DIR": str(place),
        "GIT_OBJECT_DIRECTORY": str(objects),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
    }
