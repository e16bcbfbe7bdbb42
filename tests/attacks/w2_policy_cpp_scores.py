"""The C++ op computes all scores by MLX's dense products and softmax."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
KINDS = {"2.4 allowed": "forbidden"}
FILES = {
    "kernels/flash_attention.cpp": """
#include "flash_attention.h"

#include "mlx/mlx.h"

namespace kernels {

namespace mx = mlx::core;

mx::array flash_attention(const mx::array& query, const mx::array& key, const mx::array& value, float scale,
                          const std::optional<mx::array>& mask, bool causal, mx::StreamOrDevice s) {
  const int times = query.shape(-3) / key.shape(-3);
  auto heads = [&](const mx::array& x) { return mx::repeat(x, times, -3, s); };
  auto scores = mx::multiply(mx::matmul(query, mx::swapaxes(heads(key), -1, -2, s), s), mx::array(scale), s);
  if (mask) scores = mx::add(scores, *mask, s);
  (void)causal;
  return mx::astype(mx::matmul(mx::softmax(scores, -1, true, s), heads(value), s), query.dtype(), s);
}

}  // namespace kernels
""",
}
