"""`grader simulate` tells by its exit code what happened, and by its words which thread did what where."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from command_line import grader

from grader.worker.build_metal import no_compiler

needs_compiler = pytest.mark.skipif(bool(no_compiler()), reason=f"no compiler for Metal: {no_compiler()}")

SAXPY = """#include <metal_stdlib>
using namespace metal;
[[kernel]] void saxpy(device const float* x [[buffer(0)]], device float* y [[buffer(1)]],
                      constant float& a [[buffer(2)]], uint i [[thread_position_in_grid]]) {
  y[i] += a * x[i];
}
"""
ARGUMENTS = ("--buffer", "x=64:float32:arange", "--buffer", "y=64:float32:ones", "--buffer", "a=float32:2")


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    """A file with one kernel."""
    path = tmp_path / "saxpy.metal"
    path.write_text(SAXPY)
    return path


@needs_compiler
def test_a_right_kernel_shows_its_numbers_and_ends_with_0(kernel: Path, tmp_path: Path) -> None:
    """The first numbers of what it wrote, and the whole in a file if asked."""
    saved = tmp_path / "y.npy"
    line = ("simulate", kernel, "saxpy", "--grid", "64", "--threads", *ARGUMENTS, "--save", f"y={saved}")
    done = grader(*map(str, line), cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "y float32[64] = 1, 3, 5, 7, 9, 11, 13, 15, ..." in done.out
    assert "saxpy: nothing found" in done.out
    np.testing.assert_array_equal(np.load(saved), 1 + 2 * np.arange(64, dtype=np.float32))


@needs_compiler
def test_a_finding_names_thread_element_and_line_and_ends_with_1(kernel: Path, tmp_path: Path) -> None:
    """One thread too many."""
    done = grader("simulate", str(kernel), "saxpy", "--grid", "65", "--threads", *ARGUMENTS, cwd=tmp_path)
    words = " ".join(done.out.split())
    assert done.code == 1
    assert "device-out-of-bounds" in words
    assert "saxpy.metal:5" in words
    assert "element 64 of buffer(0) `x`, which has 64 elements" in words


@needs_compiler
def test_counts_are_shown_as_proxies(kernel: Path, tmp_path: Path) -> None:
    """They are no time, and say so."""
    line = ("--grid", "64", "--threads", "--counts", *ARGUMENTS)
    done = grader("simulate", str(kernel), "saxpy", *line, cwd=tmp_path)
    assert done.code == 0
    assert "proxies, not time" in done.out
    assert "device read bytes 512" in " ".join(done.out.split())


@needs_compiler
def test_a_source_that_is_no_metal_is_refused_with_3(kernel: Path, tmp_path: Path) -> None:
    """The line is named on stderr."""
    kernel.write_text(SAXPY.replace("a * x[i]", "a * z[i]"))
    done = grader("simulate", str(kernel), "saxpy", "--grid", "64", *ARGUMENTS, cwd=tmp_path)
    assert done.code == 3
    assert "saxpy.metal:5" in done.err
    assert "undeclared identifier 'z'" in done.err


@needs_compiler
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("saxpi",), "no kernel 'saxpi'; did you mean saxpy?"),
        (("saxpy", "--buffer", "xs=4:float32:ones"), "no buffer 'xs'"),
        (("saxpy", "--threadgroup-memory", "t=4"), "no threadgroup argument 't'"),
    ],
)
def test_a_name_that_the_file_lacks_is_a_usage_error(
    kernel: Path, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    """Exit code 2, and the nearest name."""
    done = grader("simulate", str(kernel), *arguments, cwd=tmp_path)
    assert done.code == 2
    assert words in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "which kernel?"),
        (("none.metal", "k"), "there is no file none.metal"),
        (("none.metal", "k", "--grid", "1,2,3,4"), "--grid '1,2,3,4' is not of the form X,Y,Z"),
        (("none.metal", "k", "--buffer", "x"), "not of the form NAME="),
        (("none.metal", "k", "--buffer", "x=4:float99:ones"), "there is no dtype 'float99'"),
        (("none.metal", "k", "--buffer", "x=4xy:float32:ones"), "is no shape"),
        (("none.metal", "k", "--buffer", "x=4:float32:many"), "there is no filling 'many'"),
        (("none.metal", "k", "--buffer", "x=4:int32:nan"), "whole numbers have no nan"),
        (("none.metal", "k", "--buffer", "x=99999999:float32:ones"), ""),
        (("none.metal", "k", "--buffer", "x=9999999999:float32:ones"), "more than 1073741824"),
        (("none.metal", "k", "--buffer", "x=none.npy"), "there is no file none.npy"),
        (("--explain", "race"), "there is no kind of finding 'race'"),
    ],
)
def test_what_cannot_be_asked_for_is_a_usage_error(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    """Exit code 2 and one sentence."""
    done = grader("simulate", *arguments, cwd=tmp_path)
    assert done.code == 2
    assert words in done.err


def test_a_kind_of_finding_is_explained(tmp_path: Path) -> None:
    """What it means and what usually causes it."""
    done = grader("simulate", "--explain", "threadgroup-race", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "Usual cause: No threadgroup_barrier" in " ".join(done.out.split())
