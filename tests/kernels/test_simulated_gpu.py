"""The stand-in for MLX's Metal backend: what Python sees of the GPU, what is recorded, what is said when it fails."""

import shutil
import subprocess
import sys
from pathlib import Path

import mlx.core as mx
import pytest

import kernels
from kernels.build import TOOLCHAIN
from kernels.recipe import recipe
from tests.kernels.metal_module import ROOT, recorded, reference, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
FOUR = mx.array([1.0, 2.0, 3.0, 4.0])


@pytest.fixture
def folder(tmp_path):
    """A folder with the reference's module and nothing beside it."""
    module, _, _ = reference()
    return Path(shutil.copy(str(module.__file__), tmp_path)).parent


def kernels_of(call, captures):
    return [capture["kernel"] for capture in recorded(captures, call)[1]]


def test_the_gpu_is_where_a_stream_or_a_device_is_taken():
    module, gpu, captures = reference()
    assert mx.metal.is_available()
    for stream in (mx.gpu, gpu.stream, mx.new_stream(mx.gpu), mx.default_stream(mx.gpu)):
        assert kernels_of(lambda s=stream: module.axpby(FOUR, FOUR, 1, 2, stream=s), captures) == [
            "axpby_float32"
        ]
    with mx.stream(mx.gpu):
        assert mx.default_device() == mx.gpu
        assert kernels_of(lambda: module.axpby(FOUR, FOUR, 1, 2), captures) == ["axpby_float32"]
    assert kernels_of(lambda: module.axpby(FOUR, FOUR, 1, 2), captures) == []


def test_the_default_device_is_set_and_set_back():
    module, _, captures = reference()
    cpu = mx.default_stream(mx.cpu)
    mx.set_default_device(mx.gpu)
    try:
        assert mx.default_device() == mx.gpu
        assert mx.default_stream(mx.cpu) == cpu
        assert kernels_of(lambda: module.axpby(FOUR, FOUR, 1, 2), captures) == ["axpby_float32"]
        assert kernels_of(lambda: module.axpby(FOUR, FOUR, 1, 2, stream=cpu), captures) == []
    finally:
        mx.set_default_device(mx.cpu)
    assert mx.default_device() == mx.cpu
    assert mx.default_stream(mx.cpu) == cpu
    assert kernels_of(lambda: module.axpby(FOUR, FOUR, 1, 2), captures) == []


def test_a_dispatch_is_recorded_whole():
    """Sizes as the host gave them, contents of every binding, and no contents of an output before it is written."""
    module, gpu, captures = reference()
    _, (capture,) = recorded(captures, lambda: module.axpby(FOUR, FOUR, 0.5, 2, stream=gpu.stream))
    assert (capture["kernel"], capture["grid"], capture["threadgroup"]) == (
        "axpby_float32",
        [4, 1, 1],
        [4, 1, 1],
    )
    assert capture["grid_is_threads"]
    assert Path(capture["library"]).name == "axpby.fast.so"
    x, y, out, alpha, beta = capture["bindings"]
    assert [b["index"] for b in capture["bindings"]] == [0, 1, 2, 3, 4]
    assert x["before"] == y["before"] == bytes(memoryview(FOUR))
    assert x["allocation"] == y["allocation"] != out["allocation"]
    assert (out["direction"], out["before"]) == ("output", b"")
    assert out["after"] == bytes(memoryview(2.5 * FOUR))
    assert (alpha["is_bytes"], alpha["before"]) == (True, b"\0\0\0\x3f")
    assert (beta["is_bytes"], beta["before"]) == (True, b"\0\0\0\x40")


def test_dispatches_beyond_the_budget_are_recorded_without_contents():
    module, gpu, captures = reference()
    captures.start(max_bytes=100)  # one of them has 16 + 16 + 2 * 16 + 8 bytes
    mx.eval([module.axpby(FOUR, FOUR, 1, 2, stream=gpu.stream) for _ in range(2)])
    first, second = captures.take()
    assert first["is_complete"]
    assert not second["is_complete"]
    assert {len(b["before"]) for b in second["bindings"]} == {0}


