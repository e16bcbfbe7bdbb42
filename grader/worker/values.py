"""Wire values to live objects and back, inside the worker; the table of objects with handles.

Knows MLX and numpy, nothing about calls or the course. What runs here may have been patched by the
submission: the grader believes only the bytes that arrive. Functions of MLX are bound at import, before the
first line of student code, so that an honest submission that shadows one of them is not harmed.
"""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import numpy as np

from . import wire

_array, _eval, _mx_dtype = mx.array, mx.eval, type(mx.float32)
_BFLOAT16, _UINT16 = mx.bfloat16, mx.uint16

LIVE_DTYPES = {name: getattr(mx, "bool_" if name == "bool" else name) for name in wire.ITEM_BYTES}
WIRE_NAMES = {dtype: name for name, dtype in LIVE_DTYPES.items()}


class TooLarge(Exception):
    """A result holds more bytes than a reply may."""


class UnknownHandle(Exception):
    """The grader names an object that this worker does not hold."""


class Objects:
    """Live objects by handle; the same object always has the same handle.

    Args:
        reply_bytes: the most that all arrays of one reply may hold together.
    """

    def __init__(self, reply_bytes: int) -> None:
        self._reply_bytes = reply_bytes
        self._by_id: dict[int, object] = {}
        self._ids: dict[int, int] = {}  # id() of a held object -> handle; holding it keeps its id() its own
        self._last = 0

    def keep(self, live: object) -> wire.Handle:
        """Hold `live` and return its handle."""
        number = self._ids.get(id(live))
        if number is None:
            self._last += 1
            number = self._last
            self._by_id[number] = live
            self._ids[id(live)] = number
        return wire.Handle(number, type_name(live))

    def get(self, handle: wire.Handle) -> object:
        """Return the object that `handle` names.

        Raises:
            UnknownHandle: it was released, or belongs to another worker.
        """
        try:
            return self._by_id[handle.id]
        except KeyError:
            raise UnknownHandle(f"no object {handle.id} in this worker") from None

    def release(self, handle: wire.Handle) -> None:
        """Stop holding the object, if it is held."""
        live = self._by_id.pop(handle.id, None)
        if live is not None:
            del self._ids[id(live)]

    def to_live(self, value: Any) -> Any:
        """Return the live form of a wire value; every array is a fresh copy."""
        kind = type(value)
        if kind is wire.Array:
            return to_mx(value)
        if kind is wire.Handle:
            return self.get(value)
        if kind is wire.Dtype:
            return LIVE_DTYPES[value.name]
        if kind is list:
            return [self.to_live(item) for item in value]
        if kind is tuple:
            return tuple([self.to_live(item) for item in value])
        if kind is dict:
            return {key: self.to_live(item) for key, item in value.items()}
        return value

    def evaluate(self, live: object) -> None:
        """Evaluate the arrays in `live`.

        Raises:
            TooLarge: they hold more bytes than a reply may; none of them has been evaluated.
            ValueError: nested too deeply.
        """
        arrays: list[Any] = []
        _collect(live, arrays, 0)
        size = sum(array.nbytes for array in arrays)
        if size > self._reply_bytes:
            raise TooLarge(f"the result holds {size} bytes, the limit is {self._reply_bytes}")
        if arrays:
            _eval(arrays)

    def to_wire(self, live: object) -> object:
        """Return the wire form of `live`; arrays are evaluated, what has no wire form becomes a handle.

        Raises:
            TooLarge: the arrays hold more bytes than a reply may; none of them has been evaluated.
            ValueError: nested too deeply.
        """
        self.evaluate(live)
        return self._to_wire(live)

    def _to_wire(self, live: Any) -> object:
        if live is None or type(live) in (bool, int, float, str, slice):
            return live
        if isinstance(live, _array):
            return wire.Array(WIRE_NAMES[live.dtype], tuple(live.shape), _bytes(live))
        if isinstance(live, (np.ndarray, np.generic)):
            return self._numpy_to_wire(live)
        if isinstance(live, list):
            return [self._to_wire(item) for item in list.__iter__(live)]
        if isinstance(live, tuple):
            return tuple([self._to_wire(item) for item in tuple.__iter__(live)])
        if isinstance(live, dict) and all(type(key) in (bool, int, float, str, type(None)) for key in live):
            return {key: self._to_wire(item) for key, item in dict.items(live)}
        if isinstance(live, _mx_dtype):
            return wire.Dtype(WIRE_NAMES[live])
        return self.keep(live)

    def _numpy_to_wire(self, live: Any) -> object:
        name = str(live.dtype.newbyteorder("="))
        if name not in wire.ITEM_BYTES:
            return self.keep(live)
        native = np.asarray(live, dtype=name)
        if native.nbytes > self._reply_bytes:
            raise TooLarge(f"the result holds {native.nbytes} bytes, the limit is {self._reply_bytes}")
        return wire.Array(name, native.shape, native.tobytes())


def to_mx(value: wire.Array) -> Any:
    """Return a fresh, evaluated MLX array with the bits of `value`."""
    if value.dtype == "bfloat16":
        bits = np.frombuffer(value.data, dtype=np.uint16).reshape(value.shape)
        live = _array(bits, dtype=_UINT16).view(_BFLOAT16)
    else:
        plain = np.frombuffer(value.data, dtype=value.dtype).reshape(value.shape)
        live = _array(plain, dtype=LIVE_DTYPES[value.dtype])
    _eval(live)
    return live


def _bytes(live: Any) -> bytes:
    return memoryview(live).tobytes()  # in C order, whatever the strides


def type_name(live: object) -> str:
    """Return the name of the type of `live`, printable and capped; no code of a hostile metaclass runs."""
    name = type.__dict__["__name__"].__get__(type(live))
    return "".join(char if char.isprintable() else "?" for char in name[: wire.TYPE_NAME_CHARS])


def _collect(live: object, arrays: list[Any], depth: int) -> None:
    if depth > wire.DEFAULT_LIMITS.depth:
        raise ValueError(f"the result is nested more than {wire.DEFAULT_LIMITS.depth} levels deep")
    if isinstance(live, _array):
        arrays.append(live)
    elif isinstance(live, list):
        for item in list.__iter__(live):
            _collect(item, arrays, depth + 1)
    elif isinstance(live, tuple):
        for item in tuple.__iter__(live):
            _collect(item, arrays, depth + 1)
    elif isinstance(live, dict):
        for item in dict.values(live):
            _collect(item, arrays, depth + 1)
