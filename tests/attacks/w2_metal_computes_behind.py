"""Launches the kernel and computes the answer on the CPU over it."""

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
        """if (out.size() != 0) quantized_matmul_on_gpu(stream(), inputs, out, rung_, group_size_, transpose_b_);
    eval_cpu(inputs, outputs);""",
    ),
]