def test_a_kernel_that_is_not_there_is_named_with_what_is(folder):
    """And with the reason, if a file does not compile."""
    beside = Path(str(reference()[0].__file__)).parent
    shutil.copy(beside / "swiglu.fast.so", folder)
    (folder / "axpby.metal.txt").write_text("axpby.metal is not compiled: axpby.metal:3: no double.\n")
    module = kernels.load(folder)
    reference()[1].connect(str(module.__file__))
    with pytest.raises(RuntimeError, match="kernel axpby_float32 was not found") as caught:
        mx.eval(module.axpby(FOUR, FOUR, 1, 2, stream=mx.gpu))
    assert "swiglu.metal has swiglu_float32, swiglu_float16, swiglu_bfloat16" in str(caught.value)
    assert "axpby.metal:3: no double." in str(caught.value)
    assert mx.allclose(module.swiglu(FOUR, FOUR, stream=mx.gpu), module.swiglu(FOUR, FOUR, stream=mx.cpu))


def test_without_a_metal_compiler_the_cpu_works_and_the_gpu_says_what_is_missing(folder):
    """In a process of its own: here the simulator's runtime is loaded already."""
    (folder / "axpby.metal.txt").write_text("axpby.metal is not compiled: there is no clang\n")
    text = f"""
import mlx.core as mx, kernels
from kernels.simulator.host.streams import simulate_gpu
from pathlib import Path
module = kernels.load(Path({str(folder)!r}))
simulate_gpu().connect(module.__file__)
x = mx.ones(3)
print(module.axpby(x, x, 1, 2).tolist())
try:
    mx.eval(module.axpby(x, x, 1, 2, stream=mx.gpu))
except RuntimeError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines() == [
        "[3.0, 3.0, 3.0]",
        "no Metal kernels: axpby.metal is not compiled: there is no clang",
    ]


def test_the_simulated_gpu_is_asked_for_and_not_there_by_itself():
    """Nothing of mlx changes when the project is imported."""
    text = (
        "import mlx.core as mx, kernels.build, kernels.simulator.host.streams, kernels.simulator.host.captures\n"
        "assert mx.gpu == mx.DeviceType.gpu and not mx.metal.is_available()\n"
    )
    subprocess.run([sys.executable, "-c", text], cwd=ROOT, check=True)


def test_a_dispatch_that_is_ended_is_an_error_and_mlx_goes_on():
    """Raised where the array is evaluated, from the stream's own thread."""
    module, gpu, _ = reference()
    x = mx.ones((8, 4096, 64))
    gpu.configure(deadline_s=0.01)
    try:
        with pytest.raises(RuntimeError, match=r"kernel flash_attention_row_float32: .*0\.01"):
            mx.eval(module.flash_attention_rung(1, x, x, x, 1.0, stream=gpu.stream))
    finally:
        gpu.configure(deadline_s=600.0)
    assert module.axpby(FOUR, FOUR, 1, 1, stream=gpu.stream).tolist() == [2.0, 4.0, 6.0, 8.0]


@pytest.mark.parametrize("source", [TOOLCHAIN / "ops/axpby.cpp", ROOT / "reference/kernels/swiglu.cpp"])
def test_an_op_compiles_without_the_simulated_gpu_too(source):
    """Its parts for the GPU are left out then: who compiles file by file may try so when they do not compile."""
    made = recipe()
    assert "simulated_gpu.h" in made.flags
    assert "simulated_gpu.h" not in made.cpu_flags
    assert len(made.cpu_flags) == len(made.flags) - 2
    done = subprocess.run(
        [made.compiler, *made.cpu_flags, f"-I{source.parent}", "-fsyntax-only", "-Werror", str(source)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
