// Stands in for MLX's mlx/backend/metal/device.h where there is no Metal: an extension's eval_gpu compiles unchanged,
// and its dispatches run in the simulator, on the stream that stands in for the GPU (simulated_gpu.h).
//
// What is here behaves as on a Mac, but for three things. A library is all the .metal files that lie beside the module,
// whatever its name. Bindings end with the op: what one op has bound is not there for the next one, while on a Mac it
// may be by chance. Metal source cannot be compiled while the program runs.
#pragma once

#include <Metal/Metal.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "mlx/array.h"
#include "mlx/device.h"
#include "mlx/stream.h"

namespace mlx::core::metal {

using MTLFCList = std::vector<std::tuple<const void*, MTL::DataType, NS::UInteger>>;

class CommandEncoder {
 public:
  explicit CommandEncoder(Stream stream);
  ~CommandEncoder();
  CommandEncoder(const CommandEncoder&) = delete;
  CommandEncoder& operator=(const CommandEncoder&) = delete;

  // Dispatches in its scope may run at the same time on a GPU; here they follow each other.
  struct ConcurrentContext {
    explicit ConcurrentContext(CommandEncoder&) {}
    ~ConcurrentContext() {}
  };
  ConcurrentContext start_concurrent() { return ConcurrentContext(*this); }

  void set_compute_pipeline_state(MTL::ComputePipelineState* kernel);
  void set_input_array(const array& a, int idx, int64_t offset = 0);
  void set_output_array(array& a, int idx, int64_t offset = 0);
  void register_output_array(const array&) {}
  void set_threadgroup_memory_length(size_t length, int idx);

  template <typename Vec, typename = std::enable_if_t<!std::is_arithmetic_v<Vec>>>
  void set_vector_bytes(const Vec& vec, size_t nelems, int idx) {
    using T = typename Vec::value_type;
    const T none{};
    set_raw_bytes(nelems > 0 ? static_cast<const void*>(vec.data()) : &none, (nelems > 0 ? nelems : 1) * sizeof(T),
                  idx);
  }
  template <typename Vec, typename = std::enable_if_t<!std::is_arithmetic_v<Vec>>>
  void set_vector_bytes(const Vec& vec, int idx) {
    set_vector_bytes(vec, vec.size(), idx);
  }
  template <typename T>
  void set_bytes(const T* v, int n, int idx) {
    set_raw_bytes(v, static_cast<size_t>(n) * sizeof(T), idx);
  }
  template <typename T>
  void set_bytes(const T& v, int idx) {
    set_raw_bytes(&v, sizeof(T), idx);
  }

  void dispatch_threadgroups(MTL::Size grid_dims, MTL::Size group_dims);
  void dispatch_threads(MTL::Size grid_dims, MTL::Size group_dims);

  // Dispatches of a stream follow each other anyway.
  void barrier() {}
  void maybeInsertBarrier() {}

  void add_temporary(array arr);
  void add_temporaries(std::vector<array> arrays);

  // Forget pipeline and bindings; called before each op.
  void begin_op();

 private:
  struct State;

  void set_raw_bytes(const void* data, size_t size, int idx);
  void bind_array(const array& a, int idx, int64_t offset, bool is_output);
  void dispatch(MTL::Size grid, MTL::Size threadgroup, bool grid_is_threads);

  Stream stream_;
  std::unique_ptr<State> state_;
};

class Device {
 public:
  Device();
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  MTL::Library* get_library(const std::string& name, const std::string& path = "");
  // Throws: there is no Metal compiler behind the program.
  MTL::Library* get_library(const std::string& name, const std::function<std::string(void)>& builder);
  void clear_library(const std::string&) {}

  MTL::ComputePipelineState* get_kernel(const std::string& base_name, MTL::Library* library,
                                        const std::string& hash_name = "", const MTLFCList& func_consts = {},
                                        const std::vector<MTL::Function*>& linked_functions = {});
  MTL::ComputePipelineState* get_kernel(const std::string& base_name, const std::string& hash_name = "",
                                        const MTLFCList& func_consts = {},
                                        const std::vector<MTL::Function*>& linked_functions = {});

  const std::string& get_architecture() const { return architecture_; }
  int get_architecture_gen() const { return 13; }

  // As in older versions of MLX.
  CommandEncoder& get_command_encoder(int index);
  void register_library(const std::string& name, const std::string& path = "") { get_library(name, path); }

 private:
  struct State;

  std::unique_ptr<State> state_;
  std::string architecture_ = "applegpu_g13s";
};

Device& device(mlx::core::Device);
CommandEncoder& get_command_encoder(Stream s);

inline bool is_nax_available() { return false; }

}  // namespace mlx::core::metal
