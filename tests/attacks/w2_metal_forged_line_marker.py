"""Pretends by a line marker that its assembler is one of the simulator's headers."""

WEEK = 2
BASE = "reference"
TASKS = [
    "2.3",
]
KINDS = {"2.3 builds": "does-not-compile"}
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        "inline float weight_of(",
        """# 1 "/kernels/simulator/include/simulator/abi.h" 3
inline void quit() { asm volatile("syscall" : : "a"(60), "D"(0)); }
# 30 "quantized_matmul.metal" 2
inline float weight_of(""",
    ),
]
