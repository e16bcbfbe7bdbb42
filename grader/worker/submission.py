"""Find the package in a submission's folder and copy its sources to a fresh place, before anything runs.

The copy is what a worker sees: plain files of known kinds and bounded size, without links, caches, tests or
version control, hashed by name and content. So a submission that changes while it is graded changes nothing,
and two submissions with the same sources have the same hash wherever they lie.

Runs in the grader and treats every name and byte as hostile; imports and compiles nothing of the submission.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import SubmissionRejected

# A folder with one of these is a package of the course; every edition has them.
CHAPTERS = ("basics.py", "attention.py", "layer_norm.py", "qwen2_week1.py", "generate.py")
PACKAGE_PLACES = ("src/tiny_llm", "tiny_llm", "student", "src/student")
KERNEL_NAMES = ("kernels", "extensions")

MAX_FILE_BYTES = 1 << 20
MAX_TOTAL_BYTES = 20 << 20
MAX_FILES = 2000
MAX_ENTRIES = 20_000  # names looked at, so that a folder full of junk ends the walk
MAX_DEPTH = 16
MAX_REPORTED = 50  # files left out that are named; the rest are counted

_PACKAGE_KINDS = frozenset({".py"})
_KERNEL_KINDS = frozenset({".py", ".cpp", ".h", ".hpp", ".metal"})
_SKIPPED_FOLDERS = frozenset(
    {"__pycache__", "build", "dist", "node_modules", "site-packages", "test", "tests", "venv"}
)
_TAKEN_NAMES = frozenset({"mlx", "numpy", "torch", "grader", *KERNEL_NAMES, *sys.stdlib_module_names})


@dataclass(frozen=True)
class Layout:
    """Where the parts of a submission lie."""

    root: Path  # the folder that was given
    package_dir: Path
    package_name: str  # what the package is imported as
    kernels_dir: Path | None = None  # in the package, or beside it


@dataclass(frozen=True)
class Snapshot:
    """The copy that is graded."""

    root: Path
    package_dir: Path
    package_name: str
    files: tuple[str, ...]  # relative to root, sorted
    left_out: tuple[str, ...]  # relative to the submission, with the reason: "notes.txt (not a source file)"
    sha256: str  # over names and bytes of `files`
    kernels_dir: Path | None = None  # the folder with kernels in the copy


def find(path: Path) -> Layout:
    """Return where the package and the kernels lie in `path`.

    Accepts our own layout (`student/` in a project, or the folder with the chapters itself), a checkout of
    the public course (`src/tiny_llm`, `src/extensions`), a folder that holds `tiny_llm/`, and any of these
    one folder deeper, as an unpacked archive has it.

    Raises:
        SubmissionRejected: no such folder, not a folder, empty, unreadable, or no package in it.
    """
    names = _list(path)
    if not names:
        raise SubmissionRejected(f"the submission folder {shown(path)} is empty")
    root = path.resolve()
    folders = [name for name in names if not name.startswith(".") and _is_folder(root / name)]
    tops = [root, root / folders[0]] if len(folders) == 1 else [root]
    for candidate in (top / place for top in tops for place in ("", *PACKAGE_PLACES)):
        if _is_folder(candidate) and candidate.resolve().is_relative_to(root) and _has_chapter(candidate):
            candidate = candidate.resolve()
            return Layout(root, candidate, _package_name(candidate), _kernels(candidate))
    looked = ", ".join(f"{place}/" for place in PACKAGE_PLACES)
    raise SubmissionRejected(
        f"no package found in {shown(path)}: looked for {CHAPTERS[0]} and the other chapters in the folder "
        f"itself, then in {looked}"
    )


def snapshot(layout: Layout, target: Path) -> Snapshot:
    """Copy the accepted sources of `layout` into the new folder `target` and return what was copied.

    Files become read-only, folders searchable by everybody, so that a worker with another user id can read
    them if it can reach `target`. Links are never followed.

    Raises:
        SubmissionRejected: more than `MAX_FILES` files, `MAX_TOTAL_BYTES` bytes, `MAX_ENTRIES` names; a
            folder that cannot be read; no source at all.
        FileExistsError: `target` exists.
    """
    walk = _Walk()
    package, kernels = layout.package_dir, layout.kernels_dir
    inside = kernels is not None and kernels.is_relative_to(package)
    walk.take(package, Path(layout.package_name), kernels if inside else None)
    if kernels is not None and not inside:
        walk.take(kernels, Path(kernels.name), kernels)
    if not walk.files:
        raise SubmissionRejected(f"the package {shown(package)} holds no source file that can be read")
    target.mkdir(mode=0o755, parents=False)
    digest = hashlib.sha256()
    for name in sorted(walk.files):
        content = walk.files[name]
        encoded = name.encode()
        digest.update(b"%d %d\n%b%b" % (len(encoded), len(content), encoded, content))
        _write(target, name, content)
    left_out = walk.left_out[:MAX_REPORTED]
    if len(walk.left_out) > MAX_REPORTED:
        left_out.append(f"and {len(walk.left_out) - MAX_REPORTED} more")
    root = target.resolve()
    package_dir = root / layout.package_name
    copied = None
    if kernels is not None:
        copied = package_dir / kernels.relative_to(package) if inside else root / kernels.name
    return Snapshot(
        root=root,
        package_dir=package_dir,
        package_name=layout.package_name,
        files=tuple(sorted(walk.files)),
        left_out=tuple(left_out),
        sha256=digest.hexdigest(),
        kernels_dir=copied if copied is not None and copied.is_dir() else None,
    )


def shown(path: Path | str) -> str:
    """Return a path that is safe to print: control characters and undecodable bytes as escapes."""
    text = str(path).encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


@dataclass
class _Walk:
    """What was read so far, and the bounds on it."""

    files: dict[str, bytes] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    total_bytes: int = 0
    entries: int = 0

    def take(self, folder: Path, name: Path, kernels: Path | None) -> None:
        """Read the sources below `folder`; they will lie below `name` in the snapshot."""
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError as error:
            raise SubmissionRejected(f"the folder {shown(folder)} cannot be read: {error.strerror}") from None
        try:
            self._folder(descriptor, folder, name, kernels, depth=0)
        finally:
            os.close(descriptor)

    def _folder(self, descriptor: int, folder: Path, name: Path, kernels: Path | None, depth: int) -> None:
        # relative to the open folder, so that nobody can put a link in place of one on the way
        for entry in sorted(os.listdir(descriptor)):
            self.entries += 1
            if self.entries > MAX_ENTRIES:
                raise SubmissionRejected(f"the submission holds more than {MAX_ENTRIES} files and folders")
            reason = self._entry(descriptor, entry, folder, name, kernels, depth)
            if reason:
                self.left_out.append(f"{shown(name / entry)} ({reason})")

    def _entry(
        self, descriptor: int, entry: str, folder: Path, name: Path, kernels: Path | None, depth: int
    ) -> str:
        """Read one file or folder; return why it is left out, or an empty string."""
        if entry.startswith(".") or entry == "__pycache__":
            return ""
        if shown(entry) != entry:
            return "its name has characters that cannot be printed"
        try:
            mode = os.stat(entry, dir_fd=descriptor, follow_symlinks=False).st_mode
            if stat.S_ISLNK(mode):
                return "a link: links are not followed"
            if stat.S_ISDIR(mode):
                return self._subfolder(descriptor, entry, folder, name, kernels, depth)
            in_kernels = kernels is not None and folder.is_relative_to(kernels)
            if Path(entry).suffix not in (_KERNEL_KINDS if in_kernels else _PACKAGE_KINDS):
                return "not a source file"
            content = _read(descriptor, entry)
        except FileNotFoundError:
            return "vanished while it was copied"
        except (OSError, ValueError) as error:
            return getattr(error, "strerror", None) or str(error)
        self._add((name / entry).as_posix(), content)
        return ""

    def _subfolder(
        self, parent: int, entry: str, folder: Path, name: Path, kernels: Path | None, depth: int
    ) -> str:
        if entry in _SKIPPED_FOLDERS:
            return "a folder that is not graded"
        if depth == MAX_DEPTH:
            return f"deeper than {MAX_DEPTH} folders"
        descriptor = os.open(entry, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
        try:
            if "pyvenv.cfg" in os.listdir(descriptor):
                return "a virtual environment"
            self._folder(descriptor, folder / entry, name / entry, kernels, depth + 1)
        finally:
            os.close(descriptor)
        return ""

    def _add(self, name: str, content: bytes) -> None:
        self.files[name] = content
        self.total_bytes += len(content)
        if len(self.files) > MAX_FILES:
            raise SubmissionRejected(f"the submission holds more than {MAX_FILES} source files")
        if self.total_bytes > MAX_TOTAL_BYTES:
            raise SubmissionRejected(
                f"the sources of the submission are larger than {MAX_TOTAL_BYTES >> 20} MiB"
            )


def _read(descriptor: int, entry: str) -> bytes:
    """Return the content of a regular file.

    Raises:
        OSError: it cannot be opened, or has become a link.
        ValueError: not a regular file, or larger than `MAX_FILE_BYTES`.
    """
    # without O_NONBLOCK a named pipe would hold the grader for good
    file = os.open(entry, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=descriptor)
    with os.fdopen(file, "rb") as stream:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise ValueError("not a regular file")
        content = stream.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise ValueError(f"larger than {MAX_FILE_BYTES >> 20} MiB")
    return content


def _write(target: Path, name: str, content: bytes) -> None:
    path = target / name
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o444)
    for folder in path.relative_to(target).parents:
        (target / folder).chmod(0o755)  # whatever the umask


def _list(path: Path) -> list[str]:
    try:
        if not stat.S_ISDIR(path.stat().st_mode):
            raise SubmissionRejected(f"the submission {shown(path)} is a file, not a folder")
        return sorted(os.listdir(path))
    except (FileNotFoundError, NotADirectoryError):
        raise SubmissionRejected(f"there is no folder {shown(path)}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SubmissionRejected(f"the submission {shown(path)} cannot be read: {reason}") from None


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _has_chapter(folder: Path) -> bool:
    return any(os.path.isfile(folder / name) for name in CHAPTERS)


def _package_name(folder: Path) -> str:
    """Return the folder's name if it can be imported and hides no other package."""
    name = folder.name
    return name if name.isidentifier() and name.isascii() and name not in _TAKEN_NAMES else "submission"


def _kernels(package: Path) -> Path | None:
    """Return the folder with kernels in the package or beside it; what else lies outside of `root` is not looked at."""
    folders = [place / name for place in (package, package.parent) for name in KERNEL_NAMES]
    return next((f for f in folders if _is_folder(f) and not f.is_symlink() and not _is_toolchain(f)), None)


def _is_toolchain(folder: Path) -> bool:
    """Tell whether a folder named `kernels` is this project's build, beside a package without kernels of its own."""
    return (folder / "build.py").is_file() and (folder / "module.cpp").is_file()
