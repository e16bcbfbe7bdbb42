"""Loads two words at a time as a vector where they fit."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        """    const uint word = b[(first + k) / 8];
    float dot""",
        """    const uint2 pair = *reinterpret_cast<const device uint2*>(b + (first + k) / 16 * 2);
    const uint word = (first + k) / 8 % 2 == 0 ? pair.x : pair.y;
    float dot""",
    ),
]
