"""From values to a JSON tree and array bytes; used by both sides, standard library only.

The format is described in `wire`. Refuses what the decoder of the other side would refuse.
"""

from __future__ import annotations

import math
from typing import Any

from .wire_types import INT_MAX, INT_MIN, ITEM_BYTES, KEY_TYPES, Array, Dtype, EncodeError, Handle, Limits


class Encoder:
    """Turns a value into the JSON tree of the module docstring and collects array bytes in order."""

    def __init__(self, limits: Limits) -> None:
        self.buffers: list[bytes] = []
        self.payload_bytes = 0
        self._limits = limits
        self._count = 0

    def encode(self, value: object, depth: int = 0) -> object:
        """Return the JSON tree of `value`.

        Raises:
            EncodeError: it has no wire form or breaks the limits.
        """
        self._count += 1
        if self._count > self._limits.values:
            raise EncodeError(f"more than {self._limits.values} values")
        if depth > self._limits.depth:
            raise EncodeError(f"nested more than {self._limits.depth} levels deep")
        kind = type(value)
        if value is None or kind is bool or kind is str:
            return value
        if kind is int:
            return _checked_int(value)  # type: ignore[arg-type]
        if kind is float:
            return value if math.isfinite(value) else {"f": repr(value)}  # type: ignore[arg-type]
        encode = self._CONTAINERS.get(kind)
        if encode is None:
            raise EncodeError(f"a {kind.__name__} has no wire form")
        return encode(self, value, depth + 1)

    def _list(self, value: list[Any], depth: int) -> object:
        return [self.encode(item, depth) for item in value]

    def _tuple(self, value: tuple[Any, ...], depth: int) -> object:
        return {"t": [self.encode(item, depth) for item in value]}

    def _dict(self, value: dict[Any, Any], depth: int) -> object:
        for key in value:
            if type(key) not in KEY_TYPES:
                raise EncodeError(f"a dict key of type {type(key).__name__} has no wire form")
        return {"d": [[self.encode(k, depth), self.encode(v, depth)] for k, v in value.items()]}

    def _slice(self, value: slice, depth: int) -> object:
        return {"s": [self._slice_part(part, depth) for part in (value.start, value.stop, value.step)]}

    def _slice_part(self, part: object, depth: int) -> object:
        if part is not None and type(part) is not int:
            raise EncodeError(f"a slice bound of type {type(part).__name__} has no wire form")
        return self.encode(part, depth)

    def _array(self, value: Array, depth: int) -> object:
        if len(value.shape) > self._limits.rank:
            raise EncodeError(f"array with {len(value.shape)} axes, the limit is {self._limits.rank}")
        if value.data:
            self.buffers.append(value.data)
            self.payload_bytes += len(value.data)
        return {"a": [value.dtype, list(value.shape)]}

    def _handle(self, value: Handle, depth: int) -> object:
        return {"h": [_checked_int(value.id), value.type_name]}

    def _dtype(self, value: Dtype, depth: int) -> object:
        if value.name not in ITEM_BYTES:
            raise EncodeError(f"dtype ({value.name!r}) must be one of {', '.join(ITEM_BYTES)}")
        return {"y": value.name}

    _CONTAINERS: dict[type, Any] = {  # noqa: RUF012 - a table, never written to
        list: _list,
        tuple: _tuple,
        dict: _dict,
        slice: _slice,
        Array: _array,
        Handle: _handle,
        Dtype: _dtype,
    }


def _checked_int(value: int) -> int:
    if not INT_MIN <= value <= INT_MAX:
        raise EncodeError("an integer does not fit 64 bits")
    return value
