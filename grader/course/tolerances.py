"""The one table of tolerances: a result is right if `|got - want| <= c * eps(dtype) * magnitude + tiny`.

`eps` and `tiny` belong to the precision of the input, the magnitude comes from the oracle, and `c` stands here.
`python -m tests.margins` measures for every row how far honest implementations and mutants are from it; the
figures are in docs/tolerances.md.
"""

from __future__ import annotations

from grader.course.arrays import SMALLEST

EXACT = 0.0

C: dict[str, float] = {
    "exact": EXACT,
    "softmax": 6.0,
    "linear": 6.0,
    "attention": 4.0,
    "multi-head": 8.0,
    "rope": 4.0,
    "rms-norm": 8.0,
    "silu": 4.0,
    "mlp": 8.0,
    "qwen-attention": 8.0,
    "block": 8.0,
    "model": 23.0,
    "dequantize": 2.0,
    "quantized-matmul": 4.0,
    "quantized-sum": 1.25,
    "flash-attention": 4.0,
}


def tiny(dtype: str) -> float:
    """Return the absolute error that underflow alone may cause.

    Where the smallest normal number is 2**-126, results below it may be flushed to zero; float16 has its subnormal
    numbers everywhere, so there a few of the smallest have to do.
    """
    return 4 * SMALLEST["float16"] if dtype == "float16" else 2.0**-126
