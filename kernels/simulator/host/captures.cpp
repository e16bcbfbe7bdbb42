#include "captures.h"

#include <atomic>
#include <mutex>
#include <sstream>

namespace simulator_host {
namespace {

std::mutex mutex;
std::atomic<bool> is_on{false};
uint64_t budget = 0;
std::vector<Capture> captures;
std::string header;

std::string quoted(const std::string& text) {
  std::ostringstream out;
  out << '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out << '\\' << c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out << ' ';
    } else {
      out << c;
    }
  }
  out << '"';
  return out.str();
}

void write_sizes(std::ostream& out, const uint32_t* sizes) {
  out << '[' << sizes[0] << ", " << sizes[1] << ", " << sizes[2] << ']';
}

std::string hexadecimal(const std::vector<char>& bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[c & 15];
  }
  return text;
}

std::string header_of(const Capture& capture) {
  std::ostringstream out;
  out << "{\"kernel\": " << quoted(capture.kernel) << ", \"library\": " << quoted(capture.file) << ", \"grid\": ";
  write_sizes(out, capture.launch.grid);
  out << ", \"threadgroup\": ";
  write_sizes(out, capture.launch.threadgroup);
  out << ", \"grid_is_threads\": " << (capture.launch.grid_is_threads != 0 ? "true" : "false")
      << ", \"is_complete\": " << (capture.is_complete ? "true" : "false") << ", \"threadgroup_lengths\": {";
  const char* between = "";
  for (const auto& [index, length] : capture.threadgroup_lengths) {
    out << between << '"' << index << "\": " << length;
    between = ", ";
  }
  out << "}, \"function_constants\": {";
  between = "";
  for (const CapturedConstant& constant : capture.constants) {
    out << between << '"' << constant.index << "\": \"" << hexadecimal(constant.value) << '"';
    between = ", ";
  }
  out << "}, \"bindings\": [";
  between = "";
  for (const CapturedBinding& binding : capture.bindings) {
    out << between << "{\"index\": " << binding.index << ", \"direction\": " << binding.direction
        << ", \"is_bytes\": " << (binding.is_bytes ? "true" : "false")
        << ", \"allocation\": " << reinterpret_cast<uintptr_t>(binding.allocation) << '}';
    between = ", ";
  }
  out << "], \"report\": " << (capture.report.empty() ? "null" : capture.report) << '}';
  return out.str();
}

}  // namespace

bool captures_are_on() { return is_on; }

bool take_from_budget(uint64_t bytes) {
  const std::lock_guard lock(mutex);
  if (bytes > budget) return false;
  budget -= bytes;
  return true;
}

void keep(Capture capture) {
  const std::lock_guard lock(mutex);
  if (is_on) captures.push_back(std::move(capture));
}

}  // namespace simulator_host

#define FOR_PYTHON extern "C" __attribute__((visibility("default")))

// For Python (captures.py). Records dispatches until simulated_gpu_capture_stop; those that no longer fit into
// max_bytes are recorded without bytes.
FOR_PYTHON void simulated_gpu_capture_start(uint64_t max_bytes) {
  using namespace simulator_host;
  const std::lock_guard lock(mutex);
  captures.clear();
  budget = max_bytes;
  is_on = true;
}

// Returns how many there are; they stay until the next start.
FOR_PYTHON uint32_t simulated_gpu_capture_stop() {
  using namespace simulator_host;
  const std::lock_guard lock(mutex);
  is_on = false;
  return static_cast<uint32_t>(captures.size());
}

// Capture number i as JSON, without the bytes; valid until the next call.
FOR_PYTHON const char* simulated_gpu_capture_header(uint32_t i) {
  using namespace simulator_host;
  const std::lock_guard lock(mutex);
  header = i < captures.size() ? header_of(captures[i]) : "";
  return header.c_str();
}

// The bytes of binding number `binding` in the header's list, before the dispatch or after it.
FOR_PYTHON const void* simulated_gpu_capture_bytes(uint32_t i, uint32_t binding, int after, uint64_t* size) {
  using namespace simulator_host;
  const std::lock_guard lock(mutex);
  *size = 0;
  if (i >= captures.size() || binding >= captures[i].bindings.size()) return nullptr;
  const CapturedBinding& found = captures[i].bindings[binding];
  const std::vector<char>& bytes = after != 0 ? found.after : found.before;
  *size = bytes.size();
  return bytes.data();
}
