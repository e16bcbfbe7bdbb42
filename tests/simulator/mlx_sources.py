"""Metal texts that instantiate kernels of the installed MLX's own headers, each compiled once."""

from __future__ import annotations

import functools

from kernels.simulator import Library, compile_metal
from kernels.simulator.mlx_headers import mlx_include
from kernels.simulator.toolchain import Mode

FOLDER = "mlx/backend/metal/kernels"

#: Headers, and the instances of their templates: host name, function, template arguments.
SOURCES: dict[str, tuple[tuple[str, ...], tuple[tuple[str, str, str], ...]]] = {
    "elementwise": (
        ("utils", "unary_ops", "unary", "binary_ops", "binary", "ternary_ops", "ternary", "copy", "arange"),
        (
            ("arange_f32", "arange", "float"),
            ("exp_f32", "unary_v", "float, float, Exp"),
            ("sigmoid_bf16", "unary_v", "bfloat16_t, bfloat16_t, Sigmoid"),
            ("erf_f16", "unary_v", "half, half, Erf"),
            ("rsqrt_f32", "unary_v", "float, float, Rsqrt"),
            ("add_f32", "binary_vv", "float, float, Add"),
            ("multiply_bf16", "binary_vv", "bfloat16_t, bfloat16_t, Multiply"),
            ("maximum_f16", "binary_vv", "half, half, Maximum"),
            ("remainder_i32", "binary_vv", "int, int, Remainder"),
            ("select_f32", "ternary_v", "float, Select, false, false"),
            ("copy_f32_f16", "copy_v", "float, half"),
            ("copy_f16_bf16", "copy_v", "half, bfloat16_t"),
        ),
    ),
    "softmax": (
        ("utils", "softmax", "logsumexp"),
        (
            ("softmax_f32", "softmax_single_row", "float, float"),
            ("softmax_f16", "softmax_single_row", "half, float"),
            ("softmax_bf16", "softmax_single_row", "bfloat16_t, float"),
            ("softmax_looped_f32", "softmax_looped", "float, float"),
            ("logsumexp_f32", "logsumexp", "float"),
        ),
    ),
    "reduce": (
        ("utils", "atomic", "reduction/ops", "reduce"),
        (
            ("sum_all_f32", "all_reduce", "float, float, Sum<float>"),
            ("max_rows_f32", "row_reduce_simple", "float, float, Max<float>"),
            ("sum_rows_f16", "row_reduce_simple", "half, half, Sum<half>"),
        ),
    ),
    "scan": (
        ("utils", "binary_ops", "scan"),
        (
            ("cumsum_f32", "contiguous_scan", "float, float, CumSum<float>, 4, true, false"),
            ("cumprod_reverse_f32", "contiguous_scan", "float, float, CumProd<float>, 4, false, true"),
        ),
    ),
    "sort": (
        ("utils", "sort"),
        (
            ("sort_f32", "block_sort", "float, float, false, 32, 4"),
            ("argsort_f32", "block_sort", "float, uint, true, 32, 4"),
        ),
    ),
    "sdpa_vector": (
        ("utils", "sdpa_vector"),
        (
            ("sdpa_f32", "sdpa_vector", "float, 64, 64"),
            ("sdpa_bf16", "sdpa_vector", "bfloat16_t, 64, 64"),
        ),
    ),
    "quantized": (
        ("utils", "steel/gemm/gemm", "quantized_utils", "quantized"),
        (
            ("qmv_fast_f32", "affine_qmv_fast", "float, 64, 4, false"),
            ("qmv_bf16", "affine_qmv", "bfloat16_t, 64, 4, false"),
            ("qvm_f32", "affine_qvm", "float, 64, 4, false"),
            ("qmm_t_f32", "affine_qmm_t", "float, 64, 4, true, false"),
        ),
    ),
    "gemv": (
        ("utils", "gemv"),
        (
            ("gemv_f32", "gemv", "float, 4, 1, 1, 32, 4, 4, false, false"),
            ("gemv_bf16", "gemv", "bfloat16_t, 4, 1, 1, 32, 4, 4, false, false"),
        ),
    ),
    "others": (
        ("utils", "sort", "searchsorted", "cross_entropy", "steel/defines", "hadamard"),
        (
            ("searchsorted_f32", "searchsorted", "float, false"),
            ("cross_entropy_f32", "cross_entropy", "float"),
            ("hadamard_f32", "hadamard_n", "float, 64, 4, 4"),
        ),
    ),
    "gemm": (
        ("utils", "steel/gemm/gemm", "steel/gemm/kernels/steel_gemm_fused"),
        (
            ("gemm_f32", "gemm", "float, 32, 32, 16, 2, 2, false, false"),
            ("gemm_nt_f16", "gemm", "half, 32, 32, 16, 2, 2, false, true"),
        ),
    ),
    "masked": (
        ("utils", "steel/gemm/gemm", "steel/gemm/kernels/steel_gemm_masked"),
        (
            ("masked_by_types", "block_masked_gemm", "float, bool, bool, 32, 32, 16, 2, 2, false, false, true, true"),
            ("masked_by_flag", "block_masked_gemm", "float, 32, 32, 16, 2, 2, false, false, true, true, true"),
        ),
    ),
    "attention": (
        ("utils", "steel/attn/kernels/steel_attention"),
        (
            ("attention_f32", "attention", "float, 32, 32, 64, 64, 4, 1"),
            ("attention_f16", "attention", "half, 32, 32, 64, 64, 4, 1"),
        ),
    ),
}  # fmt: skip

