"""Takes a for contiguous."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "return rows(mx::astype(x, mx::float32, stream)); };",
        "return mx::astype(x, mx::float32, stream); };",
    ),
]
FAILS = [
    "2.2 matmul-strided",
]
HINTS = {
    "2.2 matmul-strided": "a is not contiguous and was read as if it were",
}
