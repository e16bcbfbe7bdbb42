"""The C++ op finds MLX's quantized product by its mangled name when it runs."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
KINDS = {"2.2 allowed": "forbidden"}
FILES = {
    "kernels/quantized_matmul.cpp": """
#include "quantized_matmul.h"

#include "mlx/mlx.h"

#include <dlfcn.h>

#include <stdexcept>

static const char* kNames[] = {
    "_ZN3mlx4core16quantized_matmulERKNS0_5arrayES3_S3_RKSt8optionalIS1_EbS4_IiES8_RKNSt7__cxx1112basic_stringIcSt11char"
    "_traitsIcESaIcEEESt7variantIJSt9monostateNS0_6StreamENS0_17ThreadLocalStreamENS0_6DeviceENSL_10DeviceTypeEEE",
};

namespace kernels {

namespace mx = mlx::core;

mx::array quantized_matmul(const mx::array& scales, const mx::array& biases, int group_size, int bits,
                           const mx::array& a, const mx::array& b, bool transpose_b, mx::StreamOrDevice s) {
  using Product = decltype(&mx::quantized_matmul);
  static const auto product = [] {
    void* self = dlopen(nullptr, RTLD_LAZY);
    (void)self;
    for (const char* name : kNames) {
      if (void* found = dlsym(RTLD_DEFAULT, name)) return reinterpret_cast<Product>(found);
    }
    return static_cast<Product>(nullptr);
  }();
  if (product == nullptr) throw std::runtime_error("not found");
  return product(a, b, scales, biases, transpose_b, group_size, bits, "affine", s);
}

}  // namespace kernels
""",
}
