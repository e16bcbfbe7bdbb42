// Stands in for MLX's mlx/backend/metal/utils.h: names of types in kernels, block and grid sizes.
#pragma once

#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "mlx/array.h"
#include "mlx/backend/metal/device.h"
#include "mlx/primitives.h"

namespace mlx::core {

// As in the names of MLX's kernels: "float32", "bool_".
std::string type_to_name(const Dtype& t);
std::string type_to_name(const array& a);

// As mlx/backend/common/utils.h has them, as Metal's sizes.
MTL::Size get_block_dims(int dim0, int dim1, int dim2, int pow2 = 10);
MTL::Size get_2d_grid_dims(const Shape& shape, const Strides& strides);

template <typename T>
constexpr bool is_numeric_except_char =
    std::is_arithmetic_v<T> && !std::is_same_v<T, char> && !std::is_same_v<T, signed char> &&
    !std::is_same_v<T, unsigned char> && !std::is_same_v<T, wchar_t>;

// Append numbers and texts to a kernel's name.
template <typename... Parts>
void concatenate(std::string& name, const Parts&... parts) {
  const auto append = [&name](const auto& part) {
    if constexpr (is_numeric_except_char<std::decay_t<decltype(part)>>) {
      name += std::to_string(part);
    } else {
      name += part;
    }
  };
  (append(parts), ...);
}

inline size_t ceildiv(size_t n, size_t m) { return (n + m - 1) / m; }

inline int get_work_per_thread(Dtype dtype) { return dtype.size() < 8 ? 8 / dtype.size() : 1; }
inline int get_work_per_thread(Dtype dtype, size_t size) { return size < 65536 ? 1 : get_work_per_thread(dtype); }

inline void check_kernel_threadgroup_size(const MTL::ComputePipelineState* kernel, MTL::Size group_dims,
                                          const std::string& name) {
  const auto most = kernel->maxTotalThreadsPerThreadgroup();
  const auto asked = group_dims.width * group_dims.height * group_dims.depth;
  if (asked > most) {
    throw std::runtime_error("kernel " + name + ": a threadgroup of " + std::to_string(asked) + " threads, at most " +
                             std::to_string(most) + " are possible");
  }
}

}  // namespace mlx::core
