// Libraries and pipelines of the simulated GPU, and which streams it is.
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <stdexcept>

#include "kernel_files.h"
#include "mlx/backend/metal/device.h"
#include "mlx/backend/metal/utils.h"

namespace mlx::core {
namespace {

std::mutex streams_mutex;
std::set<int> gpu_streams;

}  // namespace

bool is_simulated_gpu(const Stream& stream) {
  const std::lock_guard lock(streams_mutex);
  return gpu_streams.count(stream.index) != 0;
}

std::string type_to_name(const Dtype& t) {
  switch (t.val()) {
    case Dtype::Val::bool_:
      return "bool_";
    case Dtype::Val::uint8:
      return "uint8";
    case Dtype::Val::uint16:
      return "uint16";
    case Dtype::Val::uint32:
      return "uint32";
    case Dtype::Val::uint64:
      return "uint64";
    case Dtype::Val::int8:
      return "int8";
    case Dtype::Val::int16:
      return "int16";
    case Dtype::Val::int32:
      return "int32";
    case Dtype::Val::int64:
      return "int64";
    case Dtype::Val::float16:
      return "float16";
    case Dtype::Val::float32:
      return "float32";
    case Dtype::Val::bfloat16:
      return "bfloat16";
    case Dtype::Val::complex64:
      return "complex64";
    default:
      return "double";
  }
}

std::string type_to_name(const array& a) { return type_to_name(a.dtype()); }

// Doubles the smallest axis that still has room until a block has 2^pow2 threads.
MTL::Size get_block_dims(int dim0, int dim1, int dim2, int pow2) {
  const int dims[3] = {dim0, dim1, dim2};
  int powers[3] = {0, 0, 0};
  for (int sum = 0, before = -1; sum < pow2 && sum != before;) {
    before = sum;
    for (int axis = 0; axis < 3 && sum < pow2; ++axis) {
      if (dims[axis] >= 1 << (powers[axis] + 1)) {
        ++powers[axis];
        ++sum;
      }
    }
  }
  return MTL::Size(1u << powers[0], 1u << powers[1], 1u << powers[2]);
}

MTL::Size get_2d_grid_dims(const Shape& shape, const Strides& strides) {
  size_t x = 1, y = 1;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (strides[axis] == 0) continue;  // a broadcast axis is not walked over
    (x * shape[axis] < UINT32_MAX ? x : y) *= shape[axis];
  }
  return x > y ? MTL::Size(x, y, 1) : MTL::Size(y, x, 1);
}

