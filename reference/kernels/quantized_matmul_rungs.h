// The ladder from plain loops to what quantized_matmul runs, for whoever wants to measure one rung.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/element.h"
#include "mlx/mlx.h"

namespace kernels {

// One product on plain memory, row-contiguous throughout; letters as in quantized_matmul.h.
struct QuantizedProduct {
  const void* a;
  const std::uint32_t* b;
  const void* scales;
  const void* biases;
  void* out;
  Element type;        // of a and out
  Element scale_type;  // of scales and biases
  std::ptrdiff_t M, K, N;
  int group_size;
  bool transpose_b;
};

constexpr int kQuantizedMatmulRungs = 6;

// quantized_matmul by one rung of the ladder, 1 to kQuantizedMatmulRungs; 0 is the dispatch. See
// quantized_matmul_ladder.h; on the GPU the rungs are those of quantized_matmul_metal.h.
mlx::core::array quantized_matmul_rung(int rung, const mlx::core::array& scales, const mlx::core::array& biases,
                                       int group_size, int bits, const mlx::core::array& a, const mlx::core::array& b,
                                       bool transpose_b, mlx::core::StreamOrDevice s = {});

}  // namespace kernels
