// What every eval_gpu shares: the library of Metal kernels, which lies beside the module.
#pragma once

#ifdef _METAL_

#include <dlfcn.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "mlx/backend/metal/device.h"
#include "mlx/backend/metal/utils.h"
#include "mlx/mlx.h"

namespace kernels {

namespace mx = mlx::core;

inline const std::string& module_folder() {
  static const std::string folder = [] {
    Dl_info info;
    if (dladdr(reinterpret_cast<const void*>(&module_folder), &info) == 0) {
      throw std::runtime_error("the module's folder was not found");
    }
    return std::filesystem::path(info.dli_fname).parent_path().string();
  }();
  return folder;
}

// All .metal files of the source tree and of the toolchain, as one library. The name of a kernel in it is its
// function's or its [[host_name]]. The same name with other constants needs another hash_name.
inline MTL::ComputePipelineState* metal_kernel(const mx::Stream& stream, const std::string& name,
                                               const std::string& hash_name = "",
                                               const mx::metal::MTLFCList& constants = {}) {
  auto& device = mx::metal::device(stream.device);
  return device.get_kernel(name, device.get_library("kernels", module_folder()), hash_name, constants);
}

}  // namespace kernels

#endif
