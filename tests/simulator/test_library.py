"""Compile and run from Python: arguments, results, diagnostics with source lines, counts."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from kernels.simulator import EXPLAIN, BFloat16, LaunchError, Library, Output, compile_metal, launch
from tests.simulator.metal_text import HEADER

TEXT = (
    HEADER
    + """
kernel void add(device const float* x [[buffer(0)]], device float* y [[buffer(1)]], constant int& n [[buffer(2)]],
    uint i [[thread_position_in_grid]]) {
  if (int(i) < n) y[i] = x[i] + 1;
}
inline float last(threadgroup const float* x, uint i) {
  return x[i];
}
kernel void shift(device float* out [[buffer(0)]], uint i [[thread_index_in_threadgroup]]) {
  threadgroup float x[64];
  x[i] = i;
  out[i] = last(x, (i + 32) % 64);
}
kernel void same(device bfloat* x, device const half* y, uint i [[thread_position_in_grid]]) {
  x[i] += bfloat(float(y[i]));
}
"""
)


@pytest.fixture(scope="module")
def checked() -> Library:
    """The text in check mode."""
    return compile_metal(TEXT, mode="check")


def add(library: Library, n: int, **options: object) -> object:
    x = np.arange(100, dtype=np.float32)
    arguments = {0: x, 1: Output(100), 2: np.int32(n)}
    return library.run("add", arguments, grid=(4,), threadgroup=(32,), **options)  # type: ignore[arg-type]


def test_outputs_are_arrays_of_the_asked_shape(checked: Library) -> None:
    """An output has the shape and dtype that was asked for, and the kernel's numbers."""
    result = checked.run(
        "add",
        {0: np.ones((2, 3), np.float32), 1: Output((2, 3)), 2: np.int32(6)},
        grid=(1,),
        threadgroup=(32,),
    )
    assert result.outputs[1].tolist() == [[2, 2, 2], [2, 2, 2]]
    assert (result.diagnostics, result.fatal) == ((), False)


def test_out_of_bounds_is_told_with_line_thread_and_element(checked: Library) -> None:
    """A read behind the end names kernel, buffer, element, thread, threadgroup, lane and the source line."""
    result = add(checked, 111)
    read, write = result.diagnostics  # type: ignore[attr-defined]
    assert (read.kind, read.buffer, read.name, read.element, read.elements) == (
        "device-out-of-bounds",
        0,
        "x",
        100,
        100,
    )
    assert (read.count, read.is_write, write.is_write, write.name) == (11, False, True, "y")
    assert (read.thread.position, read.thread.lane, read.thread.threadgroup) == ((4, 0, 0), 4, (3, 0, 0))
    assert (read.place.line, read.place.text) == (6, "if (int(i) < n) y[i] = x[i] + 1;")
    assert read.sentence.endswith(
        "kernel.metal:6: Kernel `add`, thread (4, 0, 0) of threadgroup (3, 0, 0) (simdgroup 0, lane 4) "
        "reads element 100 of buffer(0) `x`, which has 100 elements, in `if (int(i) < n) y[i] = x[i] + 1;`. "
        "It happened 11 times."
    )


def test_unwritten_output_is_told(checked: Library) -> None:
    """Elements that no thread writes are a finding of their own."""
    result = add(checked, 90)
    assert [d.kind for d in result.diagnostics] == ["output-not-written"]  # type: ignore[attr-defined]


def test_race_names_both_accesses_and_inlined_callers(checked: Library) -> None:
    """A race in a helper shows the helper's line, the caller's behind it, and the line of the other access."""
    result = checked.run("shift", {0: Output(64)}, grid=(1,), threadgroup=(64,))
    race = next(d for d in result.diagnostics if d.kind == "threadgroup-race")
    assert (race.name, race.memory) == ("x", "threadgroup")
    assert {race.place.line, race.other_frames[0].line} == {9, 13}  # type: ignore[union-attr]
    helper = race.frames if race.place.line == 9 else race.other_frames  # type: ignore[union-attr]
    assert [frame.line for frame in helper] == [9, 14]
    assert "`x`" in race.sentence
    assert "threadgroup_barrier" in race.usual_cause


