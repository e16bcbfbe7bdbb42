"""The C++ op unpacks the whole weight by MLX and multiplies it as a dense matrix."""

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
  auto dense = mx::dequantize(b, scales, biases, group_size, bits);
  return mx::matmul(a, transpose_b ? mx::transpose(dense, s) : dense, s);
}

}  // namespace kernels
""",
}
