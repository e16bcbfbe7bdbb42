"""Computes on the CPU although the GPU is asked for."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "if (out.size() != 0) quantized_matmul_on_gpu(stream(), inputs, out, rung_, group_size_, transpose_b_);",
        "if (out.size() != 0) eval_cpu(inputs, outputs);",
    ),
]
FAILS = [
    "2.3 allowed",
    "2.3 on-gpu",
    "2.3 safe",
    "2.3 traffic-decode",
    "2.3 traffic-prefill",
    "2.3 lockstep",
]
