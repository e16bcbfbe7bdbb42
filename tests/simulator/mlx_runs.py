"""Run kernels of MLX's headers on arrays of every type, in both modes; compare with float64 and with MLX on the CPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mlx.core as mx
import numpy as np
import numpy.typing as npt

from kernels.simulator import BFloat16, Output
from kernels.simulator.library import Argument
from tests.simulator.mlx_sources import library

Array = npt.NDArray[Any]

TYPES = {"f32": mx.float32, "f16": mx.float16, "bf16": mx.bfloat16}
#: Relative error of one rounding, times what a kernel of this kind adds up.
TOLERANCE = {"f32": 2e-6, "f16": 2e-3, "bf16": 1.6e-2}


def numbers(*shape: int, seed: int = 3) -> Array:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def as_type(x: Array, dtype: str) -> Array | BFloat16:
    """Return float32 numbers as the array of a kernel's type."""
    if dtype == "bf16":
        return BFloat16.from_float(x)
    return x.astype(np.float16 if dtype == "f16" else np.float32)


def exact(x: Array, dtype: str) -> Array:
    """Return the float64 values that ``as_type`` stands for."""
    typed = as_type(x, dtype)
    return (typed.to_float() if isinstance(typed, BFloat16) else typed).astype(np.float64)


def output(shape: int | tuple[int, ...], dtype: str) -> Output:
    return Output(shape, "bfloat16" if dtype == "bf16" else np.float16 if dtype == "f16" else np.float32)


def run(
    source: str, kernel: str, arguments: dict[int, Argument], *, checked: bool = True, **launch: Any
) -> Array:
    """Run a kernel in both modes, neither of which may have anything to report; return its output as float64."""
    for mode in ("fast", "check") if checked else ("fast",):
        result = library(source, mode).run(kernel, arguments, **launch)
        assert result.diagnostics == ()
        (values,) = result.outputs.values()
    values = BFloat16(values).to_float() if values.dtype == np.uint16 else values
    return values.astype(np.float64) if values.dtype.kind == "f" else values


def on_cpu(op: Callable[..., mx.array], *arrays: Array, dtype: str = "f32") -> Array:
    """Return what MLX's own op gives on the CPU for arrays of a kernel's type; integers and bools stay so."""
    typed = [mx.array(x).astype(TYPES[dtype]) if x.dtype.kind == "f" else mx.array(x) for x in arrays]
    with mx.stream(mx.cpu):
        result = op(*typed)
        if mx.issubdtype(result.dtype, mx.floating):
            result = result.astype(mx.float32)
        mx.eval(result)
    values = np.array(result)
    return values.astype(np.float64) if values.dtype.kind == "f" else values


def close(got: Array, expected: Array, dtype: str) -> None:
    scale = np.abs(expected).max()
    np.testing.assert_allclose(got, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype] * scale)
