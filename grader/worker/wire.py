"""Frames between the grader and a worker: a fixed binary prefix, a JSON header, raw array bytes.

Standard library only, used by both sides; knows nothing about processes, MLX or the course. The decoder is
what the grader trusts itself to: it reads bytes that a submission may have written, and answers with a
value or with `ProtocolError`, whatever the bytes are. Sizes are checked before anything is allocated.
Arrays carry no offsets: their bytes follow each other in the order of the header and must fill the payload
exactly, so they cannot overlap.

Header: null, booleans, 64-bit integers, finite floats, strings and lists stand for themselves. Everything
else is an object with exactly one key, its tag: `t` tuple, `d` dict as pairs, `f` a float that is not
finite, `a` array, `h` handle, `s` slice, `y` dtype.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence
from typing import Any, NoReturn

from .wire_encoder import Encoder
from .wire_types import (
    AXIS_MAX,
    DEFAULT_LIMITS,
    INT_MAX,
    INT_MIN,
    ITEM_BYTES,
    KEY_TYPES,
    TYPE_NAME_CHARS,
    Array,
    Dtype,
    EncodeError,
    Handle,
    Limits,
    ProtocolError,
)

__all__ = [
    "DEFAULT_LIMITS",
    "ITEM_BYTES",
    "PREFIX",
    "TYPE_NAME_CHARS",
    "Array",
    "Dtype",
    "EncodeError",
    "Handle",
    "Limits",
    "ProtocolError",
    "decode",
    "pack",
    "unpack",
    "unpack_prefix",
]

MAGIC = b"GRD1"
PREFIX = struct.Struct("<4sIQ")  # magic, header bytes, payload bytes
INT_DIGITS = 20  # of the largest unsigned 64-bit integer

_NON_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def pack(value: object, limits: Limits = DEFAULT_LIMITS) -> list[bytes]:
    """Return the frame of `value` as buffers to be written one after the other.

    Raises:
        EncodeError: the value has no wire form or breaks `limits`.
    """
    encoder = Encoder(limits)
    tree = encoder.encode(value)
    try:
        header = _TEXT.encode(tree).encode("utf-8")
    except UnicodeEncodeError:
        raise EncodeError("a string holds a lone surrogate, which is not valid Unicode") from None
    if len(header) > limits.header_bytes:
        raise EncodeError(f"header of {len(header)} bytes is over the limit of {limits.header_bytes}")
    if encoder.payload_bytes > limits.payload_bytes:
        raise EncodeError(
            f"arrays of {encoder.payload_bytes} bytes are over the limit of {limits.payload_bytes}"
        )
    prefix = PREFIX.pack(MAGIC, len(header), encoder.payload_bytes)
    return [prefix + header, *encoder.buffers]


def unpack_prefix(prefix: bytes | bytearray | memoryview, limits: Limits = DEFAULT_LIMITS) -> tuple[int, int]:
    """Return (header bytes, payload bytes) that follow the first `PREFIX.size` bytes of a frame.

    Raises:
        ProtocolError: wrong magic, or a size over the limit.
    """
    if len(prefix) < PREFIX.size:
        raise ProtocolError(f"frame of {len(prefix)} bytes is shorter than its prefix of {PREFIX.size}")
    magic, header_bytes, payload_bytes = PREFIX.unpack_from(prefix)
    if magic != MAGIC:
        raise ProtocolError("frame does not start with the magic bytes")
    if header_bytes > limits.header_bytes:
        raise ProtocolError(f"header of {header_bytes} bytes is over the limit of {limits.header_bytes}")
    if payload_bytes > limits.payload_bytes:
        raise ProtocolError(f"payload of {payload_bytes} bytes is over the limit of {limits.payload_bytes}")
    return header_bytes, payload_bytes


def unpack(header: bytes, payload: memoryview, limits: Limits = DEFAULT_LIMITS) -> Any:
    """Return the value of a frame whose sizes `unpack_prefix` has accepted.

    Raises:
        ProtocolError: anything that `pack` would not have written.
    """
    try:
        tree = _JSON.decode(header.decode("utf-8"))
    except RecursionError:
        raise ProtocolError("header is nested too deeply") from None
    except ValueError:  # JSONDecodeError and UnicodeDecodeError are both
        raise ProtocolError("header is not JSON in UTF-8") from None
    decoder = _Decoder(payload, limits)
    value = decoder.decode(tree, 0)
    if decoder.used != len(payload):
        raise ProtocolError(f"arrays use {decoder.used} of {len(payload)} payload bytes")
    return value


def decode(frame: bytes | bytearray | memoryview, limits: Limits = DEFAULT_LIMITS) -> Any:
    """Return the value of one whole frame, which must be exactly as long as it says.

    Raises:
        ProtocolError: anything that `pack` would not have written.
    """
    header_bytes, payload_bytes = unpack_prefix(frame, limits)
    start = PREFIX.size + header_bytes
    if len(frame) != start + payload_bytes:
        raise ProtocolError(f"frame of {len(frame)} bytes announces {start + payload_bytes}")
    view = memoryview(frame)
    return unpack(bytes(view[PREFIX.size : start]), view[start:], limits)


class _Decoder:
    """Turns a JSON tree, in which objects are (tag, body) pairs, into a value; takes array bytes in order."""

    def __init__(self, payload: memoryview, limits: Limits) -> None:
        self.used = 0
        self._payload = payload
        self._limits = limits
        self._count = 0

    def decode(self, tree: Any, depth: int) -> Any:
        self._count += 1
        if self._count > self._limits.values:
            raise ProtocolError(f"more than {self._limits.values} values")
        if depth > self._limits.depth:
            raise ProtocolError(f"nested more than {self._limits.depth} levels deep")
        if type(tree) is str:
            return _checked_text(tree)
        if type(tree) is list:
            return [self.decode(item, depth + 1) for item in tree]
        if type(tree) is not tuple:
            return tree  # None, bool, int and float: checked while parsing
        tag, body = tree
        decode = self._TAGS.get(tag)
        if decode is None:
            raise ProtocolError("unknown tag")
        return decode(self, body, depth + 1)

    def _tuple(self, body: object, depth: int) -> tuple[Any, ...]:
        return tuple([self.decode(item, depth) for item in _items(body)])

    def _dict(self, body: object, depth: int) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for pair in _items(body):
            key_tree, value_tree = _items(pair, 2)
            key = self.decode(key_tree, depth)
            if type(key) not in KEY_TYPES or key in result:
                raise ProtocolError("dict key of a wrong type or twice")
            result[key] = self.decode(value_tree, depth)
        return result

    def _float(self, body: object, depth: int) -> float:
        if type(body) is not str or body not in _NON_FINITE:
            raise ProtocolError("unknown float")
        return _NON_FINITE[body]

    def _array(self, body: object, depth: int) -> Array:
        dtype, shape = _items(body, 2)
        if type(dtype) is not str or dtype not in ITEM_BYTES:
            raise ProtocolError("unknown dtype")
        axes = _items(shape)
        if len(axes) > self._limits.rank:
            raise ProtocolError(f"array with {len(axes)} axes, the limit is {self._limits.rank}")
        size = ITEM_BYTES[dtype]
        for axis in axes:
            if type(axis) is not int or not 0 <= axis <= AXIS_MAX:
                raise ProtocolError(f"array axis must be an integer from 0 to {AXIS_MAX}")
            size *= axis
        end = self.used + size
        if end > len(self._payload):
            raise ProtocolError(f"array ends at byte {end} of a payload of {len(self._payload)}")
        data = bytes(self._payload[self.used : end])
        self.used = end
        return Array(dtype, tuple(axes), data)

    def _handle(self, body: object, depth: int) -> Handle:
        number, name = _items(body, 2)
        if type(number) is not int or number < 0:
            raise ProtocolError("handle id must be an integer of at least 0")
        if type(name) is not str or len(name) > TYPE_NAME_CHARS or not name.isprintable():
            raise ProtocolError(f"handle type must be printable, at most {TYPE_NAME_CHARS} characters")
        return Handle(number, name)

    def _slice(self, body: object, depth: int) -> slice:
        parts = _items(body, 3)
        if any(part is not None and type(part) is not int for part in parts):
            raise ProtocolError("slice bound must be an integer or null")
        return slice(*parts)

    def _dtype(self, body: object, depth: int) -> Dtype:
        if type(body) is not str or body not in ITEM_BYTES:
            raise ProtocolError("unknown dtype")
        return Dtype(body)

    _TAGS: dict[str, Any] = {  # noqa: RUF012 - a table, never written to
        "t": _tuple,
        "d": _dict,
        "f": _float,
        "a": _array,
        "h": _handle,
        "s": _slice,
        "y": _dtype,
    }


def _items(body: object, count: int | None = None) -> list[Any]:
    if type(body) is not list or (count is not None and len(body) != count):
        raise ProtocolError("tag with a malformed body")
    return body


def _checked_text(text: Any) -> str:
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise ProtocolError("string with a lone surrogate") from None
    return str(text)


def _parse_int(digits: str) -> int:
    if len(digits) > INT_DIGITS:
        raise ProtocolError("integer does not fit 64 bits")
    value = int(digits)
    if not INT_MIN <= value <= INT_MAX:
        raise ProtocolError("integer does not fit 64 bits")
    return value


def _parse_float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ProtocolError("float out of range")
    return value


def _parse_constant(name: str) -> NoReturn:
    raise ProtocolError("NaN and Infinity are not JSON")


def _parse_object(pairs: Sequence[tuple[str, Any]]) -> tuple[str, Any]:
    if len(pairs) != 1:
        raise ProtocolError("object must have exactly one key, its tag")
    return pairs[0]


_TEXT = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"))
_JSON = json.JSONDecoder(
    object_pairs_hook=_parse_object,
    parse_int=_parse_int,
    parse_float=_parse_float,
    parse_constant=_parse_constant,
)
