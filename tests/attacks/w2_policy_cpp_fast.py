"""The C++ op hands its arguments to MLX's fused attention."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
KINDS = {"2.4 allowed": "forbidden"}
FILES = {
    "kernels/flash_attention.cpp": """
#include "flash_attention.h"

#include "mlx/fast.h"
#include "mlx/mlx.h"

namespace kernels {

namespace mx = mlx::core;

mx::array flash_attention(const mx::array& query, const mx::array& key, const mx::array& value, float scale,
                          const std::optional<mx::array>& mask, bool causal, mx::StreamOrDevice s) {
  return mx::fast::scaled_dot_product_attention(query, key, value, scale, causal ? "causal" : "", mask, {}, false, s);
}

}  // namespace kernels
""",
}
