"""A student's traceback from the frames that a worker claims; the grader's side.

The worker names file, line and function. The file must lie in the snapshot and the line's text is read from
there, so nothing of the grader can appear whatever the worker claims. Knows nothing about processes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .faults import clean

MAX_FRAMES = 12
LINE_CHARS = 160
NAME_CHARS = 80
MAX_SOURCE_BYTES = 1 << 20


def student_frames(root: Path, claimed: Any) -> tuple[str, ...]:
    """Return "basics.py:12 in softmax: return x / y" for each believable frame, outermost first.

    Args:
        root: the snapshot, to which the paths are relative.
        claimed: from the worker: [path, line, function] each; what has another form is left out.
    """
    if type(claimed) is not list:
        return ()
    lines = (_frame(root, frame) for frame in claimed[:MAX_FRAMES])
    return tuple(line for line in lines if line)


def _frame(root: Path, frame: Any) -> str:
    if type(frame) is not list or [type(part) for part in frame] != [str, int, str]:
        return ""
    name, number, function = frame
    source = _source(root, name)
    if source is None or not 0 <= number <= len(source) + 1:
        return ""
    text = source[number - 1].strip() if 1 <= number <= len(source) else ""
    return f"{clean(name, NAME_CHARS)}:{number} in {clean(function, NAME_CHARS)}: {clean(text, LINE_CHARS)}"


def _source(root: Path, name: str) -> list[str] | None:
    try:
        path = (root / name).resolve()
        if not path.is_relative_to(root.resolve()) or not path.is_file():
            return None
        if path.stat().st_size > MAX_SOURCE_BYTES:
            return None
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except (OSError, ValueError):  # a name with a NUL, too long, or gone
        return None
