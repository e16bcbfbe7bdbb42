"""Lanes add up through threadgroup memory, behind barriers."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        """  if (n >= sizes.N) return;  // a whole simdgroup, and there is no barrier that would wait for it
""",
        """  threadgroup float shared[kMatvecOutputs][kLanes];
  const bool used = n < sizes.N;
""",
    ),
    (
        "kernels/quantized_matmul.metal",
        "for (uint k = 8 * lane; k < sizes.K; k += 8 * kLanes) {",
        "for (uint k = 8 * lane; used && k < sizes.K; k += 8 * kLanes) {",
    ),
    (
        "kernels/quantized_matmul.metal",
        """  total = simd_sum(total);
  if (lane == 0) out""",
        """  shared[simdgroup][lane] = total;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  total = 0;
  for (uint l = 0; l < kLanes; ++l) total += shared[simdgroup][l];
  if (used && lane == 0) out""",
    ),
]
