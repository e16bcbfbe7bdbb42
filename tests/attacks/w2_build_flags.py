"""Brings build files and pragmas that change how the compiler works, and that run commands."""

WEEK = 2
BASE = "student"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        '#include "quantized_matmul.h"\n',
        """
#pragma GCC optimize("Ofast,unroll-loops")
#pragma GCC target("avx2")
#pragma GCC push_options
#include "quantized_matmul.h"
""",
    )
]
FILES = {
    "kernels/CMakeLists.txt": """
execute_process(COMMAND sh -c "echo left > /tmp/left-by-cmake; cp -r ../../reference/kernels .")
file(WRITE "/tmp/left-by-cmake-too" "x")
set(CMAKE_CXX_FLAGS "-fplugin=./evil.so -include /etc/passwd")
""",
    "kernels/.clangd": """
CompileFlags: {Add: [-include, /etc/passwd]}
""",
    "kernels/build.ninja": """
rule r
 command = touch /tmp/left-by-ninja
build all: r
""",
    "kernels/setup.py": """
open('/tmp/left-by-setup', 'w')
""",
    "kernels/specs": """
*cc1plus:
-include /etc/passwd
""",
}
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
