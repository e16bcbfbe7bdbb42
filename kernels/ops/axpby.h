// The worked example: an op on MLX arrays from end to end, with the least arithmetic.
#pragma once

#include "mlx/mlx.h"

namespace kernels {

namespace mx = mlx::core;

// alpha * x + beta * y, element by element, computed in float32.
// x, y: the same shape and the same dtype (float32, float16 or bfloat16), any strides. Returns that shape and dtype.
// Throws std::invalid_argument if shapes or dtypes differ or the dtype is another one.
mx::array axpby(const mx::array& x, const mx::array& y, float alpha, float beta, mx::StreamOrDevice s = {});

}  // namespace kernels