namespace metal {

using simulator_host::KernelFile;

struct Device::State {
  std::mutex mutex;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<MTL::Library>> libraries;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<MTL::ComputePipelineState>> pipelines;
};

Device::Device() : state_(std::make_unique<State>()) {}
Device::~Device() = default;

namespace {

std::string folder_of(const std::string& path) {
  const bool is_file = path.size() > 9 && path.compare(path.size() - 9, 9, ".metallib") == 0;
  std::string folder = is_file ? path.substr(0, path.find_last_of('/') + 1) : path;
  return !folder.empty() && simulator_host::has_kernels(folder) ? folder : simulator_host::module_folder();
}

size_t size_of(MTL::DataType type) {
  switch (type) {
    case MTL::DataTypeBool:
    case MTL::DataTypeChar:
    case MTL::DataTypeUChar:
      return 1;
    case MTL::DataTypeHalf:
    case MTL::DataTypeBFloat:
    case MTL::DataTypeShort:
    case MTL::DataTypeUShort:
      return 2;
    case MTL::DataTypeFloat:
    case MTL::DataTypeInt:
    case MTL::DataTypeUInt:
      return 4;
    case MTL::DataTypeLong:
    case MTL::DataTypeULong:
      return 8;
    default:
      throw std::invalid_argument("a function constant's type (" + std::to_string(type) +
                                  ") must be a scalar: bool, an integer or a float");
  }
}

std::vector<MTL::FunctionConstant> copied(const MTLFCList& constants) {
  std::vector<MTL::FunctionConstant> copies;
  for (const auto& [value, type, index] : constants) {
    const char* bytes = static_cast<const char*>(value);
    copies.push_back({static_cast<uint32_t>(index), type, {bytes, bytes + size_of(type)}});
  }
  return copies;
}

[[noreturn]] void not_found(const std::string& name, const std::string& folder) {
  std::ostringstream message;
  message << "kernel " << name << " was not found;";
  for (const KernelFile& file : simulator_host::kernel_files(folder)) {
    const size_t slash = file.path.find_last_of('/') + 1;
    message << " " << file.path.substr(slash, file.path.find(".fast.so", slash) - slash) << ".metal has";
    const size_t shown = std::min<size_t>(file.kernels.size(), 8);
    for (size_t i = 0; i < shown; ++i) message << (i == 0 ? " " : ", ") << file.kernels[i]->name;
    message << (shown < file.kernels.size() ? ", ..." : file.kernels.empty() ? " no kernel" : "") << ";";
  }
  const std::string missing = simulator_host::missing_files(folder);
  if (!missing.empty()) message << "\n" << missing;
  throw std::runtime_error(message.str());
}

}  // namespace

MTL::Library* Device::get_library(const std::string& name, const std::string& path) {
  const std::lock_guard lock(state_->mutex);
  auto& library = state_->libraries[{name, path}];
  if (!library) library = std::make_unique<MTL::Library>(name, folder_of(path));
  return library.get();
}

MTL::Library* Device::get_library(const std::string& name, const std::function<std::string(void)>&) {
  throw std::runtime_error("library " + name +
                           ": Metal source cannot be compiled while the program runs; put it into a .metal file");
}

MTL::ComputePipelineState* Device::get_kernel(const std::string& base_name, MTL::Library* library,
                                              const std::string& hash_name, const MTLFCList& func_consts,
                                              const std::vector<MTL::Function*>& linked_functions) {
  if (!linked_functions.empty())
    throw std::runtime_error("kernel " + base_name + ": linked functions are not simulated");
  const std::string folder = library == nullptr ? simulator_host::module_folder() : library->folder();
  const std::lock_guard lock(state_->mutex);
  // On a Mac too, constants count only when a name is seen for the first time.
  auto& pipeline = state_->pipelines[{folder, hash_name.empty() ? base_name : hash_name}];
  if (pipeline) return pipeline.get();
  for (const KernelFile& file : simulator_host::kernel_files(folder)) {
    for (const msim_kernel* kernel : file.kernels) {
      if (base_name != kernel->name) continue;
      pipeline = std::make_unique<MTL::ComputePipelineState>(kernel, file.path, copied(func_consts));
      return pipeline.get();
    }
  }
  not_found(base_name, folder);
}

MTL::ComputePipelineState* Device::get_kernel(const std::string& base_name, const std::string& hash_name,
                                              const MTLFCList& func_consts,
                                              const std::vector<MTL::Function*>& linked_functions) {
  return get_kernel(base_name, nullptr, hash_name, func_consts, linked_functions);
}

CommandEncoder& Device::get_command_encoder(int index) {
  return metal::get_command_encoder(Stream(index, mlx::core::Device(mlx::core::Device::cpu)));
}

Device& device(mlx::core::Device) {
  static Device* one = new Device();  // never destroyed: streams may outlive static objects
  return *one;
}

}  // namespace metal
}  // namespace mlx::core

NS::UInteger MTL::ComputePipelineState::maxTotalThreadsPerThreadgroup() const {
  return kernel_->max_total_threads != 0 ? kernel_->max_total_threads : static_cast<NS::UInteger>(MSIM_MAX_THREADS);
}

// For Python (streams.py): stream number `index` of MLX's CPU stands in for the GPU from now on, or no longer.
extern "C" __attribute__((visibility("default"))) void simulated_gpu_set_stream(int index, int is_gpu) {
  const std::lock_guard lock(mlx::core::streams_mutex);
  if (is_gpu != 0) {
    mlx::core::gpu_streams.insert(index);
  } else {
    mlx::core::gpu_streams.erase(index);
  }
}
