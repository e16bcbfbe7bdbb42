"""The weight of a key comes from its lane by a broadcast."""

WEEK = 2
TASKS = [
    "2.5",
]
CHANGES = [
    (
        "kernels/flash_attention.metal",
        "const float shared_weight = simd_shuffle(weight, static_cast<ushort>(s));",
        "const float shared_weight = simd_broadcast(weight, static_cast<ushort>(s));",
    ),
]
