"""The C++ op calls MLX's quantized product through the interpreter."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
KINDS = {"2.2 allowed": "forbidden"}
FILES = {
    "kernels/quantized_matmul.cpp": """
#include "quantized_matmul.h"

#include "mlx/mlx.h"

#include <nanobind/nanobind.h>

namespace nb = nanobind;

namespace kernels {

namespace mx = mlx::core;

mx::array quantized_matmul(const mx::array& scales, const mx::array& biases, int group_size, int bits,
                           const mx::array& a, const mx::array& b, bool transpose_b, mx::StreamOrDevice s) {
  (void)s;
  auto product = nb::module_::import_("mlx.core").attr("quantized_matmul");
  return nb::cast<mx::array>(product(a, b, scales, biases, transpose_b, group_size, bits));
}

}  // namespace kernels
""",
}
