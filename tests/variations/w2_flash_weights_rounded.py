"""Rounds the weights of half-precision inputs to half, as matrix units take them."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "using Sum = float;",
        """using Sum = float;
bool halves = false;  // set when the attention is asked for""",
    ),
    (
        "kernels/flash_attention.cpp",
        "acc[d] += weight * v",
        "acc[d] += (halves ? static_cast<float>(static_cast<mx::float16_t>(weight)) : weight) * v",
    ),
    (
        "kernels/flash_attention.cpp",
        "  auto node =",
        """  halves = query.dtype() == mx::float16;
  auto node =""",
    ),
]
