"""The processes that take part compute the same numbers as numpy, end cleanly, and lose nothing but themselves."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from grader.bench import inputs
from grader.bench.contenders import Library, Lost, pin_busiest, thread_times
from grader.bench.roofs import measure
from grader.bench.shapes import ATTENTION, MATMUL, Shape
from kernels.build import DEFAULT_OUT, DEFAULT_SOURCE, BuildError, build

# small, of every kind: decode and prefill, and groups of heads
SHAPES = (
    Shape(MATMUL, "x", "g", "l", "bfloat16", 1, inner=128, columns=64),
    Shape(MATMUL, "x", "g", "l", "float32", 5, inner=192, columns=128),
    Shape(ATTENTION, "x", "g", "l", "bfloat16", 1, length=33, heads=4, kv_heads=2, head_dim=32),
    Shape(ATTENTION, "x", "g", "l", "float32", 9, length=9, heads=4, kv_heads=2, head_dim=32),
)


def library(kind: str) -> Library:
    try:
        module = build(DEFAULT_SOURCE, DEFAULT_OUT, jobs=2) if kind == "reference" else None
    except BuildError as error:
        pytest.skip(f"the reference's kernels cannot be built: {error}")
    return Library(kind, 1, module)


@pytest.mark.parametrize("kind", ["mlx", "torch", "reference"])
def test_everybody_computes_what_numpy_computes(kind: str) -> None:
    """Every implementation of a library is within the rounding of its dtype on every kind of shape."""
    side = library(kind)
    try:
        for shape in SHAPES:
            names = side.names(shape.op)
            ready = side.prepare(shape, 7, 2, names)
            bound = 2e-5 if shape.dtype == "float32" else 0.02
            assert {n: e for n, e in ready.items() if isinstance(e, str) or not e < bound} == {}
            assert set(ready) == set(names)
            assert all(side.time(name, 3) > 0 for name in names)
        assert side.about()
    finally:
        side.close()


def test_what_a_library_does_not_compute_is_a_reason_and_no_end() -> None:
    """torch's int4 product does not attend: it says so, and the process goes on."""
    side = library("torch")
    try:
        ready = side.prepare(SHAPES[2], 7, 1, ["torch int4", "torch"])
        assert ready["torch int4"] == "NotImplementedError: torch int4 does not compute flash_attention"
        assert isinstance(ready["torch"], float)
    finally:
        side.close()


def test_a_process_that_ends_is_named() -> None:
    """Whoever was killed is said to be, by its signal."""
    side = library("mlx")
    os.kill(side._process.pid, signal.SIGKILL)
    with pytest.raises(Lost, match="the process of mlx was ended by signal 9"):
        side.prepare(SHAPES[0], 7, 1, ["mlx"])
    side.close()


def test_a_library_that_does_not_load_is_lost_at_once(tmp_path: Path) -> None:
    """A module that is none ends the process before it has answered anything."""
    (tmp_path / "kernels.so").write_bytes(b"no library")
    with pytest.raises(Lost, match="the process of reference ended with status 1"):
        Library("reference", 1, tmp_path / "kernels.so")


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system pins no threads")
def test_threads_are_pinned_within_the_cores_that_there_are() -> None:
    """The busiest threads get a core each, the others keep those; no thread leaves them."""
    side = library("mlx")
    try:
        side.prepare(SHAPES[0], 7, 1, ["mlx"])
        before = thread_times(side._process.pid)
        side.time("mlx", 50)
        pin_busiest(side._process.pid, before, 1)
        allowed = {frozenset(os.sched_getaffinity(thread)) for thread in before}
        assert allowed == {frozenset({min(os.sched_getaffinity(0))})}
    finally:
        side.close()


def test_bfloat16_is_rounded_to_nearest_even() -> None:
    """Halfway cases go to the even neighbour, as IEEE 754 has it; decoding gives the exact values back."""
    values = np.array([1.0, 1 + 2**-8, 1 + 3 * 2**-8, -2.5, 3e38], np.float32)
    back = inputs.decode(inputs.encode(values, "bfloat16"), "bfloat16")
    assert back[:4].tolist() == [1.0, 1.0, 1 + 2**-6, -2.5]
    assert back[4] == pytest.approx(3e38, rel=2**-8)


def test_packed_weights_are_unpacked_lowest_bits_first() -> None:
    """Word 0x76543210 holds 0 to 7; a weight is scale times number plus bias."""
    word = np.full((1, 8), 0x76543210, np.uint32)
    scales, biases = np.full((1, 1), 2.0, np.float32), np.full((1, 1), -1.0, np.float32)
    made = inputs.Inputs("float32", {"b": word, "scales": scales, "biases": biases})
    assert inputs.weights_of(made)[0].tolist() == [2.0 * q - 1 for q in range(8)] * 8


def test_the_roofs_are_positive_and_say_how_they_were_measured() -> None:
    """Two figures that any machine has, and the means by which they were found."""
    found = measure(1)
    assert found.flops > 1e8
    assert found.bytes_per_s > 1e7
    assert found.how
