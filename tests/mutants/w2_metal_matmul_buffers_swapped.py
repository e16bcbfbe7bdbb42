"""The host binds scales for biases and biases for scales."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul_metal.h",
        "set_input_array(scales, 2)",
        "set_input_array(biases, 2)",
    ),
    (
        "kernels/quantized_matmul_metal.h",
        "set_input_array(biases, 3)",
        "set_input_array(scales, 3)",
    ),
]
FAILS = [
    "2.3 matmul-one-row",
    "2.3 matmul-rows",
    "2.3 matmul-long-rows",
    "2.3 matmul-leading-axes",
    "2.3 matmul-sums",
    "2.3 matmul-bfloat16",
    "2.3 matmul-groups-of-32",
    "2.3 matmul-groups-of-128",
    "2.3 matmul-not-transposed",
    "2.3 matmul-strided",
]
