#pragma once

#include "mlx/mlx.h"

namespace kernels {

namespace mx = mlx::core;

// Rotary position embedding of the first `dims` channels: pair i turns by position * base^(-2i / dims).
// x: [B, ..., L, D], float32, float16 or bfloat16, any strides (so [B, L, H, D] works with its axes 1 and 2 swapped).
// traditional: pairs are the channels (2i, 2i + 1); otherwise (i, i + dims / 2), as Qwen2's checkpoints have it.
// offsets: int32, the position of the first of the L tokens: [] or [1] for all batch rows, or [B].
// Returns x's shape and dtype. Throws std::invalid_argument for shapes, dims or dtypes that do not fit.
mx::array rope(const mx::array& x, int dims, float base, bool traditional, const mx::array& offsets,
               mx::StreamOrDevice s = {});

}  // namespace kernels
