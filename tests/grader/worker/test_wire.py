"""What the wire carries arrives bit for bit, and what it cannot carry is refused by name."""

from __future__ import annotations

import json
import math
import struct

import pytest

from grader.worker import wire
from grader.worker.wire import Array, Dtype, Handle

SPECIMEN = [
    None,
    True,
    False,
    0,
    -(1 << 63),
    (1 << 64) - 1,
    0.0,
    1e-300,
    math.pi,
    math.inf,
    -math.inf,
    "",
    'comma, "quote", \\ and ünïcode 🙂 \x00',
    [],
    (),
    {},
    [[[]], ((),), {"a": {}}],
    {"t": [1], 1: "one", 2.5: None, None: (1, 2), "d": {"f": "nan"}},
    slice(None),
    slice(3, -1, 2),
    Handle(7, "RoPE"),
    Dtype("bfloat16"),
]


def frame_of(tree: object, payload: bytes = b"") -> bytes:
    """Return a frame around any JSON tree, however wrong."""
    header = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return wire.PREFIX.pack(wire.MAGIC, len(header), len(payload)) + header + payload


def there_and_back(value: object) -> object:
    return wire.decode(b"".join(wire.pack(value)))


@pytest.mark.parametrize("value", SPECIMEN, ids=repr)
def test_value_arrives_equal_and_of_the_same_type(value: object) -> None:
    """Every kind of value comes back as itself."""
    back = there_and_back(value)
    assert back == value
    assert type(back) is type(value)


def test_all_values_arrive_together() -> None:
    """Nesting does not change what arrives."""
    assert there_and_back([SPECIMEN, tuple(SPECIMEN)]) == [SPECIMEN, tuple(SPECIMEN)]


def test_nan_and_minus_zero_arrive() -> None:
    """The two floats that equality cannot see."""
    nan, zero = there_and_back([math.nan, -0.0])  # type: ignore[misc]
    assert math.isnan(nan)
    assert math.copysign(1, zero) == -1


@pytest.mark.parametrize("dtype", wire.ITEM_BYTES)
def test_array_bits_arrive(dtype: str) -> None:
    """Bytes, shape and dtype of every dtype come back unchanged, empty and scalar arrays included."""
    size = wire.ITEM_BYTES[dtype]
    arrays = [
        Array(dtype, (2, 3), bytes(range(6 * size))),
        Array(dtype, (), bytes(range(size))),
        Array(dtype, (0, 4), b""),
    ]
    assert there_and_back(arrays) == arrays


