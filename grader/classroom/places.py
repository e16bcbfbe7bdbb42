"""What lies where in a folder of submissions, on the disk or in an archive of it, without opening any of it.

Links are named and never followed. Hidden files and what systems leave behind (`JUNK`) are not there at all.
"""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.classroom import archives
from grader.errors import SubmissionRejected
from grader.worker.submission import MAX_ENTRIES, shown

_MAX_NAME = 255  # characters; what file systems take
MAX_BULK_ENTRIES = 500_000  # names in an archive of a whole class


@dataclass(frozen=True)
class Place:
    """A file or a folder."""

    path: Path  # of itself, or of the archive that holds it
    name: str
    source: str  # relative to what was given, safe to print
    is_folder: bool
    is_file: bool  # neither: a link, a device
    inside: str = ""  # where in the archive at `path`; folders end with a slash
    tree: Tree | None = field(default=None, compare=False, repr=False)

    @property
    def stem(self) -> str:
        """The name without what says that it is an archive or a repository."""
        ending = archives.ending(self.name) if self.is_file else ""
        return self.name[: len(self.name) - len(ending)] if ending else self.name.removesuffix(".git")

    @property
    def is_archive(self) -> bool:
        """Whether its name says that it is an archive."""
        return self.is_file and bool(archives.ending(self.name))

    def children(self) -> list[Place]:
        """Return what lies in this folder, by name, without junk.

        Raises:
            SubmissionRejected: it cannot be read, or holds more than `MAX_ENTRIES` names.
        """
        found = self.tree.below(self) if self.tree is not None else self._listed()
        return sorted((p for p in found if not archives.is_junk(p.name)), key=lambda p: p.name)

    def child(self, name: str) -> Place | None:
        """Return what is called `name` in this folder."""
        return next((place for place in self.children() if place.name == name), None)

    def modified(self) -> float | None:
        """Return when the newest file in it was changed, in seconds since 1970, as far as the file system knows."""
        if self.tree is not None:
            return None
        return max(_times(self.path), default=None)

    def read(self, limit: int) -> bytes:
        """Return what is in a file, at most `limit` + 1 bytes.

        Raises:
            SubmissionRejected: it cannot be read.
        """
        try:
            if self.tree is not None:
                with self.tree.archive.open(self.inside) as stream:
                    return stream.read(limit + 1)
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                return file.read(limit + 1)
        except Exception as error:  # whatever a damaged archive makes zipfile raise
            raise SubmissionRejected(f"{self.source} cannot be read: {archives.reason(error)}") from None

    def _listed(self) -> Iterator[Place]:
        try:
            with os.scandir(self.path) as entries:
                for number, entry in enumerate(entries, start=1):
                    if number > MAX_ENTRIES:
                        raise SubmissionRejected(f"{self.source} holds more than {MAX_ENTRIES:,} names")
                    yield Place(
                        Path(entry.path),
                        entry.name,
                        _below(self.source, entry.name),
                        entry.is_dir(follow_symlinks=False),
                        entry.is_file(follow_symlinks=False),
                    )
        except OSError as error:
            raise SubmissionRejected(f"{self.source} cannot be read: {error.strerror}") from None


class Tree:
    """The names in an archive of a whole class, as folders and files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.archive = archives.opened_zip(path, MAX_BULK_ENTRIES)
        self._children: dict[str, dict[str, bool]] = {"": {}}  # folder -> name -> whether it is a folder
        for info in self.archive.infolist():
            self._take(info)

    def close(self) -> None:
        """Close the archive."""
        self.archive.close()

    def root(self) -> Place:
        """Return the archive as a folder."""
        return Place(self.path, self.path.name, "", True, False, "", self)

    def below(self, folder: Place) -> Iterator[Place]:
        """Return what lies in a folder of the archive."""
        names = self._children.get(folder.inside, {})
        if len(names) > MAX_ENTRIES:
            raise SubmissionRejected(f"{folder.source or folder.name} holds more than {MAX_ENTRIES:,} names")
        for name, is_folder in names.items():
            inside = f"{folder.inside}{name}{'/' if is_folder else ''}"
            yield Place(self.path, name, _below(folder.source, name), is_folder, not is_folder, inside, self)

    def _take(self, info: zipfile.ZipInfo) -> None:
        mode = stat.S_IFMT(info.external_attr >> 16)
        *folders, last = info.filename.split("/", archives.MAX_DEPTH + 1)
        if mode not in (0, stat.S_IFREG, stat.S_IFDIR) or len(folders) > archives.MAX_DEPTH:
            return
        if any(len(name) > _MAX_NAME for name in (*folders, last)):
            return
        if "" in folders or ".." in (*folders, last):
            return  # no place of its own; where a submission holds it, unpacking says so
        at = ""
        for name in folders:
            self._children.setdefault(at, {}).setdefault(name, True)
            at = f"{at}{name}/"
            self._children.setdefault(at, {})
        if last:
            self._children[at].setdefault(last, False)


def on_disk(folder: Path) -> Place:
    """Return a folder of the file system as the place where everything lies."""
    return Place(folder, folder.name, "", True, False)


def _below(source: str, name: str) -> str:
    return f"{source}/{shown(name)}" if source else shown(name)


def _times(path: Path) -> Iterator[float]:
    """Yield the times of a file, or of the visible files in a folder; of a full one only the first."""
    seen, folders = 0, [path]
    try:
        if not os.path.isdir(path):
            yield path.lstat().st_mtime
            return
        while folders:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    seen += 1
                    if seen > MAX_ENTRIES:
                        return
                    if archives.is_junk(entry.name):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(Path(entry.path))
                    elif entry.is_file(follow_symlinks=False):
                        yield entry.stat(follow_symlinks=False).st_mtime
    except OSError:
        return
