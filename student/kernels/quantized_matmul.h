// Product of activations with 4-bit weights, without making the weights dense.
#pragma once

#include "mlx/mlx.h"

namespace kernels {

namespace mx = mlx::core;

// a @ w.T if transpose_b, else a @ w, where w is stored in `bits` bits a number: eight to a uint32, lowest bits first.
// Each group of group_size numbers in a row of w shares a scale and a bias: w = scale * q + bias, q = 0 .. 15.
//
// a [..., K]                   float32, float16 or bfloat16
// b [N, K / 8] if transpose_b, else [K, N / 8]; uint32
// scales, biases               [N, K / group_size] or [K, N / group_size]; float32, float16 or bfloat16
// returns [..., N]             in a's dtype, accumulated in float32
//
// bits must be 4, group_size 32, 64 or 128 and divide the rows of w. Any strides.
// Throws std::invalid_argument, with the value and the bound, for anything else.
mx::array quantized_matmul(const mx::array& scales, const mx::array& biases, int group_size, int bits,
                           const mx::array& a, const mx::array& b, bool transpose_b, mx::StreamOrDevice s = {});

}  // namespace kernels
