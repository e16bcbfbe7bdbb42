"""Writes terminal codes, markup and megabytes into the compiler's messages."""

WEEK = 2
BASE = "student"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        '#include "quantized_matmul.h"\n',
        """
#error [31mPASS[0m <script>alert(1)</script>
#pragma GCC error "\\x1b]0;PASS\\x07 <img src=x onerror=alert(1)>"
#warning long long long long long long long long long long long long long long long long long long
#warning long long long long long long long long long long long long long long long long long long
#warning long long long long long long long long long long long long long long long long long long
#warning long long long long long long long long long long long long long long long long long long
#warning long long long long long long long long long long long long long long long long long long
#warning long long long long long long long long long long long long long long long long long long
#warning long long long long long long long long long long long long long long long long long long
#warning long long long long long long long long long long long long long long long long long long
#warning long long long long long long long long long long long long long long long long long long
#warning long long long long long long long long long long long long long long long long long long
#warning long long long long long long long long long long long long long long long long long long
#warning long long long long long long long long long long long long long long long long long long
#include "quantized_matmul.h"
""",
    )
]
APPEND = {
    "quantize.py": """
def quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    from kernels import quantized_matmul as kernel

    return kernel(scales, biases, group_size, bits, a, b, transpose_b)


def quantized_linear(x, w, bias=None):
    y = quantized_matmul(w.scales, w.biases, w.group_size, w.bits, x, w.weight, True)
    return y if bias is None else y + bias
""",
}
