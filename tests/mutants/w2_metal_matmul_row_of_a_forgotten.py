"""Every row of the result is that of the first row of a."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        """static_cast<float>(a[m * sizes.K + k + j]);
      dot""",
        """static_cast<float>(a[k + j]);
      dot""",
    ),
]
FAILS = [
    "2.3 matmul-rows",
    "2.3 matmul-long-rows",
    "2.3 matmul-leading-axes",
    "2.3 matmul-sums",
    "2.3 matmul-bfloat16",
    "2.3 matmul-groups-of-32",
    "2.3 matmul-groups-of-128",
    "2.3 matmul-strided",
]
