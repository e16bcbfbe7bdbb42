"""What the runtime saw, in words: kinds of problems, their places, and the sentences that say them.

It knows the runtime's report. What each kind means and what usually causes it stands in ``explanations``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .counts import Counts, LineCount, read_counts
from .explanations import EXPLAIN
from .launch import Kernel
from .symbols import Frame, innermost, resolve

MAX_QUOTED = 100  # characters of a source line in a sentence

__all__ = ["EXPLAIN", "Counts", "Diagnostic", "LineCount", "Thread", "read_counts", "read_diagnostics"]


@dataclasses.dataclass(frozen=True)
class Thread:
    """A GPU thread.

    Attributes:
        position: Position in its threadgroup.
        index: Number in its threadgroup.
        lane: Number in its simdgroup.
        simdgroup: Number of its simdgroup in the threadgroup.
        threadgroup: Position of its threadgroup in the grid.
    """

    position: tuple[int, int, int]
    index: int
    lane: int
    simdgroup: int
    threadgroup: tuple[int, int, int]

    def __str__(self) -> str:
        place = f"thread {_triple(self.position)} of threadgroup {_triple(self.threadgroup)}"
        return f"{place} (simdgroup {self.simdgroup}, lane {self.lane})"


@dataclasses.dataclass(frozen=True)
class Diagnostic:
    """One problem at one place of a kernel, however often it happened.

    Attributes:
        kind: Name of the kind, a key of ``EXPLAIN``.
        kernel: Name of the kernel.
        count: How often it happened.
        frames: Where, innermost first: inlined functions below the functions that call them.
        other_frames: Where the other access of a race is, or the other barrier.
        memory: ``device`` or ``threadgroup``; None where no memory is concerned.
        buffer: Buffer index, or None.
        name: Name of the buffer or of the threadgroup array.
        type: Type of the parameter.
        element: Index of the element that was touched; negative before the start.
        elements: Number of elements of the buffer or array.
        bytes: Size of the access.
        is_write: Whether the access writes.
        thread: The thread.
        other: The other thread of a race.
        other_is_write: Whether the other access writes.
        same_value: For a race of two writes, whether both wrote the same; None where that is unknown.
        expected: Expected number, in messages about a launch.
        got: The number found instead.
        text: The runtime's own words.
    """

    kind: str
    kernel: str
    count: int = 1
    frames: tuple[Frame, ...] = ()
    other_frames: tuple[Frame, ...] = ()
    memory: str | None = None
    buffer: int | None = None
    name: str = ""
    type: str = ""
    element: int | None = None
    elements: int | None = None
    bytes: int | None = None
    is_write: bool = False
    thread: Thread | None = None
    other: Thread | None = None
    other_is_write: bool = False
    same_value: bool | None = None
    expected: int | None = None
    got: int | None = None
    text: str = ""

    @property
    def place(self) -> Frame | None:
        """The innermost place in a source file, in MLX's headers only where there is no other."""
        return innermost(self.frames)

    @property
    def other_place(self) -> Frame | None:
        """The place of the other access, as ``place``."""
        return innermost(self.other_frames)

    @property
    def is_soft(self) -> bool:
        """Whether a kernel with this problem may still be right on a GPU."""
        return EXPLAIN[self.kind].is_soft if self.kind in EXPLAIN else False

    @property
    def means(self) -> str:
        """What the kind means, in a sentence or two."""
        return EXPLAIN[self.kind].means if self.kind in EXPLAIN else self.text

    @property
    def usual_cause(self) -> str:
        """What usually causes it."""
        return EXPLAIN[self.kind].usual_cause if self.kind in EXPLAIN else ""

    @property
    def sentence(self) -> str:
        """The problem in one sentence: kernel, memory, element, thread, line, and the other access of a race."""
        return _sentence(self)

    def as_json(self) -> dict[str, Any]:
        """Return the fields and the words as plain data."""
        return {**dataclasses.asdict(self), "sentence": self.sentence, "is_soft": self.is_soft}


def read_diagnostics(report: Mapping[str, Any], kernel: Kernel, library: Path) -> tuple[Diagnostic, ...]:
    """Return the report's messages with their source lines, certain ones before soft ones."""
    messages = report["messages"]
    offsets = [message[key] for message in messages for key in ("pc", "other_pc") if message.get(key)]
    frames = resolve(library, offsets)
    read = [_diagnostic(message, kernel.name, frames) for message in messages]
    return tuple(sorted(read, key=lambda diagnostic: diagnostic.is_soft))


