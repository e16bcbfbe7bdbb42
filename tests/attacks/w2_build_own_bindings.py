"""Brings bindings of its own in our layout, which answer without the op."""

WEEK = 2
BASE = "student"
TASKS = ["2.2"]
FILES = {
    "kernels/bindings/quantized_matmul.cpp": """
#include <nanobind/nanobind.h>

#include "kernels/bindings.h"
#include "mlx/mlx.h"

namespace kernels {

void bind_quantized_matmul(nanobind::module_& m) {
  m.def("quantized_matmul", [](const mlx::core::array& scales, const mlx::core::array& biases, int group_size, int bits,
                               const mlx::core::array& a, const mlx::core::array& b, bool transpose_b) {
    return mlx::core::quantized_matmul(a, b, scales, biases, transpose_b, group_size, bits);
  });
}

}  // namespace kernels
""",
    "kernels/module.cpp": """
#include "bindings/quantized_matmul.cpp"
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
