"""Arrays as the grader makes and reads them: numpy on this side, `wire.Array` on the wire.

Half precision is rounded to nearest even here, so that the oracle sees exactly the numbers that the submission sees.
Knows nothing about checks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from grader.worker.wire import Array

Float64 = npt.NDArray[np.float64]

FLOATS = ("float16", "bfloat16", "float32")
EPS = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23, "float64": 2.0**-52}
"""Distance from 1 to the next larger number (IEEE 754; bfloat16 has 8 significant bits)."""

SMALLEST = {"float16": 2.0**-24, "bfloat16": 2.0**-133, "float32": 2.0**-149, "float64": 2.0**-1074}
"""Smallest positive (subnormal) number."""

LARGEST = {"float16": 65504.0, "bfloat16": 3.3895313892515355e38, "float32": 3.4028234663852886e38}
"""Largest finite number."""


def make(values: npt.ArrayLike, dtype: str) -> Array:
    """Round `values` to `dtype` (nearest, ties to even) and return them as a wire array of the same shape.

    Raises:
        ValueError: `dtype` is not one of the wire's names.
    """
    array = np.asarray(values)
    if dtype == "bfloat16":
        bits = _bfloat16_bits(array.astype(np.float32))
        return Array(dtype, array.shape, bits.tobytes())
    try:
        with np.errstate(over="ignore"):
            rounded = array.astype(np.dtype(dtype))
    except TypeError as error:
        raise ValueError(f"dtype {dtype!r} is unknown") from error
    return Array(dtype, array.shape, np.ascontiguousarray(rounded).tobytes())


def _bfloat16_bits(values: npt.NDArray[np.float32]) -> npt.NDArray[np.uint16]:
    bits = np.ascontiguousarray(values).view(np.uint32).astype(np.uint64)
    rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
    quiet = (bits >> 16) | 0x40  # a NaN must not round to infinity
    return np.where(np.isnan(values), quiet, rounded).astype(np.uint16)


def numbers(array: Array) -> npt.NDArray[Any]:
    """Return the numbers of a wire array: float64 for every float dtype, otherwise the dtype itself."""
    if array.dtype == "bfloat16":
        bits = np.frombuffer(array.data, np.uint16).astype(np.uint32) << 16
        return bits.view(np.float32).astype(np.float64).reshape(array.shape)
    values = np.frombuffer(array.data, np.dtype(array.dtype)).reshape(array.shape)
    return values.astype(np.float64) if values.dtype.kind == "f" else values
