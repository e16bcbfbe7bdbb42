// Finds the simulator's runtime and the compiled kernels beside a module. Knows nothing of MLX.
//
// Beside the module lie `<file>.fast.so` for each `<file>.metal`, or `<file>.metal.txt` that says why there is none,
// and `libmetalsim.so`, the runtime. The runtime is loaded at first use: a module whose kernels are never asked for on
// the GPU needs none of them.
#pragma once

#include <string>
#include <vector>

#include "simulator/dispatch.h"

namespace simulator_host {

// The functions of the runtime, the same for all modules of a process.
struct Runtime {
  uint32_t (*kernel_count)();
  const msim_kernel* (*kernel_at)(uint32_t);
  int (*set_function_constant)(uint32_t, const void*, uint32_t);
  void (*clear_function_constants)();
  const char* (*dispatch)(const msim_launch*);
};

// Throws std::runtime_error if it is not there.
const Runtime& runtime();

// The folder that this module lies in.
const std::string& module_folder();

struct KernelFile {
  std::string path;
  std::vector<const msim_kernel*> kernels;
};

// The compiled kernels in a folder, loaded once.
const std::vector<KernelFile>& kernel_files(const std::string& folder);

// Why .metal files of a folder are not compiled, a line for each; empty if all are.
std::string missing_files(const std::string& folder);

// Whether a folder has anything that get_library could give.
bool has_kernels(const std::string& folder);

}  // namespace simulator_host
