#pragma once

#include "mlx/mlx.h"

namespace kernels {

namespace mx = mlx::core;

// silu(gate) * up, element by element, computed in float32: the middle of Qwen2's MLP.
// gate, up: the same shape and the same dtype (float32, float16 or bfloat16), any strides, copied only if not dense.
// Returns that shape and dtype. Throws std::invalid_argument if they differ or the dtype is another one.
mx::array swiglu(const mx::array& gate, const mx::array& up, mx::StreamOrDevice s = {});

}  // namespace kernels