def test_arrays_follow_each_other_in_the_payload() -> None:
    """No offsets travel: arrays lie in the order of the header, so they cannot overlap."""
    prefix, *buffers = wire.pack([Array("uint8", (2,), b"ab"), {"k": Array("uint8", (1,), b"c")}])
    assert buffers == [b"ab", b"c"]
    assert wire.unpack_prefix(prefix) == (len(prefix) - wire.PREFIX.size, 3)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (object(), "a object has no wire form"),
        ({(1, 2): 3}, "a dict key of type tuple has no wire form"),
        (1 << 64, "an integer does not fit 64 bits"),
        (-(1 << 63) - 1, "an integer does not fit 64 bits"),
        ("\ud800", "a string holds a lone surrogate, which is not valid Unicode"),
        (slice("a"), "a slice bound of type str has no wire form"),
        (Dtype("float8"), "dtype ('float8') must be one of"),
        (Array("uint8", (1,) * 17, b"a"), "array with 17 axes, the limit is 16"),
    ],
)
def test_value_without_wire_form_is_refused(value: object, message: str) -> None:
    """Encoding says what it cannot carry."""
    with pytest.raises(wire.EncodeError) as caught:
        wire.pack(value)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("limits", "value", "message"),
    [
        (wire.Limits(depth=2), [[[0]]], "nested more than 2 levels deep"),
        (wire.Limits(values=3), [1, 2, 3], "more than 3 values"),
        (wire.Limits(header_bytes=4), "abcd", "header of 6 bytes is over the limit of 4"),
        (wire.Limits(payload_bytes=3), Array("uint8", (4,), b"abcd"), "arrays of 4 bytes are over"),
    ],
)
def test_both_sides_hold_the_limits(limits: wire.Limits, value: object, message: str) -> None:
    """What the encoder refuses, the decoder refuses too, although it was written without limits."""
    with pytest.raises(wire.EncodeError, match=message):
        wire.pack(value, limits)
    with pytest.raises(wire.ProtocolError):
        wire.decode(b"".join(wire.pack(value)), limits)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (b"", "frame of 0 bytes is shorter than its prefix of 16"),
        (b"GRD2" + bytes(12), "frame does not start with the magic bytes"),
        (wire.PREFIX.pack(wire.MAGIC, 1 << 31, 0), "header of 2147483648 bytes is over the limit"),
        (wire.PREFIX.pack(wire.MAGIC, 4, 1 << 63), "payload of 9223372036854775808 bytes is over the limit"),
        (frame_of(None) + b"x", "frame of 21 bytes announces 20"),
        (frame_of(None)[:-1], "frame of 19 bytes announces 20"),
        (frame_of(b"\xff"), "header is not JSON in UTF-8"),
        (frame_of(b"nul"), "header is not JSON in UTF-8"),
        (frame_of(b"[" * 100_000), "header is nested too deeply"),
        (frame_of([[[0]] * 2] * 20_000), "more than 100000 values"),
        (frame_of(b"[" * 40 + b"]" * 40), "nested more than 32 levels deep"),
        (frame_of(b"NaN"), "NaN and Infinity are not JSON"),
        (frame_of(b"-Infinity"), "NaN and Infinity are not JSON"),
        (frame_of(b"1e999"), "float out of range"),
        (frame_of(1 << 64), "integer does not fit 64 bits"),
        (frame_of(b"9" * 100_000), "integer does not fit 64 bits"),
        (frame_of(b'"\\ud800"'), "string with a lone surrogate"),
        (frame_of({}), "object must have exactly one key, its tag"),
        (frame_of({"t": [], "d": []}), "object must have exactly one key, its tag"),
        (frame_of(b'{"t":[],"t":[]}'), "object must have exactly one key, its tag"),
        (frame_of({"x": []}), "unknown tag"),
        (frame_of({"t": 1}), "tag with a malformed body"),
        (frame_of({"d": [[1]]}), "tag with a malformed body"),
        (frame_of({"d": [[1, 2], [1, 3]]}), "dict key of a wrong type or twice"),
        (frame_of({"d": [[1, 2], [True, 3]]}), "dict key of a wrong type or twice"),
        (frame_of({"d": [[[], 2]]}), "dict key of a wrong type or twice"),
        (frame_of({"f": "1.0"}), "unknown float"),
        (frame_of({"f": [1]}), "unknown float"),
        (frame_of({"y": "object"}), "unknown dtype"),
        (frame_of({"h": [-1, "A"]}), "handle id must be an integer of at least 0"),
        (frame_of({"h": [True, "A"]}), "handle id must be an integer of at least 0"),
        (frame_of({"h": [1, "\x1b[31m"]}), "handle type must be printable, at most 80 characters"),
        (frame_of({"h": [1, "A" * 81]}), "handle type must be printable, at most 80 characters"),
        (frame_of({"s": [1, 2.5, None]}), "slice bound must be an integer or null"),
        (frame_of({"a": ["object", []]}), "unknown dtype"),
        (frame_of({"a": [["uint8"], []]}), "unknown dtype"),
        (frame_of({"a": ["uint8", [-1]]}), "array axis must be an integer from 0 to 2147483647"),
        (frame_of({"a": ["uint8", [True]]}, b"a"), "array axis must be an integer from 0 to 2147483647"),
        (frame_of({"a": ["uint8", [0, 1 << 40]]}), "array axis must be an integer from 0 to 2147483647"),
        (frame_of({"a": ["uint8", [1] * 17]}, b"a"), "array with 17 axes, the limit is 16"),
        (frame_of({"a": ["float32", [2]]}, b"abcd"), "array ends at byte 8 of a payload of 4"),
        (frame_of({"a": ["uint8", [2]]}, b"abc"), "arrays use 2 of 3 payload bytes"),
        (frame_of([{"a": ["uint8", [2]]}] * 2, b"abc"), "array ends at byte 4 of a payload of 3"),
    ],
)
def test_malformed_frame_is_refused_with_the_rule_it_breaks(frame: bytes, message: str) -> None:
    """Each rule of the format has a frame that breaks it, and only a ProtocolError comes out."""
    with pytest.raises(wire.ProtocolError) as caught:
        wire.decode(frame)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("float8", (1,), b"a"), r"dtype \('float8'\) must be one of"),
        (("uint8", (-1,), b""), r"shape \(-1,\) must not have a negative axis"),
        (("float32", (2,), b"abc"), r"float32 of shape \(2,\) takes 8 bytes, not 3"),
    ],
)
def test_array_checks_itself(arguments: tuple[str, tuple[int, ...], bytes], message: str) -> None:
    """An array whose bytes do not fit its shape cannot be made."""
    with pytest.raises(ValueError, match=message):
        Array(*arguments)


def test_arrays_compare_by_value() -> None:
    """Two arrays are equal if dtype, shape and bits are."""
    ones = struct.pack("2f", 1, 1)
    assert Array("float32", (2,), ones) == Array("float32", (2,), bytes(ones))
    assert Array("float32", (2,), ones) != Array("float32", (2, 1), ones)
    assert Array("float32", (2,), ones) != Array("uint32", (2,), ones)
