// The three types that numbers come in. Kernels convert at the edges and compute in float32.
#pragma once

#include <cstddef>

#include "mlx/dtype.h"
#include "mlx/types/half_types.h"

namespace kernels {

enum class Element { float32, float16, bfloat16 };

inline bool is_element(mlx::core::Dtype dtype) {
  return dtype == mlx::core::float32 || dtype == mlx::core::float16 || dtype == mlx::core::bfloat16;
}

// Only for a dtype that is_element accepts.
inline Element element_of(mlx::core::Dtype dtype) {
  return dtype == mlx::core::float32   ? Element::float32
         : dtype == mlx::core::float16 ? Element::float16
                                       : Element::bfloat16;
}

// One number, without any vector instruction.
inline float read_element(Element type, const void* data, std::ptrdiff_t i) {
  switch (type) {
    case Element::float32:
      return static_cast<const float*>(data)[i];
    case Element::float16:
      return static_cast<float>(static_cast<const mlx::core::float16_t*>(data)[i]);
    default:
      return static_cast<float>(static_cast<const mlx::core::bfloat16_t*>(data)[i]);
  }
}

inline void write_element(Element type, void* data, std::ptrdiff_t i, float value) {
  switch (type) {
    case Element::float32:
      static_cast<float*>(data)[i] = value;
      break;
    case Element::float16:
      static_cast<mlx::core::float16_t*>(data)[i] = static_cast<mlx::core::float16_t>(value);
      break;
    default:
      static_cast<mlx::core::bfloat16_t*>(data)[i] = static_cast<mlx::core::bfloat16_t>(value);
  }
}

}  // namespace kernels
