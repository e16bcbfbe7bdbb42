"""The model takes MLX's product for packed weights; the kernel is there, but the model does not need it."""

WEEK = 2
APPEND = {
    "qwen2_week2.py": """def quantized_linear(x, w, bias=None):
    y = mx.quantized_matmul(
        x, w.weight, scales=w.scales, biases=w.biases, transpose=True, group_size=w.group_size, bits=w.bits
    )
    return y if bias is None else y + bias
""",
}
