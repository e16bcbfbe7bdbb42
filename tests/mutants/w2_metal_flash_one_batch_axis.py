"""The first of two batch axes is forgotten where heads are found."""

WEEK = 2
TASKS = [
    "2.5",
]
CHANGES = [
    (
        "kernels/flash_attention.metal",
        "  return static_cast<long>(batch / p.B1) * strides[0] + static_cast<long>",
        "  return static_cast<long>",
    ),
]
FAILS = [
    "2.5 flash-leading-axes",
]
