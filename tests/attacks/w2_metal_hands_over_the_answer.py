"""Computes on the CPU, and lets a kernel copy the answer."""

WEEK = 2
BASE = "reference"
TASKS = [
    "2.3",
]
KINDS = {"2.3 on-gpu": "forbidden"}
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "if (out.size() != 0) quantized_matmul_on_gpu(stream(), inputs, out, rung_, group_size_, transpose_b_);",
        """std::vector<mx::array> made{mx::array(out.shape(), out.dtype(), nullptr, {})};
    eval_cpu(inputs, made);
    if (out.size() != 0) out.copy_shared_buffer(copy_on_gpu(made[0], out.dtype(), stream()));""",
    ),
]
