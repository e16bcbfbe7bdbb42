"""What can be forbidden, and what is found: plain values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Name:
    """A Python name that a task forbids; with it, all that lies below: "mlx.core.fast" forbids "mlx.core.fast.rope"."""

    name: str
    reason: str
    certain: bool = True  # False: it may be used honestly, and staff have to look
    anywhere: bool = False  # reported for an import alone too, as doubtful, reached or not


@dataclass(frozen=True)
class Pair:
    """Names of which one alone is doubtful and both together are certain: unpacking all, then a dense product."""

    first: tuple[str, ...]
    then: tuple[str, ...]  # "@" is Python's operator
    reason: str


@dataclass(frozen=True)
class Symbol:
    """A C++ name that the objects of an op must not need, as the demangled symbol begins."""

    name: str  # "mlx::core::quantized_matmul("
    reason: str
    certain: bool = True
    in_bindings: bool = False  # what gives ops to Python needs it


@dataclass(frozen=True)
class Forbids:
    """What one task forbids."""

    reached_from: tuple[str, ...] = ()  # targets besides the task's own: "quantize.quantized_linear"
    names: tuple[Name, ...] = ()
    pairs: tuple[Pair, ...] = ()
    scores: str = ""  # why a softmax over a product of queries and keys is forbidden; empty: it is not
    refused: tuple[
        str, ...
    ] = ()  # functions, or modules of functions, that the worker takes away: "mlx.core.fast"
    symbols: tuple[Symbol, ...] = ()
    symbol_pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True, order=True)
class Found:
    """One use of something forbidden, or something that cannot be told."""

    file: str  # relative to the snapshot, or an object's name
    line: int  # 0: a place without lines
    name: str
    certain: bool
    sentence: str

    @property
    def place(self) -> str:
        """File and line, as compilers write them."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def text(self) -> str:
        """Return the finding in one line."""
        return f"{self.place} {self.sentence}"


def to_json(forbids: Forbids) -> dict[str, Any]:
    """Return plain values from which `from_json` makes an equal `Forbids`."""
    return asdict(forbids)


def from_json(data: dict[str, Any]) -> Forbids:
    """Rebuild what `to_json` gave."""
    return Forbids(
        reached_from=tuple(data["reached_from"]),
        names=tuple(Name(**n) for n in data["names"]),
        pairs=_pairs(data["pairs"]),
        scores=data["scores"],
        refused=tuple(data["refused"]),
        symbols=tuple(Symbol(**s) for s in data["symbols"]),
        symbol_pairs=_pairs(data["symbol_pairs"]),
    )


def _pairs(data: list[dict[str, Any]]) -> tuple[Pair, ...]:
    return tuple(Pair(tuple(p["first"]), tuple(p["then"]), p["reason"]) for p in data)
