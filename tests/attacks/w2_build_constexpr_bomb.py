"""Makes the compiler compute for ever."""

WEEK = 2
BASE = "student"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        '#include "quantized_matmul.h"\n',
        """
constexpr unsigned long spin(unsigned long from, unsigned long to) {
  unsigned long sum = 0;
  for (unsigned long i = from; i < to; ++i) sum = sum * 31 + i;
  return sum;
}
template <unsigned long N>
constexpr unsigned long all() {
  return spin(N * 200000, (N + 1) * 200000) + all<N - 1>();
}
template <>
constexpr unsigned long all<0>() {
  return 0;
}
static constexpr unsigned long boom = all<800>();
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
