"""Computes on the CPU although the GPU is asked for."""

WEEK = 2
TASKS = [
    "2.5",
]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "if (out.size() != 0) flash_attention_on_gpu(stream(), inputs, out, rung_, scale_, causal_);",
        "if (out.size() != 0) eval_cpu(inputs, outputs);",
    ),
]
FAILS = [
    "2.5 allowed",
    "2.5 on-gpu",
    "2.5 safe",
    "2.5 traffic-prefill",
    "2.5 lockstep",
]
