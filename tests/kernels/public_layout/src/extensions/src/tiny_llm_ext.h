#pragma once

#include <string>

#include "mlx/ops.h"
#include "mlx/primitives.h"

namespace mx = mlx::core;

namespace tiny_llm_ext {

void load_library(mx::Device device, const std::string& path);

mx::array scaled(const mx::array& x, float factor, mx::StreamOrDevice s = {});

mx::array quantized_matmul(const mx::array& scales, const mx::array& biases, int group_size, int bits,
                           const mx::array& a, const mx::array& b, mx::StreamOrDevice s = {});

mx::array flash_attention(const mx::array& query, const mx::array& key, const mx::array& value, float scale,
                          mx::StreamOrDevice s = {});

}  // namespace tiny_llm_ext
