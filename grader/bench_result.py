"""What `grader bench` measured: immutable, for the command, the page, the comparison and the JSON file.

Knows nothing about how it was measured; `grader.bench.suite` does that. `to_json` and `from_json` are inverse to each
other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from grader.speed_result import Bar

SCHEMA = "grader-bench/1"


@dataclass(frozen=True)
class Series:
    """One implementation on one shape."""

    name: str  # "yours", "rung 1" ... "rung 6", "mlx", "torch int4", "torch dense", "torch"
    bar: Bar | None = None  # median and interval, if there were enough samples
    samples_s: tuple[float, ...] = ()  # seconds a call, in the order of the rounds
    calls: int = 0  # calls that one sample is the mean of
    error: float = 0.0  # of the checked rows, relative to their norm
    reason: str = ""  # why there is no bar


@dataclass(frozen=True)
class ShapeResult:
    """One shape with everybody's times."""

    op: str  # quantized_matmul or flash_attention
    model: str  # "0.5b"
    group: str  # shapes of one group share a table
    label: str  # this shape: "M = 1, bfloat16"
    flops: float  # of one call
    moved_bytes: float  # least memory traffic of one call
    series: tuple[Series, ...]

    @property
    def key(self) -> tuple[str, str]:
        """What tells this shape from all others."""
        return self.group, self.label


@dataclass(frozen=True)
class BenchResult:
    """One run of the benchmark."""

    started_at: str  # ISO 8601, UTC
    seconds: float
    threads: int
    rounds: int
    environment: dict[str, str]  # CPU, versions, instruction set, load average
    peak_flops: float  # float32 FLOP/s with these threads, measured in this run
    peak_bytes_per_s: float  # read from memory, measured in this run
    shapes: tuple[ShapeResult, ...]
    order: tuple[tuple[int, int, str], ...] = ()  # shape, round and name of every sample, as they were taken
    notes: tuple[str, ...] = ()  # what a reader has to know: a busy machine, a missing library
    complete: bool = True  # False: interrupted; the shapes hold what was finished

    @property
    def machine(self) -> str:
        """What the figures hold for."""
        return f"{self.environment.get('cpu', '?')}, {self.threads} thread{'s' if self.threads != 1 else ''}"

    def to_json(self) -> dict[str, Any]:
        """Return the documented form: plain dicts, lists, strings and numbers."""
        return {"schema": SCHEMA, **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> BenchResult:
        """Rebuild it from `to_json`.

        Raises:
            ValueError: another schema than `SCHEMA`.
            KeyError: a field is missing.
            TypeError: a field has another form.
        """
        if data.get("schema") != SCHEMA:
            raise ValueError(f"the schema is {data.get('schema')!r}, this version reads {SCHEMA!r}")
        fields = {name: value for name, value in data.items() if name != "schema"}
        shapes = tuple(_shape(shape) for shape in data["shapes"])
        order = tuple((int(shape), int(turn), str(name)) for shape, turn, name in data["order"])
        return cls(**{**fields, "shapes": shapes, "order": order, "notes": tuple(data["notes"])})


def _shape(data: Mapping[str, Any]) -> ShapeResult:
    return ShapeResult(**{**data, "series": tuple(_series(series) for series in data["series"])})


def _series(data: Mapping[str, Any]) -> Series:
    bar = None if data["bar"] is None else Bar(**data["bar"])
    return Series(**{**data, "bar": bar, "samples_s": tuple(data["samples_s"])})
