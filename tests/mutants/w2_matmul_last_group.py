"""Ends one group of 64 too early."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        """  Sum lanes[8] = {};
  for (int i = 0; i < count; i += 8) {""",
        """  Sum lanes[8] = {};
  for (int i = 0; i + 64 < count; i += 8) {""",
    ),
]
FAILS = [
    "2.2 matmul-one-row",
    "2.2 matmul-rows",
    "2.2 matmul-long-rows",
    "2.2 matmul-leading-axes",
    "2.2 matmul-sums",
    "2.2 linear-values",
    "2.2 matmul-vector",
    "2.2 matmul-bfloat16",
    "2.2 matmul-groups-of-32",
    "2.2 matmul-groups-of-128",
    "2.2 matmul-strided",
]
HINTS = {
    "2.2 matmul-one-row": "the sum ends one group too early",
}
