"""The reference's ops on the simulated GPU, for tests: one build, one stream, captures of what was dispatched."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType

import mlx.core as mx

import kernels
from kernels.build import build
from kernels.simulator.errors import NoCompiler
from kernels.simulator.host.captures import Captures
from kernels.simulator.host.streams import SimulatedGpu, simulate_gpu
from kernels.simulator.toolchain import find_toolchain

ROOT = Path(__file__).resolve().parents[2]


def why_not() -> str:
    """Return why nothing can run on the simulated GPU here; nothing if it can."""
    try:
        find_toolchain()
    except NoCompiler as error:
        return str(error)
    return ""


@cache
def reference() -> tuple[ModuleType, SimulatedGpu, Captures]:
    """Return the reference's module, the GPU that it runs on, and the recorder of its dispatches."""
    build(ROOT / "reference" / "kernels", kernels.DEFAULT_OUT)
    module = kernels.load()
    gpu = simulate_gpu()
    return module, gpu, Captures(gpu.connect(str(module.__file__)))


def recorded(captures: Captures, call: Callable[[], mx.array]) -> tuple[mx.array, list[dict]]:
    """Return a call's result, evaluated, and the dispatches that it made."""
    captures.start()
    out = call()
    mx.eval(out)
    return out, captures.take()
