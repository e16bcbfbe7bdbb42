"""An a that is not contiguous is read as if it were."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul_metal.h",
        "const mx::array a = dense_on_gpu(inputs[0], stream),",
        "const mx::array a = inputs[0],",
    ),
]
FAILS = [
    "2.3 matmul-strided",
]
