#include "launch.h"

namespace runtime {
namespace {

constexpr uint32_t kHostAlignment = 16;  // of memory on the host, where buffers on a GPU begin with a page

unsigned long long ull(uint64_t value) { return value; }

__attribute__((format(printf, 5, 6))) void report(Dispatch& dispatch, const char* kind, uint64_t expected, uint64_t got,
                                                  const char* format, ...) {
  Message message;
  message.kind = kind;
  message.has_numbers = true;
  message.expected = expected;
  message.got = got;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message.text, sizeof message.text, format, arguments);
  va_end(arguments);
  dispatch.messages.add(message);
}

void report_parameter(Dispatch& dispatch, const char* kind, const msim_parameter& parameter, uint64_t expected,
                      uint64_t got, const char* text) {
  Message message;
  message.kind = kind;
  message.memory = parameter.kind == MSIM_BUFFER ? "device" : "threadgroup";
  message.buffer = static_cast<int32_t>(parameter.index);
  message.name = parameter.name;
  message.type = parameter.type;
  message.has_numbers = true;
  message.expected = expected;
  message.got = got;
  snprintf(message.text, sizeof message.text, "%s", text);
  dispatch.messages.add(message);
}

bool check_sizes(Dispatch& dispatch) {
  const msim_launch& launch = *dispatch.launch;
  const uint32_t *grid = launch.grid, *group = launch.threadgroup;
  const uint64_t size = static_cast<uint64_t>(group[0]) * group[1] * group[2];
  if (size > MSIM_MAX_THREADS) {
    report(dispatch, "launch-too-many-threads", MSIM_MAX_THREADS, size,
           "a threadgroup of %u x %u x %u = %llu threads is larger than the limit of %d", group[0], group[1], group[2],
           ull(size), MSIM_MAX_THREADS);
    return false;
  }
  if (size == 0 || static_cast<uint64_t>(grid[0]) * grid[1] * grid[2] == 0) {
    report(dispatch, "launch-empty-grid", 1, 0, "grid (%u, %u, %u) with threadgroups of (%u, %u, %u) has no threads",
           grid[0], grid[1], grid[2], group[0], group[1], group[2]);
    return false;
  }
  const uint32_t limit = dispatch.kernel->max_total_threads;
  if (limit && size > limit) {
    report(dispatch, "launch-max-total-threads", limit, size,
           "a threadgroup of %llu threads exceeds the kernel's max_total_threads_per_threadgroup(%u)", ull(size),
           limit);
    return false;
  }
  return true;
}

void take_sizes(Dispatch& dispatch) {
  const msim_launch& launch = *dispatch.launch;
  const uint32_t *grid = launch.grid, *group = launch.threadgroup;
  dispatch.size = {group[0], group[1], group[2]};
  if (launch.grid_is_threads) {
    dispatch.threads = {grid[0], grid[1], grid[2]};
    const auto groups = [&](int axis) { return (grid[axis] - 1) / group[axis] + 1; };
    dispatch.threadgroups = {groups(0), groups(1), groups(2)};
  } else {
    dispatch.threadgroups = {grid[0], grid[1], grid[2]};
    dispatch.threads = {grid[0] * group[0], grid[1] * group[1], grid[2] * group[2]};
  }
  const msim_uint3 n = dispatch.threadgroups;
  dispatch.threadgroup_count = static_cast<uint64_t>(n.x) * n.y * n.z;
}

bool check_buffer(Dispatch& dispatch, const msim_parameter& parameter) {
  Buffer& buffer = dispatch.buffers[parameter.index];
  buffer.parameter = &parameter;
  char text[200];
  if (!buffer.bound) {
    if (parameter.is_optional) return true;
    snprintf(text, sizeof text, "the kernel expects %s %s at buffer(%u), and nothing is bound there", parameter.type,
             parameter.name, parameter.index);
    report_parameter(dispatch, "launch-missing-buffer", parameter, 1, 0, text);
    return false;
  }
  const uint64_t expected = parameter.element_bytes;
  const bool is_bytes = dispatch.launch->bindings[parameter.index].is_bytes;
  const bool too_small = parameter.is_reference && buffer.bytes < expected;
  const bool other_size =
      is_bytes && (parameter.is_reference ? buffer.bytes != expected : expected && buffer.bytes % expected != 0);
  if (too_small || other_size) {
    snprintf(text, sizeof text, "buffer(%u) %s is declared as %s (%u bytes), and %llu bytes are bound", parameter.index,
             parameter.name, parameter.type, parameter.element_bytes, ull(buffer.bytes));
    report_parameter(dispatch, "launch-bytes-size", parameter, expected, buffer.bytes, text);
    return !too_small;
  }
  const uint64_t address = reinterpret_cast<uint64_t>(buffer.host);
  const uint32_t align = parameter.align < kHostAlignment ? parameter.align : kHostAlignment;
  if (align > 1 && !is_bytes && address % align != 0) {
    snprintf(text, sizeof text, "buffer(%u) %s starts at an address that is no multiple of %u", parameter.index,
             parameter.name, align);
    report_parameter(dispatch, "launch-alignment", parameter, align, address % align, text);
  }
  return true;
}

bool check_threadgroup_length(Dispatch& dispatch, const msim_parameter& parameter) {
  const uint32_t* lengths = dispatch.launch->threadgroup_lengths;
  const uint32_t length = lengths ? lengths[parameter.index] : 0;
  char text[200];
  if (length == 0 && !parameter.is_optional) {
    snprintf(text, sizeof text, "threadgroup(%u) %s has no length: setThreadgroupMemoryLength was not called for it",
             parameter.index, parameter.name);
    report_parameter(dispatch, "launch-threadgroup-length", parameter, parameter.element_bytes, 0, text);
    return false;
  }
  if (length % 16 != 0) {
    snprintf(text, sizeof text, "threadgroup(%u) %s has a length of %u bytes: Metal asks for a multiple of 16",
             parameter.index, parameter.name, length);
    report_parameter(dispatch, "launch-threadgroup-length", parameter, (length + 15) / 16 * 16, length, text);
  }
  return true;
}

}  // namespace

