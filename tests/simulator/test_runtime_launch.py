"""What a launch asks for: sizes and bindings that Metal would refuse are told before the kernel runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kernels.simulator import Output
from kernels.simulator.launch import Binding, Dispatch, Settings, load_runtime
from kernels.simulator.runtime_build import runtime_library
from tests.simulator.runtime_runs import kinds, library, mark, only

TEXT = """
struct Sizes { uint rows, columns; };
constant bool has_bias [[function_constant(0)]];
kernel void add(device const float* x [[buffer(0)]], device float* y [[buffer(1)]],
                constant Sizes& sizes [[buffer(2)]],
                device const float* bias [[buffer(3), function_constant(has_bias)]],
                uint i [[thread_position_in_grid]]) {
  y[i] = x[i] + sizes.rows + (has_bias ? bias[i] : 0);  // add
}
kernel void borrows(device float* y [[buffer(0)]], threadgroup float* tile [[threadgroup(0)]],
                    uint i [[thread_index_in_threadgroup]]) {
  tile[i] = i;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  y[i] = tile[i ^ 1];
}
[[max_total_threads_per_threadgroup(64)]] kernel void small(device float* y [[buffer(0)]],
                                                            uint i [[thread_position_in_grid]]) {
  y[i] = 1;
}
kernel void greedy(device float* y [[buffer(0)]], uint i [[thread_index_in_threadgroup]]) {
  threadgroup float tile[10000];
  tile[i] = 1;
  y[i] = tile[i];
}
kernel void sizes(device uint* y [[buffer(0)]], uint2 p [[thread_position_in_grid]],
                  uint2 n [[threads_per_threadgroup]], uint2 full [[dispatch_threads_per_threadgroup]],
                  uint2 grid [[threads_per_grid]], uint t [[thread_index_in_threadgroup]]) {
  device uint* row = y + (p.y * grid.x + p.x) * 6;
  row[0] = n.x; row[1] = n.y; row[2] = full.x; row[3] = grid.x; row[4] = grid.y; row[5] = t;
}
"""
X = np.arange(64, dtype=np.float32)
SIZES = np.array([3, 4], np.uint32).tobytes()


def _add(drop: tuple[int, ...] = (), mode: str = "check", **changes: Any) -> Any:
    arguments: dict[int, Any] = {0: X, 1: Output(64, np.float32), 2: SIZES}
    arguments |= {int(key[1:]): value for key, value in changes.items()}
    kept = {index: value for index, value in arguments.items() if index not in drop}
    constants = {0: 3 in kept}
    return library(TEXT, mode).run("add", kept, grid=(2,), threadgroup=(32,), function_constants=constants)


def test_a_complete_launch_is_silent() -> None:
    """An optional buffer may be missing."""
    result = _add()
    assert kinds(result) == []
    np.testing.assert_array_equal(result.outputs[1], X + 3)


def test_a_missing_buffer_is_told() -> None:
    """Nothing at buffer(0): the kernel does not run."""
    result = _add(drop=(0,))
    told = only(result, "launch-missing-buffer")
    assert (told.buffer, told.name) == (0, "x")
    assert result.fatal
    assert not result.outputs[1].any()


@pytest.mark.parametrize("mode", ["fast", "check"])
def test_a_missing_optional_buffer_is_told_where_it_is_read(mode: str) -> None:
    """The function constant says that there is a bias, and none is bound: it has no elements, whatever ran before."""
    _add(mode=mode, b3=X)
    arguments: dict[int, Any] = {0: X, 1: Output(64, np.float32), 2: SIZES}
    result = library(TEXT, mode).run(
        "add", arguments, grid=(2,), threadgroup=(32,), function_constants={0: True}, workers=1
    )
    told = only(result, "device-out-of-bounds")
    assert (told.buffer, told.name, told.element, told.elements) == (3, "bias", 0, 0)
    assert told.frames[0].line == mark(TEXT, "add")


@pytest.mark.parametrize(("bytes_given", "fatal"), [(4, True), (16, False)])
def test_set_bytes_of_another_size_is_told(bytes_given: int, fatal: bool) -> None:
    """Too few bytes end the launch, too many do not."""
    result = _add(b2=bytes(bytes_given))
    told = only(result, "launch-bytes-size")
    assert (told.buffer, told.expected, told.got, result.fatal) == (2, 8, bytes_given, fatal)


@pytest.mark.parametrize(
    ("kernel", "grid", "threadgroup", "kind", "expected", "got"),
    [
        ("small", (1,), (65,), "launch-max-total-threads", 64, 65),
        ("borrows", (1,), (33, 32), "launch-too-many-threads", 1024, 1056),
        ("borrows", (0,), (32,), "launch-empty-grid", 1, 0),
        ("borrows", (1,), (32,), "launch-threadgroup-length", 4, 0),
        ("greedy", (1,), (32,), "launch-threadgroup-memory", 32768, 40000),
    ],
)
def test_a_size_out_of_its_bounds_is_told(
    kernel: str, grid: tuple[int], threadgroup: tuple[int], kind: str, expected: int, got: int
) -> None:
    """Both numbers are in the message."""
    result = library(TEXT).run(kernel, {0: Output(2048, np.float32)}, grid=grid, threadgroup=threadgroup)
    told = next(d for d in result.diagnostics if d.kind == kind)
    assert (told.expected, told.got) == (expected, got)


def test_a_buffer_that_starts_between_two_elements_is_told() -> None:
    """A host pointer that is no multiple of the element's alignment is told, and the kernel runs."""
    runtime = load_runtime(runtime_library())
    lib = library(TEXT)
    data = memoryview(bytearray(257))[1:]
    bindings = {0: Binding(data, direction=1)}
    report = runtime.dispatch(lib.kernels["small"], Dispatch(bindings, (1,), (64,)), Settings())
    assert [message["kind"] for message in report["messages"]] == ["launch-alignment"]
    assert np.frombuffer(data, np.float32).tolist() == [1.0] * 64


