"""What a bug planted in a right kernel or in its launch is, and what has to be told about it."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from kernels.simulator import Output
from tests.simulator.variants import Edits

BARRIER = "threadgroup_barrier(mem_flags::mem_threadgroup);\n"
MARKED = "threadgroup_barrier(mem_flags::mem_threadgroup);  // BUG\n"


@dataclasses.dataclass(frozen=True)
class Bug:
    """A bug, and the message that has to come.

    Attributes:
        name: Name of the bug.
        case: Case of the right kernel.
        kind: Kind of the message.
        edits: What changes in the kernel's file.
        at: Text whose line is marked as the bug's; empty where the edits mark it, or the message has no line.
        arguments: Arguments that replace those of the case; None leaves one out. A function makes a fresh one.
        launch: Fields of the case that change: ``grid``, ``threadgroup``, ``expected``.
        options: Keywords of ``Library.run`` that change.
        is_right: Whether the numbers are right all the same, in the normal order.
        memory: Name of the buffer or threadgroup array.
        element: Element that is told.
        thread: Index of the thread in its threadgroup.
        threadgroup: Position of its threadgroup.
        same_value: Whether two racing writes wrote the same.
    """

    name: str
    case: str
    kind: str
    edits: Edits = ()
    at: str = ""
    arguments: dict[int, Any] = dataclasses.field(default_factory=dict)
    launch: dict[str, Any] = dataclasses.field(default_factory=dict)
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    is_right: bool = False
    memory: str = ""
    element: int | None = None
    thread: int | None = None
    threadgroup: tuple[int, int, int] | None = None
    same_value: bool | None = None


def misaligned(count: int) -> Output:
    """Return an output whose memory starts one byte past a multiple of its element's size."""
    output = Output(count)
    output.array = np.zeros(4 * count + 16, np.uint8)[1 : 4 * count + 1].view(np.float32)
    return output
