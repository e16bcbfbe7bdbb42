"""What the simulator found about a Metal kernel, as it stands in a result: for reports, exports and the store.

Knows nothing about how it was found; `grader.run` has that from `kernels.simulator`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

Three = tuple[int, int, int]


@dataclass(frozen=True)
class Access:
    """What one GPU thread did, and where."""

    what: str  # "writes", "reads", "waits", "returns"
    thread: Three  # its position in the threadgroup
    threadgroup: Three
    simdgroup: int
    lane: int
    place: str  # "flash_attention.metal:84"; empty if the line is not known


@dataclass(frozen=True)
class SourceLine:
    """One line of the submission's Metal source."""

    number: int
    text: str
    mark: str = ""  # what happens here: "write", "read", "barrier"; empty for a line around it


@dataclass(frozen=True)
class Trace:
    """One finding in a kernel: where it is, and the one or two threads in it, the first one first."""

    kernel: str
    element: str  # "k_tile[332]"; empty where no memory is in question
    simdgroups: int  # of a threadgroup
    accesses: tuple[Access, ...]
    source: tuple[SourceLine, ...]
    file: str
    meaning: str  # what such a finding means on a GPU, in one sentence


@dataclass(frozen=True)
class Count:
    """One count of what kernels move: a proxy of speed, never time."""

    name: str  # "device bytes"
    case: str  # "M = 1, K = 256, N = 64, float16"
    yours: float
    against: str  # what it is compared with: "the reference", "the least possible"
    other: float
    limit: float | None = None  # largest ratio that passes; None: for information

    @property
    def ratio(self) -> float:
        """How many times as large as the other count it is; infinite if that one is 0."""
        if not self.other:
            return float("inf") if self.yours else 1.0
        return self.yours / self.other


def trace_to_json(trace: Trace | None) -> dict[str, Any] | None:
    """Return the documented form; None stays None."""
    if trace is None:
        return None
    accesses = [
        {**asdict(a), "thread": list(a.thread), "threadgroup": list(a.threadgroup)} for a in trace.accesses
    ]
    return {**asdict(trace), "accesses": accesses, "source": [asdict(line) for line in trace.source]}


def trace_from_json(data: dict[str, Any] | None) -> Trace | None:
    """Rebuild it from `trace_to_json`."""
    if data is None:
        return None
    accesses = tuple(
        Access(**{**a, "thread": _three(a["thread"]), "threadgroup": _three(a["threadgroup"])})
        for a in data["accesses"]
    )
    source = tuple(SourceLine(**line) for line in data["source"])
    return Trace(**{**data, "accesses": accesses, "source": source})


def count_to_json(count: Count) -> dict[str, Any]:
    """Return the documented form."""
    return asdict(count)


def count_from_json(data: dict[str, Any]) -> Count:
    """Rebuild it from `count_to_json`."""
    return Count(**data)


def _three(values: list[int]) -> Three:
    x, y, z = values
    return x, y, z
