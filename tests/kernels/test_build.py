"""The toolchain: one command builds a source tree into a module; the same content is not built twice."""

import subprocess
import sys
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

import kernels
from kernels.build import BuildError, build, content_digest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def module():
    """The reference's kernels, built if their content changed."""
    build(ROOT / "reference" / "kernels", kernels.DEFAULT_OUT)
    return kernels.load()


@pytest.mark.parametrize("dtype", [mx.float32, mx.float16, mx.bfloat16])
def test_axpby_combines_two_arrays_in_their_dtype(module, dtype):
    x, y = mx.array([1.0, 2.0, 3.0], dtype=dtype), mx.array([8.0, 16.0, 32.0], dtype=dtype)
    out = module.axpby(x, y, 2.0, 0.5)
    assert out.dtype == dtype
    assert out.tolist() == [6.0, 12.0, 22.0]


def test_axpby_follows_strides_and_empty_shapes(module):
    x = mx.arange(6.0).reshape(2, 3).T
    out = module.axpby(x, mx.zeros((3, 2)), 1.0, 1.0)
    assert out.tolist() == [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]
    assert module.axpby(mx.zeros((0, 4)), mx.zeros((0, 4)), 1.0, 1.0).shape == (0, 4)


def test_axpby_waits_for_its_inputs_in_a_lazy_graph(module):
    """Nothing is evaluated in between, so a kernel that reads its inputs too early sees other numbers."""
    x = mx.random.normal((64, 64))
    y = x
    for _ in range(30):
        y = module.axpby(y @ y.T / 64, y + 1, 0.5, 0.25)
    want = np.array(x)
    for _ in range(30):
        want = 0.5 * (want @ want.T / 64) + 0.25 * (want + 1)
    np.testing.assert_allclose(np.array(y), want, rtol=1e-4, atol=1e-4)


def test_a_bad_argument_is_a_value_error_that_names_it(module):
    with pytest.raises(ValueError, match=r"x \(2,3\) and y \(3,2\) must have the same shape"):
        module.axpby(mx.zeros((2, 3)), mx.zeros((3, 2)), 1.0, 1.0)
    with pytest.raises(ValueError, match=r"dtype \(int32\) must be float32, float16 or bfloat16"):
        module.axpby(mx.zeros((2,), dtype=mx.int32), mx.zeros((2,), dtype=mx.int32), 1.0, 1.0)


def test_the_number_of_threads_is_bounded(module):
    before = module.num_threads()
    module.set_num_threads(1)
    assert module.num_threads() == 1
    module.set_num_threads(before)
    with pytest.raises(ValueError, match=r"n \(0\) must be between 1 and 256"):
        module.set_num_threads(0)


def test_the_same_content_is_not_built_again_and_changed_content_is(module, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "axpby.h").write_text((ROOT / "kernels/ops/axpby.h").read_text())
    (source / "axpby.cpp").write_text((ROOT / "kernels/ops/axpby.cpp").read_text())
    first = build(source, tmp_path / "out")
    built_at = first.stat().st_mtime_ns
    (source / "axpby.cpp").touch()
    assert build(source, tmp_path / "out").stat().st_mtime_ns == built_at
    with (source / "axpby.cpp").open("a") as file:
        file.write("static_assert(sizeof(int) == 5);\n")
    with pytest.raises(BuildError, match=r"axpby\.cpp:\d+:.*error: static assertion failed"):
        build(source, tmp_path / "out")
    (source / "axpby.cpp").write_text((ROOT / "kernels/ops/axpby.cpp").read_text())
    build(source, tmp_path / "out")


def test_sanitizers_change_what_a_build_is_known_by(tmp_path):
    assert content_digest(tmp_path) != content_digest(tmp_path, sanitize=True)


def test_the_command_line_says_what_is_wrong(tmp_path):
    command = [
        sys.executable,
        "-m",
        "kernels.build",
        str(tmp_path / "nowhere"),
        "--out",
        str(tmp_path / "out"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 1
    assert done.stderr.strip() == f"no folder of kernel sources at {tmp_path / 'nowhere'}"
