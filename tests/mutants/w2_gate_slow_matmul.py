"""quantized_matmul does its work sixty times."""

WEEK = 2
TASKS = ["2.2"]
FAILS = [
    "2.2 speed-decode",
    "2.2 speed-prefill",
    "2.2 fast-decode",
    "2.2 fast-prefill",
    "2.2 fast-long-prefill",
]
APPEND = {
    "quantize.py": """

_once = quantized_matmul


def quantized_matmul(*args, **kwargs):
    for _ in range(60):
        y = _once(*args, **kwargs)
        mx.eval(y)
    return y
""",
}
