#pragma once

#include "mlx/mlx.h"

namespace kernels {

namespace mx = mlx::core;

// x / sqrt(mean(x^2) + eps) * weight along the last axis, computed in float32.
// x: [..., dim], any strides, copied only if the last axis is not dense; weight: [dim]; each of them float32, float16
// or bfloat16. Returns x's shape and dtype. Throws std::invalid_argument for shapes or dtypes that do not fit.
mx::array rms_norm(const mx::array& x, const mx::array& weight, float eps, mx::StreamOrDevice s = {});

}  // namespace kernels
