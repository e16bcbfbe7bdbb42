"""Reads scales and biases as [groups, rows]."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "int group, float* row) {",
        "int group, float* row, int apart = 1) {",
    ),
    (
        "kernels/quantized_matmul.cpp",
        "scales[i / group]",
        "scales[i / group * apart]",
    ),
    (
        "kernels/quantized_matmul.cpp",
        "biases[i / group]",
        "biases[i / group * apart]",
    ),
    (
        "kernels/quantized_matmul.cpp",
        "unpack(b + n * (s.K / 8), scales + n * groups, biases + n * groups, s.K, s.group, row.data());",
        "unpack(b + n * (s.K / 8), scales + n, biases + n, s.K, s.group, row.data(), s.N);",
    ),
    (
        "kernels/quantized_matmul.cpp",
        """  const int groups = s.K / s.group;
""",
        "",
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
    "2.2 matmul-one-row": "scales and biases were read as [groups, rows]",
}
