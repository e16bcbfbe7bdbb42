// The command encoder of the simulated GPU: collects what an op binds, and puts its dispatches on the stream's queue.
#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>

#include "captures.h"
#include "kernel_files.h"
#include "mlx/backend/cpu/encoder.h"
#include "mlx/backend/metal/device.h"

namespace mlx::core::metal {
namespace {

using simulator_host::Capture;
using simulator_host::CapturedBinding;

struct Binding {
  std::shared_ptr<array::Data> owner;  // nothing for bytes
  std::vector<char> bytes;
  char* data = nullptr;
  uint64_t size = 0;
  bool is_output = false;

  bool is_bytes() const { return owner == nullptr; }
};

using Bindings = std::map<uint32_t, Binding>;

// One dispatch, by value: it runs later, on the stream's own thread.
struct Job {
  const MTL::ComputePipelineState* pipeline;
  Bindings bindings;
  std::map<uint32_t, uint32_t> lengths;
  std::set<const void*> written;  // allocations that an earlier dispatch of the op wrote to
  MTL::Size grid, threadgroup;
  bool grid_is_threads;
};

std::mutex settings_mutex;
uint32_t workers = std::max(1u, std::thread::hardware_concurrency());
double deadline_s = 0;

uint32_t slot_of(int idx, const char* what) {
  if (idx < 0 || idx >= MSIM_SLOTS) {
    throw std::invalid_argument(std::string(what) + " index (" + std::to_string(idx) + ") must be between 0 and " +
                                std::to_string(MSIM_SLOTS - 1));
  }
  return static_cast<uint32_t>(idx);
}

// Elements that an array reaches forward from its first one.
uint64_t reach(const array& a) {
  if (a.size() == 0) return 0;
  int64_t last = 0;
  for (int axis = 0; axis < static_cast<int>(a.ndim()); ++axis) {
    last += (a.shape(axis) - 1) * std::max<int64_t>(a.strides(axis), 0);
  }
  return static_cast<uint64_t>(last) + 1;
}

bool writes_to(const msim_kernel& kernel, uint32_t index) {
  for (uint32_t i = 0; i < kernel.parameter_count; ++i) {
    const msim_parameter& p = kernel.parameters[i];
    if (p.kind == MSIM_BUFFER && p.index == index) return p.is_const == 0;
  }
  return false;
}

uint32_t direction_of(const Job& job, const Binding& binding, uint32_t index) {
  if (binding.is_bytes() || !(binding.is_output || writes_to(*job.pipeline->kernel(), index))) return MSIM_INPUT;
  if (!binding.is_output || job.written.count(binding.owner.get()) != 0) return MSIM_UPDATED;
  for (const auto& [other_index, other] : job.bindings) {  // in place: the same memory is read through another binding
    if (other_index != index && other.owner == binding.owner) return MSIM_UPDATED;
  }
  return MSIM_OUTPUT;
}

std::array<msim_binding, MSIM_SLOTS> bound(Job& job) {
  static char nothing[16];
  std::array<msim_binding, MSIM_SLOTS> slots{};
  for (auto& [index, binding] : job.bindings) {
    char* data = binding.is_bytes() ? binding.bytes.data() : binding.data;
    const uint64_t size = binding.is_bytes() ? binding.bytes.size() : binding.size;
    slots[index] = {data != nullptr ? data : nothing, size, direction_of(job, binding, index),
                    binding.is_bytes() ? 1u : 0u};
  }
  return slots;
}

// The first "text" of a report: what was wrong.
std::string first_text(const std::string& report) {
  const std::string key = "\"text\":";
  size_t begin = report.find(key);
  if (begin == std::string::npos) return report;
  begin = report.find('"', begin + key.size()) + 1;
  std::string text;
  for (size_t i = begin; i < report.size() && report[i] != '"'; ++i) {
    if (report[i] == '\\') ++i;
    text += report[i];
  }
  return text;
}

bool is_fatal(const std::string& report) {
  const size_t key = report.find("\"fatal\":");
  return key != std::string::npos && report.compare(report.find_first_not_of(' ', key + 8), 4, "true") == 0;
}

std::optional<Capture> begin_capture(const Job& job, const msim_launch& launch,
                                     const std::array<msim_binding, MSIM_SLOTS>& slots) {
  if (!simulator_host::captures_are_on()) return std::nullopt;
  Capture capture{job.pipeline->kernel()->name, job.pipeline->file(), launch, {}, {}, {}, true, ""};
  capture.threadgroup_lengths.assign(job.lengths.begin(), job.lengths.end());
  for (const MTL::FunctionConstant& c : job.pipeline->constants()) capture.constants.push_back({c.index, c.value});
  uint64_t total = 0;
  for (const msim_binding& slot : slots) total += slot.bytes * (slot.is_output != MSIM_INPUT ? 2 : 1);
  capture.is_complete = simulator_host::take_from_budget(total);
  for (const auto& [index, binding] : job.bindings) {
    const msim_binding& slot = slots[index];
    CapturedBinding captured{index, slot.is_output, slot.is_bytes != 0, binding.owner.get(), {}, {}};
    const char* data = static_cast<const char*>(slot.data);
    if (capture.is_complete && slot.is_output != MSIM_OUTPUT) captured.before.assign(data, data + slot.bytes);
    capture.bindings.push_back(std::move(captured));
  }
  return capture;
}

void end_capture(Capture capture, const std::array<msim_binding, MSIM_SLOTS>& slots, const std::string& report) {
  capture.report = report;
  for (CapturedBinding& binding : capture.bindings) {
    const msim_binding& slot = slots[binding.index];
    const char* data = static_cast<const char*>(slot.data);
    if (capture.is_complete && slot.is_output != MSIM_INPUT) binding.after.assign(data, data + slot.bytes);
  }
  simulator_host::keep(std::move(capture));
}

void run(Job& job) {
  static std::mutex one_at_a_time;  // function constants are variables of the kernels' library
  const std::lock_guard lock(one_at_a_time);
  const auto slots = bound(job);
  std::array<uint32_t, MSIM_SLOTS> lengths{};
  for (const auto& [index, length] : job.lengths) lengths[index] = length;
  msim_launch launch{};
  launch.kernel = job.pipeline->kernel();
  launch.bindings = slots.data();
  launch.threadgroup_lengths = lengths.data();
  const NS::UInteger grid[3] = {job.grid.width, job.grid.height, job.grid.depth};
  const NS::UInteger threadgroup[3] = {job.threadgroup.width, job.threadgroup.height, job.threadgroup.depth};
  for (int axis = 0; axis < 3; ++axis) {
    launch.grid[axis] = static_cast<uint32_t>(grid[axis]);
    launch.threadgroup[axis] = static_cast<uint32_t>(threadgroup[axis]);
  }
  launch.grid_is_threads = job.grid_is_threads ? 1 : 0;
  launch.mode = MSIM_FAST;
  launch.poison = 1;  // what was never written is NaN here; on a GPU it is what lay there before
  {
    const std::lock_guard settings(settings_mutex);
    launch.workers = workers;
    launch.deadline_s = deadline_s;
  }
  const simulator_host::Runtime& runtime = simulator_host::runtime();
  runtime.clear_function_constants();
  for (const MTL::FunctionConstant& constant : job.pipeline->constants()) {
    const auto size = static_cast<uint32_t>(constant.value.size());
    if (runtime.set_function_constant(constant.index, constant.value.data(), size) == 0) {
      throw std::invalid_argument(std::string("kernel ") + launch.kernel->name + ": there is no function constant " +
                                  std::to_string(constant.index) + " of " + std::to_string(size) + " bytes");
    }
  }
  auto capture = begin_capture(job, launch, slots);
  const std::string report = runtime.dispatch(&launch);
  if (capture) end_capture(std::move(*capture), slots, report);
  if (is_fatal(report)) {
    throw std::runtime_error(std::string("kernel ") + launch.kernel->name + ": " + first_text(report));
  }
}

}  // namespace

struct CommandEncoder::State {
  MTL::ComputePipelineState* pipeline = nullptr;
  Bindings bindings;
  std::map<uint32_t, uint32_t> lengths;
  std::set<const void*> written;
};

CommandEncoder::CommandEncoder(Stream stream) : stream_(stream), state_(std::make_unique<State>()) {}
CommandEncoder::~CommandEncoder() = default;

void CommandEncoder::begin_op() { *state_ = State{}; }

void CommandEncoder::set_compute_pipeline_state(MTL::ComputePipelineState* kernel) {
  if (kernel == nullptr) throw std::invalid_argument("set_compute_pipeline_state: there is no kernel");
  state_->pipeline = kernel;
}

void CommandEncoder::set_input_array(const array& a, int idx, int64_t offset) { bind_array(a, idx, offset, false); }
void CommandEncoder::set_output_array(array& a, int idx, int64_t offset) { bind_array(a, idx, offset, true); }

void CommandEncoder::bind_array(const array& a, int idx, int64_t offset, bool is_output) {
  const uint32_t index = slot_of(idx, "buffer");
  if (a.data_shared_ptr() == nullptr) {
    throw std::runtime_error("buffer(" + std::to_string(idx) + "): the array has no memory yet: call set_data first");
  }
  const int64_t size = static_cast<int64_t>(reach(a) * a.itemsize()) - offset;
  Binding binding{a.data_shared_ptr(), {}, nullptr, size > 0 ? static_cast<uint64_t>(size) : 0, is_output};
  char* data = const_cast<char*>(a.data<char>());
  if (data != nullptr) binding.data = data + offset;
  state_->bindings[index] = std::move(binding);
}

void CommandEncoder::set_raw_bytes(const void* data, size_t size, int idx) {
  constexpr size_t kMost = 4096;  // Metal's own bound for setBytes
  if (size > kMost) {
    throw std::invalid_argument("set_bytes: " + std::to_string(size) + " bytes for buffer(" + std::to_string(idx) +
                                "), at most " + std::to_string(kMost) + " are possible");
  }
  const char* bytes = static_cast<const char*>(data);
  Binding binding;
  binding.bytes.assign(bytes, bytes + size);
  state_->bindings[slot_of(idx, "buffer")] = std::move(binding);
}

void CommandEncoder::set_threadgroup_memory_length(size_t length, int idx) {
  state_->lengths[slot_of(idx, "threadgroup memory")] = static_cast<uint32_t>(length);
}

void CommandEncoder::dispatch_threadgroups(MTL::Size grid_dims, MTL::Size group_dims) {
  dispatch(grid_dims, group_dims, false);
}
void CommandEncoder::dispatch_threads(MTL::Size grid_dims, MTL::Size group_dims) {
  dispatch(grid_dims, group_dims, true);
}

void CommandEncoder::dispatch(MTL::Size grid, MTL::Size threadgroup, bool grid_is_threads) {
  if (state_->pipeline == nullptr) {
    throw std::runtime_error("a dispatch without a kernel: call set_compute_pipeline_state first");
  }
  Job job{state_->pipeline, state_->bindings, state_->lengths, state_->written, grid, threadgroup, grid_is_threads};
  for (const auto& [index, binding] : state_->bindings) {
    if (binding.is_output) state_->written.insert(binding.owner.get());
  }
  cpu::get_command_encoder(stream_).dispatch([job = std::move(job)]() mutable { run(job); });
}

void CommandEncoder::add_temporary(array arr) { cpu::get_command_encoder(stream_).add_temporary(std::move(arr)); }

void CommandEncoder::add_temporaries(std::vector<array> arrays) {
  cpu::get_command_encoder(stream_).add_temporaries(std::move(arrays));
}

CommandEncoder& get_command_encoder(Stream s) {
  static std::mutex mutex;
  static auto* encoders = new std::map<int, CommandEncoder>();  // never destroyed: streams may outlive static objects
  const std::lock_guard lock(mutex);
  return encoders->try_emplace(s.index, s).first->second;
}

}  // namespace mlx::core::metal

// For Python (streams.py): CPU threads of a dispatch and its time; 0 leaves a setting as it is.
extern "C" __attribute__((visibility("default"))) void simulated_gpu_configure(uint32_t workers, double deadline_s) {
  using namespace mlx::core::metal;
  const std::lock_guard lock(settings_mutex);
  if (workers != 0) mlx::core::metal::workers = workers;
  if (deadline_s != 0) mlx::core::metal::deadline_s = deadline_s;
}
