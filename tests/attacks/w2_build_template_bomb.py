"""Makes the compiler instantiate templates without end."""

WEEK = 2
BASE = "student"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        '#include "quantized_matmul.h"\n',
        """
template <int N, int M>
struct Bomb {
  typedef Bomb<N - 1, 2 * M> left;
  typedef Bomb<N - 1, 2 * M + 1> right;
  enum { value = left::value + right::value };
};
template <int M>
struct Bomb<0, M> {
  enum { value = M };
};
static const int boom = Bomb<29, 1>::value;
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
