"""Takes every group for one of 64 numbers."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "scales[i / group]",
        "scales[i / 64]",
    ),
    (
        "kernels/quantized_matmul.cpp",
        "biases[i / group]",
        "biases[i / 64]",
    ),
]
FAILS = [
    "2.2 matmul-groups-of-32",
    "2.2 matmul-groups-of-128",
]
HINTS = {
    "2.2 matmul-groups-of-32": "groups of 64 were assumed",
}
