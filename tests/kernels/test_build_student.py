"""The skeleton that students start from builds as it is, and says which task is missing."""

from pathlib import Path

import mlx.core as mx
import pytest

import kernels
from kernels.build import build
from kernels.simulator.host.streams import simulate_gpu
from tests.kernels.metal_module import why_not

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    out = tmp_path_factory.mktemp("student")
    build(ROOT / "student" / "kernels", out)
    return kernels.load(out)


def test_the_skeleton_has_the_ops_of_week_2_and_no_rungs(module):
    assert {"axpby", "flash_attention", "quantized_matmul"} <= set(dir(module))
    assert not hasattr(module, "quantized_matmul_rung")


def test_quantized_matmul_names_its_task_and_mlx_goes_on(module):
    """Raised while MLX evaluates; the stream must be usable afterwards."""
    b = mx.zeros((4, 8), dtype=mx.uint32)
    out = module.quantized_matmul(mx.zeros((4, 1)), mx.zeros((4, 1)), 64, 4, mx.zeros((2, 64)), b, True)
    assert out.shape == (2, 4)
    with pytest.raises(NotImplementedError, match=r"task 2\.2"):
        mx.eval(out)
    assert module.axpby(mx.ones((2,)), mx.ones((2,)), 1.0, 2.0).tolist() == [3.0, 3.0]


def test_flash_attention_names_its_task(module):
    x = mx.zeros((2, 3, 8))
    with pytest.raises(NotImplementedError, match=r"task 2\.4"):
        mx.eval(module.flash_attention(x, x, x, 1.0, mx.zeros((3, 3)), True))


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_on_the_gpu_the_ops_name_their_tasks_and_the_example_runs(module):
    """The Metal files compile as they are: what is missing is said by eval_gpu, not by a compiler."""
    gpu = simulate_gpu()
    gpu.connect(str(module.__file__))
    x, b = mx.zeros((2, 3, 8)), mx.zeros((4, 8), dtype=mx.uint32)
    with mx.stream(gpu.stream):
        with pytest.raises(NotImplementedError, match=r"task 2\.3"):
            mx.eval(
                module.quantized_matmul(mx.zeros((4, 1)), mx.zeros((4, 1)), 64, 4, mx.zeros((2, 64)), b, True)
            )
        with pytest.raises(NotImplementedError, match=r"task 2\.5"):
            mx.eval(module.flash_attention(x, x, x, 1.0))
        assert module.axpby(mx.ones((2,)), mx.ones((2,)), 1.0, 2.0).tolist() == [3.0, 3.0]
    folder = Path(str(module.__file__)).parent
    assert sorted(path.name for path in folder.glob("*.fast.so")) == [
        "axpby.fast.so",
        "flash_attention.fast.so",
        "quantized_matmul.fast.so",
    ]


@pytest.mark.parametrize("header", ["quantized_matmul.h", "flash_attention.h"])
def test_headers_are_those_of_the_reference(header):
    assert (ROOT / "student/kernels" / header).read_text() == (
        ROOT / "reference/kernels" / header
    ).read_text()
