"""What a worker says about the dispatches of its Metal kernels, read with distrust; the grader's side.

Names, sizes and bytes are a claim: a dispatch becomes a fact when it has been run again (`replays`). Knows nothing
about how a dispatch is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import faults
from .faults import Fault
from .wire import Array

MAX_DISPATCHES = 256  # in one call
MAX_BYTES = 256 << 20
SLOTS = 31  # buffers of a kernel
INPUT, OUTPUT, UPDATED = "input", "output", "updated"  # directions of a binding


@dataclass(frozen=True)
class Binding:
    """What was bound at one buffer index."""

    index: int
    direction: str
    is_bytes: bool  # by set_bytes
    before: bytes  # empty for an output, which nobody has written
    after: bytes  # empty for an input

    @property
    def is_output(self) -> bool:
        """Whether the kernel writes it."""
        return self.direction != INPUT


@dataclass(frozen=True)
class Dispatch:
    """One dispatch as the worker tells it."""

    kernel: str
    library: str  # the file's stem: "quantized_matmul"
    bindings: tuple[Binding, ...]
    grid: tuple[int, int, int]
    threadgroup: tuple[int, int, int]
    grid_is_threads: bool
    threadgroup_lengths: Mapping[int, int] = field(default_factory=dict)
    function_constants: Mapping[int, bytes] = field(default_factory=dict)


def read(told: Any) -> tuple[Dispatch, ...]:
    """Return the dispatches of one call.

    Raises:
        Fault: PROTOCOL, they are not of the form that the worker's own code gives them; MEMORY, they are too many.
    """
    if type(told) is not list:
        raise _malformed()
    if len(told) > MAX_DISPATCHES:
        raise Fault(faults.MEMORY, f"one call dispatches {len(told)} kernels, more than {MAX_DISPATCHES}")
    return tuple(_dispatch(one) for one in told)


def _dispatch(told: Any) -> Dispatch:
    _form(type(told) is dict)
    names = [told.get(key) for key in ("kernel", "library")]
    _form(all(type(name) is str and len(name) < 400 for name in names))
    if told.get("is_complete") is not True:
        raise Fault(faults.MEMORY, f"the buffers of one call take more than {MAX_BYTES >> 20} MiB")
    bindings, lengths = told.get("bindings"), told.get("threadgroup_lengths")
    constants = told.get("function_constants")
    _form(type(bindings) is list and type(lengths) is dict and type(constants) is dict)
    read_bindings = tuple(_binding(one) for one in bindings)
    indices = [b.index for b in read_bindings]
    _form(len(set(indices)) == len(indices))
    return Dispatch(
        kernel=names[0],
        library=_stem(names[1]),
        bindings=read_bindings,
        grid=_three(told.get("grid")),
        threadgroup=_three(told.get("threadgroup")),
        grid_is_threads=told.get("grid_is_threads") is True,
        threadgroup_lengths={_slot(key): _size(value, 1 << 20) for key, value in lengths.items()},
        function_constants={_size(k, 1 << 16): _bytes(v, 64) for k, v in constants.items()},
    )


def _binding(told: Any) -> Binding:
    _form(type(told) is dict)
    direction = told.get("direction")
    _form(type(direction) is str and direction in (INPUT, OUTPUT, UPDATED))
    before, after = _bytes(told.get("before")), _bytes(told.get("after"))
    _form(direction != UPDATED or len(before) == len(after))
    return Binding(_slot(told.get("index")), direction, told.get("is_bytes") is True, before, after)


def _stem(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.removesuffix(".fast.so").removesuffix(".metal")


def _slot(value: Any) -> int:
    return _size(value, SLOTS - 1)


def _size(value: Any, most: int) -> int:
    _form(type(value) is int and 0 <= value <= most)
    return int(value)


def _three(value: Any) -> tuple[int, int, int]:
    _form(type(value) is list and len(value) == 3)
    x, y, z = (_size(v, (1 << 32) - 1) for v in value)
    return x, y, z


def _bytes(value: Any, most: int = MAX_BYTES) -> bytes:
    _form(type(value) is Array and value.dtype == "uint8" and len(value.data) <= most)
    return bytes(value.data)


def _form(holds: bool) -> None:
    if not holds:
        raise _malformed()


def _malformed() -> Fault:
    return Fault(faults.PROTOCOL, "what it says about its dispatches has not the form of one")
