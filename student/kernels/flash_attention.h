// Attention with grouped heads that never holds a row of the score matrix longer than a tile.
#pragma once

#include <optional>

#include "mlx/mlx.h"

namespace kernels {

namespace mx = mlx::core;

// softmax(scale * query @ key^T + mask) @ value; query head h reads key/value head h / (H_q / H). Computed in float32.
// query: [..., H_q, L, D], key and value: [..., H, S, D], with 0, 1 or 2 leading axes, one dtype (float32, float16 or
//   bfloat16), any strides; nothing is copied while the last axis is dense (a slice of a cache, swapped axes).
// mask: added to the scores; float32, float16 or bfloat16; broadcasts to [..., H_q, L, S]. -inf hides a key.
// causal: query i sees the keys 0 .. S - L + i: the last query sees all. Combines with a mask.
// Returns [..., H_q, L, D] in the query's dtype. A row that sees no key is 0.
// Throws std::invalid_argument for shapes or dtypes that do not fit.
mx::array flash_attention(const mx::array& query, const mx::array& key, const mx::array& value, float scale,
                          const std::optional<mx::array>& mask, bool causal, mx::StreamOrDevice s = {});

}  // namespace kernels
