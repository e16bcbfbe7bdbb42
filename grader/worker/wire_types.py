"""The values that travel between the grader and a worker beside Python's own, and the limits on them.

Standard library only, used by both sides; knows nothing about how they are written down.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

TYPE_NAME_CHARS = 80
AXIS_MAX = (1 << 31) - 1  # MLX counts axes in 32 bits
INT_MIN, INT_MAX = -(1 << 63), (1 << 64) - 1

ITEM_BYTES = {
    "bool": 1,
    "uint8": 1,
    "int8": 1,
    "uint16": 2,
    "int16": 2,
    "float16": 2,
    "bfloat16": 2,
    "uint32": 4,
    "int32": 4,
    "float32": 4,
    "uint64": 8,
    "int64": 8,
    "float64": 8,
    "complex64": 8,
}

KEY_TYPES = (str, int, float, bool, type(None))


class ProtocolError(Exception):
    """The bytes are not a frame: says which rule they break, never quotes them."""


class EncodeError(ValueError):
    """The value cannot be put on the wire: wrong type, too deep, too many values, too large."""


@dataclass(frozen=True)
class Limits:
    """What a frame may hold at most.

    A header of `header_bytes` costs the decoder at most about 25 times its size (a header of empty lists)
    until the number of values is known; hence its default.
    """

    header_bytes: int = 1 << 20
    payload_bytes: int = 256 << 20
    depth: int = 32
    values: int = 100_000
    rank: int = 16


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Array:
    """An array as plain data: dtype name, shape, and its bytes in C order, little endian.

    Raises:
        ValueError: unknown dtype, negative axis, or `data` of another size than dtype and shape ask for.
    """

    dtype: str
    shape: tuple[int, ...]
    data: bytes

    def __post_init__(self) -> None:
        if self.dtype not in ITEM_BYTES:
            raise ValueError(f"dtype ({self.dtype!r}) must be one of {', '.join(ITEM_BYTES)}")
        if any(axis < 0 for axis in self.shape):
            raise ValueError(f"shape {self.shape} must not have a negative axis")
        size = math.prod(self.shape) * ITEM_BYTES[self.dtype]
        if len(self.data) != size:
            raise ValueError(f"{self.dtype} of shape {self.shape} takes {size} bytes, not {len(self.data)}")

    def __repr__(self) -> str:
        return f"Array({self.dtype}, {list(self.shape)})"


@dataclass(frozen=True)
class Handle:
    """Names an object that lives in the worker; `type_name` is the worker's claim and printable."""

    id: int
    type_name: str = ""


@dataclass(frozen=True)
class Dtype:
    """Names an element type: what `mx.float32` is in the worker."""

    name: str
