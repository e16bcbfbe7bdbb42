"""Takes exp(-inf + inf) where a whole block is hidden."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        """    if (std::isinf(higher)) continue;  // nothing visible so far
""",
        "",
    ),
]
FAILS = [
    "2.4 flash-hidden-keys",
]
HINTS = {
    "2.4 flash-hidden-keys": "where the first block of keys is hidden, exp(-inf + inf) gives NaN",
}
