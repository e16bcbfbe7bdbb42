"""Takes an a of two axes alone; the Python side folds leading axes and puts them back."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "a.ndim() < 1",
        "a.ndim() != 2",
    ),
    (
        "quantize.py",
        """    return kernel(scales, biases, group_size, bits, a, b, transpose_b)
""",
        """    rows = a.reshape(-1, a.shape[-1])
    out = kernel(scales, biases, group_size, bits, rows, b, transpose_b)
    return out.reshape(*a.shape[:-1], out.shape[-1])
""",
    ),
]
