"""The decoder against any bytes: a value or a ProtocolError, and no more memory than the limits allow."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.worker import wire
from grader.worker.wire import Array, Dtype, Handle

SETTINGS = settings(max_examples=400, deadline=None, derandomize=True, database=None)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
bound = st.none() | st.integers(-(1 << 63), (1 << 64) - 1)
whole = st.integers(-(1 << 63), (1 << 64) - 1)
keys = st.none() | st.booleans() | whole | st.floats(allow_nan=False) | text


@st.composite
def arrays(draw: st.DrawFn) -> Array:
    dtype = draw(st.sampled_from(sorted(wire.ITEM_BYTES)))
    shape = draw(st.lists(st.integers(0, 3), max_size=4).map(tuple))
    size = wire.ITEM_BYTES[dtype]
    for axis in shape:
        size *= axis
    return Array(dtype, shape, draw(st.binary(min_size=size, max_size=size)))


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats(allow_nan=False)
    | text
    | st.builds(slice, bound, bound, bound)
    | st.builds(Handle, st.integers(0, 1 << 63), st.text("abcXYZ_", max_size=80))
    | st.builds(Dtype, st.sampled_from(sorted(wire.ITEM_BYTES)))
    | arrays()
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=20,
)
tags = st.sampled_from("tdfahsyx")
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | tags,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(tags, inner, min_size=1, max_size=2),
    max_leaves=20,
)


def decode(frame: bytes) -> None:
    """Decode under small limits; any exception but a ProtocolError passes through and fails the test."""
    try:
        value = wire.decode(frame, wire.Limits(header_bytes=4096, payload_bytes=4096, values=200))
    except wire.ProtocolError:
        return
    assert b"".join(wire.pack(value))  # whatever decodes is a value that encodes


@SETTINGS
@given(values)
def test_any_value_arrives(value: object) -> None:
    """Encoding and decoding are inverse to each other."""
    assert wire.decode(b"".join(wire.pack(value))) == value


@SETTINGS
@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_a_protocol_error(data: bytes) -> None:
    """Random bytes, with and without a valid prefix."""
    decode(data)
    for cut in (0, len(data) // 2, len(data)):
        decode(wire.PREFIX.pack(wire.MAGIC, cut, len(data) - cut) + data)


@SETTINGS
@given(trees, st.binary(max_size=40))
def test_any_json_gives_a_value_or_a_protocol_error(tree: object, payload: bytes) -> None:
    """Well-formed JSON with tags in all the wrong places."""
    header = json.dumps(tree).encode()
    decode(wire.PREFIX.pack(wire.MAGIC, len(header), len(payload)) + header + payload)


@SETTINGS
@given(values, st.data())
def test_damaged_frame_gives_a_value_or_a_protocol_error(value: object, data: st.DataObject) -> None:
    """A valid frame with a byte changed, removed or repeated."""
    frame = bytearray(b"".join(wire.pack(value)))
    place = data.draw(st.integers(0, len(frame) - 1))
    kind = data.draw(st.sampled_from(["change", "remove", "repeat"]))
    if kind == "change":
        frame[place] = data.draw(st.integers(0, 255))
    elif kind == "remove":
        del frame[place]
    else:
        frame.insert(place, frame[place])
    decode(bytes(frame))


@pytest.mark.parametrize(
    "header",
    [
        b"[" + b"[]," * 349_000 + b"[]]",
        b"[" + b"[" * 500_000,
        b"[" + b"1e5," * 260_000 + b"1]",
        b'["' + b"\\u00e9" * 170_000 + b'"]',
        b'[{"a":["uint8",[4194304]]}' + b',{"a":["uint8",[4194304]]}' * 30_000 + b"]",
    ],
    ids=["lists", "nesting", "floats", "escapes", "arrays"],
)
def test_hostile_header_costs_bounded_memory(header: bytes) -> None:
    """The largest header costs at most 40 times its size, and arrays never more than the payload."""
    payload = bytes(4 << 20)
    assert len(header) <= wire.DEFAULT_LIMITS.header_bytes
    frame = wire.PREFIX.pack(wire.MAGIC, len(header), len(payload)) + header + payload
    tracemalloc.start()
    try:
        with pytest.raises(wire.ProtocolError):
            wire.decode(frame)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 40 * wire.DEFAULT_LIMITS.header_bytes + len(payload)
