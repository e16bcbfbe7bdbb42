"""Values of the course as JSON beside one block of bytes: checks, calls, arrays, and nothing that could be executed.

What is written is read as equal values. Knows the data classes of the course by name, and refuses all others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.course import metal, model
from grader.course.scenarios import frequencies
from grader.policy.rules import Forbids, Name, Pair, Symbol
from grader.result import Tier
from grader.worker.wire import Array, Dtype
from grader.worker.wire_types import ITEM_BYTES

RULES = (Forbids, Name, Pair, Symbol)
PLAIN = (type(None), bool, int, float, str)


def _classes(module: Any) -> Iterable[type]:
    return (c for c in vars(module).values() if isinstance(c, type) and is_dataclass(c))


CLASSES: dict[str, type] = {
    c.__name__: c for c in (*_classes(model), *_classes(metal), *_classes(frequencies), *RULES, Dtype)
}


class Writer:
    """Turns values into JSON; bytes of arrays that are there already are not kept twice."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._known: dict[bytes, int] = {}
        self._size = 0

    def encode(self, value: Any) -> Any:
        """Return a value as JSON has it.

        Raises:
            TypeError: it is of a type that cannot be recorded.
        """
        if isinstance(value, Enum):
            return {"tier": Tier(value).value}
        if isinstance(value, PLAIN):
            return value
        if isinstance(value, list):
            return [self.encode(item) for item in value]
        if isinstance(value, tuple):
            return {"tuple": [self.encode(item) for item in value]}
        if isinstance(value, slice):
            return {"slice": [value.start, value.stop, value.step]}
        if isinstance(value, Array):
            return {"array": [value.dtype, list(value.shape), self._place(value.data)]}
        if isinstance(value, (np.ndarray, np.generic)):
            array = np.asarray(value)
            return {"numbers": [array.dtype.str, list(array.shape), self._place(array.tobytes())]}
        if CLASSES.get(type(value).__name__) is type(value):
            return self._object(value)
        if hasattr(value, "items"):
            return {"dict": [[self.encode(k), self.encode(v)] for k, v in value.items()]}
        raise TypeError(f"a value of type {type(value).__name__} cannot be recorded")

    def block(self) -> npt.NDArray[np.uint8]:
        """Return the bytes of all arrays."""
        return np.frombuffer(b"".join(self._parts), np.uint8)

    def _object(self, value: Any) -> Any:
        held = ((f, getattr(value, f.name)) for f in fields(value))
        kept = {f.name: self.encode(v) for f, v in held if not _is_default(f, v)}
        return {"is": type(value).__name__, "with": kept}

    def _place(self, data: bytes) -> int:
        if data not in self._known:
            self._known[data] = self._size
            self._parts.append(data)
            self._size += len(data)
        return self._known[data]


class Reader:
    """Turns JSON of a `Writer` into values.

    Args:
        block: the bytes of all arrays.
    """

    def __init__(self, block: npt.NDArray[np.uint8]) -> None:
        self._block = block

    def decode(self, data: Any) -> Any:
        """Return the value that was written.

        Raises:
            ValueError: no writer has written this.
        """
        if isinstance(data, list):
            return [self.decode(item) for item in data]
        if not isinstance(data, dict):
            return data
        kind, content = next(iter(data.items()))
        if kind == "tuple":
            return tuple(self.decode(item) for item in content)
        if kind == "slice":
            return slice(*content)
        if kind == "tier":
            return Tier(content)
        if kind == "dict":
            return {self.decode(k): self.decode(v) for k, v in content}
        if kind == "array":
            name, shape, place = content
            size = int(np.prod(shape, dtype=np.int64)) * ITEM_BYTES[name]
            return Array(name, tuple(shape), self._block[place : place + size].tobytes())
        if kind == "numbers":
            dtype = np.dtype(content[0])
            count = int(np.prod(content[1], dtype=np.int64))
            return np.frombuffer(self._block, dtype, count, content[2]).reshape(content[1])
        if kind == "is" and content in CLASSES:
            return CLASSES[content](**{name: self.decode(v) for name, v in data["with"].items()})
        raise ValueError(f"a recorded value of kind {kind!r} is unknown")


def _is_default(field: Field[Any], value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return False
    if field.default is not MISSING:
        return type(field.default) is type(value) and bool(field.default == value)
    return field.default_factory is not MISSING and bool(field.default_factory() == value)
