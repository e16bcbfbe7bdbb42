"""quantized_matmul hands the work to MLX's own."""

WEEK = 2
TASKS = ["2.2"]
FAILS = [
    "2.2 allowed",
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
    "2.2 matmul-not-transposed",
    "2.2 matmul-strided",
    "2.2 inputs-unchanged",
    "2.2 dtype",
]
APPEND = {
    "quantize.py": """
def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    return mx.quantized_matmul(a, b, scales, biases, transpose=transpose_b, group_size=group_size, bits=bits)
"""
}
