"""The C++ op hands its arguments to another file, which hands them to MLX's quantized product."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
KINDS = {"2.2 allowed": "forbidden"}
FILES = {
    "kernels/quantized_matmul.cpp": """
#include "quantized_matmul.h"

#include "mlx/mlx.h"

namespace kernels {
mlx::core::array product(const mlx::core::array& scales, const mlx::core::array& biases, int group_size, int bits,
                         const mlx::core::array& a, const mlx::core::array& b, bool transpose_b,
                         mlx::core::StreamOrDevice s);
}

namespace kernels {

namespace mx = mlx::core;

mx::array quantized_matmul(const mx::array& scales, const mx::array& biases, int group_size, int bits,
                           const mx::array& a, const mx::array& b, bool transpose_b, mx::StreamOrDevice s) {
  return product(scales, biases, group_size, bits, a, b, transpose_b, s);
}

}  // namespace kernels
""",
    "kernels/shapes.cpp": """
#include "mlx/mlx.h"

namespace kernels {
mlx::core::array product(const mlx::core::array& scales, const mlx::core::array& biases, int group_size, int bits,
                         const mlx::core::array& a, const mlx::core::array& b, bool transpose_b,
                         mlx::core::StreamOrDevice s) {
  auto* product = &mlx::core::quantized_matmul;
  return product(a, b, scales, biases, transpose_b, group_size, bits, "affine", s);
}
}  // namespace kernels
""",
}
