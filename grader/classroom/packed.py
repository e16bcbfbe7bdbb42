"""The sources of one submission as plain bytes: what travels to another process or machine, and what a class keeps.

Made by the same walk that a run makes (`grader.worker.submission`), so a packed submission has the hash, the files
and the limits of the folder that it came from, wherever it is unpacked. Nothing of it is executed or compiled here.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import CannotJudge
from grader.worker.submission import Layout, find, snapshot

MOMENT = (1980, 1, 1, 0, 0, 0)  # the same bytes for the same sources, whenever they are packed
SOURCES = "sources"  # the folder in which they are laid out


@dataclass(frozen=True)
class Packed:
    """One submission."""

    sha256: str  # as in the hashes of a result
    package: str  # the name that it is imported by
    kernels: str  # folder with kernels, relative to the root; empty if there is none
    files: Mapping[str, bytes]  # relative to the root
    left_out: tuple[str, ...] = ()  # what is not taken, with reasons


def pack(folder: Path) -> Packed:
    """Return the sources that a run would take of a folder.

    Raises:
        SubmissionRejected: there is nothing to grade in it.
    """
    layout = find(folder)
    with tempfile.TemporaryDirectory(prefix="grader-pack-") as name:
        copy = snapshot(layout, Path(name) / SOURCES)
        files = {path: (copy.root / path).read_bytes() for path in copy.files}
        kernels = copy.kernels_dir.relative_to(copy.root).as_posix() if copy.kernels_dir else ""
    return Packed(copy.sha256, copy.package_name, kernels, files, copy.left_out)


def lay_out(packed: Packed, folder: Path) -> Layout:
    """Write a packed submission into the existing `folder` and return where its parts are."""
    root = folder / SOURCES
    for name, content in packed.files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    kernels = root / packed.kernels if packed.kernels else None
    return Layout(root, root / packed.package, packed.package, kernels)


def to_zip(packed: Packed) -> bytes:
    """Return an archive of it; the same submission gives the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(packed.files):
            archive.writestr(zipfile.ZipInfo(name, MOMENT), packed.files[name], zipfile.ZIP_DEFLATED)
        about = {"sha256": packed.sha256, "package": packed.package, "kernels": packed.kernels}
        archive.comment = json.dumps({**about, "left_out": packed.left_out[:20]}).encode()
    return stream.getvalue()


def from_zip(path: Path) -> Packed:
    """Read an archive that `to_zip` has made and this class has kept.

    Raises:
        CannotJudge: it is missing or damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            about = json.loads(archive.comment)
            files = {name: archive.read(name) for name in archive.namelist()}
        left_out = tuple(map(str, about["left_out"]))
        return Packed(about["sha256"], about["package"], about["kernels"], files, left_out)
    except FileNotFoundError:
        raise CannotJudge(f"the kept submission {path} is missing") from None
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise CannotJudge(f"the kept submission {path} is damaged: {error}") from None