void report_threadgroup_memory(Dispatch& dispatch, const char* name, uint64_t bytes) {
  report(dispatch, "launch-threadgroup-memory", kMaxThreadgroupBytes, bytes,
         "%llu bytes of threadgroup memory%s%s: the limit is %llu", ull(bytes), name ? " with " : "", name ? name : "",
         ull(kMaxThreadgroupBytes));
}

bool prepare_launch(Dispatch& dispatch) {
  const msim_launch& launch = *dispatch.launch;
  bool runs = check_sizes(dispatch);
  if (runs) take_sizes(dispatch);
  for (uint32_t i = 0; i < MSIM_SLOTS; ++i) {
    const msim_binding& binding = launch.bindings[i];
    dispatch.buffers[i] = {binding.data, binding.bytes, binding.is_output, binding.data != nullptr, nullptr};
    if (binding.bytes > memory.largest()) {
      report(dispatch, "launch-memory", memory.largest(), binding.bytes,
             "buffer(%u) has %llu bytes, and this process may simulate at most %llu", i, ull(binding.bytes),
             ull(memory.largest()));
      runs = false;
    }
  }
  for (uint32_t i = 0; i < dispatch.kernel->parameter_count; ++i) {
    const msim_parameter& parameter = dispatch.kernel->parameters[i];
    const bool fine = parameter.index >= MSIM_SLOTS   ? false
                      : parameter.kind == MSIM_BUFFER ? check_buffer(dispatch, parameter)
                                                      : check_threadgroup_length(dispatch, parameter);
    runs = runs && fine;
  }
  return runs;
}

}  // namespace runtime
