"""The C++ op hands its arguments to MLX's quantized product."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
KINDS = {"2.2 allowed": "forbidden"}
FILES = {
    "kernels/quantized_matmul.cpp": """
#include "quantized_matmul.h"

#include "mlx/mlx.h"

namespace kernels {

namespace mx = mlx::core;

mx::array quantized_matmul(const mx::array& scales, const mx::array& biases, int group_size, int bits,
                           const mx::array& a, const mx::array& b, bool transpose_b, mx::StreamOrDevice s) {
  return mx::quantized_matmul(a, b, scales, biases, transpose_b, group_size, bits, "affine", s);
}

}  // namespace kernels
""",
}