def test_bfloat16_and_float16_travel_as_patterns(checked: Library) -> None:
    """BFloat16 arrays are updated in place, and numpy's float16 is half."""
    start = BFloat16.from_float([1.0, -2.5])
    result = checked.run(
        "same", {0: Output(start), 1: np.array([0.5, 0.25], np.float16)}, grid=(2,), threadgroup=(1,)
    )
    assert BFloat16(result.outputs[0]).to_float().tolist() == [1.5, -2.25]
    assert start.to_float().tolist() == [1.0, -2.5]


def test_bfloat16_rounds_ties_to_even() -> None:
    """Rounding is to nearest, ties to even; NaN stays NaN, and infinity infinity."""
    values = [1.00390625, 1.01171875, float("nan"), float("inf"), 3.4e38]
    assert BFloat16.from_float(values).bits.tolist() == [0x3F80, 0x3F82, 0x7FC0, 0x7F80, 0x7F80]


def test_counts_of_coalesced_accesses(checked: Library) -> None:
    """100 threads read and write a float each: 400 bytes, one transaction of 128 bytes for each full simdgroup."""
    counts = add(checked, 100, sample=1).counts  # type: ignore[attr-defined]
    assert counts.device_write_bytes == 400
    assert counts.threadgroups == counts.profiled_threadgroups == 4
    assert counts.device_transactions == counts.device_ideal_transactions
    assert {line.place.line for line in counts.lines if line.place} == {6}


@pytest.mark.parametrize(
    ("arguments", "launch", "message"),
    [
        ({40: np.zeros(1)}, {}, r"buffer index 40 does not lie in \[0, 31\)"),
        ({0: [1, 2]}, {}, "a buffer must be a numpy array, BFloat16, Output or bytes, not list"),
        ({}, {"grid": (1, 2, 3, 4)}, "grid has 4 sizes, but takes one to three"),
        ({}, {"threadgroup": (-1,)}, r"threadgroup size -1 does not lie in \[0, 2\*\*32\)"),
        ({}, {"function_constants": {0: "x"}}, "a function constant must be a number or a bool, not str"),
    ],
)
def test_wrong_arguments(checked: Library, arguments: dict, launch: dict, message: str) -> None:  # type: ignore[type-arg]
    """A launch that cannot be made is an error of the caller with the value and the bound."""
    with pytest.raises(LaunchError, match=message):
        checked.run("add", arguments, **{"grid": (1,), "threadgroup": (1,), **launch})


def test_launch_problems_are_diagnostics(checked: Library) -> None:
    """A missing buffer and a value of the wrong size are told by name, with the usual cause."""
    result = checked.run("add", {0: np.zeros(4, np.float32), 2: np.int64(4)}, grid=(1,), threadgroup=(4,))
    told = {diagnostic.kind: diagnostic for diagnostic in result.diagnostics}
    assert set(told) == {"launch-missing-buffer", "launch-bytes-size"}
    assert "buffer(1) `y`, and nothing is bound there" in told["launch-missing-buffer"].sentence
    assert (
        "n is declared as constant int& (4 bytes), and 8 bytes are bound"
        in told["launch-bytes-size"].sentence
    )
    assert "size_t or int64_t on the host" in told["launch-bytes-size"].usual_cause


def test_compiled_files_are_reused(tmp_path: Path) -> None:
    """The same text is built once for each mode and each choice of kernels."""
    cache = tmp_path / "cache"
    paths = [
        compile_metal(TEXT, mode=mode, kernels=["add"], cache=cache).path
        for mode in ("fast", "check", "fast")
    ]
    assert paths[0] == paths[2] != paths[1]


def test_every_kind_is_explained() -> None:
    """Every kind that the runtime tells has a title, a sentence, what it means and what usually causes it."""
    runtime = Path(launch.__file__).with_name("runtime")
    text = "".join(path.read_text() for path in runtime.glob("*.cpp"))
    kinds = re.findall(r'(?:kind = |report\w*\(\w+, |describe\w*\(\*?\w*,? ?)"([a-z]+(?:-[a-z]+)+)"', text)
    assert len(set(kinds)) >= 10
    assert set(kinds) <= set(EXPLAIN)
    for kind, explanation in EXPLAIN.items():
        assert all([explanation.title, explanation.sentence, explanation.means, explanation.usual_cause]), (
            kind
        )
        assert explanation.means.endswith("."), kind
