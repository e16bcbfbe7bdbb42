"""The tile of a is an argument of the kernel, and the host gives it no memory."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        """  threadgroup float a_tile[kMatrix * kStride];
""",
        "",
    ),
    (
        "kernels/quantized_matmul.metal",
        """                                        uint thread_index [[thread_index_in_threadgroup]],
                                        uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  constexpr uint kStride""",
        """                                        threadgroup float* a_tile [[threadgroup(0)]],
                                        uint thread_index [[thread_index_in_threadgroup]],
                                        uint simdgroup [[simdgroup_index_in_threadgroup]]) {
  constexpr uint kStride""",
    ),
]
FAILS = [
    "2.3 matmul-rows",
    "2.3 safe",
    "2.3 traffic-prefill",
    "2.3 matmul-strided",
    "2.3 lockstep",
]
