"""Lanes exchange through threadgroup memory with no barrier between."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        """  total = simd_sum(total);
  if (lane == 0)""",
        """  threadgroup float shared[kMatvecOutputs][kLanes];
  shared[simdgroup][lane] = total;
  total = 0;
  for (uint l = 0; l < kLanes; ++l) total += shared[simdgroup][l];
  if (lane == 0)""",
    ),
]
FAILS = [
    "2.3 matmul-one-row",
    "2.3 matmul-rows",
    "2.3 matmul-long-rows",
    "2.3 matmul-leading-axes",
    "2.3 matmul-sums",
    "2.3 safe",
    "2.3 matmul-bfloat16",
    "2.3 matmul-groups-of-32",
    "2.3 matmul-groups-of-128",
    "2.3 matmul-strided",
    "2.3 lockstep",
]
