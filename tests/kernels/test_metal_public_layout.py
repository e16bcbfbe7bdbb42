"""An extension in the public course's layout, with a CMake file and bindings of its own, runs its Metal unchanged."""

import importlib.util
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest

from kernels.build import TOOLCHAIN
from kernels.metal_files import place_metal_files
from kernels.recipe import Recipe, recipe
from kernels.simulator.host.captures import Captures
from kernels.simulator.host.streams import simulate_gpu
from tests.kernels.metal_module import ROOT, recorded, why_not
from tests.kernels.quantized_cases import product

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())
EXTENSION = ROOT / "tests" / "kernels" / "public_layout" / "src" / "extensions"


def compiled(made: Recipe, source: str, flags: tuple[str, ...], folder: Path) -> Path:
    """Compile one file as a grader does that builds file by file."""
    out = folder / f"{Path(source).stem}-{abs(hash(source))}.o"
    subprocess.run([made.compiler, *flags, "-O0", "-c", source, "-o", str(out)], check=True)
    return out


@pytest.fixture(scope="module")
def extension(tmp_path_factory):
    """The extension, the GPU and the recorder of its dispatches."""
    made, folder = recipe(), tmp_path_factory.mktemp("public")
    older = (f"-I{TOOLCHAIN / 'compat'}", "-include", str(TOOLCHAIN / "compat" / "older_mlx.h"))
    flags = (*older, *made.flags, f"-I{EXTENSION / 'src'}", "-w")
    sources = [EXTENSION / "bindings.cpp", *sorted((EXTENSION / "src").glob("*.cpp"))]
    jobs = [(str(path), flags) for path in sources] + list(made.support)
    with ThreadPoolExecutor(2) as pool:
        objects = list(pool.map(lambda job: str(compiled(made, *job, folder)), jobs))
    module = folder / f"_ext{made.suffix}"
    subprocess.run([made.compiler, *made.link, "-o", str(module), *objects, *made.libraries], check=True)
    include = Path(made.mlx_library).parents[1] / "include"
    assert place_metal_files([EXTENSION / "src"], folder, [include]) == {}
    spec = importlib.util.spec_from_file_location("_ext", module)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    gpu = simulate_gpu()
    return loaded, gpu, Captures(gpu.connect(str(module)))


def test_a_product_on_the_gpu_and_on_the_cpu(extension):
    """The same op on either device; only the GPU's dispatches a kernel."""
    module, gpu, captures = extension
    case = product(np.random.default_rng(0), (5, 128), 33, mx.float32)
    arguments = case.scales, case.biases, case.group_size, 4, case.a, case.b
    for stream, dispatched in ((gpu.stream, ["quantized_matmul_w4a16_64"]), (mx.cpu, [])):
        out, dispatches = recorded(
            captures, lambda stream=stream: module.quantized_matmul(*arguments, stream=stream)
        )
        assert case.error(out) <= 8
        assert [d["kernel"] for d in dispatches] == dispatched


def test_the_default_device_is_followed(extension):
    """`mx.set_default_device(mx.gpu)` is all that a submission does."""
    module, _, captures = extension
    x = mx.arange(3000).reshape(3, 1000).astype(mx.float16)
    mx.set_default_device(mx.gpu)
    try:
        out, dispatches = recorded(captures, lambda: module.scaled(x, 2.0) + 1)
    finally:
        mx.set_default_device(mx.cpu)
    assert mx.array_equal(out, 2 * x.astype(mx.float32) + 1)
    (capture,) = dispatches
    assert (capture["kernel"], capture["grid"], capture["threadgroup"]) == (
        "scaled_float32",
        [3, 1, 1],
        [1024, 1, 1],
    )


def test_loading_the_library_by_name_and_path_is_what_it_is_on_a_mac(extension):
    """The public package does so when it is imported; a path that has no kernels means the module's own folder."""
    module, _, _ = extension
    module.load_library(mx.DeviceType.gpu, str(EXTENSION))
