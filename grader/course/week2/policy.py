"""What the tasks of Week 2 forbid, and why. Data only; `docs/policy.md` says how it is found.

Week 2.1 forbids none of this: students write it before the kernels, with MLX's product and `mx.dequantize`.
"""

from __future__ import annotations

from dataclasses import replace

from grader.policy.rules import Forbids, Name, Pair, Symbol

NO_REFERENCE = "the work is the submission's own"
NO_LIBRARY = "another library does the work"
BY_HAND = "the C++ kernel does the work, not numpy"
ALWAYS = (
    *(
        Name(name, NO_REFERENCE, anywhere=True)
        for name in (
            "reference",
            "tiny_llm_ref",
            "tiny_llm_ext_ref",
            "extensions_ref",
            "grader",
            "submission_worker",
        )
    ),
    *(Name(name, NO_LIBRARY) for name in ("torch", "mlx_lm", "transformers", "scipy", "numba")),
    *(
        Name(f"numpy.{name}", BY_HAND, certain=False)
        for name in ("matmul", "dot", "einsum", "inner", "tensordot", "vdot")
    ),
)
DENSE = (
    "@",
    *(
        f"mlx.core.{name}"
        for name in ("matmul", "addmm", "einsum", "tensordot", "inner", "block_masked_mm", "gather_mm")
    ),
)

CPP_DENSE = tuple(f"mlx::core::{name}(" for name in ("matmul", "addmm", "einsum", "tensordot", "inner"))

# What an op has no need of. By these it could call anything, so that nothing else that is found would mean much.
NO_LOOK_UP, NO_PYTHON = "an op must not look functions up by name", "an op must not call Python"
HIDDEN_CALLS = (
    *(Symbol(name, NO_LOOK_UP) for name in ("dlopen", "dlsym", "dlmopen", "dlvsym")),
    *(
        Symbol(name, NO_PYTHON, in_bindings=True)
        for name in ("PyRun_", "PyImport_", "PyObject_Call", "PyObject_Vectorcall", "PyEval_", "nanobind::")
    ),
)
# The sandbox refuses these, or they may have a reason: for staff.
SYSTEM = tuple(
    Symbol(name, reason, certain=False)
    for names, reason in (
        (("system", "popen", "execl", "execlp", "execle", "execv", "execve", "execvp"), "starts programs"),
        (("posix_spawn", "fork", "vfork"), "starts processes"),
        (("ptrace", "syscall", "mprotect", "socket", "connect"), "talks to the system"),
        (("cblas_sgemm", "sgemm_", "cblas_dgemm", "dgemm_"), "BLAS does the work"),
    )
    for name in names
)

MLX_PRODUCT = "MLX's own quantized product does the work"
UNPACKED = "the weight is unpacked as a whole and multiplied as a dense matrix"
IN_PYTHON = "a dense product in Python: is it in the kernel's place?"
PRODUCTS = tuple(Name(name, IN_PYTHON, certain=False) for name in DENSE)
QUANTIZED_MATMUL = Forbids(
    reached_from=("quantize.quantized_linear",),
    names=(
        *(Name(f"mlx.core.{name}", MLX_PRODUCT) for name in ("quantized_matmul", "gather_qmm", "qqmm", "gather_qqmm")),
        *(
            Name(f"mlx.nn.{name}", MLX_PRODUCT)
            for name in ("QuantizedLinear", "QuantizedEmbedding", "QQLinear", "quantize")
        ),
        *ALWAYS,
        *PRODUCTS,
    ),
    pairs=(Pair(("mlx.core.dequantize",), DENSE, UNPACKED),),
    refused=tuple(
        f"mlx.core.{name}" for name in ("quantized_matmul", "gather_qmm", "qqmm", "gather_qqmm", "dequantize")
    ),
    symbols=(
        *(
            Symbol(f"{what}mlx::core::{name}", MLX_PRODUCT)
            for what, names in (
                ("", ("quantized_matmul(", "gather_qmm(", "qqmm(", "gather_qqmm(", "QuantizedMatmul::", "GatherQMM::")),
                ("vtable for ", ("QuantizedMatmul", "GatherQMM", "QQMatmul")),
            )
            for name in names
        ),
        *HIDDEN_CALLS,
        *SYSTEM,
    ),
    symbol_pairs=(
        Pair(
            ("mlx::core::dequantize(", "mlx::core::fast::Quantize::", "vtable for mlx::core::fast::Quantize"),
            CPP_DENSE,
            UNPACKED,
        ),
    ),
)  # fmt: skip

MLX_ATTENTION = "MLX's own fused functions do the work"
SCORES = "the scores of all queries and keys are never there at once"
FLASH_ATTENTION = Forbids(
    names=(
        Name("mlx.core.fast", MLX_ATTENTION),
        Name("mlx.nn.MultiHeadAttention", MLX_ATTENTION),
        *ALWAYS,
        *PRODUCTS,
    ),
    scores=SCORES,
    refused=("mlx.core.fast",),
    symbols=(
        Symbol("mlx::core::fast::scaled_dot_product_attention(", MLX_ATTENTION),
        Symbol("mlx::core::fast::ScaledDotProductAttention::", MLX_ATTENTION),
        Symbol("vtable for mlx::core::fast::ScaledDotProductAttention", MLX_ATTENTION),
        *HIDDEN_CALLS,
        *SYSTEM,
    ),
    symbol_pairs=(
        Pair(
            ("mlx::core::softmax(", "vtable for mlx::core::Softmax"),
            CPP_DENSE,
            SCORES,
        ),
    ),
)

IN_FILES = "the kernel lies in a .metal file that C++ launches, not in a string of Python"
_METAL_IN_PYTHON = Name("mlx.core.fast.metal_kernel", IN_FILES)
QUANTIZED_MATMUL_GPU = replace(
    QUANTIZED_MATMUL,
    names=(_METAL_IN_PYTHON, *QUANTIZED_MATMUL.names),
    refused=(*QUANTIZED_MATMUL.refused, "mlx.core.fast.metal_kernel"),
)
FLASH_ATTENTION_GPU = FLASH_ATTENTION  # which forbids all of mx.fast

GPU_SENTENCE = "the Metal kernel does the work, with nothing that the task forbids"
SENTENCE = "the C++ kernel does the work itself, with nothing that the task forbids"
