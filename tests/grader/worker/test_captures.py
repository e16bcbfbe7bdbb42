"""What a worker says about its dispatches is read with distrust: a wrong form is a fault."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from grader.worker import captures, faults
from grader.worker.captures import Binding, Dispatch
from grader.worker.faults import Fault
from grader.worker.wire import Array


def data(text: bytes) -> Array:
    """Return bytes as they travel."""
    return Array("uint8", (len(text),), text)


TOLD: list[dict[str, Any]] = [
    {
        "kernel": "saxpy",
        "library": "/somewhere/built/saxpy.fast.so",
        "grid": [4, 1, 1],
        "threadgroup": [32, 1, 1],
        "grid_is_threads": True,
        "is_complete": True,
        "threadgroup_lengths": {0: 64},
        "function_constants": {1: data(b"\x01")},
        "bindings": [
            {
                "index": 0,
                "direction": "input",
                "is_bytes": False,
                "before": data(b"abcd"),
                "after": data(b""),
            },
            {
                "index": 1,
                "direction": "output",
                "is_bytes": False,
                "before": data(b""),
                "after": data(b"efgh"),
            },
        ],
    }
]


def test_a_dispatch_is_read_with_its_bytes():
    assert captures.read(TOLD) == (
        Dispatch(
            kernel="saxpy",
            library="saxpy",
            bindings=(
                Binding(0, "input", False, b"abcd", b""),
                Binding(1, "output", False, b"", b"efgh"),
            ),
            grid=(4, 1, 1),
            threadgroup=(32, 1, 1),
            grid_is_threads=True,
            threadgroup_lengths={0: 64},
            function_constants={1: b"\x01"},
        ),
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((0, "kernel"), 3),
        ((0, "kernel"), "k" * 400),
        ((0, "library"), None),
        ((0, "grid"), [1, 1]),
        ((0, "grid"), [1, 1, -1]),
        ((0, "grid"), [1, 1, 1 << 32]),
        ((0, "threadgroup"), [1, 1, True]),
        ((0, "threadgroup_lengths"), {31: 4}),
        ((0, "threadgroup_lengths"), {"0": 4}),
        ((0, "function_constants"), {0: "01"}),
        ((0, "bindings"), {}),
        ((0, "bindings", 1, "index"), 0),
        ((0, "bindings", 1, "index"), 31),
        ((0, "bindings", 1, "direction"), "sideways"),
        ((0, "bindings", 0, "before"), b"abcd"),
        ((0, "bindings", 0, "before"), Array("float32", (1,), b"abcd")),
        ((0, "bindings", 0, "direction"), "updated"),
        ((0,), None),
    ],
)
def test_what_has_another_form_is_a_fault_of_the_protocol(path, value):
    told: Any = copy.deepcopy(TOLD)
    place = told
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(Fault) as caught:
        captures.read(told)
    assert caught.value.kind == faults.PROTOCOL


def test_what_is_no_list_is_a_fault_of_the_protocol():
    with pytest.raises(Fault, match="has not the form"):
        captures.read({"kernel": "saxpy"})


def test_too_many_dispatches_and_too_many_bytes_are_told_as_such():
    with pytest.raises(Fault, match="dispatches 257 kernels, more than 256"):
        captures.read(TOLD * 257)
    with pytest.raises(Fault, match="more than 256 MiB"):
        captures.read([{**TOLD[0], "is_complete": False}])
