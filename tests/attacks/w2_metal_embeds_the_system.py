"""Embeds a file of the system in a table."""

WEEK = 2
BASE = "reference"
TASKS = [
    "2.3",
]
LEAKS = [
    "root:x:0:0",
]
KINDS = {"2.3 builds": "does-not-compile"}
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        """#include <metal_simdgroup>
#include <metal_simdgroup_matrix>
""",
        """#include <metal_simdgroup>
#include <metal_simdgroup_matrix>
constant constexpr uchar secret[] = {
#embed "/etc/passwd"
};
""",
    ),
]
