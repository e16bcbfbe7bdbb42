"""Looks for lines of what must not ship in every byte of a package, in compressed members too.

Covered: lines that are long enough to be recognised, of the reference, the oracles and the course's weeks, unless the
same line stands in what students get anyway. Not covered: the same thought in other words, or numbers without their
line; that is what the parts' walls are for (`closure`, `public_view`).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

LEAST = 24  # bytes of a line that is looked for
SECRET = (
    "grader/oracles",
    "grader/course/week1",
    "grader/course/week2",
    "grader/course/week3",
    "grader/course/inputs.py",
    "grader/course/kernel_inputs.py",
    "grader/run/oracle_calls.py",
)
SHARED = ("student", "kernels")  # what students get whole
TEXT = (".py", ".cpp", ".h", ".metal")
HEADER_BYTES = 4
LITERAL = re.compile(rb'"[^"]*",?')  # sentences, names and hints are data of public cases, too


def leaks(package: Path, root: Path, reference: Path) -> list[str]:
    """Return which lines of secret files a package holds, as "file in the package: line"."""
    known = set(_lines(root / part for part in SHARED))
    known |= {line for path in _code(root / "grader") if not _is_secret(path, root) for line in _of(path)}
    secret = set(_lines([reference, *(root / part for part in SECRET)])) - known
    found = []
    for name, data in contents(package):
        held = {line for line in (piece.strip() for piece in data.split(b"\n")) if line in secret}
        if not name.endswith(TEXT):
            held |= {line for line in secret if line in data}
        found += [f"{name}: {line.decode(errors='replace')}" for line in sorted(held)]
    return found


def contents(package: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file of a package, and every member of what is a zip archive, as name and bytes."""
    for path in sorted(p for p in package.rglob("*") if p.is_file()):
        yield from _opened(path.relative_to(package).as_posix(), path.read_bytes())


def _opened(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, data
    if data[:HEADER_BYTES] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from _opened(f"{name}/{member}", archive.read(member))


def _is_secret(path: Path, root: Path) -> bool:
    return any(path.is_relative_to(root / part) for part in SECRET)


def _lines(places: Iterator[Path] | list[Path]) -> Iterator[bytes]:
    for place in places:
        for path in _code(place):
            yield from _of(path)


def _code(place: Path) -> Iterator[Path]:
    files = [place] if place.is_file() else sorted(place.rglob("*"))
    yield from (p for p in files if p.suffix in TEXT and p.is_file() and "__pycache__" not in p.parts)


def _of(path: Path) -> Iterator[bytes]:
    for line in path.read_bytes().split(b"\n"):
        line = line.strip()
        if len(line) >= LEAST and not LITERAL.fullmatch(line):
            yield line