def test_threadgroup_memory_of_the_host() -> None:
    """An argument in threadgroup memory has the length that the host gave, and its bounds are watched."""
    lib = library(TEXT)
    fine = lib.run(
        "borrows", {0: Output(32, np.float32)}, grid=(1,), threadgroup=(32,), threadgroup_lengths={0: 128}
    )
    assert kinds(fine) == []
    np.testing.assert_array_equal(fine.outputs[0], np.arange(32) ^ 1)
    short = lib.run(
        "borrows", {0: Output(32, np.float32)}, grid=(1,), threadgroup=(32,), threadgroup_lengths={0: 112}
    )
    told = next(d for d in short.diagnostics if d.is_write)
    assert (told.kind, told.name, told.element, told.elements) == (
        "threadgroup-out-of-bounds",
        "tile",
        28,
        28,
    )


@pytest.mark.parametrize("order", ["forward", "reversed"])
def test_threads_that_do_not_fill_a_threadgroup(order: str) -> None:
    """dispatch_threads makes smaller threadgroups at the edges; every thread runs once, in either order."""
    arguments = {0: Output((5, 10, 6), np.uint32)}
    result = library(TEXT).run(
        "sizes", arguments, grid=(10, 5), threadgroup=(4, 4), grid_is_threads=True, order=order
    )
    assert kinds(result) == []
    seen = result.outputs[0]
    np.testing.assert_array_equal(seen[0, :, 0], [4] * 8 + [2] * 2)
    np.testing.assert_array_equal(seen[:, 0, 1], [4] * 4 + [1])
    assert (seen[..., 2] == 4).all()
    assert (seen[..., 3] == 10).all()
    assert (seen[..., 4] == 5).all()
    np.testing.assert_array_equal(seen[1, 8:, 5], [2, 3])
