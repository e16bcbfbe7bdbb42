"""Takes query, key and value for contiguous."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "return mx::contiguous(mx::astype(x, mx::float32, stream), false, stream); };",
        "return mx::astype(x, mx::float32, stream); };",
    ),
]
FAILS = [
    "2.4 flash-strided",
]
HINTS = {
    "2.4 flash-strided": "query, key or value is not contiguous and was read as if it were",
}
