"""Computes on the CPU where the GPU is asked for."""

WEEK = 2
BASE = "reference"
TASKS = [
    "2.3",
]
KINDS = {"2.3 allowed": "forbidden"}
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "if (out.size() != 0) quantized_matmul_on_gpu(stream(), inputs, out, rung_, group_size_, transpose_b_);",
        "eval_cpu(inputs, outputs);",
    ),
]
