"""Reads what a replay tells of its threads: the simulator's diagnostics, with places in the submission's own files.

The process that tells it has run a submission's kernels, so every field is checked and every text is to be cleaned
where it is shown. Knows nothing about how a kernel is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernels.simulator.diagnostics import Diagnostic, Thread
    from kernels.simulator.symbols import Frame

TEXT_CHARS = 400
MOST_FRAMES = 8
NUMBERS = ("count", "buffer", "element", "elements", "bytes", "expected", "got")
TEXTS = ("kind", "kernel", "memory", "name", "type", "text")


def diagnostic(told: Any, files: Mapping[str, bytes]) -> Diagnostic:
    """Return one diagnostic.

    Args:
        told: what the replay wrote.
        files: the submission's kernels, by path.

    Raises:
        ValueError: it is not of the form of one.
    """
    from kernels.simulator.diagnostics import Diagnostic

    if type(told) is not dict or type(told.get("kind")) is not str:
        raise ValueError("a diagnostic has no kind")
    text = {name: str(told.get(name) or "")[:TEXT_CHARS] for name in TEXTS}
    number = {name: _number(told.get(name)) for name in NUMBERS}
    same = told.get("same_value")
    return Diagnostic(
        kind=text["kind"],
        kernel=text["kernel"],
        count=number["count"] or 1,
        frames=_frames(told.get("frames"), files),
        other_frames=_frames(told.get("other_frames"), files),
        memory=text["memory"] or None,
        buffer=number["buffer"],
        name=text["name"],
        type=text["type"],
        element=number["element"],
        elements=number["elements"],
        bytes=number["bytes"],
        is_write=told.get("is_write") is True,
        thread=_thread(told.get("thread")),
        other=_thread(told.get("other")),
        other_is_write=told.get("other_is_write") is True,
        same_value=same if type(same) is bool else None,
        expected=number["expected"],
        got=number["got"],
        text=text["text"],
    )


def _number(value: Any) -> int | None:
    return value if type(value) is int else None


def _frames(told: Any, files: Mapping[str, bytes]) -> tuple[Frame, ...]:
    """Return the frames that lie in the submission's files."""
    from kernels.simulator.symbols import Frame

    found = []
    for one in told[:MOST_FRAMES] if isinstance(told, (list, tuple)) else ():
        name, line = _known(str(one.get("file")), files), one.get("line")
        if name and type(line) is int:
            found.append(Frame(name, line, source_line(files, name, line)))
    return tuple(found)


def _known(path: str, files: Mapping[str, bytes]) -> str:
    """Return the submission's name of a file that the compiler saw under some folder of its own."""
    parts = path.removeprefix("./").split("/")
    return next((n for n in ("/".join(parts[i:]) for i in range(len(parts))) if n in files), "")


def source_line(files: Mapping[str, bytes], name: str, line: int) -> str:
    """Return a line of a file without the blanks around it; empty if there is none."""
    lines = files[name].splitlines() if name in files else []
    return (
        lines[line - 1].decode("utf-8", "backslashreplace").strip()[:TEXT_CHARS]
        if 0 < line <= len(lines)
        else ""
    )


def _thread(told: Any) -> Thread | None:
    from kernels.simulator.diagnostics import Thread

    if type(told) is not dict:
        return None
    index, lane, simdgroup = (_number(told.get(name)) or 0 for name in ("index", "lane", "simdgroup"))
    return Thread(_three(told.get("position")), index, lane, simdgroup, _three(told.get("threadgroup")))


def _three(value: Any) -> tuple[int, int, int]:
    x, y, z = (_number(part) or 0 for part in value)
    return x, y, z
