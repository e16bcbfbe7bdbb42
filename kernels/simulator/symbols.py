"""From an address in a kernel library to the source line, through inlined functions.

It knows the library's debug lines and the tools that read them, and nothing about kernels.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from .lines import read_line_table
from .mlx_headers import MLX_KERNELS
from .toolchain import INCLUDE

TOOLS = (("addr2line",), ("llvm-addr2line",), ("llvm-symbolizer", "--output-style=GNU"))
PLACE = re.compile(r"^(.*):(\d+)(?: \(discriminator \d+\))?$")


@dataclasses.dataclass(frozen=True)
class Frame:
    """A place in a source file.

    Attributes:
        file: Path as the compiler saw it.
        line: Line, from 1.
        text: The line itself, stripped; empty if the file cannot be read.
    """

    file: str
    line: int
    text: str = ""

    def __str__(self) -> str:
        return f"{Path(self.file).name}:{self.line}"


def resolve(library: Path, offsets: Iterable[int]) -> dict[int, tuple[Frame, ...]]:
    """Return the frames of each offset, innermost first, those in the simulator's own headers left out.

    Args:
        library: The kernel library.
        offsets: Addresses, as offsets from where the library is loaded.
    """
    wanted = sorted(set(offsets))
    if not wanted:
        return {}
    state = library.stat()
    places = _known_places(library, state.st_mtime_ns, state.st_size)
    places.update(_looked_up(library, [offset for offset in wanted if offset not in places]))
    return {
        offset: tuple(_frame(file, line) for file, line in places.get(offset, ()) if line and _is_shown(file))
        for offset in wanted
    }


@functools.lru_cache(maxsize=64)
def _known_places(library: Path, mtime_ns: int, size: int) -> dict[int, list[tuple[str, int]]]:
    """Return what was looked up so far in one state of a library: a tool is a process, and runs repeat."""
    del library, mtime_ns, size
    return {}


def _looked_up(library: Path, offsets: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
    if not offsets:
        return {}
    places = _by_tool(library, offsets) or {}
    missing = [offset for offset in offsets if not any(line for _, line in places.get(offset, ()))]
    places.update(_by_line_table(library, missing) if missing else {})
    return places


def innermost(frames: Sequence[Frame]) -> Frame | None:
    """Return the innermost frame outside MLX's headers, else the innermost one."""
    own = (frame for frame in frames if f"/{MLX_KERNELS}/" not in frame.file)
    return next(own, frames[0] if frames else None)


def _is_shown(file: str) -> bool:
    return not file.startswith((str(INCLUDE), "<", "??")) and file != ""


def _frame(file: str, line: int) -> Frame:
    file = file.removeprefix("./")
    lines = _lines(file)
    return Frame(file, line, lines[line - 1].strip() if 0 < line <= len(lines) else "")


@functools.lru_cache(maxsize=64)
def _lines(file: str) -> Sequence[str]:
    try:
        return Path(file).read_text(errors="replace").split("\n")
    except OSError:
        return ()


def _by_tool(library: Path, offsets: Sequence[int]) -> dict[int, list[tuple[str, int]]] | None:
    for tool, *options in TOOLS:
        path = shutil.which(tool)
        if path is None:
            continue
        command = [path, *options, "-a", "-i", "-e", str(library), *map(hex, offsets)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        except (OSError, subprocess.SubprocessError):
            continue
        if done.returncode == 0:
            return _parse(done.stdout)
    return None


def _parse(output: str) -> dict[int, list[tuple[str, int]]]:
    places: dict[int, list[tuple[str, int]]] = {}
    current: list[tuple[str, int]] = []
    for line in output.splitlines():
        if re.fullmatch(r"0x[0-9a-f]+", line):
            current = places.setdefault(int(line, 16), [])
        elif match := PLACE.match(line):
            current.append((match[1], int(match[2])))
    return places


def _by_line_table(library: Path, offsets: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
    table = read_line_table(library)
    places = {offset: table.find(offset) for offset in offsets}
    return {offset: [place] if place else [] for offset, place in places.items()}
