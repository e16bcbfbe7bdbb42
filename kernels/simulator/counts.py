"""What a dispatch counts: bytes, transactions and operations, with the lines that they belong to."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .symbols import Frame, innermost, resolve


@dataclasses.dataclass(frozen=True)
class LineCount:
    """Accesses of one line of a kernel, from the profiled threadgroups.

    Attributes:
        place: The line; None where it is unknown.
        memory: ``device`` or ``threadgroup``.
        is_write: Whether it writes.
        accesses: Accesses of single threads.
        bytes: Bytes that the threads asked for.
        transactions: 128-byte transactions of whole simdgroups, or passes over the banks.
        ideal: As many as these bytes need at best.
    """

    place: Frame | None
    memory: str
    is_write: bool
    accesses: int
    bytes: int
    transactions: int
    ideal: int


@dataclasses.dataclass(frozen=True)
class Counts:
    """Counts of a dispatch; a proxy for its speed on a GPU, without a cache model.

    ``values`` has the runtime's counts by name. Bytes and transactions are those of ``profiled_threadgroups`` alone.
    """

    values: Mapping[str, int]
    lines: tuple[LineCount, ...] = ()

    def __getattr__(self, name: str) -> int:
        try:
            return int(self.__dict__["values"][name])
        except KeyError:
            raise AttributeError(name) from None

    def as_json(self) -> dict[str, Any]:
        """Return the counts and the lines as plain data."""
        return {**self.values, "lines": [dataclasses.asdict(line) for line in self.lines]}

    def scaled(self, name: str) -> float:
        """Return a profiled count, scaled to all threadgroups of the dispatch."""
        profiled = self.values.get("profiled_threadgroups", 0)
        return self.values[name] * (self.values["threadgroups"] / profiled) if profiled else float("nan")


def read_counts(report: Mapping[str, Any], library: Path) -> Counts:
    """Return the report's counts with their source lines."""
    counts = dict(report.get("counts", {}))
    lines = counts.pop("lines", [])
    frames = resolve(library, [line["pc"] for line in lines if line["pc"]])
    return Counts(counts, tuple(_line_count(line, frames) for line in lines))


def _line_count(line: Mapping[str, Any], frames: Mapping[int, tuple[Frame, ...]]) -> LineCount:
    found = frames.get(line["pc"], ())
    numbers = {name: int(line[name]) for name in ("accesses", "bytes", "transactions", "ideal")}
    return LineCount(innermost(found), line["memory"], bool(line["is_write"]), **numbers)
