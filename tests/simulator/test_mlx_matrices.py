"""MLX's own Metal kernels for matrices and attention, unchanged from its package, agree with float64 and MLX's CPU.

Of quantized products in bfloat16 MLX's CPU adds up in bfloat16; there it is given the same numbers in float32.
"""

from __future__ import annotations

import struct

import mlx.core as mx
import numpy as np
import pytest

from kernels.simulator import BFloat16, Output
from kernels.simulator.library import Argument
from kernels.simulator.mlx_headers import mlx_include
from tests.simulator.mlx_runs import Array, as_type, close, exact, numbers, on_cpu, output, run

pytestmark = pytest.mark.skipif(mlx_include() is None, reason="the installed MLX ships no kernel headers")


def attention(q: Array, k: Array, v: Array, causal: bool = False) -> Array:
    """Attention in float64, for heads that share keys and values; all arrays (H, L, D)."""
    k, v = (np.repeat(x, len(q) // len(x), axis=0) for x in (k, v))
    scores = q @ k.swapaxes(1, 2) / np.sqrt(q.shape[-1])
    if causal:
        L, S = scores.shape[1:]
        scores = np.where(np.tri(L, S, S - L, dtype=bool), scores, -np.inf)
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True) @ v


def cpu_attention(q: Array, k: Array, v: Array, dtype: str, causal: bool = False) -> Array:
    """Return what MLX's own attention gives on the CPU, arrays (H, L, D)."""

    def op(*arrays: mx.array) -> mx.array:
        q, k, v = (x[None] for x in arrays)
        mask = "causal" if causal else None
        return mx.fast.scaled_dot_product_attention(q, k, v, scale=q.shape[-1] ** -0.5, mask=mask)[0]

    return on_cpu(op, q, k, v, dtype=dtype)


@pytest.mark.parametrize("dtype", ["f32", "bf16"])
def test_attention_of_one_query_agrees(dtype: str) -> None:
    """sdpa_vector, the kernel of decoding: 32 simdgroups that each see every 32nd key; 4 query heads on 2 key heads."""
    H, S, D = 4, 77, 64
    q, k, v = numbers(H, 1, D), numbers(2, S, D, seed=4), numbers(2, S, D, seed=5)
    arguments = {
        0: as_type(q, dtype), 1: as_type(k, dtype), 2: as_type(v, dtype), 3: output((H, 1, D), dtype),
        4: np.int32(2), 5: np.int32(S), 6: np.uint64(S * D), 7: np.uint64(D), 8: np.uint64(S * D), 9: np.uint64(D),
        10: np.float32(D**-0.5),
    }  # fmt: skip
    constants = dict.fromkeys(range(20, 26), False) | {26: 1}
    got = run(
        "sdpa_vector",
        f"sdpa_{dtype}",
        arguments,
        grid=(H, 1),
        threadgroup=(1024,),
        function_constants=constants,
    )
    close(got, attention(*(exact(x, dtype) for x in (q, k, v))), dtype)
    close(got, cpu_attention(q, k, v, dtype), dtype)


@pytest.mark.parametrize(("dtype", "causal"), [("f32", False), ("f32", True), ("f16", True)])
def test_attention_with_simdgroup_matrices_agrees(dtype: str, causal: bool) -> None:
    """Steel attention, which loads tiles and multiplies 8x8 matrices, on lengths that fill no tile."""
    H, L, S, D, tile = 4, 50, 70, 64, 32
    q, k, v = numbers(H, L, D), numbers(2, S, D, seed=4), numbers(2, S, D, seed=5)
    NQ, NK = -(-L // tile), -(-S // tile)
    params = struct.pack(
        "6i f 7i 12q",
        *(1, H, D, L, S, 2), D**-0.5,
        *(NQ, NK, L // tile, S // tile, L % tile, S % tile, S - L),
        *(H * L * D, L * D, D), *(2 * S * D, S * D, D), *(2 * S * D, S * D, D), *(H * L * D, L * D, D),
    )  # fmt: skip
    arguments = {
        0: as_type(q, dtype),
        1: as_type(k, dtype),
        2: as_type(v, dtype),
        3: output((H, L, D), dtype),
        4: params,
    }
    constants = {200: L % tile == 0, 201: S % tile == 0, 300: False, 301: causal, 302: False, 303: False}
    got = run(
        "attention",
        f"attention_{dtype}",
        arguments,
        grid=(NQ, H, 1),
        threadgroup=(32, 4, 1),
        function_constants=constants,
    )
    close(got, attention(*(exact(x, dtype) for x in (q, k, v)), causal), dtype)
    close(got, cpu_attention(q, k, v, dtype, causal), dtype)


@pytest.mark.parametrize(("kernel", "M", "N", "K"), [("gemm_f32", 40, 50, 70), ("gemm_nt_f16", 64, 32, 32)])
def test_matrix_products_agree(kernel: str, M: int, N: int, K: int) -> None:
    """Steel GEMM on sizes that fill its tiles and on sizes that do not, with and without a transposed operand."""
    dtype = kernel.rsplit("_", 1)[1]
    transposed = "_nt_" in kernel
    a, b = numbers(M, K), numbers(N, K, seed=4) if transposed else numbers(K, N, seed=4)
    tiles_n, tiles_m = -(-N // 32), -(-M // 32)
    params = struct.pack(
        "8i 3q 3i 4x",
        M,
        N,
        K,
        K,
        K if transposed else N,
        N,
        tiles_n,
        tiles_m,
        M * K,
        N * K,
        M * N,
        0,
        K // 16,
        1,
    )
    arguments = {0: as_type(a, dtype), 1: as_type(b, dtype), 3: output((M, N), dtype), 4: params}
    arguments[5] = struct.pack("2i q 2f", N, 1, M * N, 1.0, 0.0)  # read although no matrix is added
    constants = {10: False, 100: False, 110: False, 200: M % 32 == 0, 201: N % 32 == 0, 202: K % 16 == 0}
    launch = {"grid": (tiles_n, tiles_m, 1), "threadgroup": (32, 2, 2), "function_constants": constants}
    got = run("gemm", kernel, arguments, **launch)
    b = b.T if transposed else b
    close(got, exact(a, dtype) @ exact(b, dtype), dtype)
    close(got, on_cpu(mx.matmul, a, b, dtype=dtype), dtype)


@pytest.mark.parametrize("dtype", ["f32", "bf16"])
def test_matrix_times_vector_agrees(dtype: str) -> None:
    """gemv, one simdgroup for four rows, on sizes that leave a rest of rows and of columns."""
    rows, columns = 70, 300
    a, x = numbers(rows, columns), numbers(columns, seed=4)
    one, step = np.ones(1, np.int32), np.zeros(1, np.int64)
    arguments = {0: as_type(a, dtype), 1: as_type(x, dtype), 2: as_type(x, dtype), 3: output(rows, dtype)}
    arguments |= {
        4: np.int32(columns),
        5: np.int32(rows),
        6: np.int32(columns),
        7: np.float32(1),
        8: np.float32(0),
    }
    arguments |= {9: np.int32(1), 10: one, 11: step, 12: step, 13: step, 14: np.int32(1)}
    # The last block is moved up to end with the matrix, and writes some rows again: a true finding, so not checked.
    got = run(
        "gemv", f"gemv_{dtype}", arguments, grid=(-(-rows // 16),), threadgroup=(32, 1, 4), checked=False
    )
    close(got, exact(a, dtype) @ exact(x, dtype), dtype)
    close(got, on_cpu(mx.matmul, a, x, dtype=dtype), dtype)


@pytest.mark.parametrize("kernel", ["masked_by_types", "masked_by_flag"])
def test_matrix_products_of_blocks_agree(kernel: str) -> None:
    """Steel's masked GEMM, two templates of one name: blocks that a mask switches off count as zero."""
    M, N, K, block = 64, 96, 64, 32
    a, b = numbers(M, K), numbers(K, N, seed=4)
    out_mask = np.array([[True, False, True], [True, True, False]])
    lhs_mask, rhs_mask = (
        np.array([[True, False], [True, True]]),
        np.array([[True, True, True], [False, True, True]]),
    )
    params = struct.pack(
        "8i 3q 3i 4x", M, N, K, K, N, N, N // block, M // block, M * K, N * K, M * N, 0, K // 16, 1
    )
    arguments = {
        0: a,
        1: b,
        3: output((M, N), "f32"),
        4: params,
        6: np.ones(1, np.int32),
        7: np.zeros(8, np.int64),
    }
    arguments |= {10: out_mask, 11: lhs_mask, 12: rhs_mask, 13: np.array([1, 3, 1, 2, 1, 3], np.int32)}
    got = run("masked", kernel, arguments, grid=(N // block, M // block, 1), threadgroup=(32, 2, 2))
    whole = [np.kron(mask, np.ones((block, block))) for mask in (out_mask, lhs_mask, rhs_mask)]
    close(got, whole[0] * ((exact(a, "f32") * whole[1]) @ (exact(b, "f32") * whole[2])), "f32")
    cpu = on_cpu(lambda *x: mx.block_masked_mm(x[0], x[1], block, *x[2:]), a, b, out_mask, lhs_mask, rhs_mask)
    close(got, cpu, "f32")


def cpu_product(
    x: Array, w: Array, scales: Array, biases: Array, dtype: str, transpose: bool = True
) -> Array:
    """Return what MLX's own quantized product gives on the CPU in float32, for numbers of a kernel's type."""
    values = [exact(v, dtype).astype(np.float32) for v in (x, scales, biases)]

    def op(x: mx.array, w: mx.array, scales: mx.array, biases: mx.array) -> mx.array:
        return mx.quantized_matmul(x, w, scales, biases, transpose=transpose, group_size=64, bits=4)

    return on_cpu(op, values[0], w, values[1], values[2])


def quantized(rows: int, columns: int, dtype: str) -> tuple[Array, Array | BFloat16, Array | BFloat16, Array]:
    """Return 4-bit weights, scales and biases in groups of 64, and the float64 matrix that they stand for."""
    w, scales, biases = mx.quantize(mx.array(numbers(rows, columns)), group_size=64, bits=4)
    w, scales, biases = np.array(w), np.array(scales), np.array(biases)
    values = (w[..., None] >> (4 * np.arange(8, dtype=np.uint32)) & 15).reshape(rows, columns // 64, 64)
    full = exact(scales, dtype)[..., None] * values + exact(biases, dtype)[..., None]
    return w, as_type(scales, dtype), as_type(biases, dtype), full.reshape(rows, columns)


def plain(*arrays: Array | BFloat16) -> list[Array]:
    """Return numbers of any type as float32."""
    return [x.to_float() if isinstance(x, BFloat16) else x.astype(np.float32) for x in arrays]


def strides(first: int) -> dict[int, Argument]:
    """The arguments of a quantized kernel that describe batches, which these tests do not have."""
    one, step = np.ones(1, np.int32), np.zeros(1, np.int64)
    kinds: list[Argument] = [np.int32(1), one, step, np.int32(1), one, step, step, step]
    return dict(enumerate(kinds, first))


@pytest.mark.parametrize(("kernel", "rows", "columns"), [("qmv_fast_f32", 16, 512), ("qmv_bf16", 10, 192)])
def test_quantized_matrix_times_vector_agrees(kernel: str, rows: int, columns: int) -> None:
    """affine_qmv: two simdgroups a threadgroup, four rows each, 4-bit weights unpacked on the way."""
    dtype = kernel.rsplit("_", 1)[1]
    w, scales, biases, full = quantized(rows, columns, dtype)
    x = numbers(2, columns, seed=6)
    arguments = {0: w, 1: scales, 2: biases, 3: as_type(x, dtype), 4: output((2, rows), dtype)}
    arguments |= {5: np.int32(columns), 6: np.int32(rows), **strides(7)}
    # With rows left over, two threadgroups write the same value to one row: a true finding, so not checked.
    checked = rows % 8 == 0
    got = run(
        "quantized", kernel, arguments, grid=(2, -(-rows // 8), 1), threadgroup=(32, 2, 1), checked=checked
    )
    close(got, exact(x, dtype) @ full.T, dtype)
    close(got, cpu_product(x, w, *plain(scales, biases), dtype), dtype)


def test_vector_times_quantized_matrix_agrees() -> None:
    """affine_qvm: the sum runs over the rows of the packed matrix."""
    w, scales, biases, full = quantized(128, 128, "f32")
    x = numbers(2, 128, seed=6)
    arguments = {
        0: w,
        1: scales,
        2: biases,
        3: x,
        4: Output((2, 128)),
        5: np.int32(128),
        6: np.int32(128),
        **strides(7),
    }
    got = run("quantized", "qvm_f32", arguments, grid=(2, 2, 1), threadgroup=(32, 2, 1))
    close(got, x.astype(np.float64) @ full, "f32")
    close(got, cpu_product(x, w, scales, biases, "f32", transpose=False), "f32")


def test_quantized_matrix_product_agrees() -> None:
    """affine_qmm_t: tiles of dequantized weights in threadgroup memory, multiplied as 8x8 matrices."""
    M, N, K = 40, 64, 128
    w, scales, biases, full = quantized(N, K, "f32")
    x = numbers(M, K, seed=6)
    arguments = {
        0: w,
        1: scales,
        2: biases,
        3: x,
        4: Output((M, N)),
        5: np.int32(K),
        6: np.int32(N),
        7: np.int32(M),
    }
    got = run(
        "quantized",
        "qmm_t_f32",
        {**arguments, **strides(8)},
        grid=(N // 32, -(-M // 32), 1),
        threadgroup=(32, 2, 2),
    )
    close(got, x.astype(np.float64) @ full.T, "f32")
    close(got, cpu_product(x, w, scales, biases, "f32"), "f32")
