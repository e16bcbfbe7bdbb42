"""The kernel is a string of Python."""

WEEK = 2
BASE = "reference"
TASKS = [
    "2.3",
]
KINDS = {"2.3 allowed": "forbidden"}
APPEND = {
    "quantize.py": """
def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    kernel = mx.fast.metal_kernel(name="product", input_names=["a"], output_names=["out"], source="out[0] = a[0];")
    return kernel(inputs=[a], grid=(1, 1, 1), threadgroup=(1, 1, 1), output_shapes=[a.shape], output_dtypes=[a.dtype])[0]
""",
}
