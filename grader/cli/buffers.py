"""What `--buffer`, `--grid` and their like say, as values: arrays, scalars, sizes. Numpy only; runs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.errors import UsageError

DTYPES = {
    "float32": np.float32,
    "float16": np.float16,
    "bfloat16": np.uint16,  # numpy has none: the upper half of a float32
    "int8": np.int8,
    "int16": np.int16,
    "int32": np.int32,
    "int64": np.int64,
    "uint8": np.uint8,
    "uint16": np.uint16,
    "uint32": np.uint32,
    "uint64": np.uint64,
    "bool": np.bool_,
}
FILLS = ("zeros", "ones", "arange", "random", "nan", "unwritten")
MOST_BYTES = 1 << 30
FORM = "NAME=FILE.npy, NAME=4x8:float32:random or, for a single value, NAME=int32:5"
SEED = 2026


@dataclass(frozen=True)
class Buffer:
    """One argument of a kernel."""

    name: str  # a parameter's, or its index
    array: npt.NDArray[Any]
    dtype: str  # of the kernel: "bfloat16" lies in an array of uint16
    is_value: bool = False  # a single value, passed as `set_bytes` does
    unwritten: bool = False  # nothing has been written to it yet: what the kernel leaves out is a finding


def buffer(text: str) -> Buffer:
    """Read one `--buffer`.

    Raises:
        UsageError: it has another form, names no dtype, or is too large.
    """
    name, equals, spec = text.partition("=")
    if not name or not equals or not spec:
        raise UsageError(f"--buffer {text!r} is not of the form {FORM}")
    if spec.endswith(".npy"):
        array = _loaded(Path(spec))
        return Buffer(name, array, _dtype_of(array, spec))
    parts = spec.split(":")
    if len(parts) == 2 and parts[0] in DTYPES:
        return Buffer(name, _filled((), parts[0], parts[1], text), parts[0], is_value=True)
    if len(parts) != 3:
        raise UsageError(f"--buffer {text!r} is not of the form {FORM}")
    shape, dtype, fill = parts
    if dtype not in DTYPES:
        raise UsageError(f"--buffer {text!r}: there is no dtype {dtype!r}; known are {', '.join(DTYPES)}")
    return Buffer(name, _filled(_shape(shape, text), dtype, fill, text), dtype, unwritten=fill == "unwritten")


def sizes(text: str, option: str) -> tuple[int, int, int]:
    """Read "32,4,1"; what is left out at the end is 1.

    Raises:
        UsageError: no one to three whole numbers from 0.
    """
    parts = text.split(",")
    if len(parts) > 3 or not all(p.strip().isdecimal() for p in parts):
        raise UsageError(f"{option} {text!r} is not of the form X,Y,Z")
    x, y, z = (*(int(p) for p in parts), 1, 1)[:3]
    return x, y, z


def named(text: str, option: str, value: str) -> tuple[str, str]:
    """Read "NAME=VALUE".

    Raises:
        UsageError: it has another form.
    """
    name, equals, rest = text.partition("=")
    if not name or not equals or not rest:
        raise UsageError(f"{option} {text!r} is not of the form NAME={value}")
    return name, rest


def count(text: str, what: str) -> int:
    """Read a whole number from 0.

    Raises:
        UsageError: it is none.
    """
    if not text.strip().isdecimal():
        raise UsageError(f"{what} {text!r} is not a whole number")
    return int(text)


def as_floats(array: npt.NDArray[Any], dtype: str) -> npt.NDArray[Any]:
    """Return an array in which bfloat16 is float32; others as they are."""
    if dtype != "bfloat16":
        return array
    return (array.astype(np.uint32) << 16).view(np.float32)


def _loaded(path: Path) -> npt.NDArray[Any]:
    try:
        array = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read as an array: {error}") from None
    if not isinstance(array, np.ndarray):
        raise UsageError(f"{path} holds no single array")
    return np.ascontiguousarray(array)


def _dtype_of(array: npt.NDArray[Any], spec: str) -> str:
    for name, dtype in DTYPES.items():
        if name != "bfloat16" and array.dtype == dtype:
            return name
    raise UsageError(f"{spec} is of {array.dtype}, which Metal does not have; known are {', '.join(DTYPES)}")


def _shape(text: str, option: str) -> tuple[int, ...]:
    parts = text.replace(",", "x").split("x")
    if not all(p.isdecimal() for p in parts):
        raise UsageError(f"--buffer {option!r}: {text!r} is no shape such as 4x8")
    return tuple(int(p) for p in parts)


def _filled(shape: tuple[int, ...], dtype: str, fill: str, option: str) -> npt.NDArray[Any]:
    kind = np.dtype(DTYPES[dtype])
    size = int(np.prod(shape, dtype=np.float64)) * kind.itemsize
    if size > MOST_BYTES:
        raise UsageError(f"--buffer {option!r} takes {size} bytes, more than {MOST_BYTES}")
    if fill == "unwritten":
        return np.full(shape, 255, np.uint8).repeat(kind.itemsize).view(kind).reshape(shape)
    values = _values(shape, fill, option, integers=kind.kind in "iub" and dtype != "bfloat16")
    if dtype == "bfloat16":
        return (values.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).reshape(shape)
    return np.ascontiguousarray(values.astype(kind).reshape(shape))


def _values(shape: tuple[int, ...], fill: str, option: str, integers: bool) -> npt.NDArray[np.float64]:
    size = int(np.prod(shape))
    if fill == "random":
        rng = np.random.default_rng(SEED)
        return rng.integers(0, 100, size).astype(np.float64) if integers else rng.standard_normal(size)
    if fill == "arange":
        return np.arange(size, dtype=np.float64)
    if fill == "nan" and integers:
        raise UsageError(f"--buffer {option!r}: whole numbers have no nan")
    known = {"zeros": 0.0, "ones": 1.0, "nan": np.nan, "true": 1.0, "false": 0.0}
    try:
        return np.full(size, known[fill] if fill in known else float(fill))
    except ValueError:
        words = f"{', '.join(FILLS)} or a number"
        raise UsageError(f"--buffer {option!r}: there is no filling {fill!r}; known are {words}") from None
