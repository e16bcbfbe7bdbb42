"""Multiplies in Python whatever the device, and leaves the kernel alone."""

WEEK = 2
BASE = "reference"
TASKS = [
    "2.3",
]
KINDS = {"2.3 allowed": "forbidden"}
APPEND = {
    "quantize.py": """
def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    words = mx.expand_dims(b, -1) >> mx.arange(0, 32, 4, dtype=mx.uint32)
    q = (words & 15).astype(mx.float32).reshape(b.shape[0], -1)
    s, t = (mx.repeat(x.astype(mx.float32), group_size, axis=-1) for x in (scales, biases))
    w = s * q + t
    return (a.astype(mx.float32) @ (w.T if transpose_b else w)).astype(a.dtype)
""",
}
