"""Archives as students make them, and as nobody should."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from grader.classroom.archives import unpack
from grader.errors import SubmissionRejected

BASICS = b"x = 1\n"


def make_zip(path: Path, *entries, method=zipfile.ZIP_DEFLATED) -> Path:
    """Write a zip of (name or ZipInfo, content)."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def make_tar(path: Path, *entries, mode="w:gz", **about) -> Path:
    """Write a tar of (name, content), or of (name, changes of the header)."""
    with tarfile.open(path, mode, **about) as archive:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            if isinstance(content, bytes):
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            else:
                for field, value in content.items():
                    setattr(info, field, value)
                archive.addfile(info)
    return path


def tree(folder: Path) -> dict[str, bytes | None]:
    """Return what lies below a folder: names and contents, None for a folder."""
    return {
        p.relative_to(folder).as_posix(): None if p.is_dir() else p.read_bytes()
        for p in sorted(folder.rglob("*"))
    }


def refused(path: Path, room: Path) -> str:
    """Return the sentence with which an archive is refused, which is one line, and names the archive."""
    with pytest.raises(SubmissionRejected) as caught:
        unpack(path, room)
    text = str(caught.value)
    assert text.isprintable()
    assert path.name in text
    return text.replace(path.name, "IT")


def mine(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info