def _diagnostic(
    message: Mapping[str, Any], kernel: str, frames: Mapping[int, tuple[Frame, ...]]
) -> Diagnostic:
    other = message.get("other") or {}
    buffer = message.get("buffer", -1)
    return Diagnostic(
        kind=message["kind"],
        kernel=kernel,
        count=int(message.get("count", 1)),
        frames=frames.get(message.get("pc", 0), ()),
        other_frames=frames.get(message.get("other_pc", 0), ()),
        memory=message.get("memory"),
        buffer=buffer if buffer >= 0 else None,
        name=message.get("name", ""),
        type=message.get("type", ""),
        element=message.get("element"),
        elements=message.get("elements"),
        bytes=message.get("bytes"),
        is_write=bool(message.get("is_write")),
        thread=_thread(message),
        other=_thread(other),
        other_is_write=bool(other.get("is_write")),
        same_value=message.get("same_value"),
        expected=message.get("expected"),
        got=message.get("got"),
        text=message.get("text", ""),
    )


def _thread(message: Mapping[str, Any]) -> Thread | None:
    thread = message.get("thread")
    if thread is None:
        return None
    position = (thread["x"], thread["y"], thread["z"])
    x, y, z = message.get("threadgroup", (0, 0, 0))
    return Thread(position, thread["index"], thread["lane"], thread["simdgroup"], (x, y, z))


def _triple(values: Iterable[int]) -> str:
    return "(" + ", ".join(map(str, values)) + ")"


def _sentence(diagnostic: Diagnostic) -> str:
    explanation = EXPLAIN.get(diagnostic.kind)
    said = (
        explanation.sentence.format(**_words(diagnostic))
        if explanation and explanation.sentence
        else diagnostic.text
    )
    is_repeated = diagnostic.count > 1 and diagnostic.kind != "output-not-written"  # its text has the number
    times = f" It happened {diagnostic.count:,} times." if is_repeated else ""
    return f"{_where(diagnostic)}{said[:1].upper()}{said[1:]}{times}"


def _where(diagnostic: Diagnostic) -> str:
    place = diagnostic.place
    return f"{place.file}:{place.line}: " if place else ""


def _words(diagnostic: Diagnostic) -> dict[str, str]:
    """Return what the sentences of the kinds put in."""
    thread = str(diagnostic.thread) if diagnostic.thread else "a thread"
    return {
        "kernel": f"kernel `{diagnostic.kernel}`",
        "thread": thread,
        "does": "writes" if diagnostic.is_write else "reads",
        "memory": _memory(diagnostic),
        "element": _element(diagnostic),
        "size": f"{diagnostic.elements} elements"
        if diagnostic.elements is not None
        else "an unknown number of elements",
        "source": _quoted(diagnostic.place),
        "behind": f",{quoted}" if (quoted := _quoted(diagnostic.place)) else "",
        "other": _other(diagnostic),
        "other_thread": str(diagnostic.other) if diagnostic.other else "another thread",
        "elsewhere": _elsewhere(diagnostic),
        "expected": "?" if diagnostic.expected is None else str(diagnostic.expected),
        "got": "?" if diagnostic.got is None else str(diagnostic.got),
        "text": diagnostic.text,
        "same": " Both write the same value." if diagnostic.same_value else "",
    }


def _memory(diagnostic: Diagnostic) -> str:
    if diagnostic.memory == "threadgroup":
        return f"threadgroup array `{diagnostic.name}`" if diagnostic.name else "threadgroup memory"
    if diagnostic.buffer is None:
        return f"buffer `{diagnostic.name}`" if diagnostic.name else "memory"
    return f"buffer({diagnostic.buffer}) `{diagnostic.name}`"


def _element(diagnostic: Diagnostic) -> str:
    return "an element" if diagnostic.element is None else f"element {diagnostic.element}"


def _quoted(place: Frame | None) -> str:
    if place is None or not place.text:
        return ""
    shown = place.text if len(place.text) <= MAX_QUOTED else f"{place.text[:MAX_QUOTED]}..."
    return f" in `{shown}`"


def _elsewhere(diagnostic: Diagnostic) -> str:
    place = diagnostic.other_place
    return f"waits at line {place.line}{_quoted(place)}" if place else "does not come"


def _other(diagnostic: Diagnostic) -> str:
    other = str(diagnostic.other) if diagnostic.other else "another thread"
    does = "writes" if diagnostic.other_is_write else "reads"
    place = diagnostic.other_place
    return f"{other} {does} it{f' at line {place.line}' if place else ''}{_quoted(place)}"
