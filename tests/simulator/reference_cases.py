"""Launches of the solution's kernels, small enough for check mode; a further part of the cases of ``feature_cases``."""

from __future__ import annotations

import numpy as np

from kernels.simulator import Output
from tests.simulator.feature_cases import Array, Case, feature, whole

GROUP = 32


@feature("rms_norm")
def rms_norm() -> Case:
    x, weight = whole(3 * 100).reshape(3, 100), whole(100)
    wanted = x / np.sqrt((x**2).mean(1, keepdims=True) + np.float32(1e-5)) * weight
    arguments = {0: x, 1: weight, 2: Output((3, 100)), 3: np.uint32(100), 4: np.float32(1e-5)}
    return Case("rms_norm_float32_float32", arguments, (3,), (128,), {2: wanted}, tolerance=1e-5)


@feature("swiglu")
def swiglu() -> Case:
    gate, up = whole(100), whole(100)[::-1].copy()
    wanted = gate / (1 + np.exp(-gate)) * up
    options = {"grid_is_threads": True}
    return Case("swiglu_float32", {0: gate, 1: up, 2: Output(100)}, (100,), (32,), {2: wanted}, options, 1e-5)


def _packed(numbers: Array) -> Array:
    """Pack numbers of 4 bits, eight to a word, lowest bits first."""
    shifted = numbers.reshape(-1, 8).astype(np.uint32) << (4 * np.arange(8, dtype=np.uint32))
    return np.asarray(np.bitwise_or.reduce(shifted, axis=1))


def _quantized(name: str, transposed: bool, grid: tuple[int, int], threads: int) -> Case:
    M, N, K = 20, 40, 64
    a = whole(M * K).reshape(M, K)
    q = whole(N * K, np.int32, 0, 16)
    scales, biases = whole(N * K // GROUP, low=1, high=4) / 4, whole(N * K // GROUP) / 2
    w = (scales[:, None] * q.reshape(-1, GROUP) + biases[:, None]).astype(np.float32)
    wanted = a @ (w.reshape(N, K).T if transposed else w.reshape(K, N))
    sizes = np.array([M, N, K, GROUP], np.uint32).tobytes()
    arguments = {0: a, 1: _packed(q), 2: scales, 3: biases, 4: Output((M, N)), 5: sizes}
    layout = "nk" if transposed else "kn"
    kernel = f"quantized_matmul_{name}_{layout}_float32_float32"
    return Case(kernel, arguments, grid, (threads,), {4: wanted}, tolerance=1e-4)


@feature("quantized_matmul")
def matvec() -> Case:
    return _quantized("matvec", True, (10, 20), 128)


@feature("quantized_matmul")
def vecmat() -> Case:
    return _quantized("vecmat", False, (1, 20), 256)


@feature("quantized_matmul")
def tiled() -> Case:
    return _quantized("tiled", True, (3, 2), 256)


@feature("quantized_matmul")
def matrix() -> Case:
    return _quantized("matrix", True, (2, 1), 128)