#: Headers that need no kernel of their own to be worth compiling: everything else that the wheel ships for the GPU.
COMPILES_ALONE = (
    ("utils", "binary_ops", "binary_two"),
    ("utils", "erf", "expm1f", "cexpf"),
    ("utils", "fft"),
    ("utils", "gated_delta_update"),
    ("utils", "gated_delta_update_vjp"),
    ("utils", "steel/utils", "gemv_masked"),
    ("utils", "steel/gemm/gemm", "quantized_utils", "fp_quantized"),
    ("utils", "indexing/gather"),
    ("utils", "indexing/gather_axis"),
    ("utils", "indexing/gather_front"),
    ("utils", "indexing/masked_scatter"),
    ("utils", "atomic", "reduction/ops", "indexing/scatter"),
    ("utils", "atomic", "reduction/ops", "indexing/scatter_axis"),
    ("utils", "steel/conv/conv", "steel/conv/kernels/steel_conv"),
    ("utils", "steel/conv/conv", "steel/conv/kernels/steel_conv_3d"),
    ("utils", "steel/conv/conv", "steel/conv/kernels/steel_conv_general"),
    ("utils", "steel/gemm/gemm", "steel/gemm/kernels/steel_gemm_gather"),
    ("utils", "steel/gemm/gemm", "steel/gemm/kernels/steel_gemm_segmented"),
    ("utils", "steel/gemm/gemm", "steel/gemm/kernels/steel_gemm_splitk"),
    ("utils", "sdpa_blocked"),
)


def text(headers: tuple[str, ...], instances: tuple[tuple[str, str, str], ...]) -> str:
    """Return a Metal text that includes MLX headers and instantiates kernels of theirs."""
    lines = ["#include <metal_stdlib>", "using namespace metal;"]
    lines += [f'#include "{FOLDER}/{header}.h"' for header in headers]
    lines += [f'instantiate_kernel("{name}", {kernel}, {arguments})' for name, kernel, arguments in instances]
    return "\n".join(lines) + "\n"


@functools.cache
def library(source: str, mode: Mode = "fast") -> Library:
    """Return the compiled kernels of one entry of SOURCES."""
    include = mlx_include()
    assert include is not None
    return compile_metal(text(*SOURCES[source]), [include], mode)
